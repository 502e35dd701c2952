"""A small district, and the table of days off that comes with Linli."""

import pytest

from linli.simulation.acts import Community
from linli.simulation.days import Calendar
from linli.simulation.district import calendar


@pytest.fixture(scope="session")
def days() -> Calendar:
    return calendar()


@pytest.fixture
def communities() -> list[Community]:
    return [Community(f"44030500100{number}", f"示例{number}社区", "440305001000") for number in range(1, 6)]
