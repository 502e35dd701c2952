"""A grid for every community: a compound with two buildings, each with a unit of two households, and all their leaders.

`python -m bench.filling.grid`

DATABASE_URL and the sealing keys are those of members, whose own use cases make it all: other services hear of it from
its relay. Communities that have a compound stay as they are. Prints JSON: the grid units there are.
"""

import json
import os
from datetime import datetime

from chassis.calendar import system_clock
from chassis.database import Database, Transaction
from chassis.identity import Actor, Grant
from services.members.grid import handlers as grid
from services.members.grid.model import GridUnit
from services.members.tenures import handlers as tenures

COMPOUND, BUILDINGS, UNIT, HOUSEHOLDS = "一期", ("1栋", "2栋"), "1单元", ("101", "502")


class Community:
    """One community while its grid is made, in one transaction."""

    def __init__(self, tx: Transaction, root: GridUnit, now: datetime) -> None:
        self._tx = tx
        self._now = now
        self._root = root
        self._officer = Actor(f"officer-{root.area}", (Grant("community_officer", root.area),))

    def build(self) -> None:
        self._lead(self._root, "community")
        compound = self._unit(self._root, "compound", COMPOUND)
        self._lead(compound, "compound")
        for building_label in BUILDINGS:
            building = self._unit(compound, "building", building_label)
            self._lead(building, "building")
            unit = self._unit(building, "unit", UNIT)
            for label in HOUSEHOLDS:
                self._lead(self._unit(unit, "household", label), "household")

    def _unit(self, parent: GridUnit, kind: str, label: str) -> GridUnit:
        command = grid.Register(parent.grid_unit_id, kind, label)
        return grid.register(self._tx, command, actor=self._officer, now=self._now)

    def _lead(self, unit: GridUnit, level: str) -> None:
        holder = leader_of(unit.area) if level == "community" else f"leader-{unit.grid_unit_id}"
        command = tenures.Start(unit.grid_unit_id, level, holder, "陈志强")
        tenures.start(self._tx, command, actor=self._officer, now=self._now)


def leader_of(area: str) -> str:
    """The account that answers for a community."""
    return f"leader-{area}"


def build(database: Database) -> int:
    """Every community that is known; gives how many grid units there are then."""
    with database.transaction() as tx:
        reader = Actor("bench", (Grant("district_officer", _district(tx)),))
        found = grid.list_units(tx, actor=reader, area=None, kind="community", parent_id=None, after="", limit=10_000)
    for root in found:
        with database.transaction() as tx:
            if not tx.rows("SELECT FROM grid_units WHERE parent_id = %s", (root.grid_unit_id,)):
                Community(tx, root, system_clock()).build()
    with database.transaction() as tx:
        return int(tx.rows("SELECT count(*) AS units FROM grid_units")[0].units)


def _district(tx: Transaction) -> str:
    return str(tx.rows("SELECT code FROM divisions WHERE level = 'district'")[0].code)


def main() -> None:
    database = Database(os.environ["DATABASE_URL"], service="members", process="bench")
    print(json.dumps({"units": build(database)}))
    database.close()


if __name__ == "__main__":
    main()
