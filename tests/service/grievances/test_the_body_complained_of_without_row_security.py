"""The same refusals by the handlers alone: in this database no policy stands behind them.

For the body that has staff without a seat, and for one of the others, which are alike to the handlers.
"""

from contextlib import closing

import pytest

from chassis.database import connect
from tests.service.grievances.every_action import (
    ACTIONS,
    DECLARED,
    Scene,
    nobody_of_it_does_and_another_does,
    seat_everybody,
)
from tests.service.grievances.running import Grievances


@pytest.fixture(scope="module")
def unlocked(service: Grievances) -> Grievances:
    """The service, with one account seated in each body, over tables that show and take everything."""
    seat_everybody(service)
    with closing(connect(service.database.admin_url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "DO $$ DECLARE name text; BEGIN "
            "FOR name IN SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace "
            "LOOP EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', name); END LOOP; END $$"
        )
    return service


@pytest.mark.parametrize("action", [name for name in DECLARED if name in ACTIONS])
@pytest.mark.parametrize("accused", ["workstation", "property_office"])
def test_the_handlers_alone_refuse_the_body_complained_of(unlocked: Grievances, accused: str, action: str) -> None:
    nobody_of_it_does_and_another_does(Scene(unlocked, accused), action)
