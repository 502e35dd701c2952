"""One grievances service for each module of tests, told of two communities and a building."""

import pytest

from tests.service.grievances.running import Grievances
from tests.support.service import StartService


@pytest.fixture(scope="module")
def service(start_service: StartService) -> Grievances:
    return start_service(Grievances).learn_places()
