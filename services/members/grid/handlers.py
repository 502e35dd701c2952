"""What can be done with the grid: add places and read those the caller may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import uuid_utils.compat

from chassis import areas, outbox
from chassis.database import Transaction
from chassis.errors import Conflict, NotFound
from chassis.identity import Actor
from services.members.access import GRID_READERS, OFFICERS
from services.members.grid import model, store
from services.members.grid.model import GridUnit


@dataclass(frozen=True)
class Register:
    """A new place in an existing one."""

    parent_id: UUID
    kind: str
    label: str


def register(tx: Transaction, command: Register, *, actor: Actor, now: datetime) -> GridUnit:
    """Raises NotFound for a parent outside the caller's area, Conflict when a sibling already bears the label."""
    parent = store.find_locked(tx, command.parent_id)
    if parent is None:
        raise _unknown(command.parent_id)
    actor.require(OFFICERS, area=parent.area, grid_path=parent.path)
    unit = model.place_under(
        parent, kind=command.kind, label=command.label.strip(), grid_unit_id=uuid_utils.compat.uuid7()
    )
    sibling = store.find_labelled(tx, parent.grid_unit_id, unit.label)
    if sibling is not None:
        raise Conflict(
            f"{sibling.kind} {sibling.grid_unit_id} already bears this label in this {parent.kind}; labels differ "
            "among siblings"
        )
    _add(tx, [unit], now)
    return unit


def register_communities(tx: Transaction, names: dict[str, str], now: datetime) -> None:
    """Give each new community, by code, the unit at the top of its grid."""
    if names:
        _add(tx, [model.of_community(uuid_utils.compat.uuid7(), code, name) for code, name in names.items()], now)


def rename_communities(tx: Transaction, names: dict[str, str], now: datetime) -> None:
    """Let the units of renamed communities follow."""
    if names:
        _tell(tx, store.rename_communities(tx, names), now)


def get_unit(tx: Transaction, grid_unit_id: UUID, *, actor: Actor) -> GridUnit:
    """Raises NotFound outside the caller's area, NotAllowed outside a leader's own grid."""
    unit = store.find(tx, grid_unit_id)
    if unit is None:
        raise _unknown(grid_unit_id)
    actor.require(GRID_READERS, area=unit.area, grid_path=unit.path)
    return unit


def list_units(
    tx: Transaction,
    *,
    actor: Actor,
    area: str | None,
    kind: str | None,
    parent_id: UUID | None,
    after: str,
    limit: int,
) -> list[GridUnit]:
    """One page of the places that lie in the area asked for and in what the caller may read."""
    scopes = [
        (areas.prefix(grant.area), grant.grid_path.rstrip("/")) for grant in actor.grants if grant.role in GRID_READERS
    ]
    prefix = areas.prefix(area) if area else ""
    return store.page(tx, area=prefix, kind=kind, parent_id=parent_id, scopes=scopes, after=after, limit=limit)


def _add(tx: Transaction, units: Sequence[GridUnit], now: datetime) -> None:
    store.add(tx, units, now)
    _tell(tx, units, now)


def _tell(tx: Transaction, units: Sequence[GridUnit], now: datetime) -> None:
    for unit in units:
        outbox.add(tx, model.fact(unit), subject=unit.grid_unit_id, version=unit.version, area=unit.area, now=now)


def _unknown(grid_unit_id: UUID) -> NotFound:
    return NotFound(f"no grid unit {grid_unit_id} in your area")
