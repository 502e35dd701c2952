"""What the figures mean: counts that are only ever shown together, periods of Shanghai days, change over a year."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from chassis.errors import FieldError, InvalidInput

COUNTED = {
    "dispute.registered": "registered",
    "dispute.accepted": "accepted",
    "dispute.resolved": "resolved",
    "dispute.refused": "refused",
    "dispute.terminated": "terminated",
    "dispute.reopened": "reopened",
}
"""Which figure a fact adds one to. Assignment and sessions move a dispute on but are no figure of the board."""

NEWEST_KEPT = 30
"""Newest facts kept of each division, so at most as many can be asked for."""

LONGEST_PERIOD_DAYS = 3_660


@dataclass(frozen=True)
class Figures:
    """Counts of facts, not of disputes: one resolved, reopened and resolved again counts 2 resolved and 1 reopened."""

    registered: int = 0
    accepted: int = 0
    resolved: int = 0
    refused: int = 0
    terminated: int = 0
    reopened: int = 0
    days_to_resolve_sum: int = 0
    days_to_resolve_count: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(*(getattr(self, name) + getattr(other, name) for name in FIGURES))

    @property
    def average_days_to_resolve(self) -> float | None:
        """Days from registration to resolution, to one decimal; None while nothing has been resolved."""
        if not self.days_to_resolve_count:
            return None
        return float(_one_decimal(Decimal(self.days_to_resolve_sum) / self.days_to_resolve_count))


FIGURES = tuple(field.name for field in fields(Figures))
COUNTS = FIGURES[:6]


@dataclass(frozen=True)
class Span:
    """A stretch of stored rows: whole months are read as months, what is left as days. `until` is not in it."""

    grain: str
    since: date
    until: date


@dataclass(frozen=True)
class Period:
    """Shanghai days from the first to the last, both included."""

    first_day: date
    last_day: date

    def year_before(self) -> "Period":
        """The same period a year earlier: whole months against whole months, else the same dates (29 → 28 February)."""
        last_day = _year_earlier(self.last_day)
        if self.first_day.day == 1 and _is_last_of_month(self.last_day):
            last_day = last_day.replace(day=monthrange(last_day.year, last_day.month)[1])
        return Period(_year_earlier(self.first_day), last_day)

    def spans(self) -> list[Span]:
        """The fewest rows that add up to the period: at most 61 days a division, however many years it covers."""
        end = self.last_day + timedelta(days=1)
        first_month = self.first_day if self.first_day.day == 1 else _next_month(self.first_day)
        end_month = end.replace(day=1)
        if first_month >= end_month:
            return [Span("day", self.first_day, end)]
        spans = [
            Span("day", self.first_day, first_month),
            Span("month", first_month, end_month),
            Span("day", end_month, end),
        ]
        return [span for span in spans if span.since < span.until]


def change_percent(before: Figures, now: Figures) -> dict[str, float | None]:
    """Each count's change against the year before. Never to be given without the accepted counts of both years."""
    return {name: percent_change(getattr(before, name), getattr(now, name)) for name in COUNTS}


def percent_change(before: int, now: int) -> float | None:
    """400 → 200 is −50.0; None when there was nothing before, as a change of nothing has no percentage."""
    return float(_one_decimal(Decimal(now - before) * 100 / before)) if before else None


def period_of(*, year: int | None, first_day: date | None, last_day: date | None, today: date) -> Period:
    """The period asked for: a calendar year (this one by default) up to today, or the days given.

    A year that is not over ends today, so that the year before is compared over the same dates. Raises InvalidInput.
    """
    if first_day is None and last_day is None:
        year = year or today.year
        return Period(date(year, 1, 1), min(date(year, 12, 31), max(today, date(year, 1, 1))))
    if year is not None:
        raise _wrong("year", "give either year, or from and to")
    if first_day is None or last_day is None:
        raise _wrong("to" if last_day is None else "from", "from and to are given together, for example 2026-01-01")
    if first_day > last_day:
        raise _wrong("to", f"to ({last_day}) must not lie before from ({first_day})")
    if (last_day - first_day).days >= LONGEST_PERIOD_DAYS:
        raise _wrong("from", f"a period has at most {LONGEST_PERIOD_DAYS} days")
    return Period(first_day, last_day)


class Tally:
    """Adds up a batch by division and day before anything is written; one number is worth one `+= 1`."""

    def __init__(self) -> None:
        self.by_day: dict[tuple[date, str], list[int]] = {}

    def add(self, fact_type: str, *, area: str, day: date, days_open: int | None = None) -> None:
        figure = _COLUMN.get(fact_type)
        if figure is None:
            return
        row = self.by_day.get((day, area))
        if row is None:
            row = self.by_day[day, area] = [0] * len(FIGURES)
        row[figure] += 1
        if days_open is not None and figure == _RESOLVED:
            row[_DAYS_SUM] += days_open
            row[_DAYS_COUNT] += 1

    def by_month(self) -> dict[tuple[date, str], list[int]]:
        months: dict[tuple[date, str], list[int]] = {}
        for (day, area), row in self.by_day.items():
            total = months.setdefault((day.replace(day=1), area), [0] * len(FIGURES))
            total[:] = map(int.__add__, total, row)
        return months


def total(figures: Iterable[Figures]) -> Figures:
    return sum(figures, Figures())


_COLUMN = {fact_type: FIGURES.index(name) for fact_type, name in COUNTED.items()}
_RESOLVED = FIGURES.index("resolved")
_DAYS_SUM = FIGURES.index("days_to_resolve_sum")
_DAYS_COUNT = FIGURES.index("days_to_resolve_count")


def _one_decimal(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"), ROUND_HALF_UP)


def _year_earlier(day: date) -> date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _is_last_of_month(day: date) -> bool:
    return day.day == monthrange(day.year, day.month)[1]


def _wrong(parameter: str, detail: str) -> InvalidInput:
    return InvalidInput(detail, [FieldError(f"?{parameter}", detail)])
