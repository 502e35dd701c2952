"""One members service for each module of tests, with Nanshan loaded and a grid in 星海名城."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chassis.database import Database
from services.members.divisions.file import read_file
from services.members.divisions.handlers import load_divisions
from tests.service.members.running import HERE, Members, officer, running
from tests.support.instance import ServiceDatabase

NANSHAN = Path(__file__).parents[3] / "data" / "nanshan.csv"


@pytest.fixture(scope="module")
def members(
    module_database: Callable[[str], ServiceDatabase],
    module_vhost: Callable[[], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Members]:
    url = module_database("members")
    with closing(Database(url, service="members")) as database:
        load_divisions(database, read_file(NANSHAN), datetime.now(UTC))
    with running(url, module_vhost(), tmp_path_factory.mktemp("members")) as started:
        yield started


@pytest.fixture(scope="module")
def grid(members: Members) -> dict[str, str]:
    """Ids by kind, each place in the one before it."""
    query = f"/grid-units?area={HERE}&kind=community"
    [community] = members.ask("GET", query, grant=officer()).json()["items"]
    ids = {"community": community["grid_unit_id"]}
    for kind, label in [("compound", "一期"), ("building", "3栋"), ("unit", "2单元"), ("household", "501")]:
        body = {"parent_id": list(ids.values())[-1], "kind": kind, "label": label}
        ids[kind] = members.ask("POST", "/grid-units", body, grant=officer()).json()["grid_unit_id"]
    return ids
