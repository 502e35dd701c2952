"""Statistics answers what its OpenAPI document says it answers, whatever it is asked."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import uuid_utils.compat

from tests.service import openapi
from tests.service.openapi import COMMUNITY, DISTRICT, Api
from tests.service.statistics.running import life
from tests.store.statistics.facts import TREE, division_event
from tests.support.instance import ServiceDatabase
from tests.support.waiting import wait_for

OPENAPI = openapi.of("statistics")


@pytest.fixture(scope="module")
def statistics(
    module_database: Callable[[str], ServiceDatabase],
    module_vhost: Callable[[], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Api]:
    """With a small part of Nanshan, and what happened to one dispute."""
    database, folder = module_database("statistics"), tmp_path_factory.mktemp("statistics")
    with openapi.running("statistics", database, module_vhost(), folder, [("district_officer", DISTRICT)]) as api:
        api.tell(*(replace(division_event(one), event_id=uuid_utils.compat.uuid7()) for one in TREE))
        api.tell(*life("registered", "accepted", "assigned", "mediated", "resolved", area=COMMUNITY))
        wait_for(lambda: len(api.send("GET", f"/facts?area={DISTRICT}").json().get("facts", [])) == 5)
        api.known.update(area=DISTRICT, code=DISTRICT)
        yield api


@OPENAPI.parametrize()
def test_statistics_answers_as_documented(case: Any, statistics: Api) -> None:
    statistics.check(case)
