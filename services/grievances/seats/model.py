"""Who acts for which body, and who may say so: the street or the district, never the community about itself."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from chassis.errors import Conflict, FieldError, InvalidInput, NotAllowed
from services.grievances.disputes.model import Body

RULE = "信访工作条例 Art. 28: who has an interest stays out, and so names nobody of the own community or account"


@dataclass(frozen=True)
class Seat:
    """An account acts for a body of a community from one Shanghai day to another; `ended_on` is None while it does."""

    seat_id: UUID
    area: str
    body: Body
    account_id: str
    since: date
    recorded_by: str
    ended_on: date | None = None


def give(seat: Seat, *, today: date) -> Seat:
    """The seat, if it may be given. Raises NotAllowed for one's own, InvalidInput for a day to come."""
    _refuse_ones_own(seat, seat.recorded_by)
    if seat.since > today:
        detail = f"since {seat.since} must not be after today, {today}; give the seat when it begins"
        raise InvalidInput(detail, [FieldError("/since", detail)])
    return seat


def end(seat: Seat, *, on: date, by: str, today: date) -> Seat:
    """The account no longer acts for the body. Raises Conflict for a seat that has ended."""
    _refuse_ones_own(seat, by)
    if seat.ended_on is not None:
        raise Conflict(f"seat {seat.seat_id} ended on {seat.ended_on}; a new one can be given")
    if not seat.since <= on <= today:
        detail = f"ended_on {on} must be from {seat.since}, when the seat began, to today, {today}"
        raise InvalidInput(detail, [FieldError("/ended_on", detail)])
    return replace(seat, ended_on=on)


def _refuse_ones_own(seat: Seat, by: str) -> None:
    if seat.account_id == by:
        raise NotAllowed("nobody gives or ends the own seat; a colleague of the street or district does", rule=RULE)
