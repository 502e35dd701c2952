"""The facts that are told of committees and their mediators."""

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class CommitteeFormed:
    """A mediation committee 人民调解委员会 begins its term; the subject is the committee (人民调解法 Art. 8, 9)."""

    type: ClassVar[str] = "committee.formed"
    for_others: ClassVar[bool] = True

    committee_id: str
    members: int
    women: int
    term_ends_on: str


@dataclass(frozen=True)
class MediatorAppointed:
    """A committee has one more mediator; the subject is the appointment."""

    type: ClassVar[str] = "mediator.appointed"
    for_others: ClassVar[bool] = True

    committee_id: str


@dataclass(frozen=True)
class MediatorEnded:
    """An appointment has ended."""

    type: ClassVar[str] = "mediator.ended"
    for_others: ClassVar[bool] = True

    committee_id: str


PUBLISHED: tuple[type, ...] = (
    CommitteeFormed,
    MediatorAppointed,
    MediatorEnded,
)

_OTHER = "01936f00-0000-7000-8000-00000000000c"

SAMPLES: tuple[Any, ...] = (
    CommitteeFormed(_OTHER, members=5, women=2, term_ends_on="2029-03-01"),
    MediatorAppointed(_OTHER),
    MediatorEnded(_OTHER),
)
