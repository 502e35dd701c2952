"""One members service for each module of tests, with Nanshan loaded and a grid in 星海名城."""

import pytest

from tests.service.members.running import HERE, Members, officer, with_nanshan
from tests.support.instance import MakeDatabase
from tests.support.service import StartService


@pytest.fixture(scope="module")
def members(module_database: MakeDatabase, start_service: StartService) -> Members:
    return start_service(Members, with_nanshan(module_database("members")))


@pytest.fixture(scope="module")
def grid(members: Members) -> dict[str, str]:
    """Ids by kind, each place in the one before it."""
    query = f"/grid-units?area={HERE}&kind=community"
    [community] = members.ask("GET", query, grant=officer()).json["items"]
    ids = {"community": community["grid_unit_id"]}
    for kind, label in [("compound", "一期"), ("building", "3栋"), ("unit", "2单元"), ("household", "501")]:
        body = {"parent_id": list(ids.values())[-1], "kind": kind, "label": label}
        ids[kind] = members.ask("POST", "/grid-units", body, grant=officer()).json["grid_unit_id"]
    return ids
