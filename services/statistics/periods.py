"""Which days figures are asked for: Shanghai days, whole months where that is enough, the same dates a year before."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from chassis.errors import FieldError, InvalidInput

LONGEST_PERIOD_DAYS = 3_660


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


def months_over(year: int | None, today: date) -> Period:
    """The months of a year that are over; without a year, of last month's. Raises InvalidInput when none is."""
    last_day = today.replace(day=1) - timedelta(days=1)
    first_day = date(year or last_day.year, 1, 1)
    if first_day > last_day:
        raise _wrong("year", f"no month of {year} is over yet; ask for {last_day.year}")
    return Period(first_day, min(last_day, date(first_day.year, 12, 31)))


def _year_earlier(day: date) -> date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _is_last_of_month(day: date) -> bool:
    return day.day == monthrange(day.year, day.month)[1]


def _wrong(parameter: str, detail: str) -> InvalidInput:
    return InvalidInput(detail, [FieldError(f"?{parameter}", detail)])
