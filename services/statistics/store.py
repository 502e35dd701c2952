"""Rows of the read model. Every write takes a whole batch and costs the same number of statements whatever its size."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from chassis import areas
from chassis.database import Transaction, load_queries
from services.statistics.model import FIGURES, NEWEST_KEPT, Figures, Period

queries = load_queries(__file__.rpartition("/")[0])


@dataclass(frozen=True)
class Division:
    """One node of the tree; `name` is its code while members has not told of it."""

    code: str
    name: str
    level: str
    parent_code: str | None


@dataclass(frozen=True)
class LearntDivision:
    """What members says of a division, as the `version`th word about it."""

    code: str
    name: str
    level: str
    parent_code: str | None
    version: int


@dataclass(frozen=True)
class NewestFact:
    event_id: UUID
    dispute_id: str
    area: str
    type: str
    category: str | None
    relation: str | None
    occurred_at: datetime


def note_unknown_areas(tx: Transaction, codes: Sequence[str]) -> None:
    rows = [row for code in codes for row in _chain(code)]
    named, above, levels, parents = zip(*rows, strict=True)
    queries.note_unknown_areas(
        tx.connection, areas=list(named), codes=list(above), levels=list(levels), parent_codes=list(parents)
    )


def learn_divisions(tx: Transaction, divisions: Sequence[LearntDivision]) -> None:
    queries.learn_divisions(
        tx.connection,
        codes=[division.code for division in divisions],
        names=[division.name for division in divisions],
        levels=[division.level for division in divisions],
        parent_codes=[division.parent_code for division in divisions],
        versions=[division.version for division in divisions],
    )


def add_to_days(tx: Transaction, by_day: Mapping[tuple[date, str], Sequence[int]]) -> None:
    queries.add_to_days(tx.connection, **_columns(by_day))


def add_to_months(tx: Transaction, by_month: Mapping[tuple[date, str], Sequence[int]]) -> None:
    queries.add_to_months(tx.connection, **_columns(by_month))


def add_newest_facts(tx: Transaction, facts: Sequence[NewestFact]) -> None:
    """Put these on the running list and let older ones of the same divisions drop off it."""
    queries.add_newest_facts(
        tx.connection,
        event_ids=[fact.event_id for fact in facts],
        dispute_ids=[fact.dispute_id for fact in facts],
        areas=[fact.area for fact in facts],
        types=[fact.type for fact in facts],
        categories=[fact.category for fact in facts],
        relations=[fact.relation for fact in facts],
        occurred_at=[fact.occurred_at for fact in facts],
    )
    queries.drop_older_facts(tx.connection, areas=sorted({fact.area for fact in facts}), kept=NEWEST_KEPT)


def move_on(tx: Transaction) -> None:
    """The last statement of every change: it holds one row's lock until the commit."""
    queries.move_on(tx.connection)


def get_change_number(tx: Transaction) -> int:
    number: int = queries.get_change_number(tx.connection)
    return number


def find_division(tx: Transaction, code: str) -> Division | None:
    row = queries.find_division(tx.connection, code=code)
    return row and Division(row.code, row.name or row.code, row.level, row.parent_code)


def list_children(tx: Transaction, code: str) -> list[Division]:
    rows = queries.list_children(tx.connection, code=code)
    return [Division(row.code, row.name or row.code, row.level, row.parent_code) for row in rows]


def sum_by_branch(tx: Transaction, area: str, periods: Mapping[str, Period]) -> dict[str, dict[str, Figures]]:
    """Figures by the name of the period, then by branch: the division's own, and each division one level down."""
    spans = [(name, span) for name, period in periods.items() for span in period.spans()]
    rows = queries.sum_by_branch(
        tx.connection,
        area=area,
        periods=[name for name, _ in spans],
        grains=[span.grain for _, span in spans],
        since=[span.since for _, span in spans],
        until=[span.until for _, span in spans],
    )
    found: dict[str, dict[str, Figures]] = {name: {} for name in periods}
    for row in rows:
        found[row.period][row.branch] = Figures(*row[2:])
    return found


def list_newest_facts(tx: Transaction, area: str, limit: int) -> list[dict[str, object]]:
    """As the edge shows them; of areas that the transaction's Access does not cover, nothing."""
    return [
        {**row._asdict(), "area": {"code": row.area, "name": row.area_name or row.area}}
        for row in queries.list_newest_facts(tx.connection, area=area, limit=limit)
    ]


@lru_cache(maxsize=4096)
def _chain(code: str) -> list[tuple[str, str, str, str | None]]:
    """A division and those above it as its digits say, each with the code it is told for, its level and its parent."""
    return [(code, above, areas.level(above), areas.parent(above)) for above in areas.ancestors(code)]


def _columns(rows: Mapping[tuple[date, str], Sequence[int]]) -> dict[str, list[object]]:
    """Rows turned into the arrays of `unnest`, in key order: two batches then lock rows in the same order."""
    keys = sorted(rows)
    columns: dict[str, list[object]] = {"days": [day for day, _ in keys], "areas": [area for _, area in keys]}
    for at, name in enumerate(FIGURES):
        columns[name] = [rows[key][at] for key in keys]
    return columns
