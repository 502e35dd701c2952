"""Referrals in every state, for requests made from the OpenAPI document."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Any

from chassis.calendar import local_day
from chassis.identity import Grant
from tests.service.openapi import COMMUNITY, DISTRICT, SOMEBODY, Api
from tests.support.asking import Reply

WAY = ("sort", "accept", "answer", "contest")
"""What is done with a referral, each step after the one before it."""

STEPS_BEFORE = {
    "sort": 0,
    "withdraw": 0,
    "decline": 0,
    "object": 1,
    "accept": 1,
    "extend": 2,
    "recuse": 2,
    "answer": 2,
    "contest": 3,
}


def fresh(api: Api) -> dict[str, Callable[[], dict[str, Any]]]:
    """For each operation on a referral, one that is ready for it; somebody acts for the department in charge."""
    officer = api.service.token_for("district-9", Grant("district_officer", DISTRICT))
    ask = partial(api.service.request, token=officer)
    numbers = count(1)

    def department() -> dict[str, Any]:
        code = f"department_{next(numbers)}"
        body = {"code": code, "name_zh": "区城市管理局", "name_en": code, "level": "district", "area": DISTRICT}
        assert ask("POST", "/departments", body).status == 201
        return {"code": code}

    in_charge = department()["code"]

    def seat(account_id: str, position: str) -> Reply:
        return ask("POST", f"/departments/{in_charge}/seats", {"account_id": account_id, "position": position})

    def ended_seat() -> dict[str, Any]:
        return {"code": in_charge, "seat_id": seat(f"leaving-{next(numbers)}", "staff").json["seat_id"]}

    seat(SOMEBODY, "staff")
    seat("department-head", "head")
    steps = {
        f"POST /referrals/{{referral_id}}/{step}": partial(referral, api, in_charge, step) for step in STEPS_BEFORE
    }
    reads = ("", "/progress", "/steps", "/answers")
    return {
        **steps,
        **{f"GET /referrals/{{referral_id}}{read}": partial(referral, api, in_charge, "contest") for read in reads},
        "POST /referrals": lambda: {"dispute_id": None, "area": COMMUNITY, "category": "waste", **dict.fromkeys(NAMED)},
        "POST /departments/{code}/retire": department,
        "POST /departments/{code}/restore": department,
        "POST /departments/{code}/seats": department,
        "GET /departments/{code}/seats": lambda: {"code": in_charge},
        "POST /departments/{code}/seats/{seat_id}/end": ended_seat,
    }


NAMED = ("department_complained_of", "body_complained_of", "requested_department")


def referral(api: Api, department: str, step: str) -> dict[str, Any]:
    """A referral that is ready for this step, and what else the step needs. Who complains has no account."""
    today = local_day(datetime.now(UTC)).isoformat()
    given = {"department_code": department, "days": 5, "approver_id": "department-head", "answered_on": today}
    complaint = {
        "matter": "臭味扰民",
        "area": COMMUNITY,
        "category": "waste",
        "complainant": {"name": "王小明", "phone": "13800138000"},
    }
    now = api.ask("POST", "/referrals", complaint)
    answer = {"answer": "已整改", "document_number": "1号", "answered_on": today}
    bodies = {"sort": {"department_code": department}, "accept": {}, "answer": answer, "contest": {}}
    for name in WAY[: STEPS_BEFORE[step]]:
        now = api.ask("POST", f"/referrals/{now['referral_id']}/{name}", bodies[name], if_match=f'"{now["version"]}"')
    return {
        **given,
        "referral_id": now["referral_id"],
        "If-Match": f'"{now["version"]}"',
        "handler_id": None,
        "received_on": None,
        "successor_id": "department-head",
    }
