"""What a list of disputes is narrowed to, and what it shows of each."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from chassis.errors import FieldError, InvalidInput
from services.grievances.disputes.model import Dispute, State

Key = tuple[datetime, UUID]
"""Where a page ends: the instant its list is ordered by, of its last dispute, and that one's id."""


class Order(StrEnum):
    """Newest first, or what is due soonest first."""

    NEWEST = "newest"
    DUE = "due"


@dataclass(frozen=True)
class Filter:
    """What a list is narrowed to; None and False let everything pass. `mediator_id`: whose cases."""

    state: State | None = None
    only_open: bool = False
    category: str | None = None
    relation: str | None = None
    channel: str | None = None
    mediator_id: str | None = None


@dataclass(frozen=True)
class Asked:
    """A list as it is asked for.

    `overdue_at`: only what was due by then. `words`: parts that must be in what was told. `case_number`: that one.
    """

    area: str | None = None
    own: bool = False
    order: Order = Order.NEWEST
    narrowed: Filter = Filter()
    overdue_at: datetime | None = None
    words: tuple[str, ...] = ()
    case_number: str | None = None


@dataclass(frozen=True, kw_only=True)
class WorkItem(Dispute):
    """A dispute with what is due of it next, and by which rule; None of a closed one."""

    due_at: datetime | None = None
    due_rule: str | None = None


def check(asked: Asked) -> None:
    """Raises InvalidInput for what does not go together."""
    due = asked.order is Order.DUE
    area, words, numbered = asked.area is not None, bool(asked.words), asked.case_number is not None
    wrong = [
        ("own and area exclude each other; leave one of them out", ("own", "area"), asked.own and area),
        ("what words find is listed newest first; leave order and overdue out", ("q", "order"), words and due),
        ("own cases are listed newest first; leave order and overdue out", ("own", "order"), asked.own and due),
        ("own cases are few and not searched; leave q out", ("own", "q"), asked.own and words),
        ("a case number names one case; leave q out", ("case_number", "q"), numbered and words),
        ("a case number names one case; leave own out", ("case_number", "own"), numbered and asked.own),
    ]
    for detail, names, holds in wrong:
        if holds:
            raise InvalidInput(detail, [FieldError(f"?{name}", detail) for name in names])
