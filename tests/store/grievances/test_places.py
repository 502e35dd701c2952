"""Learning places from members' facts: told twice or out of order, the newest telling stays."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from chassis.database import Database
from chassis.envelope import Event
from chassis.identity import Actor, Grant
from services.grievances.places import handlers, schemas

UNIT = "01936f00-0000-7000-8000-0000000000c1"
COMMUNITY = "440305002004"


def division(name: str, version: int) -> Event:
    told = {"code": COMMUNITY, "name": name, "level": "community", "parent_code": "440305002000", "since": "2026"}
    return fact("division.registered", COMMUNITY, version, schemas.DivisionRegistered().load(told))


def grid_unit(path: str, version: int) -> Event:
    told = {"grid_unit_id": UNIT, "kind": "building", "parent_id": None, "path": path}
    return fact("grid_unit.registered", UNIT, version, schemas.GridUnitRegistered().load(told))


def fact(type_: str, subject: str, version: int, data: Any) -> Event:
    return Event(
        UUID(int=version), "members", type_, subject, version, COMMUNITY, datetime(2026, 1, 1, tzinfo=UTC), data
    )


def names(database: Database) -> list[Any]:
    with database.transaction() as tx:
        return tx.rows("SELECT name, version FROM divisions WHERE code = %s", (COMMUNITY,))


def paths(database: Database) -> list[Any]:
    with database.transaction() as tx:
        return tx.rows("SELECT area, path, version FROM grid_units WHERE grid_unit_id = %s", (UNIT,))


@pytest.mark.parametrize(
    "told",
    [
        [[1], [1], [2]],
        [[2], [1]],
        [[1, 2]],
        [[2, 1, 1], [1]],
    ],
)
def test_the_newest_telling_stays_however_often_and_in_whatever_order_it_comes(
    database: Database, told: list[list[int]]
) -> None:
    for batch in told:
        with database.transaction() as tx:
            handlers.learn_divisions(tx, [division(f"北头 {version}", version) for version in batch])
            handlers.learn_grid_units(tx, [grid_unit(f"/c/{version}", version) for version in batch])

    assert names(database) == [("北头 2", 2)]
    assert paths(database) == [(COMMUNITY, "/c/2", 2)]


def test_a_learnt_place_can_have_disputes(database: Database, life: Any) -> None:
    with database.transaction() as tx:
        handlers.learn_divisions(tx, [division("北头", 1)])
        handlers.learn_grid_units(tx, [grid_unit("/c/1", 1)])

    officer = Actor("o", (Grant("community_officer", COMMUNITY),))
    dispute = life.file(officer, area=COMMUNITY, grid_unit_id=UUID(UNIT))

    assert dispute.case_number == "440305002004-2026-0001"
