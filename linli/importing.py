"""Use cases of services that an operator runs in a plain process, on files, instead of over HTTP."""

from collections.abc import Sequence
from pathlib import Path

from chassis.calendar import Clock, system_clock
from chassis.database import Database
from chassis.errors import InvalidInput
from linli.auditing import note
from services.grievances.holidays import file as holiday_file
from services.grievances.holidays import handlers as holidays
from services.grievances.holidays.handlers import Loaded as LoadedYears
from services.grievances.holidays.model import Year
from services.members.divisions import handlers
from services.members.divisions.file import read_file
from services.members.divisions.handlers import Loaded, Progress
from services.members.divisions.model import Division


def read_divisions(file: Path) -> list[Division]:
    """A district's tree. Raises InvalidInput whose message has a line for each thing wrong in the file."""
    try:
        return read_file(file)
    except InvalidInput as error:
        lines = [f"{file}: {error.detail}", *(f"  {field.pointer}: {field.detail}" for field in error.fields)]
        raise InvalidInput("\n".join(lines), error.fields) from error


def load_divisions(
    members: Database, divisions: Sequence[Division], progress: Progress | None = None, *, clock: Clock = system_clock
) -> Loaded:
    """Load the tree into members, whole or not at all. Safe to repeat."""
    with members.transaction() as tx:
        loaded = handlers.load(tx, divisions, clock(), progress)
        root = next(division.code for division in divisions if division.level == "district")
        note(
            tx, "import_divisions", f"{root}: {loaded.new} new, {loaded.changed} changed, {loaded.unchanged} unchanged"
        )
    return loaded


def read_holidays(file: Path, source: str) -> list[Year]:
    """Whole years of the holiday table. Raises InvalidInput with a line for each thing wrong in the file."""
    try:
        return holiday_file.read_file(file, source)
    except InvalidInput as error:
        raise InvalidInput(f"{file}: {error.detail}") from error


def load_holidays(grievances: Database, years: Sequence[Year]) -> LoadedYears:
    """Load the years into grievances, whole or not at all. Safe to repeat."""
    with grievances.transaction() as tx:
        loaded = holidays.load(tx, years)
        note(tx, "import_holidays", ", ".join(str(year.year) for year in years) + f": {loaded.moved} due times moved")
    return loaded
