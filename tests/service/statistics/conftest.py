"""One statistics service for each module of tests, which knows a small part of Nanshan and hears the relays' beats."""

from collections.abc import Iterator

import pytest

from tests.service.statistics.running import Statistics
from tests.support.beating import Said, beating
from tests.support.service import StartService


@pytest.fixture(scope="module")
def statistics(start_service: StartService) -> Statistics:
    return start_service(Statistics).learn_tree()


@pytest.fixture(scope="module", autouse=True)
def relays(statistics: Statistics) -> Iterator[Said]:
    """What the relays of grievances and members say; nothing unsent unless a test says so."""
    with beating(statistics.amqp_url, "grievances", "members") as said:
        statistics.wait_even()
        yield said
