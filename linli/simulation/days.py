"""The days of the year that is played: which are worked, where the Spring Festival lies, when offices are open."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Protocol

from chassis.calendar import SHANGHAI, Holidays

SPRING_FESTIVAL = "春节"
ONE_DAY = timedelta(days=1)

OFFICE = ((9 * 60, 12 * 60), (14 * 60, 18 * 60))
"""Minutes of a working day at which officers and mediators work: a lunch break of two hours is usual (*)."""

AT_HOME = ((8 * 60, 22 * 60),)
"""Minutes of any day at which residents say something by themselves (*)."""

AT_LEAST = timedelta(minutes=10)
"""Between two steps of one case."""


class Listed(Protocol):
    """A day of the holiday table."""

    @property
    def day(self) -> date: ...
    @property
    def is_working(self) -> bool: ...
    @property
    def name(self) -> str: ...


@dataclass(frozen=True)
class Calendar:
    """`festivals`: year → the first and last day off for the Spring Festival, weekends beside them left out."""

    holidays: Holidays
    festivals: Mapping[int, tuple[date, date]]

    @classmethod
    def of(cls, table: Iterable[Listed]) -> "Calendar":
        """From the days of the holiday table, of any number of years."""
        days = list(table)
        festivals: dict[int, tuple[date, date]] = {}
        for day in sorted(one.day for one in days if one.name == SPRING_FESTIVAL and not one.is_working):
            first, _ = festivals.get(day.year, (day, day))
            festivals[day.year] = (first, day)
        return cls(
            Holidays(
                off=frozenset(one.day for one in days if not one.is_working),
                worked=frozenset(one.day for one in days if one.is_working),
                until=max((date(one.day.year, 12, 31) for one in days), default=date.min),
            ),
            festivals,
        )

    def from_festival(self, day: date) -> int | None:
        """Days before (negative) or after the year's Spring Festival, 0 in it; None where the table tells of none."""
        if day.year not in self.festivals:
            return None
        first, last = self.festivals[day.year]
        return (day - first).days if day < first else max((day - last).days, 0)

    def at_work(self, after: datetime, working_days: int, chance: Random) -> datetime:
        """A moment of office hours so many working days later; with 0 the same day, as long as it is worked."""
        day = after.date()
        if working_days:
            return _moment(self.holidays.working_days_after(day, working_days), OFFICE, chance)
        if self.holidays.is_working(day):
            left = list(_left(OFFICE, after + AT_LEAST, day))
            if left:
                return _moment(day, left, chance)
        return _moment(self.holidays.first_working_day(day + ONE_DAY), OFFICE, chance)

    def at_home(self, after: datetime, days: int, chance: Random) -> datetime:
        """A moment of any day so many days later, 0 for the next."""
        return _moment(after.date() + max(days, 1) * ONE_DAY, AT_HOME, chance)


def year_of(year: int) -> Iterator[date]:
    """Every day of a calendar year."""
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += ONE_DAY


Spans = Iterable[tuple[int, int]]


def _moment(day: date, spans: Spans, chance: Random) -> datetime:
    """Any second of these minutes of the day, each as likely."""
    listed = list(spans)
    second = chance.randrange(sum(until - since for since, until in listed) * 60)
    for since, until in listed:
        length = (until - since) * 60
        if second < length:
            return midnight(day) + timedelta(minutes=since, seconds=second)
        second -= length
    raise AssertionError("a second lies in one of the spans that were added up")


def _left(spans: Spans, after: datetime, day: date) -> Iterator[tuple[int, int]]:
    """What is left of the day's spans, in whole minutes."""
    if after.date() != day:
        return
    minute = after.hour * 60 + after.minute + 1
    for since, until in spans:
        if max(since, minute) < until:
            yield max(since, minute), until


def midnight(day: date) -> datetime:
    """The day's first instant, as Shanghai's clocks show it."""
    return datetime.combine(day, time(), SHANGHAI)
