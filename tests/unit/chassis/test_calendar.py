"""Days of Shanghai and working days by the State Council's tables of 2025 and 2026, as data/holidays.csv has them."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from chassis.calendar import Holidays, days_between, end_of_day, local_day
from chassis.tables import read_table

TABLE = Path(__file__).parents[3] / "data" / "holidays.csv"


@pytest.fixture(scope="module")
def holidays() -> Holidays:
    rows, _ = read_table(TABLE.read_bytes(), ("day", "kind", "name"))
    off, worked = (
        frozenset(date.fromisoformat(row.values["day"]) for row in rows if row.values["kind"] == kind)
        for kind in ("off", "work")
    )
    return Holidays(off=off, worked=worked, until=date(2026, 12, 31))


WORKING_DAYS = [
    ("2026-02-13", 5, "2026-02-27", "春节: the Saturday before is worked, nine days are off"),
    ("2026-02-14", 3, "2026-02-26", "begun on a worked Saturday, which does not count itself"),
    ("2026-02-27", 1, "2026-02-28", "the next day is a worked Saturday"),
    ("2026-02-28", 1, "2026-03-02", "and after it comes a Monday"),
    ("2026-02-16", 1, "2026-02-24", "begun on 除夕"),
    ("2026-09-30", 5, "2026-10-13", "国庆节: seven days off, then a worked Saturday"),
    ("2026-09-18", 1, "2026-09-20", "a worked Sunday before 国庆节"),
    ("2026-09-24", 1, "2026-09-28", "中秋节 is a Friday"),
    ("2026-04-03", 1, "2026-04-07", "清明节 falls on a Sunday; Monday is off for it"),
    ("2025-09-30", 5, "2025-10-14", "国庆节 with 中秋节"),
    ("2025-12-31", 1, "2026-01-04", "元旦: from one year's table into the next"),
    ("2026-07-06", 15, "2026-07-27", "three weeks without a holiday"),
    ("2026-07-10", 1, "2026-07-13", "over a plain weekend"),
]


@pytest.mark.parametrize(("start", "count", "last", "why"), WORKING_DAYS, ids=[row[3] for row in WORKING_DAYS])
def test_working_days_count_from_the_day_after(holidays: Holidays, start: str, count: int, last: str, why: str) -> None:
    """民法典 Art. 201: the day on which something begins does not count."""
    assert holidays.working_days_after(date.fromisoformat(start), count) == date.fromisoformat(last), why


@pytest.mark.parametrize(
    ("day", "first"),
    [
        ("2026-02-15", "2026-02-24"),
        ("2026-02-14", "2026-02-14"),
        ("2026-10-01", "2026-10-08"),
        ("2026-10-10", "2026-10-10"),
        ("2026-10-11", "2026-10-12"),
        ("2026-06-19", "2026-06-22"),
        ("2026-07-11", "2026-07-13"),
        ("2026-07-13", "2026-07-13"),
    ],
)
def test_a_term_that_ends_on_a_day_off_ends_on_the_next_working_day(holidays: Holidays, day: str, first: str) -> None:
    """民法典 Art. 203."""
    assert holidays.first_working_day(date.fromisoformat(day)) == date.fromisoformat(first)


def test_past_the_tables_end_weekends_alone_are_off(holidays: Holidays) -> None:
    assert holidays.covers(date(2026, 12, 31))
    assert not holidays.covers(date(2027, 1, 1))
    assert holidays.working_days_after(date(2026, 12, 31), 1) == date(2027, 1, 1)


def test_a_year_has_as_many_working_days_as_weekdays_less_its_statutory_holidays(holidays: Holidays) -> None:
    """全国年节及纪念日放假办法 Art. 2 (2024): 13 days; what is swapped adds none and takes none."""
    for year, weekdays in ((2025, 261), (2026, 261)):
        days = (
            date.fromordinal(day) for day in range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1)
        )
        assert sum(holidays.is_working(day) for day in days) == weekdays - 13


def test_a_day_is_shanghais() -> None:
    late = datetime(2026, 3, 9, 15, 59, 59, tzinfo=UTC)

    assert local_day(late) == date(2026, 3, 9)
    assert end_of_day(date(2026, 3, 9)) == datetime(2026, 3, 9, 16, tzinfo=UTC)
    assert days_between(late, datetime(2026, 3, 9, 16, tzinfo=UTC)) == 1
