"""Steps over a real PostgreSQL: all of a step or nothing of it, and one winner when two act at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier
from typing import Any

import pytest

from chassis.database import Database
from chassis.errors import Conflict, InvalidInput, NotAllowed, NotFound, StaleVersion, WrongState
from services.grievances.access import Purpose, eyes
from services.grievances.agreements import handlers as agreements
from services.grievances.agreements.model import Signer
from services.grievances.disputes import handlers as disputes
from services.grievances.disputes import model
from services.grievances.sessions import handlers as sessions

Facts = Callable[[], list[tuple[str, int]]]


def stored(database: Database, dispute_id: Any) -> model.Dispute:
    with database.transaction() as tx:
        found = disputes.store.find(tx, dispute_id)
    assert found is not None
    return found[0]


AFTERWARDS = datetime(2026, 3, 11, tzinfo=UTC)
ANEW = sessions.Record(AFTERWARDS, False, list(model.Side), "双方再议")


def test_a_whole_life_is_one_fact_and_one_version_a_step(life: Any, database: Database, facts: Facts) -> None:
    dispute = life.resolve(life.meet(life.mediating()))

    assert facts() == [
        ("dispute.registered", 1),
        ("dispute.accepted", 2),
        ("dispute.assigned", 3),
        ("dispute.mediated", 4),
        ("dispute.mediated", 5),
        ("dispute.resolved", 6),
    ]
    kept = stored(database, dispute.dispute_id)
    assert (kept.state, kept.version, kept.session_count, kept.agreement_form) == ("resolved", 6, 2, "oral")
    assert kept.closed_at == life.now


def test_a_resolved_dispute_can_be_reopened_and_resolved_again(life: Any, database: Database) -> None:
    people = life.people
    resolved = life.resolve(life.mediating())
    with database.transaction(eyes(people.officer)) as tx:
        reopened = disputes.reopen(
            tx,
            resolved.dispute_id,
            reason=model.ReopeningReason.NOT_PERFORMED,
            actor=people.officer,
            version=resolved.version,
            now=life.now,
        )
    signed = dict.fromkeys(Signer, date(2026, 3, 10))
    written = agreements.Resolve(model.AgreementForm.WRITTEN, "物业四月前修好", date(2026, 3, 10), signed)

    again = life.meet(life.assign(reopened), command=ANEW, now=AFTERWARDS)
    life.resolve(again, command=written, now=AFTERWARDS)

    with database.transaction(eyes(people.officer)) as tx:
        latest = agreements.get_agreement(tx, resolved.dispute_id, actor=people.officer, purpose=Purpose.REVIEW)
        held = sessions.list_sessions(tx, resolved.dispute_id, actor=people.officer, purpose=Purpose.REVIEW)
    assert (latest.form, latest.terms, latest.signatures) == ("written", "物业四月前修好", signed)
    assert [(session.number, session.record) for session in held] == [(1, "王小明称可以商量"), (2, "双方再议")]


def test_sessions_and_agreement_are_shown_without_words_unless_opened(life: Any, database: Database) -> None:
    dispute = life.resolve(life.mediating())
    resident = life.people.resident

    with database.transaction(eyes(resident)) as tx:
        (session,) = sessions.list_sessions(tx, dispute.dispute_id, actor=resident, purpose=None)
        agreement = agreements.get_agreement(tx, dispute.dispute_id, actor=resident, purpose=None)
        with pytest.raises(NotAllowed):
            sessions.list_sessions(tx, dispute.dispute_id, actor=resident, purpose=Purpose.MEDIATION)

    assert (session.number, session.record) == (1, None)
    assert (agreement.effective_on, agreement.terms) == (date(2026, 3, 10), None)


def test_a_dispute_without_agreement_says_so(life: Any, database: Database) -> None:
    dispute = life.file()
    officer = life.people.officer

    with database.transaction(eyes(officer)) as tx, pytest.raises(NotFound, match="has no agreement; it is registered"):
        agreements.get_agreement(tx, dispute.dispute_id, actor=officer, purpose=None)


@pytest.mark.parametrize("came", [[], [model.Side.APPLICANT], [model.Side.RESPONDENT]])
def test_art_28_what_the_two_sides_never_met_over_is_not_resolved(life: Any, came: list[model.Side]) -> None:
    alone = sessions.Record(life.now, False, came, "…")
    dispute = life.meet(life.meet(life.assigned(), command=alone), command=alone)

    with pytest.raises(Conflict, match="attended by both sides; record one that applicant and respondent attended"):
        life.resolve(dispute)
    assert life.resolve(life.meet(dispute)).state == "resolved"


def test_after_a_broken_agreement_the_two_sides_meet_again(life: Any, database: Database) -> None:
    people, resolved = life.people, life.resolve(life.mediating())
    with database.transaction(eyes(people.officer)) as tx:
        reason = model.ReopeningReason.NOT_PERFORMED
        asked = {"actor": people.officer, "version": resolved.version, "now": AFTERWARDS}
        reopened = disputes.reopen(tx, resolved.dispute_id, reason=reason, **asked)
    alone = sessions.Record(AFTERWARDS, False, [model.Side.RESPONDENT], "…")
    again = life.meet(life.assign(reopened), command=alone, now=AFTERWARDS)

    oral = agreements.Resolve(model.AgreementForm.ORAL, "…", None, {}, confirmed_by_applicant_on=date(2026, 3, 11))

    with pytest.raises(Conflict, match="attended by both sides"):
        life.resolve(again, command=oral, now=AFTERWARDS)
    met = life.meet(again, command=ANEW, now=AFTERWARDS)
    assert life.resolve(met, command=oral, now=AFTERWARDS).state == "resolved"


UNSIGNED = agreements.Resolve(model.AgreementForm.WRITTEN, "…", None, {})
TOMORROW = sessions.Record(datetime(2026, 3, 11, 2, tzinfo=UTC), False, [], "…")

REFUSED: dict[str, tuple[type[Exception], Callable[[Any, model.Dispute, model.Dispute], object]]] = {
    "resolve what is only registered": (WrongState, lambda life, filed, _: life.resolve(filed)),
    "accept what is in mediation": (WrongState, lambda life, _, mediating: life.accept(mediating)),
    "a version to come": (StaleVersion, lambda life, filed, _: life.accept(filed, version=2)),
    "a version gone by": (StaleVersion, lambda life, _, mediating: life.resolve(mediating, version=3)),
    "a street officer accepts": (NotAllowed, lambda life, filed, _: life.accept(filed, life.people.street)),
    "another community accepts": (NotFound, lambda life, filed, _: life.accept(filed, life.people.elsewhere)),
    "who filed accepts": (NotAllowed, lambda life, filed, _: life.accept(filed, life.people.resident)),
    "another mediator meets": (NotAllowed, lambda life, _, mediating: life.meet(mediating, life.people.colleague)),
    "another mediator refuses": (NotAllowed, lambda life, _, mediating: life.refuse(mediating, life.people.colleague)),
    "a mediator names one": (NotAllowed, lambda life, filed, _: life.assign(filed, life.people.mediator)),
    "the assigned mediator names another": (
        NotAllowed,
        lambda life, _, mediating: life.assign(mediating, life.people.mediator, mediator_id="mediator-2"),
    ),
    "another mediator resolves": (
        NotAllowed,
        lambda life, _, mediating: life.resolve(mediating, life.people.colleague),
    ),
    "a session yet to come": (InvalidInput, lambda life, _, mediating: life.meet(mediating, command=TOMORROW)),
    "an unsigned agreement": (InvalidInput, lambda life, _, mediating: life.resolve(mediating, command=UNSIGNED)),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refused_step_changes_nothing(life: Any, database: Database, case: str) -> None:
    refusal, step = REFUSED[case]
    filed, mediating = life.file(), life.mediating()
    before = snapshot(database)

    with pytest.raises(refusal):
        step(life, filed, mediating)

    assert snapshot(database) == before


def test_an_officer_may_act_for_the_assigned_mediator(life: Any) -> None:
    officer = life.people.officer

    assert life.resolve(life.meet(life.assigned(), officer), officer).state == "resolved"


def test_the_assigned_mediator_and_an_officer_may_record_a_partys_refusal(life: Any) -> None:
    people = life.people

    assert life.refuse(life.mediating(), people.mediator).state == "refused"
    assert life.refuse(life.mediating(), people.officer).state == "refused"


def test_before_a_mediator_is_named_any_mediator_may_record_a_refusal(life: Any) -> None:
    assert life.refuse(life.accept(life.file()), life.people.colleague).state == "refused"


@pytest.mark.parametrize("role", ["mediator", "officer"])
def test_who_filed_follows_it_and_takes_no_step_on_it(life: Any, database: Database, role: str) -> None:
    actor = getattr(life.people, role)
    dispute = life.file(actor, applicant=life.applicant(person_id="resident-5"))

    with pytest.raises(NotAllowed, match="a colleague with no part in it must do this"):
        life.accept(dispute, actor)
    with database.transaction(eyes(actor)) as tx:
        assert disputes.get_in_detail(tx, dispute.dispute_id, actor=actor, purpose=None).summary == life.filing.summary
    assert life.accept(dispute, life.people.colleague).state == "accepted"


def test_who_filed_is_not_named_as_mediator(life: Any) -> None:
    dispute = life.accept(life.file(life.people.mediator, applicant=life.applicant(person_id="resident-5")))

    with pytest.raises(InvalidInput, match="name a mediator who has no part in it"):
        life.assign(dispute, mediator_id="mediator-1")


def test_when_two_officers_resolve_at_once_one_wins(life: Any, database: Database, facts: Facts) -> None:
    people = life.people
    dispute = life.mediating()
    together = Barrier(2)

    def resolve(actor: Any) -> str:
        together.wait()
        try:
            return str(life.resolve(dispute, actor).state)
        except (StaleVersion, WrongState) as refused:
            return type(refused).__name__

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(resolve, [people.mediator, people.officer]))

    assert outcomes == ["StaleVersion", "resolved"]
    assert [type_ for type_, _ in facts()].count("dispute.resolved") == 1
    with database.transaction() as tx:
        assert tx.rows("SELECT count(*) FROM agreements") == [(1,)]


def snapshot(database: Database) -> dict[str, Any]:
    tables = ("disputes", "dispute_parties", "sessions", "agreements", "agreement_signatures", "case_serials", "outbox")
    with database.transaction() as tx:
        return {table: tx.rows(f"SELECT t::text FROM {table} AS t ORDER BY 1") for table in tables}
