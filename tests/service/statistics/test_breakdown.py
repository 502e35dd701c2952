"""Figures by category and by relation over HTTP: what those who work there see, and what everybody does."""

from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.identity import Grant
from tests.service.statistics.running import Statistics, life, missed
from tests.store.statistics.facts import DAXIN, DISTRICT, HAIYUE, NANTOU, XINGHAI
from tests.support.waiting import wait_for

NOW, BEFORE = datetime(2019, 4, 2, 3, tzinfo=UTC), datetime(2018, 4, 2, 3, tzinfo=UTC)
RESIDENT = Grant("resident", XINGHAI)


@pytest.fixture(scope="module")
def told(statistics: Statistics) -> Statistics:
    """In Nantou 4 parking disputes after 8, all confirmed, and 3 of noise; in Haiyue one of waste."""
    facts = [
        *(fact for _ in range(4) for fact in life("registered", "accepted", time=NOW)),
        *(
            fact
            for number in range(8)
            for fact in life(
                "registered", "accepted", "resolved", "confirmed", time=BEFORE, satisfaction=1 + number % 5
            )
        ),
        *(fact for _ in range(3) for fact in life("registered", "accepted", area=DAXIN, time=NOW, category="noise")),
        *life("registered", "accepted", area=HAIYUE, time=NOW, category="waste"),
        missed(NOW),
        missed(NOW, category=None),
    ]
    statistics.publish(*facts)
    wait_for(lambda: statistics.count("SELECT count(*) FROM inbox WHERE source = 'grievances'") == len(facts))
    return statistics


def parts(statistics: Statistics, path: str, grant: Grant | None = None) -> dict[tuple[str, ...], Any]:
    answer = statistics.get(path, grant) if grant else statistics.get(path)
    assert answer.status == 200, answer.text
    return {tuple(part["words"]): part for part in answer.json["parts"]}


def test_each_category_has_all_figures_beside_those_of_the_year_before(told: Statistics) -> None:
    answer = told.get(f"/statistics/{DISTRICT}/by-category?year=2019").json

    whole = told.get(f"/statistics/{DISTRICT}?year=2019").json
    assert answer["period"] == whole["period"]
    parking = next(part for part in answer["parts"] if part["words"] == ["parking"])
    assert set(parking["figures"]) == set(whole["figures"])
    assert set(parking["year_over_year"]) == set(whole["year_over_year"])
    assert parking["year_over_year"]["accepted"] == {"now": 4, "year_before": 8}
    assert parking["year_over_year"]["change_percent"]["accepted"] == -50.0
    assert parking["year_over_year"]["figures_year_before"]["satisfaction"] == {
        "answers": 8,
        "average": 2.6,
        "distribution": [2, 2, 2, 1, 1],
    }


def test_categories_are_told_in_the_order_of_their_words(told: Statistics) -> None:
    found = parts(told, f"/statistics/{DISTRICT}/by-category?year=2019")

    assert {words: part["figures"]["registered"] for words, part in found.items()} == {
        ("noise",): 3,
        ("parking",): 4,
        ("waste",): 1,
    }
    assert list(found) == sorted(found)


def test_relations_are_told_alike(told: Statistics) -> None:
    found = parts(told, f"/statistics/{DISTRICT}/by-relation?year=2019")

    assert {words: part["figures"]["accepted"] for words, part in found.items()} == {("owner_property",): 8}


def test_a_missed_deadline_without_a_category_is_in_the_sum_and_in_no_part(told: Statistics) -> None:
    found = parts(told, f"/statistics/{XINGHAI}/by-category?year=2019")

    assert {words: part["figures"]["overdue"] for words, part in found.items()} == {("parking",): 1}
    assert told.get(f"/statistics/{XINGHAI}?year=2019").json["figures"]["overdue"] == 2


def test_for_who_does_not_work_there_small_categories_are_told_together(told: Statistics) -> None:
    street = parts(told, f"/statistics/{NANTOU}/by-category?year=2019", RESIDENT)
    officers = parts(told, f"/statistics/{NANTOU}/by-category?year=2019", Grant("street_officer", NANTOU))

    assert {words: part["figures"]["registered"] for words, part in street.items()} == {("noise", "parking"): 7}
    assert {words: part["figures"]["registered"] for words, part in officers.items()} == {
        ("noise",): 3,
        ("parking",): 4,
    }


def test_for_who_does_not_work_there_the_running_year_ends_with_the_last_month_that_is_over(told: Statistics) -> None:
    statistics = told
    statistics.publish(*life("registered", category="construction"))
    wait_for(lambda: ("construction",) in parts(statistics, f"/statistics/{DISTRICT}/by-category"))

    answer = statistics.get(f"/statistics/{DISTRICT}/by-category", RESIDENT).json

    today = statistics.get(f"/statistics/{DISTRICT}").json["period"]["to"]
    assert answer["period"]["to"] < today[:7]
    assert [part for part in answer["parts"] if "construction" in part["words"]] == []


def test_points_of_a_community_are_for_those_who_work_there(told: Statistics) -> None:
    def satisfaction(area: str, grant: Grant) -> Any:
        return told.get(f"/statistics/{area}?year=2018", grant).json["figures"]["satisfaction"]

    kept_back = {"answers": 8, "average": None, "distribution": None}
    assert satisfaction(XINGHAI, RESIDENT) == kept_back
    assert satisfaction(XINGHAI, Grant("mediator", XINGHAI))["average"] == 2.6
    assert satisfaction(NANTOU, RESIDENT)["average"] == 2.6
    children = told.get(f"/statistics/{NANTOU}/children?year=2018", Grant("resident", NANTOU)).json["children"]
    assert [child["figures"]["satisfaction"] for child in children if child["area"]["code"] == XINGHAI] == [kept_back]


@pytest.mark.parametrize("part", ["", "/children"])
def test_points_of_a_street_are_not_told_to_the_day_to_who_does_not_work_there(told: Statistics, part: str) -> None:
    """Two periods that end a day apart would tell what the one who confirmed on that day has said."""

    def averages(grant: Grant) -> set[float | None]:
        answer = told.get(f"/statistics/{DISTRICT}{part}?from=2018-01-01&to=2018-12-31", grant).json
        return {one["figures"]["satisfaction"]["average"] for one in answer.get("children", [answer])}

    assert averages(RESIDENT) == {None}
    assert 2.6 in averages(Grant("district_officer", DISTRICT))


def test_a_year_of_which_no_month_is_over_is_refused(told: Statistics) -> None:
    answer = told.get(f"/statistics/{DISTRICT}/by-category?year=2999", RESIDENT)

    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "?year")
