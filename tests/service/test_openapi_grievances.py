"""Grievances answers what its OpenAPI document says it answers, whatever it is sent."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
import uuid_utils.compat

from chassis.envelope import Event
from tests.service import openapi
from tests.service.openapi import COMMUNITY, DISTRICT, SOMEBODY, STREET, Api
from tests.support.instance import ServiceDatabase
from tests.support.waiting import wait_for

ROLES = [("district_officer", DISTRICT), ("community_officer", COMMUNITY), ("mediator", COMMUNITY)]
OPENAPI = openapi.of("grievances")
BUILDING = "01936f00-0000-7000-8000-0000000000b1"

FILING = {
    "area": COMMUNITY,
    "grid_unit_id": BUILDING,
    "relation": "owner_property",
    "category": "repair",
    "summary": "楼道漏水三个月，物业未修。",
    "applicant": {"name": "王小明", "phone": "13800138000"},
    "respondent": {"kind": "organisation", "name": "星海物业服务中心", "phone": "0755-26666666"},
}
STEPS_BEFORE = {"accept": 0, "assign": 1, "refuse": 1, "sessions": 2, "resolve": 3, "terminate": 3, "reopen": 4}


@pytest.fixture(scope="module")
def grievances(
    module_database: Callable[[str], ServiceDatabase],
    module_vhost: Callable[[], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Api]:
    """Told of a community and a building; a dispute was resolved there."""
    database, folder = module_database("grievances"), tmp_path_factory.mktemp("grievances")
    with openapi.running("grievances", database, module_vhost(), folder, ROLES) as api:
        api.tell(*places())
        wait_for(lambda: api.send("POST", "/disputes", FILING).ok)
        api.known.update(FILING, **dispute(api, "reopen"), code=COMMUNITY)
        api.fresh.update(
            {f"POST /disputes/{{dispute_id}}/{step}": partial(dispute, api, step) for step in STEPS_BEFORE}
        )
        yield api


def life() -> list[tuple[str, dict[str, Any] | None]]:
    """From filed to resolved, today: nothing may have happened before the day of filing."""
    session = {"held_at": datetime.now(UTC).isoformat(), "attended": ["applicant"], "record": "双方愿意先检测。"}
    return [
        ("accept", None),
        ("assign", {"mediator_id": SOMEBODY}),
        ("sessions", session),
        ("resolve", {"form": "oral", "terms": "物业于三月底前修复漏点。"}),
    ]


def dispute(api: Api, step: str) -> dict[str, Any]:
    """A dispute that is ready for this step of its life, and what else the step needs."""
    filed = api.ask("POST", "/disputes", FILING)
    for name, body in life()[: STEPS_BEFORE[step]]:
        filed = api.ask("POST", f"/disputes/{filed['dispute_id']}/{name}", body, if_match=f'"{filed["version"]}"')
    return {
        "dispute_id": filed["dispute_id"],
        "If-Match": f'"{filed["version"]}"',
        "held_at": datetime.now(UTC).isoformat(),
        "form": "oral",
        "reached_on": None,
        "signatures": {},
    }


def places() -> list[Event]:
    now = datetime.now(UTC)
    tree = [(DISTRICT, "南山区", "district", None), (STREET, "南头街道", "street", DISTRICT)]
    told: list[tuple[str, str, dict[str, Any]]] = [
        ("division.registered", code, {"code": code, "name": name, "level": level, "parent_code": parent})
        for code, name, level, parent in [*tree, (COMMUNITY, "星海名城", "community", STREET)]
    ]
    unit = {"grid_unit_id": BUILDING, "kind": "building", "parent_id": None, "path": f"/{BUILDING}"}
    told.append(("grid_unit.registered", BUILDING, unit))
    return [
        Event(uuid_utils.compat.uuid7(), "members", kind, subject, 1, COMMUNITY, now, data)
        for kind, subject, data in told
    ]


@OPENAPI.parametrize()
def test_grievances_answers_as_documented(case: Any, grievances: Api) -> None:
    grievances.check(case)
