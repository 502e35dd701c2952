"""What may be asked, who may ask it, and how cheaply."""

import pytest

from chassis.identity import Grant
from tests.service.statistics.running import Statistics, life
from tests.store.statistics.facts import DAXIN, DISTRICT, HAIYUE, NANTOU, XINGHAI, ZHAOSHANG
from tests.support.asking import Reply
from tests.support.waiting import wait_for

HERE = Grant("mediator", XINGHAI)
RESIDENT = Grant("resident", XINGHAI)
STREET = Grant("street_officer", NANTOU)
LEADER = Grant("grid_leader", XINGHAI, "/01936f00-0000-7000-8000-00000000000a")


def pointers(answer: Reply) -> list[str]:
    return [error["pointer"] for error in answer.json["errors"]]


def test_figures_are_given_all_together_beside_the_year_before(statistics: Statistics) -> None:
    answer = statistics.get(f"/statistics/{DISTRICT}?year=2026").json

    together = {
        "registered",
        "accepted",
        "resolved",
        "refused",
        "terminated",
        "reopened",
        "linked",
        "overdue",
        "confirmed",
        "satisfaction",
        "days_to_resolve_sum",
        "days_to_resolve_count",
        "average_days_to_resolve",
    }
    assert set(answer["figures"]) == together
    assert set(answer["year_over_year"]["figures_year_before"]) == together
    assert set(answer["year_over_year"]["accepted"]) == {"now", "year_before"}
    assert answer["area"] == {"code": DISTRICT, "name": "南山区", "level": "district", "parent_code": None}


def test_children_are_the_divisions_one_level_down_also_without_figures(statistics: Statistics) -> None:
    children = statistics.get(f"/statistics/{DISTRICT}/children?from=2001-01-01&to=2001-12-31").json["children"]

    assert [child["area"]["code"] for child in children] == [NANTOU, ZHAOSHANG]
    assert {child["figures"]["registered"] for child in children} == {0}
    assert {child["year_over_year"]["change_percent"]["accepted"] for child in children} == {None}


def test_a_community_has_no_children(statistics: Statistics) -> None:
    assert statistics.get(f"/statistics/{XINGHAI}/children").json["children"] == []


@pytest.mark.parametrize(
    ("path", "grant", "status"),
    [
        (f"/statistics/{DISTRICT}", RESIDENT, 200),
        (f"/statistics/{XINGHAI}?year=2026", RESIDENT, 200),
        (f"/statistics/{XINGHAI}?from=2026-03-01&to=2026-03-01", RESIDENT, 403),
        (f"/statistics/{DISTRICT}/children", RESIDENT, 200),
        (f"/statistics/{ZHAOSHANG}", HERE, 200),
        (f"/statistics/{NANTOU}/children", HERE, 403),
        (f"/statistics/{NANTOU}/children", STREET, 200),
        (f"/statistics/{ZHAOSHANG}/children", STREET, 403),
        (f"/statistics/{XINGHAI}", HERE, 200),
        (f"/statistics/{XINGHAI}", RESIDENT, 200),
        (f"/statistics/{DISTRICT}", LEADER, 200),
        (f"/statistics/{NANTOU}", LEADER, 200),
        (f"/statistics/{DISTRICT}/children", LEADER, 200),
        (f"/statistics/{XINGHAI}", LEADER, 403),
        (f"/statistics/{XINGHAI}/children", LEADER, 403),
        (f"/statistics/{NANTOU}/children", Grant("street_officer", NANTOU, LEADER.grid_path), 403),
        (f"/statistics/{NANTOU}/children?from=2026-03-01&to=2026-03-01", Grant("resident", NANTOU), 403),
        (f"/statistics/{NANTOU}/children?year=2025", Grant("resident", NANTOU), 200),
        (f"/statistics/{XINGHAI}/by-category", HERE, 200),
        (f"/statistics/{XINGHAI}/by-category?from=2026-03-01&to=2026-03-01", HERE, 200),
        (f"/statistics/{XINGHAI}/by-category", RESIDENT, 403),
        (f"/statistics/{XINGHAI}/by-category?year=2025", RESIDENT, 403),
        (f"/statistics/{XINGHAI}/by-relation", RESIDENT, 403),
        (f"/statistics/{XINGHAI}/by-relation", LEADER, 403),
        (f"/statistics/{HAIYUE}/by-relation", HERE, 403),
        (f"/statistics/{NANTOU}/by-category?year=2025", RESIDENT, 200),
        (f"/statistics/{NANTOU}/by-category?from=2025-03-01&to=2025-03-31", RESIDENT, 403),
        (f"/statistics/{NANTOU}/by-category?from=2025-03-01&to=2025-03-31", HERE, 403),
        (f"/statistics/{NANTOU}/by-category?from=2025-03-01&to=2025-03-31", STREET, 200),
        (f"/statistics/{DISTRICT}/by-relation?from=2025-03-01&to=2025-03-31", STREET, 403),
        (f"/statistics/{DISTRICT}/by-relation?year=2025", STREET, 200),
        (f"/facts?area={XINGHAI}", LEADER, 403),
        (f"/facts?area={XINGHAI}", Grant("grid_leader", XINGHAI), 200),
        (f"/statistics/{XINGHAI}", STREET, 200),
        (f"/statistics/{DAXIN}", HERE, 403),
        (f"/statistics/{HAIYUE}", STREET, 403),
        (f"/facts?area={DISTRICT}", RESIDENT, 403),
        (f"/facts?area={DISTRICT}", Grant("recorder", DISTRICT), 403),
        (f"/facts?area={DISTRICT}", HERE, 200),
    ],
)
def test_a_community_sees_itself_and_everybody_the_sums_above(
    statistics: Statistics, path: str, grant: Grant, status: int
) -> None:
    assert statistics.get(path, grant).status == status


def test_a_grant_for_a_part_of_a_grid_shows_no_facts_beside_those_of_another_grant(statistics: Statistics) -> None:
    statistics.publish(*life("registered"), *life("registered", area=HAIYUE))
    wait_for(lambda: len(statistics.get(f"/facts?area={DISTRICT}").json["facts"]) >= 2)
    token = statistics.token_for("somebody", LEADER, Grant("grid_leader", HAIYUE))

    facts = statistics.request("GET", f"/facts?area={DISTRICT}", token=token).json["facts"]

    assert {fact["area"]["code"] for fact in facts} == {HAIYUE}


@pytest.mark.parametrize(
    "path",
    [
        f"/statistics/{DISTRICT}",
        f"/statistics/{DISTRICT}/children",
        f"/statistics/{DISTRICT}/by-category",
        f"/statistics/{DISTRICT}/by-relation",
        "/facts?area=1",
    ],
)
def test_without_a_token_nothing_is_told(statistics: Statistics, path: str) -> None:
    assert statistics.get(path, None).status == 401


@pytest.mark.parametrize(
    "path",
    [
        "/statistics/440399000000",
        "/statistics/440399000000/children",
        "/statistics/440399000000/by-category",
        "/facts?area=440399000000",
        "/statistics/nanshan",
        "/statistics/44",
    ],
)
def test_an_unknown_area_is_not_found(statistics: Statistics, path: str) -> None:
    answer = statistics.get(path)

    assert answer.status == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("year=1999", ["?year"]),
        ("year=twenty", ["?year"]),
        ("from=2026-01-01", ["?to"]),
        ("to=2026-01-01", ["?from"]),
        ("from=2026-02-30&to=2026-03-01", ["?from"]),
        ("from=2026-03-02&to=2026-03-01", ["?to"]),
        ("year=2026&from=2026-01-01&to=2026-03-01", ["?year"]),
        ("from=2001-01-01&to=2026-03-01", ["?from"]),
        ("from=0001-01-01&to=0001-03-01", ["?from", "?to"]),
        ("month=3", ["?month"]),
    ],
)
def test_a_period_that_makes_no_sense_names_the_parameter_at_fault(
    statistics: Statistics, query: str, wrong: list[str]
) -> None:
    answer = statistics.get(f"/statistics/{DISTRICT}?{query}")

    assert answer.status == 422
    assert pointers(answer) == wrong


@pytest.mark.parametrize("query", ["area=44", "limit=5", f"area={DISTRICT}&limit=31", f"area={DISTRICT}&limit=0"])
def test_newest_facts_are_asked_of_an_area_and_in_number(statistics: Statistics, query: str) -> None:
    assert statistics.get(f"/facts?{query}").status == 422


@pytest.mark.parametrize(
    "path",
    [
        f"/statistics/{DISTRICT}",
        f"/statistics/{DISTRICT}/children",
        f"/statistics/{DISTRICT}/by-category",
        f"/statistics/{DISTRICT}/by-relation",
        f"/facts?area={DISTRICT}",
    ],
)
def test_asking_again_costs_nothing_until_something_has_changed(statistics: Statistics, path: str) -> None:
    first = statistics.get(path)
    again = statistics.get(path, If_None_Match=first.headers["ETag"])
    assert (again.status, again.body) == (304, b"")

    statistics.publish(*life("registered"))

    changed = wait_for(
        lambda: (answer := statistics.get(path, If_None_Match=first.headers["ETag"])).status == 200 and answer
    )
    assert changed.headers["ETag"] != first.headers["ETag"]


def test_who_may_not_see_it_is_not_even_told_that_nothing_has_changed(statistics: Statistics) -> None:
    etag = statistics.get(f"/statistics/{DAXIN}").headers["ETag"]

    assert statistics.get(f"/statistics/{DAXIN}", HERE, If_None_Match=etag).status == 403
