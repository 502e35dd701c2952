"""A session of mediation 调解会 and its record (人民调解法 Art. 27)."""

from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from chassis.calendar import SHANGHAI, local_day
from chassis.errors import FieldError, InvalidInput


@dataclass(frozen=True)
class Session:
    """One session. `is_public`: the parties choose open or closed (Art. 23).

    `record` may hold personal data; it is None where it was not opened.
    """

    session_id: UUID
    dispute_id: UUID
    number: int
    held_at: datetime
    is_public: bool
    attended: tuple[str, ...]
    record: str | None
    recorded_by: str


def check_held_at(held_at: datetime, *, registered_at: datetime, now: datetime) -> None:
    """A session is recorded after it was held, and held no earlier than the day the dispute was registered."""
    if held_at > now:
        detail = f"held_at {held_at.isoformat()} is yet to come; record a session after it was held"
    elif held_at < datetime.combine(local_day(registered_at), time(), SHANGHAI):
        detail = f"held_at {held_at.isoformat()} must not be before the day of registration, {local_day(registered_at)}"
    else:
        return
    raise InvalidInput(detail, [FieldError("/held_at", detail)], rule="人民调解法 Art. 27")
