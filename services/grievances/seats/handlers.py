"""What can be done with seats: give one, end it, see who acts for whom."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from chassis.calendar import local_day
from chassis.database import Transaction
from chassis.errors import Conflict, InvalidInput, NotFound
from chassis.identity import Actor
from services.grievances import access
from services.grievances.disputes.model import Body
from services.grievances.places import handlers as places
from services.grievances.seats import model, store
from services.grievances.seats.model import Seat


@dataclass(frozen=True)
class Give:
    """An account shall act for a body of a community, since today unless a day is given."""

    area: str
    body: Body
    account_id: str
    since: date | None = None


def give(tx: Transaction, command: Give, *, seat_id: UUID, actor: Actor, now: datetime) -> Seat:
    """Give a seat. Raises InvalidInput for a place that is no community known here, NotAllowed, Conflict."""
    _, problems = places.survey(tx, command.area, None)
    if problems:
        raise InvalidInput("; ".join(problem.detail for problem in problems), problems)
    actor.require(access.ABOVE, area=command.area)
    today = local_day(now)
    seat = Seat(seat_id, command.area, command.body, command.account_id, command.since or today, actor.actor_id)
    seat = model.give(seat, today=today)
    if command.body in store.bodies_of(tx, command.account_id).get(command.area, ()):
        detail = f"this account has a seat of the {command.body} of {command.area} already; end that one first"
        raise Conflict(detail)
    store.add(tx, seat)
    return seat


def end(tx: Transaction, seat_id: UUID, *, on: date | None, actor: Actor, now: datetime) -> Seat:
    """End a seat, today unless a day is given. Raises NotFound, NotAllowed, Conflict."""
    seat = store.find_locked(tx, seat_id)
    if seat is None:
        raise NotFound(f"there is no seat {seat_id} that you may end; GET /seats lists those you may see")
    actor.require(access.ABOVE, area=seat.area)
    today = local_day(now)
    seat = model.end(seat, on=on or today, by=actor.actor_id, today=today)
    store.save_end(tx, seat)
    return seat


def list_seats(tx: Transaction, *, area: str, after: store.Key | None, count: int, actor: Actor) -> list[Seat]:
    """A page of the seats of an area in which the caller works. Raises NotAllowed."""
    actor.require(access.SEERS, area=area)
    return store.list_of_area(tx, area, after=after, count=count)


def spoken_for(tx: Transaction, actor: Actor, area: str) -> frozenset[Body]:
    """For which bodies of the community the actor acts: by seat, or as the workstation's own staff."""
    seated = store.bodies_of(tx, actor.actor_id).get(area, frozenset())
    if seated or not access.works_only_in(actor, area):
        return seated
    if store.is_free(tx, actor.actor_id, area, holds_office=access.holds_office(actor, area)):
        return seated
    return frozenset({Body.WORKSTATION})
