"""Divisions as rows."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from chassis.calendar import local_day
from chassis.database import Transaction, load_queries
from services.members.divisions.model import Division, DivisionVersion

queries = load_queries(Path(__file__).parent)


def lock(tx: Transaction) -> None:
    """Keep other loaders waiting until this transaction ends."""
    queries.lock_divisions(tx.connection)


def list_within(tx: Transaction, prefix: str) -> list[Division]:
    return [Division(*row) for row in queries.list_divisions_within(tx.connection, prefix=prefix)]


def page(tx: Transaction, *, parent: str | None, level: str | None, after: str, limit: int) -> list[Division]:
    rows = queries.page_divisions(tx.connection, parent=parent, level=level, after=after, limit=limit)
    return [Division(*row) for row in rows]


def find(tx: Transaction, code: str) -> Division | None:
    row = queries.find_division(tx.connection, code=code)
    return None if row is None else Division(*row)


def list_versions(tx: Transaction, code: str) -> list[DivisionVersion]:
    return [DivisionVersion(*row) for row in queries.list_versions(tx.connection, code=code)]


def save(tx: Transaction, divisions: Sequence[Division], now: datetime) -> None:
    """Write new and changed divisions and the versions that begin with them."""
    since: date = local_day(now)
    codes, names = [d.code for d in divisions], [d.name for d in divisions]
    versions = [d.version for d in divisions]
    queries.upsert_divisions(
        tx.connection,
        codes=codes,
        names=names,
        levels=[d.level for d in divisions],
        parent_codes=[d.parent_code for d in divisions],
        versions=versions,
        registered_at=now,
    )
    queries.add_versions(tx.connection, codes=codes, names=names, versions=versions, since=since)
