"""Follow-up visits 回访: the committee supervises how an agreement is performed (人民调解法 Art. 31)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from chassis.errors import FieldError, InvalidInput
from services.grievances.disputes.model import ReopeningReason

ARTICLE = "人民调解法 Art. 31"


class Performed(StrEnum):
    """Whether what was agreed had been performed by then."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


@dataclass(frozen=True)
class Visit:
    """One visit. `record` may hold personal data; it is None where it was not opened."""

    visit_id: UUID
    dispute_id: UUID
    agreement_id: UUID
    held_on: date
    performed: Performed
    record: str | None
    recorded_by: str

    @property
    def reopening_reason(self) -> ReopeningReason | None:
        """With which reason the dispute can be taken up again after it; None when all is well or under way."""
        return ReopeningReason.NOT_PERFORMED if self.performed is Performed.NO else None


def check(visit: Visit, *, effective_on: date, today: date) -> None:
    """A visit follows the agreement's effect and is recorded after it was made."""
    if not effective_on <= visit.held_on <= today:
        detail = f"held_on {visit.held_on} must be from {effective_on}, the day the agreement took effect, to {today}"
        raise InvalidInput(detail, [FieldError("/held_on", detail)], rule=ARTICLE)
