"""A session of mediation 调解会 and its record (人民调解法 Art. 19, 20, 23, 27)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from uuid import UUID

from chassis.calendar import SHANGHAI, local_day
from chassis.errors import FieldError, InvalidInput
from services.grievances.disputes.model import Dispute


class Guest(StrEnum):
    """Who else came: whom the mediator invited (Art. 20), and an audience 旁听 that only listened (Art. 23)."""

    RELATIVES = "relatives"
    NEIGHBOURS = "neighbours"
    COLLEAGUES = "colleagues"
    EXPERTS = "experts"
    ORGANISATIONS = "organisations"
    AUDIENCE = "audience"


@dataclass(frozen=True)
class Session:
    """One session; it began at `held_at`. `is_public`: the parties choose open or closed (Art. 23).

    Open means that residents may come and listen; what was recorded stays sealed like that of a closed one.
    `mediators` are accounts, `guests` how many of each kind came: nobody's name stands outside of `record`.
    `record` and `place` may hold personal data; they are None where they were not opened.
    """

    session_id: UUID
    dispute_id: UUID
    number: int
    held_at: datetime
    is_public: bool
    attended: tuple[str, ...]
    record: str | None
    recorded_by: str
    ended_at: datetime | None = None
    place: str | None = None
    mediators: tuple[str, ...] = ()
    guests: Mapping[Guest, int] = field(default_factory=dict)


def check(session: Session, dispute: Dispute, *, guests_agreed: bool, now: datetime) -> None:
    """Raises InvalidInput for a session that the law, or the calendar, does not know.

    `guests_agreed`: whether the parties agreed to whom the mediator invited.
    """
    check_held_at(session.held_at, registered_at=dispute.registered_at, now=now)
    _check_ended_at(session, now)
    _check_mediators(session, dispute)
    _check_guests(session, guests_agreed)


def check_held_at(held_at: datetime, *, registered_at: datetime, now: datetime) -> None:
    """A session is recorded after it was held, and held no earlier than the day the dispute was registered."""
    if held_at > now:
        detail = f"held_at {held_at.isoformat()} is yet to come; record a session after it was held"
    elif held_at < datetime.combine(local_day(registered_at), time(), SHANGHAI):
        detail = f"held_at {held_at.isoformat()} must not be before the day of registration, {local_day(registered_at)}"
    else:
        return
    raise InvalidInput(detail, [FieldError("/held_at", detail)], rule="人民调解法 Art. 27")


def _check_ended_at(session: Session, now: datetime) -> None:
    ended_at = session.ended_at
    if ended_at is not None and not session.held_at < ended_at <= now:
        detail = f"ended_at {ended_at.isoformat()} must be after held_at and not yet to come"
        raise InvalidInput(detail, [FieldError("/ended_at", detail)], rule="人民调解法 Art. 27")


def _check_mediators(session: Session, dispute: Dispute) -> None:
    """One or several mediate (Art. 19), each of them impartial (Art. 14); who of them is not, nobody is told."""
    if any(dispute.is_partial(account) for account in session.mediators):
        detail = f"one of these accounts has a part in {dispute.name} and cannot mediate it"
        raise InvalidInput(detail, [FieldError("/mediators", detail)], rule="人民调解法 Art. 14")


def _check_guests(session: Session, guests_agreed: bool) -> None:
    """Whom the mediator invites, the parties have agreed to (Art. 20); to a closed session nobody listens (Art. 23)."""
    invited = sorted(guest for guest, count in session.guests.items() if count and guest is not Guest.AUDIENCE)
    if invited and not guests_agreed:
        detail = f"{', '.join(invited)} come with the parties' consent; record it as guests_agreed, or leave them out"
        raise InvalidInput(detail, [FieldError("/guests_agreed", detail)], rule="人民调解法 Art. 20")
    if session.guests.get(Guest.AUDIENCE) and not session.is_public:
        detail = "the parties chose a closed session, so it has no audience; leave it out, or is_public must be true"
        raise InvalidInput(detail, [FieldError("/guests/audience", detail)], rule="人民调解法 Art. 23")
