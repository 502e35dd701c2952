"""Who may see a community's figures by the day (DOMAIN D: no singling out)."""

import pytest

from chassis.errors import NotAllowed
from chassis.identity import Actor, Grant
from services.statistics import access
from services.statistics.store import Division

XINGHAI = Division("440305001012", "星海名城社区居委会", "community", "440305001000")
STREET = Division("440305001000", "南头街道", "street", "440305000000")


def actor(*grants: Grant) -> Actor:
    return Actor("someone", grants)


@pytest.mark.parametrize("role", ["mediator", "community_officer", "auditor"])
def test_those_who_work_in_a_community_see_its_days(role: str) -> None:
    access.require_days(actor(Grant(role, XINGHAI.code)), XINGHAI)


@pytest.mark.parametrize(
    "grants",
    [
        (Grant("resident", XINGHAI.code),),
        (Grant("recorder", XINGHAI.code),),
        (Grant("hotline", XINGHAI.code),),
        (Grant("resident", XINGHAI.code), Grant("mediator", "440305006011")),
    ],
)
def test_a_resident_cannot_pick_the_day_of_a_neighbour(grants: tuple[Grant, ...]) -> None:
    with pytest.raises(NotAllowed, match="ask for a year"):
        access.require_days(actor(*grants), XINGHAI)


def test_the_sums_of_a_street_are_coarse_enough() -> None:
    access.require_days(actor(Grant("resident", XINGHAI.code)), STREET)
