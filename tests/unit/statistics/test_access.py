"""Who may see a community's figures by the day (DOMAIN D: no singling out)."""

import pytest

from chassis.errors import NotAllowed
from chassis.identity import Actor, Grant
from services.statistics import access
from services.statistics.store import Division

XINGHAI_CODE = "440305001012"

FAR = [
    (Grant("resident", XINGHAI_CODE),),
    (Grant("recorder", "440305000000"),),
    (Grant("mediator", "440305006011"),),
    (Grant("resident", XINGHAI_CODE), Grant("grid_leader", XINGHAI_CODE, "/a-building")),
]
"""People who do not work in XINGHAI as a whole."""

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
        (Grant("department_officer", XINGHAI.code),),
        (Grant("resident", XINGHAI.code), Grant("mediator", "440305006011")),
        (Grant("resident", XINGHAI.code), Grant("grid_leader", XINGHAI.code, "/a-building")),
    ],
)
def test_a_resident_cannot_pick_the_day_of_a_neighbour(grants: tuple[Grant, ...]) -> None:
    with pytest.raises(NotAllowed, match="ask for a year"):
        access.require_days(actor(*grants), XINGHAI)


def test_the_sums_of_a_street_are_coarse_enough() -> None:
    access.require_days(actor(Grant("resident", XINGHAI.code)), STREET)


@pytest.mark.parametrize("grants", FAR)
def test_what_a_communitys_disputes_are_about_is_for_those_who_work_there(grants: tuple[Grant, ...]) -> None:
    with pytest.raises(NotAllowed):
        access.require_breakdown(actor(*grants), XINGHAI, by_days=False)


@pytest.mark.parametrize("grants", FAR)
def test_what_a_streets_disputes_are_about_is_for_everybody_and_not_by_the_day(grants: tuple[Grant, ...]) -> None:
    access.require_breakdown(actor(*grants), STREET, by_days=False)

    with pytest.raises(NotAllowed, match="ask for a year"):
        access.require_breakdown(actor(*grants), STREET, by_days=True)


@pytest.mark.parametrize("area", [XINGHAI.code, STREET.code, "440305000000"])
@pytest.mark.parametrize("role", ["mediator", "community_officer", "street_officer", "auditor"])
def test_those_who_work_there_see_a_breakdown_by_the_day(role: str, area: str) -> None:
    access.require_breakdown(actor(Grant(role, area)), XINGHAI, by_days=True)


def test_a_communitys_days_cannot_be_picked_from_among_its_streets_parts() -> None:
    access.require_parts(actor(Grant("resident", STREET.code)), STREET, by_days=False)
    access.require_parts(actor(Grant("street_officer", STREET.code)), STREET, by_days=True)

    with pytest.raises(NotAllowed, match="ask for a year"):
        access.require_parts(actor(Grant("resident", STREET.code)), STREET, by_days=True)


@pytest.mark.parametrize("grants", FAR)
def test_the_points_of_a_communitys_few_answers_are_for_those_who_work_there(grants: tuple[Grant, ...]) -> None:
    assert not access.may_see_points(actor(*grants), XINGHAI, by_days=False)
    assert access.may_see_points(actor(*grants), STREET, by_days=False)
    assert access.may_see_points(actor(Grant("mediator", XINGHAI.code)), XINGHAI, by_days=True)


@pytest.mark.parametrize("grants", FAR)
def test_what_one_day_adds_to_the_points_of_a_street_is_for_those_who_work_there(grants: tuple[Grant, ...]) -> None:
    assert not access.may_see_points(actor(*grants), STREET, by_days=True)
    assert access.may_see_points(actor(Grant("street_officer", STREET.code)), STREET, by_days=True)
