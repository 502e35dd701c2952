"""What follows an agreement that binds: promises, visits, the court (人民调解法 Art. 31–33), over a real PostgreSQL."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import uuid_utils.compat

from chassis.database import Database
from chassis.errors import Conflict, InvalidInput, LinliError, NotAllowed, NotFound, StaleVersion, WrongState
from services.grievances.access import Purpose, eyes
from services.grievances.agreements.details import AgreementInDetail, in_detail
from services.grievances.disputes import handlers as disputes
from services.grievances.disputes import life_cycle
from services.grievances.disputes.model import Dispute, ReopeningReason, Side
from services.grievances.following import handlers as following
from services.grievances.following.model import Feedback
from services.grievances.sessions import handlers as sessions
from services.grievances.visits import handlers as visits
from tests.store.grievances.agreements.papers import BOUND, COURT, SIGNED, Papers, promise
from tests.store.grievances.deadlines.timer import at, tell, told

LATER = at("2026-04-02T10:00")
REPAIR = promise(due_on=date(2026, 3, 31))
PAYMENT = promise("applicant", "王小明补缴物业费", date(2026, 4, 30))


@pytest.fixture
def papers(database: Database, life: Any) -> Papers:
    return Papers(database, life)


def shown(papers: Papers, dispute_id: Any, now: Any) -> AgreementInDetail:
    found = papers.read(dispute_id)
    with papers.database.transaction(eyes(papers.life.people.officer)) as tx:
        return in_detail(tx, found, found.dispute, now)


def reopened(life: Any, dispute: Dispute) -> Dispute:
    again: Dispute = life.step(disputes.reopen, dispute, None, reason=ReopeningReason.NOT_PERFORMED, now=LATER)
    return again


def told_of(database: Database, subject: Any) -> list[Any]:
    with database.transaction() as tx:
        rows = tx.rows("SELECT envelope FROM outbox WHERE subject = %s ORDER BY position", (str(subject),))
    return [json.loads(row.envelope) for row in rows]


def kinds(database: Database, rule: str) -> list[tuple[str, str]]:
    return [(one.type, one.level) for one in told(database) if one.rule == rule]


def test_art_31_a_promise_is_open_then_near_then_missed(papers: Papers, database: Database) -> None:
    agreement = papers.in_effect(REPAIR)

    tell(database, at("2026-03-28T23:59"))
    assert kinds(database, "agreement.performance") == []
    tell(database, at("2026-03-29T00:00"))
    assert kinds(database, "agreement.performance") == [("near", "community")]
    tell(database, at("2026-03-31T23:59"))
    assert shown(papers, agreement.dispute_id, at("2026-03-31T23:59")).obligations[0].state == "open"
    assert kinds(database, "agreement.performance") == [("near", "community")]
    tell(database, at("2026-04-01T00:00"))
    assert shown(papers, agreement.dispute_id, at("2026-04-01T00:00")).obligations[0].state == "overdue"
    assert kinds(database, "agreement.performance") == [("near", "community"), ("missed", "community")]


def test_art_31_what_is_performed_is_missed_by_nobody(papers: Papers, database: Database) -> None:
    agreement = papers.in_effect(REPAIR, PAYMENT)

    agreement = papers.perform(agreement, 1, papers.life.people.mediator, performed_on=date(2026, 3, 15))
    assert papers.watches()["obligation agreement.performance"] == "2026-04-30"
    agreement = papers.perform(agreement, 2)
    tell(database, at("2026-06-01T00:00"))

    assert "obligation agreement.performance" not in papers.watches()
    assert kinds(database, "agreement.performance") == []
    seen = shown(papers, agreement.dispute_id, LATER)
    assert [(one.number, one.performed_on, one.state) for one in seen.obligations] == [
        (1, date(2026, 3, 15), "performed"),
        (2, date(2026, 3, 16), "performed"),
    ]
    facts = told_of(database, agreement.agreement_id)[-2:]
    assert [(fact["type"], fact["version"], fact["data"]["left"]) for fact in facts] == [
        ("agreement.performed", 6, 1),
        ("agreement.performed", 7, 0),
    ]


def test_nothing_is_waited_for_once_the_dispute_is_taken_up_again(
    papers: Papers, life: Any, database: Database
) -> None:
    agreement = papers.in_effect(REPAIR, PAYMENT)

    reopened(life, agreement.dispute)
    tell(database, at("2026-03-31T23:00"))

    assert set(papers.watches()) == {"dispute dispute.assignment"}
    with pytest.raises(WrongState, match="is accepted; this is possible only when it is resolved by an agreement"):
        papers.perform(agreement, 1)


@pytest.mark.parametrize("said", ["not resolved", "ended"])
def test_nothing_is_waited_for_when_the_complainant_says_so_by_secret(
    papers: Papers, life: Any, database: Database, said: str
) -> None:
    """人民调解法 Art. 23, 31: with the eyes of who filed, which work nowhere."""
    dispute = life.mediating()
    if said == "ended":
        papers.draft(dispute)
    else:
        dispute = papers.in_effect(REPAIR, dispute=dispute).dispute

    with database.transaction(eyes(life.people.resident)) as tx:
        locked = disputes.store.find_locked(tx, dispute.dispute_id)
        assert locked
        if said == "ended":
            following.withdraw(tx, locked, account=None, now=LATER)
        else:
            feedback = Feedback(confirmed=False)
            following.hear(tx, locked, feedback, account=None, comment_id=uuid_utils.compat.uuid7(), now=LATER)

    assert [what for what in papers.watches() if not what.startswith("dispute ")] == []


def test_art_31_a_visit_leaves_its_record_and_a_reason_to_reopen(papers: Papers, life: Any) -> None:
    agreement = papers.in_effect(REPAIR)
    dispute = agreement.dispute

    first = papers.visit(dispute, "partly", life.people.mediator)
    second = papers.visit(dispute, "no", now=LATER)
    masked = papers.run(visits.list_visits, life.people.resident, dispute.dispute_id, purpose=None)
    opened = papers.run(visits.list_visits, life.people.mediator, dispute.dispute_id, purpose=Purpose.REVIEW)

    assert [(one.held_on, one.performed, one.record) for one in masked] == [
        (date(2026, 3, 16), "partly", None),
        (date(2026, 4, 2), "no", None),
    ]
    assert [one.record for one in opened] == ["欧阳锋说尚未动工"] * 2
    assert (first.reopening_reason, second.reopening_reason) == (None, "not_performed")
    assert reopened(life, dispute).reason_code == "not_performed"


@pytest.mark.parametrize(
    ("applied_on", "is_right"),
    [("2026-03-15", False), ("2026-03-16", True), ("2026-04-15", True), ("2026-04-16", False)],
)
def test_art_33_both_ask_the_court_within_thirty_days(papers: Papers, applied_on: str, is_right: bool) -> None:
    """In effect since 16 March; the 30th day after is Wednesday, 15 April."""
    agreement, before = papers.in_effect(), papers.snapshot()
    day, now = date.fromisoformat(applied_on), at("2026-04-20T10:00")

    if is_right:
        confirmation = papers.ask_court(agreement, applied_on=day, now=now).confirmation
        assert confirmation
        assert (confirmation.applied_on, confirmation.court) == (day, COURT)
    else:
        with pytest.raises(InvalidInput, match="from 2026-03-16, the day of effect, to 2026-04-15") as refused:
            papers.ask_court(agreement, applied_on=day, now=now)
        assert refused.value.rule == "人民调解法 Art. 33"
        assert papers.snapshot() == before


@pytest.mark.parametrize(("applied_on", "is_right"), [("2026-04-13", True), ("2026-04-14", False)])
def test_art_33_a_last_day_off_is_followed_by_a_working_day(papers: Papers, applied_on: str, is_right: bool) -> None:
    """民法典 Art. 203: in effect since 12 March, the 30th day after is Saturday, 11 April."""
    agreement = papers.draft(papers.life.mediating())
    for signer in SIGNED:
        agreement = papers.sign(agreement, signer, now=at("2026-03-12T10:00"))
    day, now = date.fromisoformat(applied_on), at("2026-04-20T10:00")

    if is_right:
        assert papers.ask_court(agreement, applied_on=day, now=now).confirmation
    else:
        with pytest.raises(InvalidInput, match="to 2026-04-13"):
            papers.ask_court(agreement, applied_on=day, now=now)


def test_art_33_an_oral_agreement_can_be_confirmed_too(papers: Papers, life: Any, database: Database) -> None:
    """The article speaks of agreements, and Art. 28 knows both forms."""
    resolved = life.resolve(life.mediating())

    agreement = papers.ask_court(papers.read(resolved.dispute_id))

    assert (agreement.form, agreement.version) == ("oral", 1)
    (fact,) = told_of(database, agreement.agreement_id)
    assert (fact["type"], fact["version"], fact["data"]["form"]) == ("agreement.confirmation_requested", 1, "oral")


def test_art_33_the_countdown_ends_when_the_court_is_asked(papers: Papers, database: Database) -> None:
    agreement = papers.in_effect()
    seen = shown(papers, agreement.dispute_id, at("2026-04-14T10:00")).judicial_confirmation
    assert seen
    assert (seen.state, seen.until, seen.days_left) == ("open", date(2026, 4, 15), 1)

    papers.ask_court(agreement)
    tell(database, at("2026-06-01T00:00"))

    assert papers.watches() == {}
    assert kinds(database, "agreement.judicial_confirmation") == []


def test_art_33_a_right_that_nobody_uses_lapses_and_nobody_is_blamed(papers: Papers, database: Database) -> None:
    agreement = papers.in_effect()

    tell(database, at("2026-06-01T00:00"))

    assert kinds(database, "agreement.judicial_confirmation") == [("near", "community"), ("lapsed", "community")]
    seen = shown(papers, agreement.dispute_id, at("2026-06-01T00:00")).judicial_confirmation
    assert seen
    assert (seen.state, seen.days_left, seen.routes) == ("lapsed", None, ("court",))


@pytest.mark.parametrize(("outcome", "routes"), [("confirmed", ("enforcement",)), ("rejected", ("mediation", "court"))])
def test_art_33_the_courts_word_names_what_is_open(
    papers: Papers, database: Database, outcome: str, routes: tuple[str, ...]
) -> None:
    agreement = papers.decide(papers.ask_court(papers.in_effect()), outcome, now=LATER)

    seen = shown(papers, agreement.dispute_id, LATER).judicial_confirmation
    assert seen
    assert (seen.state, seen.decided_on, seen.routes) == (outcome, date(2026, 4, 2), routes)
    facts = told_of(database, agreement.agreement_id)[-2:]
    assert [(fact["type"], fact["version"]) for fact in facts] == [
        ("agreement.confirmation_requested", 6),
        ("agreement.confirmation_decided", 7),
    ]
    assert facts[1]["data"]["outcome"] == outcome
    assert COURT not in json.dumps(facts, ensure_ascii=False)


def test_art_33_a_rejected_agreement_is_changed_by_mediation(papers: Papers, life: Any) -> None:
    rejected = papers.decide(papers.ask_court(papers.in_effect(REPAIR)), "rejected")

    again = life.step(disputes.reopen, rejected.dispute, None, reason=ReopeningReason.PARTIES_WILLING, now=LATER)

    assert again.state == "accepted"
    assert set(papers.watches()) == {"dispute dispute.assignment"}


def test_art_33_the_court_may_decide_after_the_dispute_was_taken_up_again(papers: Papers, life: Any) -> None:
    asked = papers.ask_court(papers.in_effect())
    assigned = life.assign(reopened(life, asked.dispute), now=LATER)
    again = sessions.Record(LATER, False, list(Side), "双方再议")
    papers.draft(life.meet(assigned, command=again, now=LATER), now=LATER)

    decided = papers.decide(asked, "confirmed", now=LATER)

    assert decided.confirmation
    assert decided.confirmation.outcome == "confirmed"


Case = tuple[type[LinliError], str, Callable[[Papers, Any, Any], object]]

REFUSED: dict[str, Case] = {
    "performed by who filed": (
        NotAllowed,
        "needs one of the roles",
        lambda papers, life, agreement: papers.perform(agreement, 1, life.people.resident),
    ),
    "performed says another mediator": (
        NotAllowed,
        "has another mediator",
        lambda papers, life, agreement: papers.perform(agreement, 1, life.people.colleague),
    ),
    "performed says another community": (
        NotFound,
        "that you may see",
        lambda papers, life, agreement: papers.perform(agreement, 1, life.people.elsewhere),
    ),
    "what was never promised": (
        NotFound,
        "no obligation 2; it has 1",
        lambda papers, life, agreement: papers.perform(agreement, 2),
    ),
    "performed tomorrow": (
        InvalidInput,
        "to 2026-03-16",
        lambda papers, life, agreement: papers.perform(agreement, 1, performed_on=date(2026, 3, 17)),
    ),
    "a version gone by": (
        StaleVersion,
        "is at version 5, not 4",
        lambda papers, life, agreement: papers.perform(agreement, 1, version=4),
    ),
    "one party alone": (
        InvalidInput,
        "both parties ask together; respondent must be among the applicants",
        lambda papers, life, agreement: papers.ask_court(agreement, applicants=[Side.APPLICANT]),
    ),
    "asked by another mediator": (
        NotAllowed,
        "has another mediator",
        lambda papers, life, agreement: papers.ask_court(agreement, life.people.colleague),
    ),
    "decided before it was asked": (
        Conflict,
        "the court was not asked",
        lambda papers, life, agreement: papers.decide(agreement, "confirmed"),
    ),
    "visited before it bound": (
        InvalidInput,
        "held_on 2026-03-15 must be from 2026-03-16",
        lambda papers, life, agreement: papers.visit(agreement.dispute, "no", held_on=date(2026, 3, 15)),
    ),
    "visited tomorrow": (
        InvalidInput,
        "held_on 2026-03-17",
        lambda papers, life, agreement: papers.visit(agreement.dispute, "no", held_on=date(2026, 3, 17)),
    ),
    "visited by another mediator": (
        NotAllowed,
        "has another mediator",
        lambda papers, life, agreement: papers.visit(agreement.dispute, "no", life.people.colleague),
    ),
    "visited at a version of the dispute gone by": (
        StaleVersion,
        "is at version 5, not 4",
        lambda papers, life, agreement: papers.visit(agreement.dispute, "no", version=4),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_changes_nothing(papers: Papers, life: Any, case: str) -> None:
    refusal, told_so, act = REFUSED[case]
    agreement = papers.in_effect(REPAIR)
    before = papers.snapshot()

    with pytest.raises(refusal, match=told_so):
        act(papers, life, agreement)

    assert papers.snapshot() == before


def test_what_was_decided_by_the_bodies_is_no_agreement_to_follow(
    papers: Papers, life: Any, database: Database
) -> None:
    dispute = life.mediating()
    officer = life.people.officer
    with database.transaction(eyes(officer)) as tx:
        locked = disputes.get_locked(tx, dispute.dispute_id, actor=officer, version=dispute.version)
        decided = disputes.keep(tx, life_cycle.decide(locked, by=officer.actor_id, now=BOUND), BOUND)

    with pytest.raises(WrongState, match="only when it is resolved by an agreement"):
        papers.visit(decided, "no")


def test_a_draft_is_waited_for_no_more_when_the_bodies_decide(papers: Papers, life: Any, database: Database) -> None:
    dispute, officer = life.mediating(), life.people.officer
    papers.draft(dispute)

    with database.transaction(eyes(officer)) as tx:
        locked = disputes.get_locked(tx, dispute.dispute_id, actor=officer, version=dispute.version)
        disputes.keep(tx, life_cycle.decide(locked, by=officer.actor_id, now=BOUND), BOUND)

    assert papers.watches() == {}
    assert [one.standing(one.dispute) for one in papers.history(dispute.dispute_id)] == ["lapsed"]
