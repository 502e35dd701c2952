"""When offices act, and when residents do."""

from datetime import date, datetime
from random import Random

import pytest

from chassis.calendar import SHANGHAI
from linli.simulation.days import Calendar


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def is_office_hour(moment: datetime) -> bool:
    minutes = moment.hour * 60 + moment.minute
    return 9 * 60 <= minutes < 12 * 60 or 14 * 60 <= minutes < 18 * 60


@pytest.mark.parametrize(
    ("after", "working_days", "day"),
    [
        ("2026-03-04 09:30", 0, "2026-03-04"),
        ("2026-03-04 12:30", 0, "2026-03-04"),
        ("2026-03-04 17:55", 0, "2026-03-05"),  # too late for the same day
        ("2026-03-06 19:00", 0, "2026-03-09"),  # Friday evening
        ("2026-03-06 10:00", 2, "2026-03-10"),
        ("2026-02-13 17:59", 0, "2026-02-14"),  # a Saturday that is worked
        ("2026-02-14 18:30", 1, "2026-02-24"),  # over the Spring Festival
        ("2026-09-30 16:00", 1, "2026-10-08"),  # over the national holiday
    ],
)
def test_an_office_acts_on_working_days_in_its_hours(after: str, working_days: int, day: str, days: Calendar) -> None:
    for seed in range(20):
        moment = days.at_work(at(after), working_days, Random(seed))

        assert moment.date() == date.fromisoformat(day)
        assert is_office_hour(moment)
        assert moment > at(after)


def test_residents_speak_on_any_day(days: Calendar) -> None:
    moment = days.at_home(at("2026-02-16 18:00"), 1, Random(1))

    assert moment.date() == date(2026, 2, 17)
    assert 8 <= moment.hour < 22


def test_the_distance_from_the_spring_festival_counts_from_its_edges(days: Calendar) -> None:
    told = [days.from_festival(date(2026, 2, day)) for day in (13, 15, 16, 20, 23, 24, 28)]

    assert told == [-3, -1, 0, 0, 0, 1, 5]
    assert days.from_festival(date(2031, 2, 1)) is None
