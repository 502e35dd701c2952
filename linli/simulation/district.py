"""The district that is played: its file, its communities, and the table of days off."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Protocol

from chassis import areas
from chassis.errors import InvalidInput
from linli.importing import read_divisions, read_holidays
from linli.simulation.acts import Community
from linli.simulation.days import Calendar

DATA = Path(__file__).parents[2] / "data"
HOLIDAYS = DATA / "holidays.csv"


class Listed(Protocol):
    """A division of the district's file."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def parent_code(self) -> str | None: ...


def district_file(given: str) -> Path:
    """The file itself, or the one among those that come with Linli whose district has this code.

    Raises InvalidInput.
    """
    if not areas.is_code(given):
        if not Path(given).is_file():
            raise InvalidInput(f"there is no file {given}; give one, or a district's code of 12 digits")
        return Path(given)
    known: dict[str, Path] = {}
    for file in sorted(path for path in DATA.glob("*.csv") if path != HOLIDAYS):
        known |= {one.code: file for one in read_divisions(file) if one.level == "district"}
    if given not in known:
        raise InvalidInput(f"no district {given} comes with Linli, only {', '.join(known)}; give its file")
    return known[given]


def communities(divisions: Iterable[Listed]) -> list[Community]:
    """Those cases come from. Raises InvalidInput when there is none."""
    found = [Community(one.code, one.name, one.parent_code or "") for one in divisions if one.level == "community"]
    if not found:
        raise InvalidInput("the district has no community; its file needs at least one of level community")
    return found


def calendar() -> Calendar:
    """Working days and the Spring Festival, by the table that comes with Linli."""
    return Calendar.of(day for year in read_holidays(HOLIDAYS, HOLIDAYS.name) for day in year.days)


def last_known_year(days: Calendar) -> date:
    """The first day of the last year whose days off are known."""
    return date(days.holidays.until.year, 1, 1)
