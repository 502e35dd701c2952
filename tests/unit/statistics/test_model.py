from datetime import date

import pytest

from services.statistics.model import FIGURES, Figures, Satisfaction, Tally, change_percent, percent_change, total

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("before", "now", "percent"),
    [
        (400, 200, -50.0),  # DOMAIN A 27: property disputes of 2008 against 2007
        (400, 400, 0.0),
        (3, 4, 33.3),
        (3, 5, 66.7),
        (8, 9, 12.5),
        (800, 801, 0.1),
        (1000, 1000 - 1, -0.1),
        (2000, 2001, 0.1),  # 0.05 is rounded away from zero, both ways
        (2000, 1999, -0.1),
        (5, 0, -100.0),
        (1, 4, 300.0),
        (0, 7, None),
        (0, 0, None),
    ],
)
def test_change_is_percent_of_the_year_before_to_one_decimal(before: int, now: int, percent: float | None) -> None:
    assert percent_change(before, now) == percent


def test_every_figure_has_its_own_change() -> None:
    changes = change_percent(Figures(registered=400, accepted=0), Figures(registered=200, accepted=200))

    assert changes == {
        "registered": -50.0,
        "accepted": None,
        "resolved": None,
        "refused": None,
        "terminated": None,
        "reopened": None,
        "linked": None,
        "overdue": None,
        "confirmed": None,
    }


@pytest.mark.parametrize(
    ("days", "resolved", "average"), [(0, 0, None), (0, 2, 0.0), (10, 3, 3.3), (1, 4, 0.3), (13, 2, 6.5)]
)
def test_average_days_are_given_to_one_decimal_and_only_when_something_was_resolved(
    days: int, resolved: int, average: float | None
) -> None:
    assert Figures(days_to_resolve_sum=days, days_to_resolve_count=resolved).average_days_to_resolve == average


def test_figures_add_up_field_by_field() -> None:
    ones = range(1, len(FIGURES) + 1)

    added = total([Figures(*ones), Figures(*(10 * number for number in ones))])

    assert added == Figures(*(11 * number for number in ones))


def numbers(row: list[int]) -> dict[str, int]:
    return {name: number for name, number in zip(FIGURES, row, strict=True) if number}


def test_a_tally_counts_each_kind_by_area_and_day() -> None:
    tally = Tally()
    tally.add("dispute.registered", area="440305001012", day=TODAY)
    tally.add("dispute.resolved", area="440305001012", day=TODAY, days_open=4)
    tally.add("dispute.resolved", area="440305001012", day=TODAY, days_open=7)
    tally.add("dispute.reopened", area="440305001012", day=date(2026, 11, 1))
    tally.add("dispute.refused", area="440305006011", day=TODAY, days_open=9)
    tally.add("dispute.linked", area="440305006011", day=TODAY)

    assert {key: numbers(row) for key, row in tally.by_day.items()} == {
        (TODAY, "440305001012"): {
            "registered": 1,
            "resolved": 2,
            "days_to_resolve_sum": 11,
            "days_to_resolve_count": 2,
        },
        (date(2026, 11, 1), "440305001012"): {"reopened": 1},
        (TODAY, "440305006011"): {"refused": 1, "linked": 1},
    }
    assert tally.by_word == {}


def test_a_tally_counts_the_same_by_category_and_by_relation() -> None:
    tally = Tally()
    for category, relation in (("noise", "owner_owner"), ("noise", "owner_property"), ("parking", "owner_property")):
        tally.add("dispute.accepted", area="440305001012", day=TODAY, category=category, relation=relation)

    assert {key[2:]: numbers(row) for key, row in tally.by_word.items()} == {
        ("category", "noise"): {"accepted": 2},
        ("category", "parking"): {"accepted": 1},
        ("relation", "owner_owner"): {"accepted": 1},
        ("relation", "owner_property"): {"accepted": 2},
    }
    assert numbers(tally.by_day[TODAY, "440305001012"]) == {"accepted": 3}


def test_a_missed_deadline_of_what_has_no_category_counts_in_the_sum_alone() -> None:
    tally = Tally()
    tally.add("deadline.missed", area="440305001012", day=TODAY)
    tally.add("deadline.missed", area="440305001012", day=TODAY, category="noise", relation="owner_owner")

    assert numbers(tally.by_day[TODAY, "440305001012"]) == {"overdue": 2}
    assert {numbers(row)["overdue"] for row in tally.by_word.values()} == {1}


def test_a_confirmation_counts_with_its_points_or_without() -> None:
    tally = Tally()
    for satisfaction in (5, 5, 1, None):
        tally.add("dispute.confirmed", area="440305001012", day=TODAY, satisfaction=satisfaction)
    tally.add("dispute.resolved", area="440305001012", day=TODAY, satisfaction=3)

    assert numbers(tally.by_day[TODAY, "440305001012"]) == {
        "confirmed": 4,
        "satisfaction_1": 1,
        "satisfaction_5": 2,
        "resolved": 1,
    }


@pytest.mark.parametrize(
    "step", ["dispute.assigned", "dispute.reassigned", "dispute.unassigned", "dispute.mediated", "deadline.near"]
)
def test_a_step_on_the_way_adds_to_no_figure(step: str) -> None:
    tally = Tally()
    tally.add(step, area="440305001012", day=TODAY, category="noise", relation="owner_owner")

    assert (tally.by_day, tally.by_word) == ({}, {})


@pytest.mark.parametrize(
    ("points", "shown"),
    [
        ((0, 0, 0, 0, 0), Satisfaction(0)),
        ((0, 0, 0, 0, 4), Satisfaction(4)),  # DOMAIN D: cells under 5 are suppressed
        ((1, 1, 1, 1, 1), Satisfaction(5, 3.0, (1, 1, 1, 1, 1))),
        ((0, 0, 1, 2, 3), Satisfaction(6, 4.3, (0, 0, 1, 2, 3))),
        ((0, 0, 0, 19, 1), Satisfaction(20, 4.1, (0, 0, 0, 19, 1))),  # 4.05 is rounded up
    ],
)
def test_satisfaction_is_told_to_one_decimal_and_only_of_five_answers_and_more(
    points: tuple[int, ...], shown: Satisfaction
) -> None:
    figures = Figures(confirmed=99, **{f"satisfaction_{number}": count for number, count in enumerate(points, 1)})

    assert figures.satisfaction() == shown


def test_points_can_be_kept_back_and_the_number_of_answers_is_told() -> None:
    assert Figures(satisfaction_3=7).satisfaction(with_points=False) == Satisfaction(7)
