"""Referrals begin with the departments of a district."""

import pytest

from chassis.database import Database
from tests.store.grievances.referrals.offices import Way, with_departments
from tests.support.instance import Fill


@pytest.fixture(scope="module")
def ground() -> Fill:
    return with_departments


@pytest.fixture
def way(database: Database) -> Way:
    return Way(database)
