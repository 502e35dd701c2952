"""Whoever a dispute is about, and did not file it, knows nothing of it by office (信访工作条例 Art. 30, 46)."""

from collections.abc import Callable
from typing import Any

import psycopg2.errors
import pytest

from chassis.database import SYSTEM, Database
from chassis.errors import NotFound
from chassis.identity import Actor
from services.grievances.access import Purpose, eyes
from services.grievances.agreements import handlers as agreements
from services.grievances.disputes import handlers
from services.grievances.disputes.model import Dispute
from services.grievances.sessions import handlers as sessions
from services.grievances.worklists.handlers import list_disputes
from services.grievances.worklists.model import Asked, Order

TABLES = ("disputes", "dispute_parties", "sessions", "agreements", "agreement_signatures")

OFFICES = pytest.mark.parametrize("office", ["mediator", "officer", "street"])

READS: dict[str, Callable[..., object]] = {
    "the dispute": handlers.get_in_detail,
    "its sessions": sessions.list_sessions,
    "its agreement": agreements.get_agreement,
}


def about(life: Any, accused: Actor) -> Dispute:
    """A dispute about this person that has come to its end in other hands."""
    filed = life.file(respondent=life.respondent(person_id=accused.actor_id))
    other = Actor("officer-7", life.people.officer.grants)
    assigned = life.assign(life.accept(filed, other), other, mediator_id="mediator-2")
    resolved: Dispute = life.resolve(life.meet(assigned, life.people.colleague), other)
    return resolved


@pytest.mark.parametrize("purpose", [None, *Purpose])
@pytest.mark.parametrize("what", READS)
@OFFICES
def test_the_accused_reads_nothing_masked_or_opened(
    life: Any, database: Database, office: str, what: str, purpose: Purpose | None
) -> None:
    accused = getattr(life.people, office)
    dispute = about(life, accused)

    # With eyes that see everything, the handlers alone stand in the way.
    for access in (eyes(accused), SYSTEM):
        with database.transaction(access) as tx, pytest.raises(NotFound, match="that you may see"):
            READS[what](tx, dispute.dispute_id, actor=accused, purpose=purpose)


@OFFICES
def test_no_list_shows_it_to_the_accused(life: Any, database: Database, office: str) -> None:
    accused, other = getattr(life.people, office), life.file()
    about(life, accused)

    for asked in (Asked(), Asked(area="440305001012"), Asked(order=Order.DUE)):
        with database.transaction(eyes(accused)) as tx:
            found, _ = list_disputes(tx, asked, actor=accused, after=None, count=1)
        assert [one.dispute_id for one in found] == [other.dispute_id]


def test_no_search_finds_it_for_the_accused(life: Any, database: Database) -> None:
    accused, other = life.people.officer, life.file()
    about(life, accused)

    with database.transaction(eyes(accused)) as tx:
        found, _ = list_disputes(tx, Asked(words=("深夜练琴",)), actor=accused, after=None, count=9)

    assert [one.dispute_id for one in found] == [other.dispute_id]


@pytest.mark.parametrize("office", ["mediator", "officer"])
def test_a_step_of_the_accused_finds_no_dispute(life: Any, database: Database, office: str) -> None:
    accused = getattr(life.people, office)
    dispute = life.file(respondent=life.respondent(person_id=accused.actor_id))

    for access in (eyes(accused), SYSTEM):
        with database.transaction(access) as tx, pytest.raises(NotFound, match="that you may see"):
            handlers.accept(tx, dispute.dispute_id, actor=accused, version=1, now=life.now)


@OFFICES
def test_the_database_hides_every_row_of_it_from_the_accused(life: Any, database: Database, office: str) -> None:
    accused = getattr(life.people, office)
    about(life, accused)

    with database.transaction(eyes(accused)) as tx:
        assert [tx.rows(f"SELECT count(*) AS n FROM {table}")[0].n for table in TABLES] == [0] * len(TABLES)


def test_an_officer_who_filed_against_a_neighbour_follows_the_own_filing(life: Any, database: Database) -> None:
    officer = life.people.officer
    dispute = life.file(officer, applicant=life.applicant(person_id=officer.actor_id))

    with database.transaction(eyes(officer)) as tx:
        seen = handlers.get_in_detail(tx, dispute.dispute_id, actor=officer, purpose=None)

    assert (seen.applicant.name, seen.summary) == ("王**", life.filing.summary)


@pytest.mark.parametrize("table", ["disputes", "dispute_parties"])
def test_the_database_takes_no_change_from_who_filed(life: Any, database: Database, table: str) -> None:
    officer = life.people.officer
    life.file(officer)

    with pytest.raises(psycopg2.errors.InsufficientPrivilege), database.transaction(eyes(officer)) as tx:
        tx.execute(f"UPDATE {table} SET area = area")


@pytest.mark.parametrize("table", ["sessions", "agreements"])
def test_the_database_takes_no_record_from_who_filed(life: Any, database: Database, table: str) -> None:
    officer = life.people.officer
    dispute = life.file(officer)
    values = {
        "sessions": "(session_id, dispute_id, number, area, filed_by, held_at, is_public, attended, record_sealed, "
        "recorded_by) VALUES (gen_random_uuid(), %(id)s, 1, '440305001012', 'officer-1', now(), true, '{}', '', 'x')",
        "agreements": "(agreement_id, dispute_id, area, filed_by, form, terms_sealed, reached_on, effective_on, "
        "recorded_by, recorded_at) "
        "VALUES (gen_random_uuid(), %(id)s, '440305001012', 'officer-1', 'oral', '', now(), now(), 'x', now())",
    }

    with pytest.raises(psycopg2.errors.InsufficientPrivilege), database.transaction(eyes(officer)) as tx:
        tx.execute(f"INSERT INTO {table} {values[table]}", {"id": dispute.dispute_id})
