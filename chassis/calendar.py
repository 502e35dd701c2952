"""Time as Linli counts it: instants are aware UTC datetimes, days and years are those of Asia/Shanghai."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

Clock = Callable[[], datetime]
"""Gives the present instant, aware, in UTC. Injected, so that a test can play a year in seconds."""

SATURDAY = 5


def system_clock() -> datetime:
    return datetime.now(UTC)


def local_day(instant: datetime) -> date:
    """The Shanghai day an instant falls on: 2026-01-01T16:30Z is already the 2nd."""
    return instant.astimezone(SHANGHAI).date()


def days_between(earlier: datetime, later: datetime) -> int:
    """Whole Shanghai calendar days from one instant to another; the same day is 0."""
    return (local_day(later) - local_day(earlier)).days


def end_of_day(day: date) -> datetime:
    """The first instant after a Shanghai day: what is due on the day is late from then on."""
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI).astimezone(UTC)


@dataclass(frozen=True)
class Holidays:
    """The State Council's yearly table 节假日安排: weekdays that are off and weekend days that are worked.

    After `until`, the last day the table speaks for, weekends alone are off; ask `covers` to know.
    """

    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()
    until: date = date.min

    def covers(self, day: date) -> bool:
        return day <= self.until

    def is_working(self, day: date) -> bool:
        return day in self.worked or (day.weekday() < SATURDAY and day not in self.off)

    def working_days_after(self, day: date, count: int) -> date:
        """The last of so many working days 工作日; the day itself does not count (民法典 Art. 201)."""
        last = day
        for _ in range(count):
            last = self.first_working_day(last + timedelta(days=1))
        return last

    def first_working_day(self, day: date) -> date:
        """This day, or the first working day after it: a term that ends on a day off ends there (民法典 Art. 203)."""
        while not self.is_working(day):
            day += timedelta(days=1)
        return day
