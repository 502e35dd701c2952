"""What can be done with the holiday table: load years of it, read one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from chassis.database import Transaction
from chassis.errors import InvalidInput, NotFound
from services.grievances.deadlines import handlers as deadlines
from services.grievances.deadlines.timetables import timetables
from services.grievances.holidays import model, store
from services.grievances.holidays.model import Year


@dataclass(frozen=True)
class Loaded:
    """What a load did: the years that are new or differ, those that do not, how many open due times moved."""

    changed: tuple[Year, ...]
    unchanged: tuple[Year, ...]
    moved: int

    def __str__(self) -> str:
        told = [f"{year.year}: {year.off} weekdays off, {year.worked} weekend days worked" for year in self.changed]
        told += [f"{year.year}: unchanged" for year in self.unchanged]
        return "\n".join([*told, f"{self.moved} open due times moved"])


def load(tx: Transaction, years: Sequence[Year]) -> Loaded:
    """Load these years, whole or not at all, and count anew what is due in them or later.

    Loading the same again changes nothing. What was told as missed or lapsed stays as told. Raises InvalidInput where
    a year would be missing before the table's end.
    """
    store.lock(tx)
    missing = model.gap(store.list_years(tx), [year.year for year in years])
    if missing is not None:
        raise InvalidInput(f"the table of {missing} would be missing; load that year first, or with these")
    # Where the same table is said to come from is no difference.
    known = {year.year: store.find_year(tx, year.year) for year in years}
    same = [year for year in years if (kept := known[year.year]) is not None and kept.days == year.days]
    changed = [year for year in years if year not in same]
    for year in changed:
        store.save_year(tx, year)
    moved = deadlines.recount(tx, since=date(changed[0].year, 1, 1)) if changed else 0
    tx.after_commit(timetables.forget)
    return Loaded(tuple(changed), tuple(same), moved)


def get_year(tx: Transaction, year: int) -> Year:
    """The days of one year. Raises NotFound for a year that was not loaded."""
    found = store.find_year(tx, year)
    if found is None:
        there = ", ".join(map(str, store.list_years(tx))) or "none"
        raise NotFound(f"the holiday table has no {year}; it has {there}. The operator loads years from a file")
    return found
