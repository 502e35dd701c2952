"""Notes: who takes and reads them, what becomes of them, what lies open of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg2.errors
import pytest
import uuid_utils.compat

from chassis.database import SYSTEM, Database
from chassis.errors import InvalidInput, NotAllowed, NotFound, StaleVersion
from chassis.identity import Actor, Grant
from services.grievances.access import Purpose, eyes
from services.grievances.disputes import handlers as disputes
from services.grievances.disputes.model import Body, Dispute
from services.grievances.notes import handlers
from services.grievances.notes.handlers import NoteInDetail, Take
from services.grievances.notes.model import Note, Outcome, State

XINGHAI, HAIYUE = "440305001012", "440305006011"
BUILDING = UUID("01936f00-0000-7000-8000-0000000000b1")
NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)
WORDS = "三栋王小明希望楼道装灯，电话13800138000"
HASH = b"h" * 16

Facts = Callable[[], list[tuple[str, int]]]


def take(database: Database, actor: Actor, **changes: Any) -> Note:
    command = replace(Take(XINGHAI, BUILDING, None, WORDS), **changes)
    with database.transaction(eyes(actor)) as tx:
        return handlers.take(tx, command, note_id=uuid_utils.compat.uuid7(), actor=actor, now=NOW)


def step(database: Database, do: Any, note: Note, actor: Actor, **more: Any) -> Any:
    with database.transaction(eyes(actor)) as tx:
        return do(tx, note.note_id, **({"actor": actor, "version": note.version, "now": NOW} | more))


def read(database: Database, note: Note, actor: Actor, purpose: Purpose | None = None) -> NoteInDetail:
    with database.transaction(eyes(actor)) as tx:
        return handlers.get_note(tx, note.note_id, actor=actor, purpose=purpose)


def file(database: Database, life: Any, note: Note, actor: Actor, **changes: Any) -> tuple[Note, Dispute]:
    filing = replace(life.filing, area="", grid_unit_id=None, summary="", **changes)
    given = {"filing": filing, "dispute_id": uuid_utils.compat.uuid7(), "secret_hash": HASH}
    noted: tuple[Note, Dispute] = step(database, handlers.become_case, note, actor, **given)
    return noted


def due(database: Database, note: Note) -> list[Any]:
    with database.transaction() as tx:
        return tx.rows("SELECT thing, rule FROM deadlines WHERE thing_id = %s", (note.note_id,))


@pytest.mark.parametrize("who", ["leader", "mediator", "officer"])
def test_who_walks_the_grid_takes_notes(life: Any, database: Database, facts: Facts, who: str) -> None:
    note = take(database, getattr(life.people, who))

    assert (note.state, note.taken_on, note.due_on) == ("open", date(2026, 3, 10), date(2026, 3, 25))
    assert facts() == [("note.taken", 1)]
    assert due(database, note) == [("note", "note.handling")]


@pytest.mark.parametrize("who", ["resident", "street", "elsewhere"])
def test_nobody_else_does(life: Any, database: Database, facts: Facts, who: str) -> None:
    with pytest.raises(NotAllowed):
        take(database, getattr(life.people, who))
    assert facts() == []


def test_a_grid_leader_takes_notes_in_the_own_part_of_the_grid_alone(life: Any, database: Database) -> None:
    with pytest.raises(NotAllowed):
        take(database, life.people.leader, grid_unit_id=None)
    with pytest.raises(InvalidInput, match="not known here"):
        take(database, life.people.officer, grid_unit_id=UUID(int=7))


def test_a_note_becomes_a_case_with_its_place_and_words_and_each_leads_to_the_other(
    life: Any, database: Database, facts: Facts
) -> None:
    taken = take(database, life.people.leader)

    note, dispute = file(database, life, taken, life.people.leader)

    assert (note.state, note.version, note.dispute_id, note.due_on) == ("case", 2, dispute.dispute_id, None)
    assert (dispute.area, dispute.grid_unit_id, dispute.channel) == (XINGHAI, BUILDING, "grid_leader")
    assert due(database, note) == []
    assert sorted(facts()) == [("dispute.registered", 1), ("note.became_case", 2), ("note.taken", 1)]
    with database.transaction(eyes(life.people.officer)) as tx:
        found = handlers.get_note_of_dispute(tx, dispute.dispute_id, actor=life.people.officer, purpose=None)
        told = disputes.get_in_detail(tx, dispute.dispute_id, actor=life.people.officer, purpose=Purpose.CONTACT)
    assert (found.note_id, told.summary) == (note.note_id, WORDS)
    assert [(done.step, done.done_by) for done in found.history] == [
        ("taken", "leader-1"),
        ("became_case", "leader-1"),
    ]


def test_a_dispute_that_came_in_otherwise_began_with_no_note(life: Any, database: Database) -> None:
    officer, dispute = life.people.officer, life.file()

    with pytest.raises(NotFound, match="began with no note"), database.transaction(eyes(officer)) as tx:
        handlers.get_note_of_dispute(tx, dispute.dispute_id, actor=officer, purpose=None)


def test_a_refused_filing_leaves_the_note_as_it_was(life: Any, database: Database, facts: Facts) -> None:
    note = take(database, life.people.leader)

    with pytest.raises(InvalidInput, match="category is not in use"):
        file(database, life, note, life.people.leader, category="ghosts")

    assert read(database, note, life.people.leader).state == "open"
    assert facts() == [("note.taken", 1)]


def test_a_suggestion_is_answered_by_who_works_in_the_community(life: Any, database: Database, facts: Facts) -> None:
    people = life.people
    suggestion = step(database, handlers.become_suggestion, take(database, people.leader), people.leader)
    answer = {"outcome": Outcome.DECLINED, "answer": "王小明家已有灯"}

    with pytest.raises(NotAllowed):
        step(database, handlers.close, suggestion, people.leader, **answer)
    closed = step(database, handlers.close, suggestion, people.officer, **answer)

    assert (closed.state, closed.outcome, closed.version) == ("closed", "declined", 3)
    assert due(database, closed) == []
    assert facts() == [("note.taken", 1), ("note.became_suggestion", 2), ("note.closed", 3)]
    seen = read(database, closed, people.leader)
    assert seen.answer == "王小明家已有灯"
    assert [(done.step, done.done_by, done.outcome) for done in seen.history] == [
        ("taken", "leader-1", None),
        ("became_suggestion", "leader-1", None),
        ("closed", "officer-1", "declined"),
    ]


def test_a_suggestion_keeps_the_time_of_its_note(life: Any, database: Database) -> None:
    note = take(database, life.people.officer)
    later = NOW + timedelta(days=9)

    suggestion = step(database, handlers.become_suggestion, note, life.people.officer, now=later)

    assert read(database, suggestion, life.people.officer).due_on == date(2026, 3, 25)


def test_a_stale_version_changes_nothing(life: Any, database: Database) -> None:
    note = take(database, life.people.officer)
    step(database, handlers.become_suggestion, note, life.people.officer)

    with pytest.raises(StaleVersion):
        step(database, handlers.close, note, life.people.officer, outcome=Outcome.NOTED, answer="…")


def test_the_street_steps_in_only_once_a_missed_time_has_brought_it_there(life: Any, database: Database) -> None:
    note, street = take(database, life.people.leader), life.people.street

    with pytest.raises(NotAllowed):
        step(database, handlers.close, note, street, outcome=Outcome.NOTED, answer=None)
    with database.transaction() as tx:
        tx.execute("UPDATE deadlines SET stage = 3 WHERE thing_id = %s", (note.note_id,))
    assert step(database, handlers.close, note, street, outcome=Outcome.NOTED, answer=None).state == "closed"


def test_words_open_for_whoever_took_it_and_for_others_with_a_purpose_and_both_are_audited(
    life: Any, database: Database
) -> None:
    note = take(database, life.people.leader)

    assert read(database, note, life.people.officer).text is None
    assert read(database, note, life.people.leader).text == WORDS
    assert read(database, note, life.people.officer, Purpose.REVIEW).text == WORDS
    with database.transaction() as tx:
        audited = tx.rows("SELECT actor_id, action, purpose FROM audit_pending WHERE kind = 'read' ORDER BY entry_id")
    assert audited == [("leader-1", "note.read", "own note"), ("officer-1", "note.read", "review")]


@pytest.mark.parametrize("by_note", [True, False])
def test_what_became_a_case_opens_as_the_case_does(life: Any, database: Database, by_note: bool) -> None:
    """For its assigned mediator or an officer, and not for any mediator of the community (PIPL Art. 6)."""
    people = life.people
    note, dispute = file(database, life, take(database, people.leader), people.leader)

    def opened(actor: Actor) -> str | None:
        with database.transaction(eyes(actor)) as tx:
            asked: dict[str, Any] = {"actor": actor, "purpose": Purpose.MEDIATION}
            if by_note:
                return handlers.get_note(tx, note.note_id, **asked).text
            return handlers.get_note_of_dispute(tx, dispute.dispute_id, **asked).text

    with pytest.raises(NotAllowed):
        opened(people.mediator)
    life.assign(life.accept(dispute))
    assert (opened(people.mediator), opened(people.officer)) == (WORDS, WORDS)
    with pytest.raises(NotAllowed):
        opened(people.colleague)


def test_nothing_said_lies_open(life: Any, database: Database) -> None:
    people = life.people
    suggestion = step(database, handlers.become_suggestion, take(database, people.leader), people.leader)
    step(database, handlers.close, suggestion, people.officer, outcome=Outcome.ADOPTED, answer="四月给王小明家装")

    with database.transaction() as tx:
        for table in ("notes", "note_steps", "outbox", "audit_pending", "deadlines"):
            for (text,) in tx.rows(f"SELECT t::text FROM {table} AS t"):
                assert not any(word in text for word in ("王小明", "13800138000", "楼道", "四月")), table


def test_lists_are_of_an_area_or_ones_own_newest_first(life: Any, database: Database) -> None:
    people = life.people
    notes = [take(database, people.leader), take(database, people.officer)]
    district = Actor("officer-3", (Grant("district_officer", "440305000000"),))

    def listed(actor: Actor, **question: Any) -> list[UUID]:
        asked = {"area": None, "own": False, "state": None, "before": None, "count": 10} | question
        with database.transaction(eyes(actor)) as tx:
            return [note.note_id for note in handlers.list_notes(tx, actor=actor, **asked)]

    newest_first = sorted((note.note_id for note in notes), reverse=True)
    assert listed(people.officer) == listed(people.street) == listed(district) == newest_first
    assert listed(people.leader) == listed(people.officer, own=False, count=10)[1:]
    assert listed(people.officer, own=True) == [notes[1].note_id]
    assert listed(people.officer, before=(NOW, newest_first[0])) == newest_first[1:]
    assert listed(people.officer, state=State.CLOSED) == []
    assert listed(people.elsewhere) == []
    with pytest.raises(NotAllowed):
        listed(people.officer, area=HAIYUE)
    with pytest.raises(InvalidInput, match="exclude each other"):
        listed(people.officer, area=XINGHAI, own=True)


@pytest.mark.parametrize("who", ["resident", "neighbour", "elsewhere"])
def test_the_database_shows_and_changes_nothing_for_who_has_no_part_in_it(
    life: Any, database: Database, who: str
) -> None:
    note = take(database, life.people.leader)
    actor = getattr(life.people, who)

    with pytest.raises(NotFound):
        read(database, note, actor)
    with database.transaction(eyes(actor)) as tx:
        assert [len(tx.rows(f"SELECT FROM {table}")) for table in ("notes", "note_steps")] == [0, 0]
        assert tx.execute("UPDATE notes SET version = version") == 0


@pytest.mark.parametrize("complained_of", ["the officer", "the workstation"])
def test_what_became_a_case_about_somebody_hides_from_that_one(
    life: Any, database: Database, complained_of: str
) -> None:
    """信访工作条例 Art. 30, 46: what an accuser gives never reaches the accused, by no other way either."""
    people = life.people
    about: dict[str, Any] = {
        "the officer": {"respondent": life.respondent(person_id=people.officer.actor_id)},
        "the workstation": {"respondent_body": Body.WORKSTATION},
    }
    note, _ = file(database, life, take(database, people.leader), people.leader, **about[complained_of])

    for purpose in (None, Purpose.REVIEW):
        for access in (eyes(people.officer), SYSTEM):
            with database.transaction(access) as tx, pytest.raises(NotFound):
                handlers.get_note(tx, note.note_id, actor=people.officer, purpose=purpose)
    with database.transaction(eyes(people.officer)) as tx:
        assert [len(tx.rows(f"SELECT FROM {table}")) for table in ("notes", "note_steps")] == [0, 0]
    assert read(database, note, people.leader).text == WORDS


@pytest.mark.parametrize("column", ["area", "taken_by", "taken_on", "text_sealed", "recorded_at", "grid_unit_id"])
def test_what_was_said_stays_as_it_was_written(database: Database, column: str) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), database.transaction(SYSTEM) as tx:
        tx.execute(f"UPDATE notes SET {column} = {column}")


@pytest.mark.parametrize(
    "statement", ["DELETE FROM notes", "DELETE FROM note_steps", "UPDATE note_steps SET step = step"]
)
def test_no_history_is_lost(database: Database, statement: str) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), database.transaction(SYSTEM) as tx:
        tx.execute(statement)


def test_nobody_takes_a_note_in_anothers_name(life: Any, database: Database) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), database.transaction(eyes(life.people.officer)) as tx:
        tx.execute(
            "INSERT INTO notes (note_id, area, taken_by, taken_on, recorded_at, text_sealed, state, version) "
            "VALUES (gen_random_uuid(), '440305001012', 'leader-1', now(), now(), '', 'open', 1)"
        )
