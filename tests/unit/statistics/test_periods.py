from datetime import date

import pytest

from chassis.errors import InvalidInput
from services.statistics.periods import Period, Span, months_over, period_of

TODAY = date(2026, 11, 20)


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


@pytest.mark.parametrize(
    ("today", "year", "first", "last"),
    [
        ("2026-11-20", None, "2026-01-01", "2026-10-31"),
        ("2026-11-01", 2026, "2026-01-01", "2026-10-31"),
        ("2026-11-30", 2026, "2026-01-01", "2026-10-31"),
        ("2026-12-31", 2025, "2025-01-01", "2025-12-31"),
        ("2026-02-01", 2026, "2026-01-01", "2026-01-31"),
        ("2026-01-31", None, "2025-01-01", "2025-12-31"),
        ("2024-03-01", None, "2024-01-01", "2024-02-29"),
    ],
)
def test_the_months_of_a_year_that_are_over(today: str, year: int | None, first: str, last: str) -> None:
    assert months_over(year, date.fromisoformat(today)) == Period(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(("today", "year"), [("2026-01-31", 2026), ("2026-11-20", 2027)])
def test_a_year_without_a_month_that_is_over_is_refused_with_the_one_to_ask_for(today: str, year: int) -> None:
    with pytest.raises(InvalidInput, match=f"no month of {year} is over yet"):
        months_over(year, date.fromisoformat(today))
