"""What the tests begin with: Nanshan's places 南山区, and a mediation committee in every community."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date
from uuid import UUID

import uuid_utils.compat

from chassis.database import Database
from services.grievances.committees import store as committees
from services.grievances.committees.model import Committee, Person, Position, form, years_after
from services.grievances.places import store as places
from services.grievances.places.model import Division, GridUnit
from tests.support.instance import ServiceDatabase

DISTRICT, STREET, OTHER_STREET = "440305000000", "440305001000", "440305006000"
XINGHAI, BEITOU, HAIYUE = "440305001012", "440305001013", "440305006011"
BUILDING = GridUnit(UUID("01936f00-0000-7000-8000-0000000000b1"), XINGHAI, "building", "/c/b", 1)


@contextmanager
def opened(address: ServiceDatabase) -> Iterator[Database]:
    with closing(Database(address.url, service="grievances", size=12)) as database:
        yield database


def with_places(address: ServiceDatabase) -> None:
    """Two streets of 南山区, three communities and a building."""
    with opened(address) as database, database.transaction() as tx:
        places.save_divisions(
            tx,
            [
                Division(DISTRICT, "南山区", "district", None, 1),
                Division(STREET, "南头街道", "street", DISTRICT, 1),
                Division(OTHER_STREET, "蛇口街道", "street", DISTRICT, 1),
                Division(XINGHAI, "星海名城", "community", STREET, 1),
                Division(BEITOU, "北头", "community", STREET, 1),
                Division(HAIYUE, "海月", "community", OTHER_STREET, 1),
            ],
        )
        places.save_grid_units(tx, [BUILDING])


MEMBERS = tuple(
    Person(UUID(int=number), f"mediator-{number}", "陈丽", date(1980, 5, 4), is_woman=True, position=position)
    for number, position in enumerate((Position.MEMBER, Position.MEMBER, Position.CHAIR), start=1)
)
"""Of the committee of every community; they may be named as mediators there."""


def with_committees(address: ServiceDatabase) -> None:
    """The places, and a committee in every community; its facts are not told, so that tests see only their own."""
    with_places(address)
    formed_on = date(2026, 1, 5)
    with opened(address) as database, database.transaction() as tx:
        for area in (XINGHAI, BEITOU, HAIYUE):
            committee = Committee(uuid_utils.compat.uuid7(), area, formed_on, years_after(formed_on, 3))
            members = [replace(member, appointment_id=uuid_utils.compat.uuid7()) for member in MEMBERS]
            committees.add(tx, form(committee, members, before=None, today=formed_on), "officer-2")
