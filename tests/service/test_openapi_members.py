"""Members answers what its OpenAPI document says it answers, whatever it is sent."""

from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from chassis.envelope import Event
from tests.service import openapi
from tests.service.members.running import Members, with_nanshan
from tests.service.openapi import COMMUNITY, DISTRICT, SOMEBODY, Api
from tests.support.instance import MakeDatabase
from tests.support.service import StartService
from tests.support.waiting import wait_for

ROLES = [("district_officer", DISTRICT), ("mediator", COMMUNITY)]
OPENAPI = openapi.of("members")


@pytest.fixture(scope="module")
def members(module_database: MakeDatabase, start_service: StartService) -> Api:
    """With Nanshan's divisions."""
    api = openapi.asked_by_somebody(start_service(Members, with_nanshan(module_database("members"))), *ROLES)
    prepare(api)
    return api


def prepare(api: Api) -> None:
    """A place, an organisation, a leader who is the one that asks, and a notice to that leader."""
    numbers = count(1)
    [unit] = api.ask("GET", f"/grid-units?area={COMMUNITY}&kind=community")["items"]

    def place() -> dict[str, Any]:
        named = {"parent_id": unit["grid_unit_id"], "kind": "compound", "label": f"{next(numbers)}期"}
        return {**named, "grid_unit_id": api.ask("POST", "/grid-units", named)["grid_unit_id"]}

    def tenure() -> dict[str, Any]:
        leader = {"level": "compound", "holder_id": SOMEBODY, "holder_name": "王小明"}
        started = api.ask("POST", "/tenures", {**leader, "grid_unit_id": place()["grid_unit_id"]})
        return {"tenure_id": started["tenure_id"], "grid_unit_id": started["grid_unit_id"], "If-Match": '"1"'}

    def organisation() -> dict[str, Any]:
        return {"name": f"第{next(numbers)}党支部", "kind": "branch", "parent_id": None}

    made = tenure()
    api.service.publish(resolved(made["grid_unit_id"]))
    [notice] = wait_for(lambda: api.ask("GET", "/notices")["items"])
    api.known.update(
        area=COMMUNITY,
        code=COMMUNITY,
        parent=unit["grid_unit_id"],
        grid_unit_id=made["grid_unit_id"],
        tenure_id=made["tenure_id"],
        organisation_id=api.ask("POST", "/organisations", {**organisation(), "area": COMMUNITY})["organisation_id"],
        notice_id=notice["notice_id"],
    )
    api.fresh.update(
        {
            "POST /grid-units": lambda: {**place(), "label": f"{next(numbers)}栋", "kind": "compound"},
            "POST /tenures": lambda: {**place(), "level": "compound"},
            "POST /tenures/{tenure_id}/end": tenure,
            "POST /organisations": organisation,
        }
    )


def resolved(grid_unit_id: str) -> Event:
    data = {"dispute_id": str(UUID(int=1)), "category": "parking", "grid_unit_id": grid_unit_id}
    return Event(
        UUID(int=2), "grievances", "dispute.resolved", data["dispute_id"], 5, COMMUNITY, datetime.now(UTC), data
    )


@OPENAPI.parametrize()
def test_members_answers_as_documented(case: Any, members: Api) -> None:
    members.check(case)
