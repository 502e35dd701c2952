"""The whole life of a written agreement over HTTP (人民调解法 Art. 28–33), and what of it is refused."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.service.grievances.agreements import COURT, DRAFT, SIGNERS, TERMS, Desk, day
from tests.service.grievances.running import Grievances
from tests.support.asking import Reply

PROMISES = [
    {"by": "respondent", "what": "修复楼道漏点", "due_on": day(-1)},
    {"by": "applicant", "what": "王小明补缴物业费", "due_on": day(20)},
]

TABLES = (
    "disputes",
    "sessions",
    "agreements",
    "agreement_signatures",
    "agreement_ends",
    "obligations",
    "performances",
    "judicial_confirmations",
    "judicial_decisions",
    "visits",
)

CLOCKLESS = (
    "SELECT thing_id, slot, rule, due_at FROM deadlines ORDER BY 1, 2",
    "SELECT type, subject, envelope FROM outbox WHERE type NOT LIKE 'deadline.%' ORDER BY position",
)
"""What is due and what was told, but for what the timer tells meanwhile."""


@pytest.fixture
def desk(service: Grievances) -> Desk:
    return Desk(service)


def facts_of(service: Grievances, subject: str) -> list[Any]:
    found = service.rows("SELECT envelope FROM outbox WHERE subject = %s ORDER BY position", subject)
    return [json.loads(row.envelope) for row in found]


def snapshot(service: Grievances) -> dict[str, Any]:
    kept = {table: service.rows(f"SELECT t::text FROM {table} AS t ORDER BY 1") for table in TABLES}
    return kept | {sql: service.rows(sql) for sql in CLOCKLESS}


def test_from_a_draft_to_the_courts_confirmation(desk: Desk) -> None:
    drafted = desk.draft(reached_on=day(-10), obligations=PROMISES)
    signed = [drafted]
    for number, signer in enumerate(SIGNERS):
        signed.append(desk.sign(signer, signed[-1], signed_on=day(number - 9)))
    performed = desk.post("agreement/obligations/1/performed", {"performed_on": day(-1)}, signed[-1])
    asked = desk.ask_court(performed)
    decided = desk.post("agreement/judicial-confirmation/decision", {"outcome": "confirmed"}, asked)

    replies = (*signed, performed, asked, decided)
    assert [reply.status for reply in replies] == [201, 200, 200, 200, 200, 200, 200, 200]
    assert [reply.headers["etag"] for reply in replies] == [f'"{version}"' for version in range(1, 9)]
    assert drafted.headers["location"] == f"{desk.path}/agreement"
    assert [reply.json["state"] for reply in signed] == ["draft"] * 4 + ["in_effect"]
    assert [reply.json["effective_on"] for reply in signed] == [None] * 4 + [day(-6)]
    assert [reply.json["awaited"] for reply in signed] == [list(SIGNERS[number:]) for number in range(5)]

    seen = desk.get("/agreement").json
    assert seen["signatures"] == {signer: day(number - 9) for number, signer in enumerate(SIGNERS)}
    assert seen["signed_by"]["applicant"] == "fingerprint"
    assert [(one["number"], one["by"], one["state"], one["performed_on"]) for one in seen["obligations"]] == [
        (1, "respondent", "performed", day(-1)),
        (2, "applicant", "open", None),
    ]
    assert seen["judicial_confirmation"]["state"] == "confirmed"
    assert seen["judicial_confirmation"]["routes"] == ["enforcement"]
    assert desk.get().json["state"] == "resolved"

    facts = facts_of(desk.service, seen["agreement_id"])
    assert [(fact["type"], fact["version"]) for fact in facts] == [
        ("agreement.drafted", 1),
        *[("agreement.signed", version) for version in range(2, 6)],
        ("agreement.performed", 6),
        ("agreement.confirmation_requested", 7),
        ("agreement.confirmation_decided", 8),
    ]
    assert facts_of(desk.service, desk.dispute_id)[-1]["type"] == "dispute.resolved"
    for word in ("王小明", "漏点", COURT):
        assert word not in json.dumps(facts, ensure_ascii=False)


def test_the_countdown_to_the_court_is_shown(desk: Desk) -> None:
    shown = desk.in_effect().json["judicial_confirmation"]

    assert shown["state"] == "open"
    # The 30th day after the day of effect, six days ago, or the first working day after that.
    assert shown["apply_until"] >= day(24)
    assert shown["days_left"] >= 24


def test_a_countdown_is_never_taken_for_unchanged(desk: Desk) -> None:
    etag = desk.in_effect().headers["etag"]

    again = desk.service.ask("GET", f"{desk.path}/agreement", token=desk.service.officer, if_none_match=etag)

    assert (again.status, again.headers["etag"]) == (200, etag)


def test_an_overdue_promise_is_shown(desk: Desk) -> None:
    agreement = desk.in_effect(obligations=PROMISES).json

    assert [one["state"] for one in agreement["obligations"]] == ["overdue", "open"]


def test_a_draft_is_withdrawn_and_listed_among_the_earlier_ones(desk: Desk) -> None:
    withdrawn = desk.post("agreement/withdraw", None, desk.sign("applicant", desk.draft()))
    second = desk.draft()

    assert (withdrawn.status, withdrawn.json["state"]) == (200, "withdrawn")
    listed = desk.get("/agreements?purpose=review").json["agreements"]
    assert [(one["state"], one["terms"]) for one in listed] == [("draft", TERMS), ("withdrawn", TERMS)]
    assert desk.get("/agreement").json["agreement_id"] == second.json["agreement_id"]


def test_who_refuses_to_sign_is_told_the_other_routes(desk: Desk) -> None:
    """人民调解法 Art. 26."""
    draft = desk.draft()
    ended = desk.post("terminate", {"reason_code": "no_agreement"}, desk.mediating)

    assert ended.json["other_routes"] == ["arbitration", "administrative", "court"]
    assert desk.sign("applicant", draft).status == 404
    assert [one["state"] for one in desk.get("/agreements").json["agreements"]] == ["lapsed"]


def test_a_visit_that_finds_nothing_performed_leads_to_a_reopening(desk: Desk) -> None:
    desk.in_effect(obligations=PROMISES)
    resolved = desk.get()

    visit = desk.post("visits", {"held_on": day(-1), "performed": "no", "record": "王小明说尚未动工。"}, resolved)
    reopened = desk.post("reopen", {"reason_code": visit.json["reopening_reason"]}, visit)

    assert (visit.status, visit.json["record"]) == (201, None)
    assert visit.headers["etag"] == resolved.headers["etag"]
    assert (reopened.json["state"], reopened.json["reason_code"]) == ("accepted", "not_performed")
    assert desk.get("/visits", token=desk.service.resident).json["visits"][0]["record"] is None
    assert desk.get("/visits?purpose=review").json["visits"][0]["record"] == "王小明说尚未动工。"
    due = desk.service.rows(
        "SELECT rule FROM deadlines AS d WHERE EXISTS (SELECT FROM agreements AS a LEFT JOIN obligations AS o "
        "USING (agreement_id) WHERE a.dispute_id = %s::uuid AND d.thing_id IN (a.agreement_id, o.obligation_id))",
        desk.dispute_id,
    )
    assert due == []


def test_a_signature_repeated_under_its_key_is_one(desk: Desk) -> None:
    draft, key = desk.draft(), str(uuid4())
    body = {"signer": "applicant", "means": "fingerprint"}

    def sign() -> Reply:
        return desk.service.ask(
            "POST",
            f"{desk.path}/agreement/signatures",
            body,
            token=desk.service.officer,
            if_match=draft.headers["etag"],
            idempotency_key=key,
        )

    first, again = sign(), sign()

    assert (again.status, again.json) == (200, first.json)
    assert len(facts_of(desk.service, draft.json["agreement_id"])) == 2


def test_words_are_shown_to_who_may_open_them_alone(desk: Desk) -> None:
    drafted = desk.draft(obligations=PROMISES[1:])
    answers = [drafted.json, desk.get("/agreement").json, desk.get("/agreement", token=desk.service.resident).json]
    opened = desk.get("/agreement?purpose=mediation", token=desk.service.mediator).json

    assert [one["terms"] for one in answers] == [None] * 3
    assert [one["obligations"][0]["what"] for one in answers] == [None] * 3
    assert (opened["terms"], opened["obligations"][0]["what"]) == (TERMS, "王小明补缴物业费")
    assert desk.get("/agreement?purpose=mediation", token=desk.service.resident).status == 403


def test_an_open_session_tells_who_came_and_publishes_nothing(desk: Desk) -> None:
    """人民调解法 Art. 20, 23."""
    session = {
        **desk.service.session(),
        "is_public": True,
        "guests": {"neighbours": 2, "audience": 7},
        "guests_agreed": True,
        "mediators": ["mediator-1", "mediator-2"],
        "place": "星海名城调解室",
    }
    desk.post("sessions", session, desk.mediating)

    shown = desk.get("/sessions", token=desk.service.resident).json["sessions"][1]
    opened = desk.get("/sessions?purpose=review").json["sessions"][1]

    assert (shown["is_public"], shown["guests"]) == (True, {"neighbours": 2, "audience": 7})
    assert shown["mediators"] == ["mediator-1", "mediator-2"]
    assert (shown["place"], shown["record"]) == (None, None)
    assert (opened["place"], opened["record"]) == (session["place"], session["record"])


Case = tuple[Callable[[Desk], Reply], int, str, str | None]

REFUSALS: dict[str, Case] = {
    "the same signer twice": (
        lambda desk: desk.sign("applicant", desk.get("/agreement")),
        409,
        "the applicant has already signed",
        "人民调解法 Art. 29",
    ),
    "a signature of tomorrow": (
        lambda desk: desk.sign("respondent", desk.get("/agreement"), signed_on=day(1)),
        422,
        "the respondent's signature of",
        "人民调解法 Art. 29",
    ),
    "a signature before the agreement": (
        lambda desk: desk.sign("respondent", desk.get("/agreement"), signed_on=day(-1)),
        422,
        "the respondent's signature of",
        "人民调解法 Art. 29",
    ),
    "a seal for a mediator": (
        lambda desk: desk.sign("mediator", desk.get("/agreement"), means="seal"),
        422,
        "the mediator signs by signature, not by seal",
        "人民调解法 Art. 29",
    ),
    "the committee's seal recorded by the mediator": (
        lambda desk: desk.sign("committee", desk.get("/agreement"), token=desk.service.mediator),
        403,
        "recorded by a community_officer of 440305001012, who acts for the committee",
        "人民调解法 Art. 29",
    ),
    "another mediator records": (
        lambda desk: desk.sign(
            "respondent", desk.get("/agreement"), token=desk.service.token("mediator-2", "mediator")
        ),
        403,
        "the assigned one or a community_officer",
        "人民调解法 Art. 19",
    ),
    "a party records": (
        lambda desk: desk.sign("applicant", desk.get("/agreement"), token=desk.service.resident),
        403,
        "this needs one of the roles",
        None,
    ),
    "a stale version": (
        lambda desk: desk.service.ask(
            "POST",
            f"{desk.path}/agreement/signatures",
            {"signer": "respondent", "means": "seal"},
            token=desk.service.officer,
            if_match='"1"',
        ),
        412,
        "is at version 2, not 1",
        None,
    ),
    "a second draft": (
        lambda desk: desk.draft(),
        409,
        "waits for signatures; record them, or withdraw it",
        "人民调解法 Art. 29",
    ),
    "resolved while a draft waits": (
        lambda desk: desk.post(
            "resolve", {"form": "oral", "terms": "…", "confirmed_by_applicant_on": day(0)}, desk.mediating
        ),
        409,
        "waits for signatures",
        "人民调解法 Art. 29",
    ),
    "51 promises": (
        lambda desk: desk.draft(obligations=PROMISES[1:] * 51),
        422,
        "Longer than maximum length 50.",
        None,
    ),
    "a promise for nobody": (
        lambda desk: desk.draft(obligations=[PROMISES[1] | {"by": "neighbour"}]),
        422,
        "Must be one of: applicant, respondent, both.",
        None,
    ),
    "performed before it binds": (
        lambda desk: desk.post("agreement/obligations/1/performed", {}, desk.get("/agreement")),
        409,
        "only when it is resolved by an agreement",
        "人民调解法 Art. 31",
    ),
    "the court asked before it binds": (
        lambda desk: desk.ask_court(desk.get("/agreement")),
        409,
        "only when it is resolved by an agreement",
        "人民调解法 Art. 33",
    ),
    "a visit before it binds": (
        lambda desk: desk.post("visits", {"performed": "no", "record": "…"}, desk.mediating),
        409,
        "only when it is resolved by an agreement",
        "人民调解法 Art. 31",
    ),
}

AFTER_EFFECT: dict[str, Case] = {
    "one party alone": (
        lambda desk: desk.ask_court(desk.get("/agreement"), applicants=["applicant"]),
        422,
        "both parties ask together; respondent must be among the applicants",
        "人民调解法 Art. 33",
    ),
    "the court asked before the day of effect": (
        lambda desk: desk.ask_court(desk.get("/agreement"), applied_on=day(-7)),
        422,
        "the day of effect",
        "人民调解法 Art. 33",
    ),
    "no court": (
        lambda desk: desk.ask_court(desk.get("/agreement"), court="居委会"),
        422,
        "Must be the name of a court",
        None,
    ),
    "a decision nobody asked for": (
        lambda desk: desk.post(
            "agreement/judicial-confirmation/decision", {"outcome": "rejected"}, desk.get("/agreement")
        ),
        409,
        "the court was not asked",
        "人民调解法 Art. 33",
    ),
    "a promise that is none": (
        lambda desk: desk.post("agreement/obligations/9/performed", {}, desk.get("/agreement")),
        404,
        "has no obligation 9; it has 2",
        None,
    ),
    "signed once more": (
        lambda desk: desk.sign("applicant", desk.get("/agreement")),
        409,
        "is resolved; this is possible only when it is mediating",
        "人民调解法 Art. 28",
    ),
    "a visit before the day of effect": (
        lambda desk: desk.post("visits", {"performed": "no", "record": "…", "held_on": day(-7)}, desk.get()),
        422,
        "the day the agreement took effect",
        "人民调解法 Art. 31",
    ),
}


@pytest.fixture(scope="module")
def drafted(service: Grievances) -> Desk:
    desk = Desk(service)
    desk.sign("applicant", desk.draft())
    return desk


@pytest.fixture(scope="module")
def binding(service: Grievances) -> Desk:
    desk = Desk(service)
    desk.in_effect(obligations=PROMISES)
    return desk


def check_refusal(desk: Desk, case: Case) -> None:
    act, status, told, rule = case
    before = snapshot(desk.service)

    reply = act(desk)

    problem = reply.json
    sentences = [problem["detail"], *(error["detail"] for error in problem.get("errors", []))]
    assert (reply.status, problem["status"]) == (status, status), problem
    assert reply.headers["content-type"] == "application/problem+json"
    assert any(told in sentence for sentence in sentences), problem
    assert (problem.get("rule") or "").startswith(rule or ""), problem
    assert "王小明" not in reply.text
    assert snapshot(desk.service) == before


@pytest.mark.parametrize("case", REFUSALS)
def test_what_a_draft_does_not_allow_names_the_rule_and_changes_nothing(drafted: Desk, case: str) -> None:
    check_refusal(drafted, REFUSALS[case])


@pytest.mark.parametrize("case", AFTER_EFFECT)
def test_what_a_binding_agreement_does_not_allow_names_the_rule_and_changes_nothing(binding: Desk, case: str) -> None:
    check_refusal(binding, AFTER_EFFECT[case])


@pytest.mark.parametrize(
    ("change", "told", "rule"),
    [
        ({"guests": {"neighbours": 1}}, "come with the parties' consent", "人民调解法 Art. 20"),
        ({"guests": {"audience": 1}}, "the parties chose a closed session", "人民调解法 Art. 23"),
        ({"mediators": ["resident-1"]}, "has a part in dispute", "人民调解法 Art. 14"),
        ({"ended_at": "2026-01-01T00:00:00+08:00"}, "must be after held_at", "人民调解法 Art. 27"),
    ],
)
def test_a_session_the_law_does_not_know_is_refused(drafted: Desk, change: Any, told: str, rule: str) -> None:
    body = drafted.service.session() | change

    check_refusal(drafted, (lambda desk: desk.post("sessions", body, desk.mediating), 422, told, rule))


def test_a_draft_without_a_version_is_refused(drafted: Desk) -> None:
    reply = drafted.service.ask("POST", f"{drafted.path}/agreement", DRAFT, token=drafted.service.officer)

    assert reply.status == 428
