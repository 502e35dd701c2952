"""The facts that are told of notes."""

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class NoteFact:
    """What becomes of a note 民情日记 (its subject)."""

    type: ClassVar[str]
    for_others: ClassVar[bool] = True

    note_id: str
    grid_unit_id: str | None


@dataclass(frozen=True)
class NoteTaken(NoteFact):
    """Somebody who walks the grid wrote down what residents say."""

    type: ClassVar[str] = "note.taken"


@dataclass(frozen=True)
class NoteBecameCase(NoteFact):
    """It was filed as a dispute."""

    type: ClassVar[str] = "note.became_case"

    dispute_id: str


@dataclass(frozen=True)
class NoteBecameSuggestion(NoteFact):
    """It is a suggestion that waits for an answer."""

    type: ClassVar[str] = "note.became_suggestion"


@dataclass(frozen=True)
class NoteClosed(NoteFact):
    """A suggestion was answered, or the note needs nothing more. `outcome`: adopted, declined, noted."""

    type: ClassVar[str] = "note.closed"

    outcome: str


PUBLISHED: tuple[type, ...] = (
    NoteTaken,
    NoteBecameCase,
    NoteBecameSuggestion,
    NoteClosed,
)

_DISPUTE = "01936f00-0000-7000-8000-00000000000a"
_BUILDING = "01936f00-0000-7000-8000-00000000000b"
_OTHER = "01936f00-0000-7000-8000-00000000000c"
_NOTE = (_OTHER, _BUILDING)

SAMPLES: tuple[Any, ...] = (
    NoteTaken(*_NOTE),
    NoteBecameCase(*_NOTE, dispute_id=_DISPUTE),
    NoteBecameSuggestion(*_NOTE),
    NoteClosed(*_NOTE, outcome="adopted"),
)
