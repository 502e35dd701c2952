"""Grievances answers what its OpenAPI document says it answers, whatever it is sent."""

from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Any

import pytest

from chassis.calendar import local_day
from chassis.identity import Grant
from tests.service import openapi
from tests.service.grievances import agreements, fresh_cases, fresh_referrals
from tests.service.grievances.running import FILING, Grievances
from tests.service.openapi import COMMUNITY, DISTRICT, SOMEBODY, Api
from tests.support.asking import Reply
from tests.support.service import StartService

ROLES = [("district_officer", DISTRICT), ("community_officer", COMMUNITY), ("mediator", COMMUNITY)]
OPENAPI = openapi.of("grievances")

RESIDENT = Grant("resident", COMMUNITY)
"""Files: nobody takes a step on what they filed themselves."""

STEPS_BEFORE = {
    "accept": 0,
    "assign": 1,
    "refuse": 1,
    "sessions": 2,
    "unassign": 2,
    "reassign": 3,
    "resolve": 3,
    "terminate": 3,
    "reopen": 4,
}


@pytest.fixture(scope="module")
def grievances(start_service: StartService) -> Api:
    """Told of communities and a building; a dispute was resolved there."""
    service = start_service(Grievances).learn_places()
    api = openapi.asked_by_somebody(service, *ROLES)
    hired = service.hire(SOMEBODY).json
    api.known.update(FILING, **dispute(api, "reopen"), code=COMMUNITY, committee_id=hired["committee_id"])
    api.fresh.update({f"POST /disputes/{{dispute_id}}/{step}": partial(dispute, api, step) for step in STEPS_BEFORE})
    api.fresh.update(agreements.fresh(api, partial(dispute, api, "resolve")))
    api.fresh.update(fresh_referrals.fresh(api))
    api.fresh.update(fresh_cases.fresh(api, partial(dispute, api, "reopen")))
    leaving = (service.hire(f"leaving-{number}") for number in count())
    api.fresh["POST /mediators/{appointment_id}/end"] = lambda: appointment(next(leaving))
    return api


def appointment(hired: Reply) -> dict[str, Any]:
    return {"appointment_id": hired.json["appointment_id"], "If-Match": hired.headers["etag"]}


def today() -> str:
    return local_day(datetime.now(UTC)).isoformat()


def life() -> list[tuple[str, dict[str, Any] | None]]:
    """From filed to resolved, today: nothing may have happened before the day of filing."""
    session = {
        "held_at": datetime.now(UTC).isoformat(),
        "attended": ["applicant", "respondent"],
        "record": "双方愿意先检测。",
    }
    return [
        ("accept", None),
        ("assign", {"mediator_id": SOMEBODY}),
        ("sessions", session),
        ("resolve", {"form": "oral", "terms": "物业于三月底前修复漏点。", "confirmed_by_applicant_on": today()}),
    ]


def dispute(api: Api, step: str) -> dict[str, Any]:
    """A dispute that is ready for this step of its life, and what else the step needs."""
    filed = api.service.request("POST", "/disputes", FILING, token=api.service.token_for("resident-1", RESIDENT)).json
    for name, body in life()[: STEPS_BEFORE[step]]:
        filed = api.ask("POST", f"/disputes/{filed['dispute_id']}/{name}", body, if_match=f'"{filed["version"]}"')
    return {
        "dispute_id": filed["dispute_id"],
        "If-Match": f'"{filed["version"]}"',
        "held_at": datetime.now(UTC).isoformat(),
        "form": "oral",
        "reached_on": None,
        "confirmed_by_applicant_on": today(),
        "signatures": {},
        "successor_id": "mediator-2",
    }


@OPENAPI.parametrize()
def test_grievances_answers_as_documented(case: Any, grievances: Api) -> None:
    grievances.check(case)
