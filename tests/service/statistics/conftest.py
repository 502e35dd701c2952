"""One statistics service for each module of tests, which knows a small part of Nanshan."""

import pytest

from tests.service.statistics.running import Statistics
from tests.support.service import StartService


@pytest.fixture(scope="module")
def statistics(start_service: StartService) -> Statistics:
    return start_service(Statistics).learn_tree()
