"""A referral over HTTP: what each of those who have a part in it sends and is told."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from chassis.calendar import local_day
from chassis.identity import Grant
from tests.service.grievances.running import XINGHAI, Grievances
from tests.support.asking import Reply

DISTRICT, STREET = "440305000000", "440305001000"
TABLES = ("referrals", "referral_steps", "referral_handovers", "referral_answers", "deadlines", "outbox")

MATTER: dict[str, Any] = {
    "matter": "垃圾转运站夜间作业，王小明家窗下臭味难忍。",
    "area": XINGHAI,
    "category": "waste",
    "complainant": {"name": "王小明", "phone": "13800138000"},
}


@dataclass(frozen=True)
class Offices:
    """The service with three departments, and tokens of those who act."""

    service: Grievances
    street: str
    district: str
    other: str
    lin: str
    hygiene: str

    def ask(self, method: str, path: str, body: Any = None, **given: Any) -> Reply:
        return self.service.ask(method, path, body, **given)

    def register(self, token: str | None = None, **changes: Any) -> Reply:
        return self.ask("POST", "/referrals", MATTER | changes, token=token or self.service.resident)

    def step(self, before: Reply, name: str, body: Any = None, *, token: str, **given: Any) -> Reply:
        path = f"/referrals/{before.json['referral_id']}/{name}"
        return self.ask("POST", path, body, token=token, **{"if_match": before.headers["etag"]} | given)

    def sorted(self, **changes: Any) -> Reply:
        return self.step(self.register(**changes), "sort", {"department_code": "urban"}, token=self.street)

    def accepted(self) -> Reply:
        return self.step(self.sorted(), "accept", {}, token=self.lin)

    def answered(self) -> Reply:
        return self.step(self.accepted(), "answer", self.reply(), token=self.lin)

    @staticmethod
    def reply(**changes: Any) -> dict[str, Any]:
        today = local_day(datetime.now(UTC)).isoformat()
        return {"answer": "作业改为六时至二十时。", "document_number": "1号", "answered_on": today} | changes

    def snapshot(self) -> dict[str, Any]:
        return {table: self.service.rows(f"SELECT t::text FROM {table} AS t ORDER BY 1") for table in TABLES}


@pytest.fixture(scope="module")
def offices(service: Grievances) -> Offices:
    def token(actor_id: str, role: str, area: str) -> str:
        return service.token_for(actor_id, Grant(role, area))

    district = token("district-1", "district_officer", DISTRICT)
    for code, name in (("urban", "区城市管理局"), ("hygiene", "区环境卫生所")):
        body = {"code": code, "name_zh": name, "name_en": code, "level": "district", "area": DISTRICT}
        assert service.ask("POST", "/departments", body, token=district).status == 201
    for code, account, position in (("urban", "lin", "staff"), ("urban", "head", "head"), ("hygiene", "ma", "staff")):
        body = {"account_id": account, "position": position}
        assert service.ask("POST", f"/departments/{code}/seats", body, token=district).status == 201
    return Offices(
        service,
        street=token("street-1", "street_officer", STREET),
        district=district,
        other=token("district-2", "district_officer", DISTRICT),
        lin=token("lin", "department_officer", DISTRICT),
        hygiene=token("ma", "department_officer", DISTRICT),
    )


def test_from_registration_to_a_review(offices: Offices) -> None:
    registered = offices.register()
    given = offices.step(registered, "sort", {"department_code": "hygiene"}, token=offices.street)
    back = offices.step(given, "object", {"reason": "由城管局负责"}, token=offices.hygiene)
    again = offices.step(back, "sort", {"department_code": "urban"}, token=offices.street)
    accepted = offices.step(again, "accept", {}, token=offices.lin)
    longer = {"days": 30, "approver_id": "head", "reason": "需检测"}
    extended = offices.step(accepted, "extend", longer, token=offices.lin)
    answered = offices.step(extended, "answer", offices.reply(), token=offices.lin)
    review = offices.step(answered, "contest", {"grounds": "夜间仍在作业"}, token=offices.service.resident)
    reviewed = offices.step(review, "answer", offices.reply(), token=offices.other)

    steps = (registered, given, back, again, accepted, extended, answered, review, reviewed)
    assert [reply.status for reply in steps] == [201] + [200] * 8
    states = (
        "registered",
        "sorted",
        "registered",
        "sorted",
        "accepted",
        "accepted",
        "answered",
        "contested",
        "answered",
    )
    assert [reply.json["state"] for reply in steps] == list(states)
    assert registered.json["number"].startswith(f"XF-{XINGHAI}-")
    assert (answered.json["appeal_level"], reviewed.json["appeal_level"]) == ("city", "province")
    assert reviewed.json["appeal_until"] is not None

    facts = offices.service.rows(
        "SELECT envelope FROM outbox WHERE subject = %s ORDER BY position", registered.json["referral_id"]
    )
    told = [json.loads(row.envelope) for row in facts]
    assert [(fact["version"], fact["area"]) for fact in told] == [(n, XINGHAI) for n in range(1, 10)]
    assert not any(word in json.dumps(told, ensure_ascii=False) for word in ("王小明", "臭味", "夜间"))


def test_who_complains_asks_how_far_it_has_come(offices: Offices) -> None:
    """信访工作条例 Art. 18, 21."""
    referral = offices.accepted()
    path = f"/referrals/{referral.json['referral_id']}"

    progress = offices.ask("GET", f"{path}/progress", token=offices.service.resident).json

    assert [step["step"] for step in progress["steps"]] == ["register", "sort", "accept"]
    assert (progress["referral"]["due_rule"], progress["department"]["name_zh"]) == (
        "referral.handling",
        "区城市管理局",
    )
    assert "打击报复" in progress["notice"]
    assert '"lin"' not in json.dumps(progress["steps"])


def test_the_department_sees_who_complains_only_for_a_purpose(offices: Offices) -> None:
    path = f"/referrals/{offices.accepted().json['referral_id']}"

    masked = offices.ask("GET", path, token=offices.lin).json
    opened = offices.ask("GET", f"{path}?purpose=handling", token=offices.lin).json
    elsewhere = offices.ask("GET", path, token=offices.hygiene)

    assert (masked["complainant"], masked["matter"]) == ({"name": "王**", "phone": "138****8000"}, None)
    assert (opened["complainant"]["name"], opened["matter"]) == ("王小明", MATTER["matter"])
    assert elsewhere.status == 404


def test_a_dispute_is_referred_by_its_officer(offices: Offices) -> None:
    dispute = offices.service.file()
    body = {"dispute_id": dispute.json["dispute_id"], "matter": "物业与居民均无法解决。"}

    referral = offices.ask("POST", "/referrals", body, token=offices.service.officer)

    assert (referral.status, referral.json["dispute_id"]) == (201, dispute.json["dispute_id"])
    assert referral.json["body_complained_of"] == "property_office"


def test_who_has_no_account_follows_the_referral_with_the_secret_of_the_case(offices: Offices) -> None:
    """信访工作条例 Art. 21. The hotline took it in, a mediator referred it; nobody else's is seen with it."""
    service = offices.service
    hotline = service.token("hotline-1", "hotline")
    filed, other = service.file(hotline, ticket_kind="ordinary"), service.file(hotline, ticket_kind="complex")
    for dispute in (filed, other):
        body = {"dispute_id": dispute.json["dispute_id"], "matter": "无法在社区解决。"}
        assert offices.ask("POST", "/referrals", body, token=service.mediator).status == 201
    path, secret = f"/follow/{filed.json['case_number']}/referrals", filed.json["follow_secret"]

    (followed,) = service.ask("GET", path, token=None, case_secret=secret).json["referrals"]
    wrong = service.ask("GET", path, token=None, case_secret=other.json["follow_secret"])

    assert followed["referral"]["dispute_id"] == filed.json["dispute_id"]
    assert [step["step"] for step in followed["steps"]] == ["register"]
    assert not any(word in json.dumps(followed) for word in ("mediator-1", "hotline-1", "handler_id"))
    assert wrong.status == 404


def test_who_has_no_account_asks_for_a_review_with_the_secret_of_the_case(offices: Offices) -> None:
    """信访工作条例 Art. 35: who complained may ask for it; the case shows what is due."""
    service = offices.service
    filed = service.file(service.token("hotline-1", "hotline"), ticket_kind="ordinary")
    body = {"dispute_id": filed.json["dispute_id"], "matter": "无法在社区解决。"}
    given = offices.step(
        offices.ask("POST", "/referrals", body, token=service.mediator),
        "sort",
        {"department_code": "urban"},
        token=offices.street,
    )
    number = offices.step(
        offices.step(given, "accept", {}, token=offices.lin), "answer", offices.reply(), token=offices.lin
    ).json["number"]
    case, secret = f"/follow/{filed.json['case_number']}", filed.json["follow_secret"]
    grounds = {"grounds": "夜间仍在作业。"}

    unknown = service.ask("POST", f"{case}/referrals/XF-1/contest", grounds, token=None, case_secret=secret)
    asked = service.ask("POST", f"{case}/referrals/{number}/contest", grounds, token=None, case_secret=secret)
    again = service.ask("POST", f"{case}/referrals/{number}/contest", grounds, token=None, case_secret=secret)
    shown = service.ask("GET", case, token=None, case_secret=secret).json["referrals"]

    assert (unknown.status, asked.status, again.status) == (404, 200, 409)
    assert (asked.json["state"], asked.json["round"], asked.json["due_rule"]) == (
        "contested",
        "review",
        "referral.review",
    )
    assert [(one["referral"]["number"], one["referral"]["due_on"]) for one in shown] == [(number, asked.json["due_on"])]
    assert "信访工作条例 Art. 35" in again.json["rule"]


def test_steps_and_answers_are_read_for_a_purpose(offices: Offices) -> None:
    path = f"/referrals/{offices.answered().json['referral_id']}"

    (answer,) = offices.ask("GET", f"{path}/answers?purpose=review", token=offices.district).json["answers"]
    steps = offices.ask("GET", f"{path}/steps", token=offices.district).json["steps"]
    own = offices.ask("GET", f"{path}/answers", token=offices.service.resident).json["answers"]

    assert (answer["answer"], own) == ("作业改为六时至二十时。", [answer])
    assert [step["taken_by"] for step in steps] == [None, "street-1", "lin", "lin"]
    assert offices.ask("GET", f"{path}/steps", token=offices.service.resident).status == 403


def test_a_department_lists_what_it_has_page_by_page(offices: Offices) -> None:
    newest = [offices.sorted().json["number"] for _ in range(3)][::-1]

    first = offices.ask("GET", "/referrals?limit=2&state=sorted", token=offices.lin).json
    second = offices.ask("GET", f"/referrals?limit=2&state=sorted&cursor={first['next']}", token=offices.lin).json

    assert [one["number"] for one in first["items"] + second["items"]][:3] == newest


def test_a_repeated_step_has_one_effect(offices: Offices) -> None:
    registered, key = offices.register(), str(uuid4())

    def sort() -> Reply:
        body = {"department_code": "urban"}
        return offices.step(registered, "sort", body, token=offices.street, idempotency_key=key)

    first, again = sort(), sort()

    assert (first.status, again.status, again.json) == (200, 200, first.json)


def test_departments_are_kept_by_the_district(offices: Offices) -> None:
    service = offices.service
    body = {"code": "parks", "name_zh": "区公园中心", "name_en": "Parks", "level": "district", "area": DISTRICT}

    assert service.ask("POST", "/departments", body, token=offices.street).status == 403
    assert service.ask("POST", "/departments", body, token=offices.district).status == 201
    assert service.ask("POST", "/departments", body, token=offices.district).status == 409
    assert service.ask("POST", "/departments/parks/retire", token=offices.district).status == 200
    seat = service.ask("POST", "/departments/parks/seats", {"account_id": "liu"}, token=offices.district)
    assert service.ask("POST", "/departments/parks/seats", {"account_id": "liu"}, token=offices.district).status == 409
    ended = service.ask("POST", f"/departments/parks/seats/{seat.json['seat_id']}/end", token=offices.district)
    assert ended.json["ended_on"] is not None
    listed = service.ask("GET", "/departments", token=service.resident).json["departments"]
    assert [one["code"] for one in listed if not one["in_use"]] == ["parks"]
    seats = service.ask("GET", "/departments/urban/seats", token=offices.lin).json["seats"]
    assert {one["account_id"] for one in seats} == {"lin", "head"}


Case = tuple[Callable[[Offices], Reply], int, str, str]

REFUSALS: dict[str, Case] = {
    "accepted before it is sorted": (
        lambda o: o.step(o.register(), "accept", {}, token=o.street),
        409,
        "is registered; this is possible only when it is sorted",
        "Art. 23",
    ),
    "given to the department complained of": (
        lambda o: o.step(
            o.register(department_complained_of="urban"), "sort", {"department_code": "urban"}, token=o.street
        ),
        422,
        "it goes to the level above, never to the one complained of",
        "Art. 30, 46",
    ),
    "31 days more": (
        lambda o: o.step(o.accepted(), "extend", {"days": 31, "approver_id": "head", "reason": "忙"}, token=o.lin),
        422,
        "31 days are not possible; give 1 to 30",
        "Art. 34",
    ),
    "approved by the handler": (
        lambda o: o.step(o.accepted(), "extend", {"days": 3, "approver_id": "lin", "reason": "忙"}, token=o.lin),
        422,
        "a head of department urban who does not handle it",
        "Art. 34",
    ),
    "contested before it is answered": (
        lambda o: o.step(o.accepted(), "contest", {}, token=o.service.resident),
        409,
        "only when it is answered",
        "Art. 35, 36",
    ),
    "reviewed by a street": (
        lambda o: o.step(
            o.step(o.answered(), "contest", {}, token=o.service.resident), "answer", o.reply(), token=o.street
        ),
        403,
        "this needs one of the roles district_officer",
        "",
    ),
    "answered tomorrow": (
        lambda o: o.step(o.accepted(), "answer", o.reply(answered_on="2099-01-01"), token=o.lin),
        422,
        "must follow each other",
        "Art. 32, 34",
    ),
    "a stale version": (
        lambda o: o.step(o.sorted(), "accept", {}, token=o.lin, if_match='"1"'),
        412,
        "is at version 2, not 1",
        "",
    ),
    "no version": (
        lambda o: o.ask("POST", f"/referrals/{o.sorted().json['referral_id']}/accept", {}, token=o.lin),
        428,
        "If-Match",
        "",
    ),
    "nothing to register": (
        lambda o: o.ask("POST", "/referrals", {"matter": "臭味"}, token=o.service.resident),
        422,
        "give a dispute_id, or area, category and complainant",
        "",
    ),
    "a community's officer sorts": (
        lambda o: o.step(o.register(), "sort", {"department_code": "urban"}, token=o.service.officer),
        403,
        "this needs one of the roles district_officer, street_officer",
        "",
    ),
    "an unknown referral": (
        lambda o: o.ask("GET", f"/referrals/{uuid4()}", token=o.district),
        404,
        "GET /referrals lists those you may",
        "",
    ),
}


@pytest.mark.parametrize("what", REFUSALS)
def test_a_refusal_names_the_rule_and_what_would_be_right(offices: Offices, what: str) -> None:
    refused, status, told, article = REFUSALS[what]
    reply = refused(offices)

    assert reply.problem[0] == status
    assert told in json.dumps(reply.json, ensure_ascii=False)
    assert article in reply.json.get("rule", "")
    assert not any(word in reply.text for word in ("王小明", "13800138000"))


def test_a_refused_step_changes_nothing(offices: Offices) -> None:
    accepted = offices.accepted()
    before = offices.snapshot()

    for body in ({"days": 31, "approver_id": "head", "reason": "忙"}, {"days": 1, "approver_id": "ma", "reason": "忙"}):
        assert offices.step(accepted, "extend", body, token=offices.lin).status == 422
    assert offices.snapshot() == before
