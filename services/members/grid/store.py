"""Grid units as rows."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from chassis.database import Transaction, load_queries
from services.members.grid.model import GridUnit

queries = load_queries(Path(__file__).parent, prepared=("find_unit", "find_community_unit", "list_units"))


def add(tx: Transaction, units: Sequence[GridUnit], now: datetime) -> None:
    queries.add_units(
        tx.connection,
        ids=[unit.grid_unit_id for unit in units],
        kinds=[unit.kind for unit in units],
        parent_ids=[unit.parent_id for unit in units],
        paths=[unit.path for unit in units],
        labels=[unit.label for unit in units],
        areas=[unit.area for unit in units],
        versions=[unit.version for unit in units],
        registered_at=now,
    )


def rename_communities(tx: Transaction, names: dict[str, str]) -> list[GridUnit]:
    """Relabel the communities' own units; gives them as they are now."""
    rows = queries.rename_community_units(tx.connection, areas=list(names), labels=list(names.values()))
    return [GridUnit(*row) for row in rows]


def find(tx: Transaction, grid_unit_id: UUID) -> GridUnit | None:
    return _unit(queries.find_unit(tx.connection, grid_unit_id=grid_unit_id))


def find_locked(tx: Transaction, grid_unit_id: UUID) -> GridUnit | None:
    """The unit, with whoever else wants to change its leaders or its places waiting behind this transaction."""
    return _unit(queries.lock_unit(tx.connection, grid_unit_id=grid_unit_id))


def find_community(tx: Transaction, area: str) -> GridUnit | None:
    return _unit(queries.find_community_unit(tx.connection, area=area))


def find_labelled(tx: Transaction, parent_id: UUID, label: str) -> GridUnit | None:
    return _unit(queries.find_labelled(tx.connection, parent_id=parent_id, label=label))


def list_by_ids(tx: Transaction, ids: Sequence[UUID]) -> list[GridUnit]:
    """From the community's unit down."""
    return [GridUnit(*row) for row in queries.list_units(tx.connection, ids=list(ids))]


def page(
    tx: Transaction,
    *,
    area: str,
    kind: str | None,
    parent_id: UUID | None,
    scopes: Sequence[tuple[str, str]],
    after: str,
    limit: int,
) -> list[GridUnit]:
    """`scopes` are pairs of area prefix and grid path, at least one of which a unit must lie in."""
    rows = queries.page_units(
        tx.connection,
        area=area,
        kind=kind,
        parent_id=parent_id,
        prefixes=[prefix for prefix, _ in scopes],
        paths=[path for _, path in scopes],
        after=after,
        limit=limit,
    )
    return [GridUnit(*row) for row in rows]


def _unit(row: tuple[Any, ...] | None) -> GridUnit | None:
    return None if row is None else GridUnit(*row)
