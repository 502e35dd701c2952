"""Whoever filed a case follows it: with its number and secret alone, or with an account."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from chassis.calendar import local_day
from tests.service.grievances.running import FILING, Grievances
from tests.support.asking import Reply


def follow(service: Grievances, filed: Reply, secret: str | None = None, path: str = "", body: Any = None) -> Reply:
    """Ask without a token, as a neighbour with a slip of paper would."""
    method = "POST" if path else "GET"
    secret = filed.json["follow_secret"] if secret is None else secret
    return service.ask(method, f"/follow/{filed.json['case_number']}{path}", body, token=None, case_secret=secret)


def resolved(service: Grievances, filed: Reply) -> Reply:
    accepted = service.step(filed, "accept")
    assigned = service.step(accepted, "assign", {"mediator_id": "mediator-1"})
    met = service.step(assigned, "sessions", service.session(), token=service.mediator)
    terms = {
        "form": "oral",
        "terms": "物业三月底前修复。",
        "confirmed_by_applicant_on": local_day(datetime.now(UTC)).isoformat(),
    }
    return service.step(met, "resolve", terms, token=service.mediator)


def test_whoever_files_is_given_a_secret_that_opens_the_case(service: Grievances) -> None:
    filed = service.file()

    seen = follow(service, filed, filed.json["follow_secret"].lower().replace("-", " "))

    assert seen.status == 200, seen.text
    assert (seen.json["state"], seen.json["state_zh"], seen.json["in_charge_zh"]) == ("registered", "已登记", "社区")
    assert [term["rule"] for term in seen.json["due"]] == ["dispute.acceptance"]
    assert [step["step_zh"] for step in seen.json["steps"]] == ["登记"]
    assert "王小明" not in seen.text


def test_the_secret_is_told_once_and_lies_nowhere_open(service: Grievances) -> None:
    key = str(uuid4())

    first = service.ask("POST", "/disputes", FILING, token=service.resident, idempotency_key=key)
    again = service.ask("POST", "/disputes", FILING, token=service.resident, idempotency_key=key)
    read = service.ask("GET", first.headers["location"], token=service.resident)

    secret = first.json["follow_secret"]
    assert again.json == first.json
    assert "follow_secret" not in read.json
    for table in ("idempotency_keys", "disputes", "outbox", "audit_pending"):
        assert not service.rows(f"SELECT FROM {table} AS t WHERE t::text LIKE %s", f"%{secret[:9]}%"), table
    follow(service, first)
    assert secret not in service.process.said()


def test_a_wrong_number_and_a_wrong_secret_are_answered_alike(service: Grievances) -> None:
    filed, other = service.file(), service.file()
    secret = filed.json["follow_secret"]
    unknown = f"{filed.json['case_number'][:-4]}9999"
    before = service.snapshot()

    answers = [
        service.ask(method, f"/follow/{number}{path}", body, token=None, case_secret=secret)
        for number in (other.json["case_number"], unknown, "nonsense")
        for method, path, body in (
            ("GET", "", None),
            ("POST", "/comments", {"text": "…"}),
            ("POST", "/confirmation", {"confirmed": True}),
            ("POST", "/withdrawal", None),
        )
    ]

    assert {(answer.status, answer.json["detail"]) for answer in answers} == {
        (404, "there is no case with this number and secret; compare both with what you were given at filing")
    }
    assert service.snapshot() == before


@pytest.mark.parametrize("secret", ["7K3M", "7K3M-9QXZ-0A1B-2C3D-4E5F-6G7G"])
def test_a_mistyped_secret_is_told_to_be_one(service: Grievances, secret: str) -> None:
    answer = follow(service, service.file(), secret)

    assert answer.status == 400
    assert secret not in answer.text


def test_the_secret_in_an_address_is_not_read(service: Grievances) -> None:
    filed = service.file()

    answer = service.ask("GET", f"/follow/{filed.json['case_number']}?secret={filed.json['follow_secret']}", token=None)

    assert answer.status == 422


def test_wrong_secrets_are_counted(service: Grievances) -> None:
    filed, other = service.file(), service.file()

    follow(service, filed, other.json["follow_secret"])

    counted = service.ask("GET", "/metrics", token=None).text
    assert "linli_wrong_secrets_total" in counted
    assert "linli_wrong_secrets_total 0.0" not in counted


def test_a_case_that_an_officer_took_in_is_commented_by_secret(service: Grievances) -> None:
    filed = service.file(service.officer)

    written = follow(service, filed, path="/comments", body={"text": "今天又漏水了"})

    assert (written.status, written.json["author"], "text" in written.json) == (201, "complainant", False)
    assert [one["text"] for one in follow(service, filed).json["comments"]] == ["今天又漏水了"]
    assert "漏水" not in service.process.said()


def test_what_is_resolved_is_confirmed_by_secret(service: Grievances) -> None:
    filed = service.file()
    resolved(service, filed)
    waiting = follow(service, filed).json

    confirmed = follow(service, filed, path="/confirmation", body={"confirmed": True, "satisfaction": 4})
    again = follow(service, filed, path="/confirmation", body={"confirmed": True})

    assert waiting["may_confirm"] is True
    assert (confirmed.status, confirmed.json["state_zh"]) == (200, "已化解")
    assert again.status == 409
    assert service.facts_of(filed.json["dispute_id"])[-1]["data"]["satisfaction"] == 4
    assert service.rows(
        "SELECT actor_id FROM audit_pending WHERE action = 'confirm_by_secret' AND thing = %s "
        "UNION ALL SELECT actor_id FROM audit_log WHERE action = 'confirm_by_secret' AND thing = %s",
        f"/follow/{filed.json['case_number']}/confirmation",
        f"/follow/{filed.json['case_number']}/confirmation",
    ) == [("anonymous",)]


def test_what_is_not_resolved_is_open_again(service: Grievances) -> None:
    filed = service.file()
    done = resolved(service, filed)

    reopened = service.ask(
        "POST",
        f"/disputes/{filed.json['dispute_id']}/confirmation",
        {"confirmed": False, "comment": "又漏了"},
        token=service.resident,
        if_match=done.headers["etag"],
    )

    assert (reopened.status, reopened.json["state"], reopened.json["reason_code"]) == (200, "accepted", "not_confirmed")


def test_a_case_is_taken_back_by_secret_and_by_account(service: Grievances) -> None:
    by_secret, by_account = service.file(), service.file()

    refused = follow(service, by_secret, path="/withdrawal")
    withdrawn = service.step(by_account, "withdrawal", token=service.resident)
    stale = service.step(by_account, "withdrawal", token=service.resident)
    staff = service.step(service.file(service.officer), "withdrawal", token=service.officer)

    assert refused.json["other_routes_zh"] == ["仲裁", "行政途径", "诉讼"]
    assert (withdrawn.status, withdrawn.json["reason_code"]) == (200, "party_refused")
    assert stale.status == 412
    assert staff.status == 403


def test_a_repeated_comment_is_written_once(service: Grievances) -> None:
    filed, key = service.file(), str(uuid4())

    def write() -> Reply:
        path = f"/follow/{filed.json['case_number']}/comments"
        secret = filed.json["follow_secret"]
        return service.ask("POST", path, {"text": "在吗"}, token=None, case_secret=secret, idempotency_key=key)

    first, again = write(), write()

    assert again.json == first.json
    assert len(follow(service, filed).json["comments"]) == 1


def test_complainant_and_workers_write_to_each_other_and_workers_among_themselves(service: Grievances) -> None:
    filed = service.file()
    path = f"/disputes/{filed.json['dispute_id']}/comments"
    service.ask("POST", path, {"text": "何时来修？"}, token=service.resident)
    service.ask("POST", path, {"text": "周五上午。"}, token=service.officer)
    service.ask("POST", path, {"text": "先问物业。", "visible_to_complainant": False}, token=service.officer)

    own = service.ask("GET", path, token=service.resident).json["items"]
    masked = service.ask("GET", path, token=service.officer).json["items"]
    opened = service.ask("GET", f"{path}?purpose=mediation&limit=1", token=service.officer).json

    assert [one["text"] for one in own] == ["周五上午。", "何时来修？"]
    assert [one["text"] for one in masked] == [None, None, None]
    assert ([one["text"] for one in opened["items"]], opened["next"] is None) == (["先问物业。"], False)
    assert [one["text"] for one in follow(service, filed).json["comments"]] == ["周五上午。", "何时来修？"]


def test_a_renewed_secret_stops_the_one_before(service: Grievances) -> None:
    filed = service.file()

    renewed = service.ask("POST", f"/disputes/{filed.json['dispute_id']}/secret", token=service.officer)

    assert (renewed.status, renewed.json["case_number"]) == (201, filed.json["case_number"])
    assert follow(service, filed).status == 404
    seen = follow(service, filed, renewed.json["follow_secret"])
    assert seen.json["steps"][-1]["step"] == "secret_renewed"
