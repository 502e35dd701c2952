"""What a year's table must be like (全国年节及纪念日放假办法): weekdays that are off, weekend days that are worked."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from chassis.calendar import SATURDAY

OFF, WORK = "off", "work"

ALWAYS_OFF = ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))
"""Month and day of what the same days of each year are off for: 元旦, 劳动节, 国庆节 (Art. 2)."""

FEWEST_OFF, MOST_OFF = 7, 40
"""Weekdays off in a year; 18 and 19 in 2025 and 2026 (c)."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Line:
    """One line of a holiday file, as it was written there."""

    number: int
    day: str
    kind: str
    name: str


@dataclass(frozen=True)
class Holiday:
    """A day that differs from the week's own rhythm: a weekday that is off, or a weekend day that is worked."""

    day: date
    is_working: bool
    name: str


@dataclass(frozen=True)
class Problem:
    """What is wrong on one line, and what would be right."""

    line: int
    detail: str


@dataclass(frozen=True)
class Year:
    """The table of one year, by day, and where it comes from."""

    year: int
    source: str
    days: tuple[Holiday, ...]

    @property
    def off(self) -> int:
        return sum(not day.is_working for day in self.days)

    @property
    def worked(self) -> int:
        return len(self.days) - self.off


def find_problems(lines: Sequence[Line]) -> list[Problem]:
    """Everything that keeps these lines from being tables of whole years, in the order of the lines."""
    first_of: dict[str, Line] = {}
    found = []
    for line in lines:
        first = first_of.setdefault(line.day, line)
        told = [_wrong_day(line), _wrong_name(line)]
        if first is not line:
            told.append(f"{line.day} is already on line {first.number}")
        found += [Problem(line.number, detail) for detail in told if detail]
    if found or not lines:
        return found
    last = lines[-1].number
    return [Problem(last, detail) for year in years(lines, "") for detail in _wrong_year(year)]


def years(lines: Sequence[Line], source: str) -> list[Year]:
    """The years of lines without problems, in order."""
    days = sorted((_holiday(line) for line in lines), key=lambda holiday: holiday.day)
    return [
        Year(year, source, tuple(day for day in days if day.day.year == year))
        for year in sorted({day.day.year for day in days})
    ]


def gap(known: Collection[int], given: Collection[int]) -> int | None:
    """The first year that would be missing between the first and the last; the table speaks for all up to its end."""
    together = {*known, *given}
    return next((year for year in range(min(together), max(together)) if year not in together), None)


def _holiday(line: Line) -> Holiday:
    return Holiday(date.fromisoformat(line.day), line.kind == WORK, line.name)


def _wrong_day(line: Line) -> str | None:
    try:
        day = date.fromisoformat(line.day)
    except ValueError:
        day = None
    if day is None or line.day != day.isoformat():
        return f"day {line.day!r} must be a date such as 2026-10-01"
    if line.kind not in (OFF, WORK):
        return f"kind {line.kind!r} must be {OFF} or {WORK}"
    weekday = WEEKDAYS[day.weekday()]
    if line.kind == OFF and day.weekday() >= SATURDAY:
        return f"{line.day} is a {weekday}, off anyway; list weekdays that are off, or correct the date"
    if line.kind == WORK and day.weekday() < SATURDAY:
        return f"{line.day} is a {weekday}, worked anyway; list weekend days that are worked, or correct the date"
    return None


def _wrong_name(line: Line) -> str | None:
    if not line.name or len(line.name) > 40 or not line.name.isprintable():
        return "name must be 1 to 40 printable characters, such as 国庆节"
    return None


def _wrong_year(year: Year) -> Iterator[str]:
    """What shows that lines of a year are missing, or that there are too many."""
    off = {holiday.day for holiday in year.days if not holiday.is_working}
    for month, number in ALWAYS_OFF:
        day = date(year.year, month, number)
        if day.weekday() < SATURDAY and day not in off:
            yield f"{year.year}: {day} is off in every year, but is not listed; a file holds whole years"
    if not FEWEST_OFF <= year.off <= MOST_OFF:
        yield f"{year.year}: {year.off} weekdays off; a whole year has {FEWEST_OFF} to {MOST_OFF}"
    if year.worked > year.off:
        yield f"{year.year}: {year.worked} weekend days worked for {year.off} weekdays off; days are missing"
