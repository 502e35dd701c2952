"""Divisions and grid units as rows."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from chassis.database import Transaction, load_queries
from services.grievances.places.model import Division, GridUnit, Ground

queries = load_queries(Path(__file__).parent, prepared=("find_ground",))


def save_divisions(tx: Transaction, divisions: Sequence[Division]) -> None:
    """Keep the newest telling of each; a code twice in one call is kept by its highest version."""
    newest = {division.code: division for division in sorted(divisions, key=lambda division: division.version)}
    queries.save_divisions(
        tx.connection,
        codes=list(newest),
        names=[division.name for division in newest.values()],
        levels=[division.level for division in newest.values()],
        parent_codes=[division.parent_code for division in newest.values()],
        versions=[division.version for division in newest.values()],
    )


def save_grid_units(tx: Transaction, units: Sequence[GridUnit]) -> None:
    """Keep the newest telling of each; a unit twice in one call is kept by its highest version."""
    newest = {unit.grid_unit_id: unit for unit in sorted(units, key=lambda unit: unit.version)}
    queries.save_grid_units(
        tx.connection,
        grid_unit_ids=list(newest),
        areas=[unit.area for unit in newest.values()],
        kinds=[unit.kind for unit in newest.values()],
        paths=[unit.path for unit in newest.values()],
        versions=[unit.version for unit in newest.values()],
    )


def find_ground(tx: Transaction, area: str, grid_unit_id: UUID | None) -> Ground:
    return Ground(*queries.find_ground(tx.connection, area=area, grid_unit_id=grid_unit_id))


def find_community_near(tx: Transaction, area: str) -> str | None:
    code: str | None = queries.find_community_near(tx.connection, area=area)
    return code
