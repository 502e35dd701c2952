"""Obligations 履行: what an agreement promises, by whom and until which day (人民调解法 Art. 31)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from chassis.errors import FieldError

MOST = 50
LONGEST = timedelta(days=30 * 366)
"""How far ahead a promise may lie (c): a lifetime's instalments, and no slip of the year."""


class Obliged(StrEnum):
    """Who has promised it."""

    APPLICANT = "applicant"
    RESPONDENT = "respondent"
    BOTH = "both"


class Progress(StrEnum):
    """Pending: nobody is bound yet. Open until its last day, then overdue, unless performed."""

    PENDING = "pending"
    OPEN = "open"
    OVERDUE = "overdue"
    PERFORMED = "performed"


@dataclass(frozen=True)
class Obligation:
    """One promise, counted from 1. `what` may hold personal data; it is None where it was not opened."""

    obligation_id: UUID
    number: int
    by: Obliged
    what: str | None
    due_on: date
    performed_on: date | None = None

    def progress(self, *, binds: bool, today: date) -> Progress:
        """How it stands on a day; `binds`: whether its agreement is in effect."""
        if self.performed_on is not None:
            return Progress.PERFORMED
        if not binds:
            return Progress.PENDING
        return Progress.OVERDUE if today > self.due_on else Progress.OPEN


def check_obligations(obligations: Sequence[Obligation], reached_on: date) -> list[FieldError]:
    """What is wrong with them, each at its place."""
    found = []
    if len(obligations) > MOST:
        found.append(FieldError("/obligations", f"an agreement has at most {MOST} obligations, not {len(obligations)}"))
    for at, one in enumerate(obligations):
        if not reached_on <= one.due_on <= reached_on + LONGEST:
            detail = f"due_on {one.due_on} must be from {reached_on}, when it was agreed, to {reached_on + LONGEST}"
            found.append(FieldError(f"/obligations/{at}/due_on", detail))
    return found
