"""Statistics answers what its OpenAPI document says it answers, whatever it is asked."""

from typing import Any

import pytest

from tests.service import openapi
from tests.service.openapi import COMMUNITY, DISTRICT, Api
from tests.service.statistics.running import Statistics, life
from tests.support.service import StartService
from tests.support.waiting import wait_for

OPENAPI = openapi.of("statistics")


@pytest.fixture(scope="module")
def statistics(start_service: StartService) -> Api:
    """With a small part of Nanshan, and what happened to one dispute."""
    service = start_service(Statistics).learn_tree()
    api = openapi.asked_by_somebody(service, ("district_officer", DISTRICT))
    service.publish(*life("registered", "accepted", "assigned", "mediated", "resolved", area=COMMUNITY))
    wait_for(lambda: len(api.send("GET", f"/facts?area={DISTRICT}").json.get("facts", [])) == 5)
    api.known.update(area=DISTRICT, code=DISTRICT)
    return api


@OPENAPI.parametrize()
def test_statistics_answers_as_documented(case: Any, statistics: Api) -> None:
    statistics.check(case)
