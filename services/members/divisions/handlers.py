"""What can be done with the division tree: load it, and read it as of a day."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from chassis import areas, outbox
from chassis.database import Database, Transaction
from chassis.errors import NotFound
from services.members.divisions import model, store
from services.members.divisions.model import Division
from services.members.grid import handlers as grid

Progress = Callable[[int, int], None]
"""Told how many divisions are done, and of how many."""


@dataclass(frozen=True)
class Loaded:
    """What a load did. `vanished` are known divisions that the file no longer lists; they stay."""

    new: int
    changed: int
    unchanged: int
    vanished: tuple[Division, ...]

    def __str__(self) -> str:
        told = f"{self.new} new, {self.changed} changed, {self.unchanged} unchanged"
        kept = "".join(f"\nno longer in the file, kept: {gone.code} {gone.name}" for gone in self.vanished)
        return told + kept


def load_divisions(
    database: Database, divisions: Sequence[Division], now: datetime, progress: Progress | None = None
) -> Loaded:
    """Load a whole district from `file.read_divisions`, or nothing of it, in one transaction of its own.

    Loading the same again changes nothing and tells nobody. Each new community gets its own grid unit.
    """
    with database.transaction() as tx:
        return load(tx, divisions, now, progress)


def load(tx: Transaction, divisions: Sequence[Division], now: datetime, progress: Progress | None = None) -> Loaded:
    """As `load_divisions`, in a transaction that someone else commits."""
    store.lock(tx)
    root = next(division for division in divisions if division.level == "district")
    known = {division.code: division for division in store.list_within(tx, areas.prefix(root.code))}
    found = model.compare(known, divisions)
    written = sorted(found.new + found.changed, key=lambda division: model.LEVELS.index(division.level))
    if written:
        store.save(tx, written, now)
    for done, division in enumerate(written, start=1):
        outbox.add(
            tx, model.fact(division), subject=division.code, version=division.version, area=division.code, now=now
        )
        if progress:
            progress(done, len(written))
    grid.register_communities(tx, _communities(found.new), now)
    grid.rename_communities(tx, _communities(found.changed), now)
    return Loaded(len(found.new), len(found.changed), len(found.unchanged), found.vanished)


def _communities(divisions: Sequence[Division]) -> dict[str, str]:
    return {division.code: division.name for division in divisions if division.level == "community"}


def get_division(tx: Transaction, code: str, on: date | None = None) -> Division:
    """A division as it is, or under the name it bore on a day. Raises NotFound."""
    division = store.find(tx, code) if areas.is_code(code) else None
    if division is None:
        raise NotFound(f"no division {code} in this district; codes have 12 digits, for example 440305001012")
    if on is None:
        return division
    then = model.as_of(store.list_versions(tx, code), on)
    return replace(division, name=then.name, version=then.version)
