"""The life of a note 民情日记.

A note is about a matter in a place. It holds no name of whom it is about, no list of "special persons" and no mark,
rank or tag on anybody (DOMAIN §D): there is no field for any of it, and its text is sealed. Whoever wants something
done for a person files a case, with that person as the applicant.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from chassis.calendar import local_day
from chassis.errors import FieldError, InvalidInput, WrongState
from services.grievances.notes import events

HANDLING = "note.handling"
"""The rule by which something has to become of a note; a suggestion waits no longer than any."""


class State(StrEnum):
    """Where a note stands."""

    OPEN = "open"
    SUGGESTION = "suggestion"
    CASE = "case"
    CLOSED = "closed"


class Step(StrEnum):
    """What is done with a note."""

    TAKEN = "taken"
    BECAME_SUGGESTION = "became_suggestion"
    BECAME_CASE = "became_case"
    CLOSED = "closed"


class Outcome(StrEnum):
    """What came of it in the end: a suggestion is adopted or declined; what needs nothing more is noted."""

    ADOPTED = "adopted"
    DECLINED = "declined"
    NOTED = "noted"


LIFE_CYCLE: Mapping[Step, Mapping[State, State]] = {
    Step.BECAME_SUGGESTION: {State.OPEN: State.SUGGESTION},
    # What was taken for a suggestion may turn out to be a dispute, never the other way round.
    Step.BECAME_CASE: {State.OPEN: State.CASE, State.SUGGESTION: State.CASE},
    Step.CLOSED: {State.OPEN: State.CLOSED, State.SUGGESTION: State.CLOSED},
}
"""Step → the states that allow it → the state after it."""


@dataclass(frozen=True)
class Note:
    """One note. `taken_on` is the Shanghai day on which it was said, `grid_path` where it lies in its community's grid.

    `text` and `answer` may hold personal data; they are None where they were not opened. `escalated_to`: the highest
    level that a missed due time has brought it to.
    """

    note_id: UUID
    area: str
    grid_unit_id: UUID | None
    taken_by: str
    taken_on: date
    recorded_at: datetime
    text: str | None = None
    state: State = State.OPEN
    version: int = 1
    dispute_id: UUID | None = None
    outcome: Outcome | None = None
    answer: str | None = None
    closed_at: datetime | None = None
    grid_path: str = ""
    due_on: date | None = None
    escalated_to: str | None = None

    @property
    def is_open(self) -> bool:
        return self.state in (State.OPEN, State.SUGGESTION)


@dataclass(frozen=True)
class Done:
    """One step of a note's history: who did what, when."""

    step: Step
    done_by: str
    done_at: datetime
    outcome: Outcome | None = None


class Change(NamedTuple):
    """A note after one step, the one fact that tells of it, and the entry in its history."""

    note: Note
    fact: events.NoteFact
    done: Done


def take(note: Note) -> Change:
    """Write it down on the day it was said, or later."""
    if note.taken_on > (today := local_day(note.recorded_at)):
        detail = f"taken_on {note.taken_on} is yet to come; today is {today}"
        raise InvalidInput(detail, [FieldError("/taken_on", detail)])
    return Change(note, events.NoteTaken(*_told(note)), Done(Step.TAKEN, note.taken_by, note.recorded_at))


def become_suggestion(note: Note, *, by: str, now: datetime) -> Change:
    """It asks for something better, and is answered."""
    after = _step(note, Step.BECAME_SUGGESTION)
    return Change(after, events.NoteBecameSuggestion(*_told(after)), Done(Step.BECAME_SUGGESTION, by, now))


def become_case(note: Note, dispute_id: UUID, *, by: str, now: datetime) -> Change:
    """It was filed as a dispute; each of the two leads to the other."""
    after = replace(_step(note, Step.BECAME_CASE), dispute_id=dispute_id)
    fact = events.NoteBecameCase(*_told(after), dispute_id=str(dispute_id))
    return Change(after, fact, Done(Step.BECAME_CASE, by, now))


def close(note: Note, *, outcome: Outcome, answer: str | None, by: str, now: datetime) -> Change:
    """Answer a suggestion, or note what needs nothing more.

    A suggestion is always answered in words, also where it is merely noted: what was asked for is not noted away.
    """
    after = _step(note, Step.CLOSED)
    if note.state is State.OPEN and outcome is not Outcome.NOTED:
        detail = f"only a suggestion is {outcome}; make note {note.note_id} one first, or give noted"
        raise InvalidInput(detail, [FieldError("/outcome", detail)])
    if answer is None and (outcome is Outcome.DECLINED or note.state is State.SUGGESTION):
        detail = "a suggestion is answered; say what is done about it, or why nothing is"
        raise InvalidInput(detail, [FieldError("/answer", detail)])
    after = replace(after, outcome=outcome, answer=answer, closed_at=now)
    return Change(after, events.NoteClosed(*_told(after), outcome=outcome), Done(Step.CLOSED, by, now, outcome))


def _step(note: Note, step: Step) -> Note:
    allowed = LIFE_CYCLE[step]
    if note.state not in allowed:
        raise WrongState(f"note {note.note_id}", note.state, tuple(allowed))
    return replace(note, state=allowed[note.state], version=note.version + 1)


def _told(note: Note) -> tuple[str, str | None]:
    return str(note.note_id), str(note.grid_unit_id) if note.grid_unit_id else None
