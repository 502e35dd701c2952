"""What can be done with tenures: hand a level over, end it, and see who answers for a place.

Names and phones leave this module masked, unless an officer states a purpose; that reading is audited.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

import uuid_utils.compat

from chassis import audit, outbox
from chassis.calendar import local_day
from chassis.database import Transaction
from chassis.errors import NotFound, StaleVersion
from chassis.identity import Actor
from chassis.privacy import mask_name, mask_phone
from services.members.access import OFFICERS, Purpose
from services.members.grid import handlers as grid
from services.members.grid import store as grid_store
from services.members.grid.model import ids_on
from services.members.tenures import model, store
from services.members.tenures.model import Holder, Tenure


@dataclass(frozen=True)
class Start:
    """Someone shall answer at this level of this unit, from today unless a day is given."""

    grid_unit_id: UUID
    level: str
    holder_id: str
    holder_name: str
    holder_phone: str | None = None
    from_date: date | None = None


@dataclass(frozen=True)
class Leaders:
    """Who answers for a place, from the nearest level to the farthest; `vacant` are the levels nobody holds."""

    grid_unit_id: UUID
    leaders: tuple[Tenure, ...]
    vacant: tuple[str, ...]


def start(tx: Transaction, command: Start, *, actor: Actor, now: datetime) -> Tenure:
    """Appoint a holder and end the former one's tenure on the same day.

    Raises NotFound for a unit outside the caller's area, InvalidInput for a level or a day that does not fit.
    """
    unit = grid_store.find_locked(tx, command.grid_unit_id)
    if unit is None:
        raise NotFound(f"no grid unit {command.grid_unit_id} in your area")
    actor.require(OFFICERS, area=unit.area, grid_path=unit.path)
    today = local_day(now)
    handover = model.appoint(
        unit,
        command.level,
        Holder(command.holder_id, command.holder_name.strip(), command.holder_phone),
        last=store.find_last(tx, unit.grid_unit_id, command.level),
        from_date=command.from_date or today,
        today=today,
        tenure_id=uuid_utils.compat.uuid7(),
    )
    if handover.ended:
        _end(tx, handover.ended, now)
    started = handover.started
    store.add(tx, started, now)
    outbox.add(tx, model.fact_of_start(started), subject=started.tenure_id, version=1, area=started.area, now=now)
    return masked(started)


def end(
    tx: Transaction, tenure_id: UUID, *, until_date: date | None, version: int | None, actor: Actor, now: datetime
) -> Tenure:
    """End a tenure today unless a day is given; the level stays vacant. Raises NotFound, StaleVersion, WrongState."""
    tenure = _checked(tx, store.find_locked(tx, tenure_id), tenure_id, actor)
    if version is not None and version != tenure.version:
        raise StaleVersion(f"tenure {tenure_id}", version, tenure.version)
    today = local_day(now)
    ended = model.end(tenure, on=until_date or today, today=today)
    _end(tx, ended, now)
    return masked(ended)


def get_tenure(tx: Transaction, tenure_id: UUID, *, actor: Actor) -> Tenure:
    """One tenure, masked. Raises NotFound, NotAllowed."""
    return masked(_checked(tx, store.find(tx, tenure_id), tenure_id, actor))


def get_leaders(tx: Transaction, grid_unit_id: UUID, *, purpose: Purpose | None, actor: Actor) -> Leaders:
    """The holders for a place, masked; in full for an officer who says for what. Raises NotFound, NotAllowed."""
    unit = grid.get_unit(tx, grid_unit_id, actor=actor)
    path = ids_on(unit.path)
    leaders = model.leaders_of(path, store.list_current(tx, path))
    if purpose is None:
        shown = tuple(masked(tenure) for tenure in leaders.values())
    else:
        actor.require(OFFICERS, area=unit.area, grid_path=unit.path)
        shown = tuple(leaders.values())
        audit.record(
            tx,
            actor.actor_id,
            "leaders.read",
            f"grid_unit/{grid_unit_id}",
            area=unit.area,
            purpose=purpose,
            kind="read",
        )
    return Leaders(grid_unit_id, shown, tuple(level for level in model.LEVELS if level not in leaders))


def list_tenures(tx: Transaction, grid_unit_id: UUID, *, before: UUID | None, limit: int, actor: Actor) -> list[Tenure]:
    """The history of one unit, masked, the latest entered first. Raises NotFound, NotAllowed."""
    unit = grid.get_unit(tx, grid_unit_id, actor=actor)
    actor.require(OFFICERS, area=unit.area, grid_path=unit.path)
    return [masked(tenure) for tenure in store.page(tx, grid_unit_id, before=before, limit=limit)]


def masked(tenure: Tenure) -> Tenure:
    """The same tenure with a name and phone that tell the holder apart but do not give them away."""
    holder = tenure.holder
    phone = None if holder.phone is None else mask_phone(holder.phone)
    return replace(tenure, holder=Holder(holder.holder_id, mask_name(holder.name), phone))


def _checked(tx: Transaction, tenure: Tenure | None, tenure_id: UUID, actor: Actor) -> Tenure:
    if tenure is None:
        raise NotFound(f"no tenure {tenure_id} in your area")
    unit = grid.get_unit(tx, tenure.grid_unit_id, actor=actor)
    actor.require(OFFICERS, area=unit.area, grid_path=unit.path)
    return tenure


def _end(tx: Transaction, ended: Tenure, now: datetime) -> None:
    store.save_end(tx, ended)
    outbox.add(tx, model.fact_of_end(ended), subject=ended.tenure_id, version=ended.version, area=ended.area, now=now)
