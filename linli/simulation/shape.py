"""When things come in: how a year's volume lies over its months, weeks and hours. Every number here is assumed (*).

What is known is only the volume of a year (DOMAIN §E) and the climate: Shenzhen's rain falls from April to September,
and with it come leaks, damp and flooded basements. The rest is how such offices usually fill.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from linli.simulation.days import Calendar, year_of

RAINY_MONTHS = range(4, 10)


@dataclass(frozen=True)
class Shape:
    """Weights; only their ratios count.

    `months`: of a day in each month. `weekdays`: Monday first; a day off weighs like a Sunday, a weekend day that is
    worked like a Wednesday. `hours`: of each of the day's 24 hours. `festival`: (first, last, factor) of days counted
    from the Spring Festival, 0 being the festival itself, when much of Shenzhen is at home elsewhere.
    """

    months: tuple[float, ...]
    weekdays: tuple[float, ...]
    hours: tuple[float, ...]
    festival: tuple[tuple[int, int, float], ...]

    def weight(self, day: date, calendar: Calendar) -> float:
        holidays = calendar.holidays
        weekday = day.weekday()
        if day in holidays.worked:
            weekday = 2
        elif not holidays.is_working(day) and weekday < 5:
            weekday = 6
        return self.months[day.month - 1] * self.weekdays[weekday] * self._near_festival(calendar.from_festival(day))

    def _near_festival(self, days: int | None) -> float:
        if days is None:
            return 1.0
        return next((factor for first, last, factor in self.festival if first <= days <= last), 1.0)


FESTIVAL = ((-14, -8, 0.85), (-7, -1, 0.6), (0, 0, 0.35), (1, 7, 0.7), (8, 14, 0.9))

MEDIATIONS = Shape(
    months=(0.85, 0.80, 0.90, 1.05, 1.15, 1.35, 1.25, 1.30, 1.15, 0.95, 0.90, 0.85),
    weekdays=(1.15, 1.05, 1.0, 1.0, 0.9, 0.15, 0.12),
    # At the counter, with a lunch break; a few by phone or web in the evening.
    hours=(*[0.0] * 8, 0.5, 1.5, 1.6, 1.2, 0.2, 0.3, 1.2, 1.5, 1.4, 0.8, 0.2, 0.2, 0.2, 0.1, 0.0, 0.0),
    festival=FESTIVAL,
)

TICKETS = Shape(
    months=(0.85, 0.80, 0.90, 1.05, 1.20, 1.40, 1.25, 1.30, 1.15, 0.95, 0.85, 0.85),
    weekdays=(1.12, 1.05, 1.02, 1.0, 0.98, 0.62, 0.55),
    # 12345 answers day and night.
    hours=(
        *(0.15, 0.1, 0.05, 0.05, 0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 1.6, 1.3),
        *(0.8, 0.8, 1.2, 1.4, 1.4, 1.2, 0.9, 0.9, 0.9, 0.8, 0.6, 0.3),
    ),
    festival=FESTIVAL,
)

OPENINGS = Shape(
    months=(1.0,) * 12,
    weekdays=(1.0, 1.0, 1.0, 1.0, 1.0, 0.3, 0.3),
    # Grid leaders look into their inbox before work, at noon and in the evening.
    hours=(*[0.0] * 7, 1.0, 1.0, 0.5, 0.5, 0.5, 1.2, 0.8, 0.4, 0.4, 0.4, 0.6, 1.0, 1.2, 1.0, 0.5, 0.0, 0.0),
    festival=((-7, 7, 0.5),),
)


def counts(shape: Shape, calendar: Calendar, year: int, volume: float) -> dict[date, int]:
    """How many come in on each day of a calendar year; together exactly the volume, rounded."""
    return dict(_rounded(_shares(shape, calendar, year), volume))


def _rounded(shares: Iterator[tuple[date, float]], volume: float) -> Iterator[tuple[date, int]]:
    """Whole numbers whose sums never stray by more than a half from the sums they stand for."""
    until = 0.0
    given = 0
    for day, share in shares:
        until += share * volume
        number = round(until) - given
        given += number
        yield day, number


def _shares(shape: Shape, calendar: Calendar, year: int) -> Iterator[tuple[date, float]]:
    weights = {day: shape.weight(day, calendar) for day in year_of(year)}
    whole = sum(weights.values())
    return ((day, weight / whole) for day, weight in weights.items())
