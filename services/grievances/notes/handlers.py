"""What can be done with notes: take one, make it a case or a suggestion, close it, read them."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from chassis import areas, audit, outbox
from chassis.calendar import local_day
from chassis.database import Transaction
from chassis.errors import FieldError, InvalidInput, NotAllowed, NotFound, StaleVersion
from chassis.identity import Actor
from services.grievances import access
from services.grievances.deadlines import handlers as deadlines
from services.grievances.deadlines.model import Thing
from services.grievances.disputes import handlers as disputes
from services.grievances.disputes.model import Dispute
from services.grievances.notes import model, store
from services.grievances.notes.model import Change, Done, Note, Outcome, State
from services.grievances.places import handlers as places

TAKERS = frozenset({"grid_leader", "mediator", "community_officer"})
"""Walk the grid and write down what residents say."""

READERS = TAKERS | access.OFFICERS
"""Whoever took it, and who works where it lies."""


@dataclass(frozen=True)
class Take:
    """A note as it is taken; today unless said. `text` may hold personal data."""

    area: str
    grid_unit_id: UUID | None
    taken_on: date | None
    text: str


@dataclass(frozen=True, kw_only=True)
class NoteInDetail(Note):
    """A note with its history."""

    history: tuple[Done, ...]


def take(tx: Transaction, command: Take, *, note_id: UUID, actor: Actor, now: datetime) -> Note:
    """Keep a note and have in sight that something becomes of it.

    Raises InvalidInput for a place not known here, NotAllowed outside the caller's community or part of the grid.
    """
    ground, problems = places.survey(tx, command.area, command.grid_unit_id)
    if problems:
        raise InvalidInput("; ".join(problem.detail for problem in problems), problems)
    actor.require(TAKERS, area=command.area, grid_path=ground.unit_path or "")
    note = Note(
        note_id=note_id,
        area=command.area,
        grid_unit_id=command.grid_unit_id,
        taken_by=actor.actor_id,
        taken_on=command.taken_on or local_day(now),
        recorded_at=now,
        text=command.text,
    )
    change = model.take(note)
    store.add(tx, change)
    _tell(tx, change, now)
    due = deadlines.watch(tx, Thing("note", note_id, note.area), model.HANDLING, now)
    return replace(note, due_on=due.last_day)


def become_suggestion(tx: Transaction, note_id: UUID, *, actor: Actor, version: int, now: datetime) -> Note:
    """It asks for something better and waits for an answer; the time for it has run since the note was taken."""
    note = _locked(tx, note_id, actor, version, own=True)
    return _keep(tx, model.become_suggestion(note, by=actor.actor_id, now=now), now)


def become_case(
    tx: Transaction,
    note_id: UUID,
    filing: disputes.Register,
    *,
    dispute_id: UUID,
    secret_hash: bytes,
    actor: Actor,
    version: int,
    now: datetime,
) -> tuple[Note, Dispute]:
    """File the note as a dispute of the same place; what was noted is what is told, unless `filing` tells it anew.

    Its own time ends: from now on that of the case runs.
    """
    note = _locked(tx, note_id, actor, version, own=True)
    change = model.become_case(note, dispute_id, by=actor.actor_id, now=now)
    filing = replace(filing, area=note.area, grid_unit_id=note.grid_unit_id, summary=filing.summary or note.text or "")
    dispute = disputes.register(tx, filing, dispute_id=dispute_id, actor=actor, now=now, secret_hash=secret_hash)
    return _keep(tx, change, now), dispute


def close(
    tx: Transaction,
    note_id: UUID,
    *,
    outcome: Outcome,
    answer: str | None,
    actor: Actor,
    version: int,
    now: datetime,
) -> Note:
    """Answer a suggestion, or note what needs nothing more; who works in the community does, not who walks the grid."""
    note = _locked(tx, note_id, actor, version)
    return _keep(tx, model.close(note, outcome=outcome, answer=answer, by=actor.actor_id, now=now), now)


def get_note(tx: Transaction, note_id: UUID, *, actor: Actor, purpose: access.Purpose | None) -> NoteInDetail:
    """A note and its history; its words for whoever took it, for others with a purpose. Both are audited.

    Once it is a case, for those others for whom the case opens.
    """
    return _in_detail(tx, store.find(tx, note_id, opened=True), actor, purpose, NotFound(_unknown(note_id)))


def get_note_of_dispute(
    tx: Transaction, dispute_id: UUID, *, actor: Actor, purpose: access.Purpose | None
) -> NoteInDetail:
    """The note that became this case. Raises NotFound when it came in another way."""
    dispute = disputes.get_seen(tx, dispute_id, actor=actor)
    found = store.find(tx, of_dispute=dispute_id, opened=True)
    return _in_detail(tx, found, actor, purpose, NotFound(f"{dispute.name} began with no note"))


def list_notes(
    tx: Transaction,
    *,
    actor: Actor,
    area: str | None,
    own: bool,
    state: State | None,
    before: store.Key | None,
    count: int,
) -> list[Note]:
    """A page without anybody's words, newest first: of an area, of wherever the caller works, or of one's own."""
    if own and area is not None:
        detail = "own and area exclude each other; leave one of them out"
        raise InvalidInput(detail, [FieldError("?own", detail), FieldError("?area", detail)])
    scope = access.scope(actor)
    if own or (not scope and area is None):
        return store.list_taken_by(tx, actor.actor_id, state, before=before, count=count)
    if area is not None:
        actor.require(access.SEERS, area=area)
        scope = (areas.prefix(area),)
    return store.list_in_scope(tx, scope, state, before=before, count=count)


def _in_detail(
    tx: Transaction, note: Note | None, actor: Actor, purpose: access.Purpose | None, unknown: NotFound
) -> NoteInDetail:
    if note is None:
        raise unknown
    own = note.taken_by == actor.actor_id
    if not own:
        actor.require(access.SEERS, area=note.area)
        if note.dispute_id is not None:
            dispute = disputes.get_seen(tx, note.dispute_id, actor=actor)
            if purpose is not None:
                # What was noted is what the case tells: it opens for nobody for whom that does not.
                access.open_personal_data(tx, actor, dispute, purpose)
    if own or purpose is not None:
        thing, why = f"note/{note.note_id}", purpose or "own note"
        audit.record(tx, actor.actor_id, "note.read", thing, area=note.area, purpose=why, kind="read")
    else:
        note = replace(note, text=None, answer=None)
    return NoteInDetail(**vars(note), history=tuple(store.list_steps(tx, note.note_id)))


def _locked(tx: Transaction, note_id: UUID, actor: Actor, version: int, *, own: bool = False) -> Note:
    """The note for a change, by who works in its community; above, once a missed due time has brought it there.

    `own`: by whoever took it as well, as long as he or she walks that part of the grid.
    """
    note = store.find_locked(tx, note_id)
    if note is None:
        raise NotFound(_unknown(note_id))
    if note.dispute_id is not None and note.taken_by != actor.actor_id:
        disputes.get_seen(tx, note.dispute_id, actor=actor)
    roles = access.WORKERS | (access.ABOVE if note.escalated_to else frozenset())
    try:
        actor.require(roles, area=note.area)
    except NotAllowed:
        if not (own and note.taken_by == actor.actor_id):
            raise
        actor.require(TAKERS, area=note.area, grid_path=note.grid_path)
    if note.version != version:
        raise StaleVersion(f"note {note_id}", version, note.version)
    return note


def _keep(tx: Transaction, change: Change, now: datetime) -> Note:
    store.save(tx, change)
    _tell(tx, change, now)
    if change.note.is_open:
        return change.note
    deadlines.settle(tx, change.note.note_id)
    return replace(change.note, due_on=None)


def _tell(tx: Transaction, change: Change, now: datetime) -> None:
    note = change.note
    outbox.add(tx, change.fact, subject=note.note_id, version=note.version, area=note.area, now=now)


def _unknown(note_id: UUID) -> str:
    return f"there is no note {note_id} that you may see; GET /notes lists those you may"
