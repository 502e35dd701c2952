"""What can be done with departments: keep them, and who acts for them."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from chassis.calendar import local_day
from chassis.database import Transaction
from chassis.errors import Conflict, NotAllowed, NotFound
from chassis.identity import Actor
from services.grievances.departments import model, store
from services.grievances.departments.model import Department, Seat

KEEPERS = frozenset({"district_officer"})
"""Say which departments there are and who acts for them."""


def add(tx: Transaction, department: Department, *, actor: Actor) -> Department:
    """A new department in the district. Raises Conflict for a code that is taken, NotAllowed outside the district."""
    model.check(department)
    actor.require(KEEPERS, area=department.area)
    if store.find(tx, department.code) is not None:
        raise Conflict(f"there is already a department {department.code}; choose another code")
    store.add(tx, department)
    return department


def retire(tx: Transaction, code: str, *, actor: Actor) -> Department:
    """Give it no new matters; what it has, it keeps. None is removed: referrals go on naming it."""
    return _put_in_use(tx, code, False, actor)


def restore(tx: Transaction, code: str, *, actor: Actor) -> Department:
    """Give it new matters again."""
    return _put_in_use(tx, code, True, actor)


def seat(tx: Transaction, seat: Seat, *, actor: Actor) -> Seat:
    """Somebody acts for a department from now on."""
    department = _kept(tx, seat.code, actor)
    _require_another(actor, seat.account_id)
    if any(one.account_id == seat.account_id and one.ended_on is None for one in store.list_seats(tx, seat.code)):
        raise Conflict(f"this account already acts for department {seat.code}; end its seat first to change it")
    store.add_seat(tx, seat, area=department.area, recorded_by=actor.actor_id)
    return seat


def end_seat(tx: Transaction, code: str, seat_id: UUID, *, actor: Actor, now: datetime) -> Seat:
    """Somebody acts for a department no more; what was done stays."""
    _kept(tx, code, actor)
    seat = store.find_seat(tx, seat_id)
    if seat is None or seat.code != code:
        raise NotFound(f"department {code} has no seat {seat_id}; GET /departments/{code}/seats lists them")
    _require_another(actor, seat.account_id)
    if seat.ended_on is not None:
        raise Conflict(f"seat {seat_id} ended on {seat.ended_on}; nothing is left to end")
    store.end_seat(tx, seat_id, local_day(now))
    return replace(seat, ended_on=local_day(now))


def list_seats(tx: Transaction, code: str, *, actor: Actor) -> list[Seat]:
    """Who acts for a department, for the district and for those who act for it themselves."""
    department = _known(tx, code)
    seats = store.list_seats(tx, code)
    if not any(one.account_id == actor.actor_id and one.ended_on is None for one in seats):
        actor.require(KEEPERS, area=department.area)
    return seats


def _put_in_use(tx: Transaction, code: str, in_use: bool, actor: Actor) -> Department:
    department = _kept(tx, code, actor)
    store.put_in_use(tx, code, in_use)
    return replace(department, in_use=in_use)


def _require_another(actor: Actor, account_id: str) -> None:
    """Who acts for a department sees nothing that complains of it, and does not change that alone."""
    if account_id == actor.actor_id:
        raise NotAllowed("nobody gives or ends an own seat; another district_officer must do this")


def _kept(tx: Transaction, code: str, actor: Actor) -> Department:
    department = _known(tx, code)
    actor.require(KEEPERS, area=department.area)
    return department


def _known(tx: Transaction, code: str) -> Department:
    department = store.find(tx, code)
    if department is None:
        raise NotFound("there is no department of this code; GET /departments lists them")
    return department
