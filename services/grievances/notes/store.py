"""Notes and their history as rows; the words are sealed on the way in."""

from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from chassis import privacy
from chassis.calendar import local_day
from chassis.database import Transaction, load_queries
from services.grievances.disputes.store import LEVELS
from services.grievances.notes.model import Change, Done, Note, Outcome, State, Step

queries = load_queries(Path(__file__).parent)

TEXT, ANSWER = "note.text", "note.answer"
"""The contexts that these are sealed for."""

Key = tuple[datetime, UUID]
"""Where a page ends: the last note's recorded_at and id."""


def add(tx: Transaction, change: Change) -> None:
    """Store a note and the first entry of its history, in the round trip of the commit."""
    note = change.note
    tx.at_commit(
        queries.add_note.sql,
        {
            "note_id": note.note_id,
            "area": note.area,
            "grid_unit_id": note.grid_unit_id,
            "taken_by": note.taken_by,
            "taken_on": note.taken_on,
            "recorded_at": note.recorded_at,
            "text_sealed": privacy.sealer().seal(note.text or "", TEXT),
            "state": note.state,
            "version": note.version,
        },
    )
    _add_step(tx, change)


def save(tx: Transaction, change: Change) -> None:
    """Write what a step has changed, with its entry in the history, in the round trip of the commit."""
    note = change.note
    tx.at_commit(
        queries.save_note.sql,
        {
            "note_id": note.note_id,
            "state": note.state,
            "version": note.version,
            "dispute_id": note.dispute_id,
            "outcome": note.outcome,
            "answer_sealed": note.answer and privacy.sealer().seal(note.answer, ANSWER),
            "closed_at": note.closed_at,
        },
    )
    _add_step(tx, change)


def find_locked(tx: Transaction, note_id: UUID) -> Note | None:
    """The note with its words, kept from other writers until this transaction ends; None where it sees none."""
    row = queries.lock_note(tx.connection, note_id=note_id)
    return row and _note(row, opened=True)


def find(
    tx: Transaction, note_id: UUID | None = None, *, of_dispute: UUID | None = None, opened: bool = False
) -> Note | None:
    """The note, or the one that became this case; without its words unless `opened`."""
    row = queries.find_note(tx.connection, note_id=note_id, dispute_id=of_dispute)
    return row and _note(row, opened=opened)


def list_steps(tx: Transaction, note_id: UUID) -> list[Done]:
    """The history of a note."""
    return [
        Done(Step(row.step), row.done_by, row.done_at, row.outcome and Outcome(row.outcome))
        for row in queries.list_steps(tx.connection, note_id=note_id)
    ]


def list_in_scope(
    tx: Transaction, prefixes: Collection[str], state: State | None, *, before: Key | None, count: int
) -> list[Note]:
    """A page of the notes that lie in these division-code prefixes, newest first."""
    rows = queries.list_in_scope(tx.connection, prefixes=list(prefixes), **_page(state, before, count))
    return [_note(row) for row in rows]


def list_taken_by(tx: Transaction, actor_id: str, state: State | None, *, before: Key | None, count: int) -> list[Note]:
    """A page of what this actor has taken, newest first."""
    rows = queries.list_taken_by(tx.connection, taken_by=actor_id, **_page(state, before, count))
    return [_note(row) for row in rows]


def _add_step(tx: Transaction, change: Change) -> None:
    given = {"note_id": change.note.note_id, "version": change.note.version, **vars(change.done)}
    tx.at_commit(queries.add_step.sql, given)


def _page(state: State | None, before: Key | None, count: int) -> dict[str, Any]:
    instant, note_id = before or (None, None)
    return {"state": state, "before_instant": instant, "before_id": note_id, "count": count}


def _note(row: Any, *, opened: bool = False) -> Note:
    sealer = privacy.sealer()
    answer_sealed = row.answer_sealed if opened else None
    return Note(
        note_id=row.note_id,
        area=row.area,
        grid_unit_id=row.grid_unit_id,
        taken_by=row.taken_by,
        taken_on=row.taken_on,
        recorded_at=row.recorded_at,
        text=sealer.open(row.text_sealed, TEXT) if opened else None,
        state=State(row.state),
        version=row.version,
        dispute_id=row.dispute_id,
        outcome=row.outcome and Outcome(row.outcome),
        answer=sealer.open(answer_sealed, ANSWER) if answer_sealed is not None else None,
        closed_at=row.closed_at,
        grid_path=getattr(row, "grid_path", None) or "",
        due_on=row.due_at and local_day(row.due_at - timedelta(microseconds=1)),
        escalated_to=LEVELS.get(row.stage or 0),
    )
