from datetime import date

import pytest

from chassis.errors import InvalidInput
from services.statistics.model import Figures, Period, Span, Tally, change_percent, percent_change, period_of, total

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
    }


@pytest.mark.parametrize(
    ("days", "resolved", "average"), [(0, 0, None), (0, 2, 0.0), (10, 3, 3.3), (1, 4, 0.3), (13, 2, 6.5)]
)
def test_average_days_are_given_to_one_decimal_and_only_when_something_was_resolved(
    days: int, resolved: int, average: float | None
) -> None:
    assert Figures(days_to_resolve_sum=days, days_to_resolve_count=resolved).average_days_to_resolve == average


def test_figures_add_up_field_by_field() -> None:
    assert total([Figures(1, 2, 3, 4, 5, 6, 7, 8), Figures(10, 20, 30, 40, 50, 60, 70, 80)]) == Figures(
        11, 22, 33, 44, 55, 66, 77, 88
    )


@pytest.mark.parametrize(
    ("first", "last", "first_before", "last_before"),
    [
        ("2026-01-01", "2026-11-20", "2025-01-01", "2025-11-20"),
        ("2026-01-01", "2026-12-31", "2025-01-01", "2025-12-31"),
        ("2024-02-29", "2024-03-05", "2023-02-28", "2023-03-05"),
        ("2024-01-10", "2024-02-29", "2023-01-10", "2023-02-28"),
        ("2025-02-01", "2025-02-28", "2024-02-01", "2024-02-29"),  # a whole February against a whole February
        ("2024-02-01", "2024-02-29", "2023-02-01", "2023-02-28"),
        ("2025-02-03", "2025-02-28", "2024-02-03", "2024-02-28"),
    ],
)
def test_a_period_is_compared_with_the_same_dates_a_year_before(
    first: str, last: str, first_before: str, last_before: str
) -> None:
    period = Period(date.fromisoformat(first), date.fromisoformat(last))

    assert period.year_before() == Period(date.fromisoformat(first_before), date.fromisoformat(last_before))


@pytest.mark.parametrize(
    ("first", "last", "spans"),
    [
        ("2026-01-01", "2026-12-31", [("month", "2026-01-01", "2027-01-01")]),
        ("2026-01-01", "2026-11-20", [("month", "2026-01-01", "2026-11-01"), ("day", "2026-11-01", "2026-11-21")]),
        ("2026-11-20", "2026-11-20", [("day", "2026-11-20", "2026-11-21")]),
        ("2026-11-20", "2026-11-30", [("day", "2026-11-20", "2026-12-01")]),
        ("2026-11-01", "2026-11-30", [("month", "2026-11-01", "2026-12-01")]),
        ("2026-11-15", "2026-12-14", [("day", "2026-11-15", "2026-12-15")]),
        (
            "2025-12-15",
            "2026-02-14",
            [
                ("day", "2025-12-15", "2026-01-01"),
                ("month", "2026-01-01", "2026-02-01"),
                ("day", "2026-02-01", "2026-02-15"),
            ],
        ),
    ],
)
def test_whole_months_are_read_as_months_and_the_rest_as_days(
    first: str, last: str, spans: list[tuple[str, str, str]]
) -> None:
    period = Period(date.fromisoformat(first), date.fromisoformat(last))

    assert period.spans() == [
        Span(grain, date.fromisoformat(since), date.fromisoformat(until)) for grain, since, until in spans
    ]


def test_spans_cover_every_day_of_a_period_once() -> None:
    first, last = date(2024, 1, 17), date(2026, 3, 31)

    spans = Period(first, last).spans()

    assert spans[0].since == first
    assert [left.until for left in spans[:-1]] == [right.since for right in spans[1:]]
    assert spans[-1].until == date(2026, 4, 1)


@pytest.mark.parametrize(
    ("year", "period"),
    [
        (None, ("2026-01-01", "2026-11-20")),
        (2026, ("2026-01-01", "2026-11-20")),
        (2025, ("2025-01-01", "2025-12-31")),
        (2027, ("2027-01-01", "2027-01-01")),
    ],
)
def test_a_year_that_is_not_over_ends_today(year: int | None, period: tuple[str, str]) -> None:
    found = period_of(year=year, first_day=None, last_day=None, today=TODAY)

    assert found == Period(*map(date.fromisoformat, period))


@pytest.mark.parametrize(
    ("year", "first", "last", "pointer"),
    [
        (2026, date(2026, 1, 1), date(2026, 2, 1), "?year"),
        (None, date(2026, 1, 1), None, "?to"),
        (None, None, date(2026, 1, 1), "?from"),
        (None, date(2026, 1, 2), date(2026, 1, 1), "?to"),
        (None, date(2001, 1, 1), date(2026, 1, 1), "?from"),
    ],
)
def test_a_period_that_makes_no_sense_is_refused_with_the_parameter_at_fault(
    year: int | None, first: date | None, last: date | None, pointer: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        period_of(year=year, first_day=first, last_day=last, today=TODAY)

    assert [field.pointer for field in refused.value.fields] == [pointer]


def test_a_tally_counts_each_kind_by_area_and_day() -> None:
    tally = Tally()
    tally.add("dispute.registered", area="440305001012", day=TODAY)
    tally.add("dispute.resolved", area="440305001012", day=TODAY, days_open=4)
    tally.add("dispute.resolved", area="440305001012", day=TODAY, days_open=7)
    tally.add("dispute.reopened", area="440305001012", day=date(2026, 11, 1))
    tally.add("dispute.refused", area="440305006011", day=TODAY, days_open=9)

    assert tally.by_day == {
        (TODAY, "440305001012"): [1, 0, 2, 0, 0, 0, 11, 2],
        (date(2026, 11, 1), "440305001012"): [0, 0, 0, 0, 0, 1, 0, 0],
        (TODAY, "440305006011"): [0, 0, 0, 1, 0, 0, 0, 0],
    }
    assert tally.by_month() == {
        (date(2026, 11, 1), "440305001012"): [1, 0, 2, 0, 0, 1, 11, 2],
        (date(2026, 11, 1), "440305006011"): [0, 0, 0, 1, 0, 0, 0, 0],
    }


@pytest.mark.parametrize("step", ["dispute.assigned", "dispute.mediated"])
def test_a_step_on_the_way_adds_to_no_figure(step: str) -> None:
    tally = Tally()
    tally.add(step, area="440305001012", day=TODAY)

    assert tally.by_day == {}
