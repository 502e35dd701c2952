"""Who mediates a case: of the register, chosen, refused, withdrawn (人民调解法 Art. 9, 13, 14, 17, 19, 23)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg2.errors
import pytest

from chassis.database import SYSTEM, Access, Database
from chassis.errors import InvalidInput, NotAllowed, NotFound, StaleVersion, WrongState
from chassis.identity import Actor, Grant
from services.grievances.access import Purpose, eyes
from services.grievances.committees import handlers as committees
from services.grievances.committees.model import EndReason
from services.grievances.disputes import handlers as disputes
from services.grievances.disputes.model import Basis, ChosenBy, Dispute, ReassignmentReason, Side, State
from services.grievances.following import handlers as following

XINGHAI, STREET, HAIYUE = "440305001012", "440305001000", "440305006011"
NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)
AFTER_THE_TERM = datetime(2029, 1, 5, 16, tzinfo=UTC)
"""The first instant in Shanghai after the last day of the term of the communities' committees."""

BOTH = Actor("mediator-1", (Grant("mediator", XINGHAI), Grant("community_officer", XINGHAI)))
"""A mediator who also holds an office in the community."""

SUCCESSOR = Actor("mediator-2", (Grant("mediator", XINGHAI),))


def retire(database: Database, account: str, reason: EndReason = EndReason.OWN_REQUEST) -> None:
    officer = Actor("officer-1", (Grant("community_officer", XINGHAI),))
    with database.transaction(eyes(officer)) as tx:
        [one] = [
            each
            for each in committees.list_mediators(tx, XINGHAI, actor=officer, now=NOW)
            if each.account_id == account
        ]
        committees.end(tx, one.appointment_id, reason=reason, actor=officer, version=one.version, now=NOW)


def changes(database: Database, dispute: Dispute) -> list[tuple[Any, ...]]:
    with database.transaction() as tx:
        found = disputes.store.list_mediator_changes(tx, dispute.dispute_id)
    return [(one.version, one.from_id, one.to_id, one.reason_code, one.on_behalf_of, one.changed_by) for one in found]


def test_art_13_only_who_is_in_the_register_is_named(life: Any, database: Database) -> None:
    accepted = life.accept(life.file())
    before = snapshot(database)

    with pytest.raises(InvalidInput, match="no current mediator of the committee of 440305001012") as refused:
        life.assign(accepted, mediator_id="officer-7")

    assert refused.value.rule == "人民调解法 Art. 13, 14"
    assert refused.value.fields[0].pointer == "/mediator_id"
    assert "officer-7" not in str(refused.value)
    assert snapshot(database) == before


@pytest.mark.parametrize(("now", "named"), [(AFTER_THE_TERM - timedelta(seconds=1), True), (AFTER_THE_TERM, False)])
def test_art_9_after_the_term_nobody_is_named_and_running_cases_go_on(
    life: Any, database: Database, now: datetime, named: bool
) -> None:
    running, accepted = life.mediating(), life.accept(life.file())

    if named:
        assert life.assign(accepted, now=now).state == "assigned"
    else:
        with pytest.raises(InvalidInput, match="no current mediator"):
            life.assign(accepted, now=now)
    assert life.refuse(running, life.people.mediator, now=now).state == "refused"


@pytest.mark.parametrize("reason", [EndReason.OWN_REQUEST, EndReason.DISMISSED])
def test_who_has_left_is_named_for_no_more_cases_and_the_running_ones_go_to_a_successor(
    life: Any, database: Database, reason: EndReason
) -> None:
    running, accepted = life.mediating(), life.accept(life.file())
    retire(database, "mediator-1", reason)

    with pytest.raises(InvalidInput, match="no current mediator"):
        life.assign(accepted)
    with pytest.raises(InvalidInput, match="no current mediator") as refused:
        life.reassign(life.mediating_by("mediator-2"), life.people.officer, successor_id="mediator-1")
    assert refused.value.fields[0].pointer == "/successor_id"
    assert life.reassign(running, life.people.officer, reason=ReassignmentReason.UNABLE).mediator_id == "mediator-2"


@pytest.mark.parametrize("chosen_by", ChosenBy)
def test_art_19_the_committee_names_or_the_parties_choose(life: Any, database: Database, chosen_by: ChosenBy) -> None:
    assigned = life.assign(life.accept(life.file()), chosen_by=chosen_by)

    with database.transaction() as tx:
        found = disputes.store.find(tx, assigned.dispute_id)
    assert found is not None
    assert (found[0].mediator_id, found[0].chosen_by) == ("mediator-1", chosen_by)
    assert changes(database, assigned) == []


RECUSAL = [ReassignmentReason.NEAR_RELATIVE, ReassignmentReason.INTEREST, ReassignmentReason.CHALLENGED]


def withdrawn(life: Any, reason: ReassignmentReason, actor: Actor | None = None) -> Dispute:
    side = Side.APPLICANT if reason is ReassignmentReason.CHALLENGED else None
    after: Dispute = life.reassign(life.mediating(), actor, reason=reason, on_behalf_of=side)
    return after


@pytest.mark.parametrize("reason", ReassignmentReason)
@pytest.mark.parametrize("who", ["mediator", "officer"])
def test_art_14_a_mediator_withdraws_and_the_successor_has_the_case_at_once(
    life: Any, database: Database, facts: Any, reason: ReassignmentReason, who: str
) -> None:
    after = withdrawn(life, reason, getattr(life.people, who))

    assert (after.state, after.mediator_id) == ("mediating", "mediator-2")
    assert facts()[-1] == ("dispute.reassigned", 5)
    assert life.resolve(life.meet(after, SUCCESSOR), SUCCESSOR).state == "resolved"
    side = "applicant" if reason is ReassignmentReason.CHALLENGED else None
    by = getattr(life.people, who).actor_id
    assert changes(database, after) == [(5, "mediator-1", "mediator-2", reason, side, by)]


STEPS: dict[str, Callable[[Any, Dispute], object]] = {
    "meets": lambda life, dispute: life.meet(dispute, BOTH),
    "resolves": lambda life, dispute: life.resolve(dispute, BOTH),
    "refuses": lambda life, dispute: life.refuse(dispute, BOTH),
    "terminates": lambda life, dispute: life.terminate(dispute, BOTH),
    "reassigns": lambda life, dispute: life.reassign(dispute, BOTH, successor_id="mediator-3"),
    "unassigns": lambda life, dispute: life.unassign(dispute, BOTH),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("reason", RECUSAL)
def test_art_14_who_was_not_impartial_takes_no_step_by_any_office(
    life: Any, database: Database, reason: ReassignmentReason, step: str
) -> None:
    after = withdrawn(life, reason)
    before = snapshot(database)

    with pytest.raises(NotAllowed, match="takes no more part in it, by no office"):
        STEPS[step](life, after)

    assert snapshot(database) == before


@pytest.mark.parametrize("reason", RECUSAL)
def test_art_14_who_was_not_impartial_opens_nothing_more(
    life: Any, database: Database, reason: ReassignmentReason
) -> None:
    after = withdrawn(life, reason)

    with database.transaction(eyes(BOTH)) as tx:
        with pytest.raises(NotAllowed, match="opens nothing of it any more"):
            disputes.get_in_detail(tx, after.dispute_id, actor=BOTH, purpose=Purpose.MEDIATION)
        assert disputes.get_in_detail(tx, after.dispute_id, actor=BOTH, purpose=None).summary is None
    with database.transaction(eyes(SUCCESSOR)) as tx:
        opened = disputes.get_in_detail(tx, after.dispute_id, actor=SUCCESSOR, purpose=Purpose.MEDIATION)
    assert opened.applicant.name == "王小明"


def test_who_was_unable_opens_nothing_either_and_may_have_the_case_again(life: Any, database: Database) -> None:
    after = withdrawn(life, ReassignmentReason.UNABLE)
    mediator = life.people.mediator

    with database.transaction(eyes(mediator)) as tx, pytest.raises(NotAllowed, match="its assigned mediator"):
        disputes.get_in_detail(tx, after.dispute_id, actor=mediator, purpose=Purpose.MEDIATION)
    with pytest.raises(NotAllowed, match="has another mediator"):
        life.meet(after, mediator)
    again = life.reassign(after, SUCCESSOR, successor_id="mediator-1", reason=ReassignmentReason.UNABLE)
    assert life.meet(again, mediator).session_count == 2


SAID: dict[str, tuple[Callable[[Any], Actor], Side | None, str]] = {
    "the mediator for the respondent": (lambda people: people.mediator, Side.RESPONDENT, "respondent"),
    "the committee for the applicant": (lambda people: people.officer, Side.APPLICANT, "applicant"),
    "who filed": (lambda people: people.resident, None, "applicant"),
}


@pytest.mark.parametrize("said", SAID)
@pytest.mark.parametrize("state", ["assigned", "mediating"])
def test_art_23_a_party_refuses_the_mediator_and_another_one_is_named(
    life: Any, database: Database, facts: Any, said: str, state: str
) -> None:
    who, side, recorded = SAID[said]
    before = getattr(life, state)()

    after = life.unassign(before, who(life.people), on_behalf_of=side)

    assert (after.state, after.mediator_id) == ("accepted", None)
    assert facts()[-1] == ("dispute.unassigned", before.version + 1)
    by = who(life.people).actor_id
    assert changes(database, after) == [(after.version, "mediator-1", None, "party_refused_mediator", recorded, by)]
    assert life.assign(after, mediator_id="mediator-2").mediator_id == "mediator-2"


def test_art_23_the_committee_does_not_name_the_refused_one_again_but_the_parties_may_choose_that_one(
    life: Any, database: Database
) -> None:
    refused = life.unassign(life.assigned())

    with pytest.raises(InvalidInput, match="has refused this mediator") as again:
        life.assign(refused)
    assert (again.value.rule or "").startswith("人民调解法 Art. 23")
    assert life.assign(refused, chosen_by=ChosenBy.PARTIES).mediator_id == "mediator-1"


def test_after_a_refusal_the_time_to_name_another_runs_anew_and_that_to_mediate_goes_on(
    life: Any, database: Database
) -> None:
    assigned = life.assigned()
    later = NOW + timedelta(days=20)

    refused = life.unassign(assigned, now=later)
    assert due(database, refused) == ("dispute.assignment", later)

    again = life.assign(refused, mediator_id="mediator-2", now=later)
    assert due(database, again) == ("dispute.mediation", NOW)


def due(database: Database, dispute: Dispute) -> tuple[str, datetime]:
    with database.transaction() as tx:
        [row] = tx.rows(
            "SELECT rule, started_at FROM deadlines WHERE thing_id = %s AND slot = 'state'", (dispute.dispute_id,)
        )
    return row.rule, row.started_at


REFUSED: dict[str, tuple[type[Exception], Callable[[Any, Dispute], object]]] = {
    "a neighbour refuses the mediator": (
        NotFound,
        lambda life, case: life.unassign(case, life.people.neighbour, on_behalf_of=None),
    ),
    "another mediator records it": (NotAllowed, lambda life, case: life.unassign(case, life.people.colleague)),
    "nobody says whose will it is": (InvalidInput, lambda life, case: life.unassign(case, on_behalf_of=None)),
    "who filed speaks for the other side": (
        InvalidInput,
        lambda life, case: life.unassign(case, life.people.resident, on_behalf_of=Side.RESPONDENT),
    ),
    "a version gone by": (StaleVersion, lambda life, case: life.unassign(case, version=2)),
    "another mediator withdraws": (NotAllowed, lambda life, case: life.reassign(case, life.people.colleague)),
    "who filed names a successor": (NotAllowed, lambda life, case: life.reassign(case, life.people.resident)),
    "the successor is a party": (
        InvalidInput,
        lambda life, case: life.reassign(case, successor_id="resident-1"),
    ),
    "a challenge of nobody's": (
        InvalidInput,
        lambda life, case: life.reassign(case, reason=ReassignmentReason.CHALLENGED),
    ),
    "a withdrawal on somebody's behalf": (
        InvalidInput,
        lambda life, case: life.reassign(case, on_behalf_of=Side.APPLICANT),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_changes_nothing(life: Any, database: Database, case: str) -> None:
    refusal, act = REFUSED[case]
    mediating = life.mediating()
    before = snapshot(database)

    with pytest.raises(refusal):
        act(life, mediating)

    assert snapshot(database) == before


def test_staff_that_took_a_case_in_speak_for_no_party(life: Any) -> None:
    """Else the community could refuse, end or take back what a resident complained of."""
    taken_in = life.file(life.people.mediator, basis=Basis.OWN_INITIATIVE)
    assigned = life.assign(life.accept(taken_in), mediator_id="mediator-2")
    accepted = life.accept(life.file(life.people.mediator, basis=Basis.OWN_INITIATIVE))

    with pytest.raises(NotAllowed, match="was taken in for its applicant"):
        life.unassign(assigned, life.people.mediator, on_behalf_of=None)
    for side in Side:
        with pytest.raises((NotAllowed, InvalidInput)):
            life.refuse(accepted, life.people.mediator, on_behalf_of=side)


def withdraw(life: Any, dispute: Dispute) -> Dispute:
    resident = life.people.resident
    with life.database.transaction(Access(resident.actor_id, ())) as tx:
        own = following.get_own(tx, dispute.dispute_id, actor=resident, version=dispute.version)
        return following.withdraw(tx, own, account=resident.actor_id, now=NOW)


STOPS: dict[str, tuple[Callable[[Any, Dispute], Dispute], str]] = {
    "the respondent, through the committee": (lambda life, case: life.refuse(case), "respondent"),
    "the applicant, through the committee": (
        lambda life, case: life.refuse(case, on_behalf_of=Side.APPLICANT),
        "applicant",
    ),
    "who filed": (withdraw, "applicant"),
}


@pytest.mark.parametrize("who", STOPS)
@pytest.mark.parametrize("state", ["registered", "accepted", "assigned", "mediating"])
def test_art_17_one_partys_clear_refusal_stops_it_in_every_state(
    life: Any, database: Database, state: str, who: str
) -> None:
    """Art. 17 and, once a mediator has it, Art. 23: the party's word is enough; other routes are named (Art. 26)."""
    stop, side = STOPS[who]
    before = {
        "registered": life.file,
        "accepted": lambda: life.accept(life.file()),
        "assigned": life.assigned,
        "mediating": life.mediating,
    }[state]()

    after = stop(life, before)

    assert after.state in (State.REFUSED, State.TERMINATED)
    assert (after.on_behalf_of, after.reason_code) in {(side, "party_refused"), (side, "party_ended")}
    assert after.other_routes == ("arbitration", "administrative", "court")
    with pytest.raises(WrongState):
        life.meet(after)
    with database.transaction() as tx:
        assert tx.rows("SELECT FROM deadlines WHERE thing_id = %s", (after.dispute_id,)) == []
        kept = tx.rows("SELECT on_behalf_of FROM disputes WHERE dispute_id = %s", (after.dispute_id,))
    assert kept == [(side,)]


@pytest.fixture
def changed(life: Any) -> Dispute:
    """A case that has had two mediators."""
    after: Dispute = life.reassign(life.mediating())
    return after


def test_the_history_shows_to_who_may_see_the_case(life: Any, database: Database, changed: Dispute) -> None:
    people = life.people
    for actor in (people.resident, people.officer, people.street, people.mediator):
        with database.transaction(eyes(actor)) as tx:
            [one] = disputes.list_mediator_changes(tx, changed.dispute_id, actor=actor)
        assert (one.from_id, one.to_id) == ("mediator-1", "mediator-2")
    for actor in (people.neighbour, people.elsewhere):
        with database.transaction(eyes(actor)) as tx, pytest.raises(NotFound):
            disputes.list_mediator_changes(tx, changed.dispute_id, actor=actor)


@pytest.mark.parametrize(
    ("access", "seen"),
    [
        (Access("nobody", ()), 0),
        (Access("officer-9", (HAIYUE,)), 0),
        (Access("officer-1", (XINGHAI,)), 1),
        (Access("officer-2", ("440305001",)), 1),
        (Access("resident-1", ()), 1),
        (SYSTEM, 1),
    ],
)
def test_past_the_handlers_a_change_shows_with_its_dispute(
    database: Database, changed: Dispute, access: Access, seen: int
) -> None:
    with database.transaction(access) as tx:
        assert tx.rows("SELECT count(*) FROM mediator_changes") == [(seen,)]


def test_past_the_handlers_a_change_hides_from_the_accused(life: Any, database: Database) -> None:
    filed = life.file(respondent=life.respondent(person_id="officer-8"))
    life.reassign(life.meet(life.assign(life.accept(filed))))

    with database.transaction(Access("officer-8", (XINGHAI,))) as tx:
        assert tx.rows("SELECT FROM mediator_changes") == []


ADD = """
INSERT INTO mediator_changes (dispute_id, version, from_id, to_id, reason_code, on_behalf_of, changed_by, changed_at)
VALUES (%s, 99, 'mediator-2', %s, %s, %s, 'somebody', now())
"""

WRITES: dict[str, tuple[Access, str | None, str, str | None, bool]] = {
    "the community": (Access("officer-1", (XINGHAI,)), "mediator-3", "unable", None, True),
    "another community": (Access("officer-9", (HAIYUE,)), "mediator-3", "unable", None, False),
    "nobody": (Access("nobody", ()), None, "party_refused_mediator", "applicant", False),
    "who filed refuses": (Access("resident-1", ()), None, "party_refused_mediator", "applicant", True),
    "who filed names one": (Access("resident-1", ()), "mediator-3", "chosen_by_parties", None, False),
    "who filed replaces one": (
        Access("resident-1", ()),
        "mediator-3",
        "party_refused_mediator",
        "applicant",
        False,
    ),
    "who filed speaks for the other side": (
        Access("resident-1", ()),
        None,
        "party_refused_mediator",
        "respondent",
        False,
    ),
}


@pytest.mark.parametrize("case", WRITES)
def test_past_the_handlers_a_change_is_recorded_by_who_works_on_the_case(
    database: Database, changed: Dispute, case: str
) -> None:
    access, to_id, reason, side, allowed = WRITES[case]
    given = (changed.dispute_id, to_id, reason, side)

    if allowed:
        with database.transaction(access) as tx:
            assert tx.execute(ADD, given) == 1
    else:
        with pytest.raises(psycopg2.errors.InsufficientPrivilege), database.transaction(access) as tx:
            tx.execute(ADD, given)


@pytest.mark.parametrize("forbidden", ["DELETE FROM mediator_changes", "UPDATE mediator_changes SET to_id = to_id"])
def test_past_the_handlers_the_history_is_not_rewritten(database: Database, changed: Dispute, forbidden: str) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), database.transaction(SYSTEM) as tx:
        tx.execute(forbidden)


def test_past_the_handlers_who_filed_takes_the_mediator_away_and_puts_none_in(life: Any, database: Database) -> None:
    """人民调解法 Art. 23, in the second lock."""
    life.mediating()
    own = Access("resident-1", ())
    refused = "UPDATE disputes SET state = 'accepted', reason_code = 'party_refused_mediator', mediator_id = %s"

    with pytest.raises(psycopg2.errors.InsufficientPrivilege), database.transaction(own) as tx:
        tx.execute(refused, ("mediator-3",))
    with database.transaction(own) as tx:
        assert tx.execute(refused, (None,)) == 1


def snapshot(database: Database) -> dict[str, Any]:
    tables = ("disputes", "sessions", "agreements", "mediator_changes", "mediators", "deadlines", "outbox")
    with database.transaction() as tx:
        return {table: tx.rows(f"SELECT t::text FROM {table} AS t ORDER BY 1") for table in tables}
