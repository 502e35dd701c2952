"""A members database of each test's own, and keys to seal with."""

from collections.abc import Callable, Iterator

import pytest

from chassis.database import Database
from services.members.divisions.file import read_divisions
from services.members.divisions.handlers import load_divisions
from services.members.grid import handlers as grid
from services.members.grid import store as grid_store
from services.members.grid.model import GridUnit
from tests.store.members.district import AREA, DISTRICT, NOW, officer
from tests.support import sealing


@pytest.fixture(autouse=True)
def sealing_keys() -> Iterator[None]:
    with sealing.in_this_process():
        yield


@pytest.fixture
def database(service_database: Callable[[str], str]) -> Iterator[Database]:
    """Empty but for the schema, with the service's own login."""
    database = Database(service_database("members"), service="members", size=4)
    yield database
    database.close()


@pytest.fixture
def district(database: Database) -> Database:
    """With two streets and three communities."""
    load_divisions(database, read_divisions(DISTRICT.encode()), NOW)
    return database


@pytest.fixture
def units(district: Database) -> dict[str, GridUnit]:
    """A place of every kind, each in the one before it, in 星海名城."""
    with district.transaction() as tx:
        community = grid_store.find_community(tx, AREA)
        assert community is not None
        found = {"community": community}
        for kind, label in [("compound", "一期"), ("building", "3栋"), ("unit", "2单元"), ("household", "501")]:
            parent_id = list(found.values())[-1].grid_unit_id
            command = grid.Register(parent_id=parent_id, kind=kind, label=label)
            found[kind] = grid.register(tx, command, actor=officer(), now=NOW)
    return found
