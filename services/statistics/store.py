"""Rows of the read model.

Every write takes a whole batch and costs the same number of statements whatever its size. Those of facts ride in the
round trip of the commit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from chassis import areas
from chassis.database import Transaction, load_queries
from services.statistics.model import FIGURES, NEWEST_KEPT, Figures, Part
from services.statistics.periods import Period

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
    tx.at_commit(queries.note_unknown_areas.sql, _chains(codes))


def note_unknown_parents(tx: Transaction, divisions: Sequence[LearntDivision]) -> None:
    """The same at once for the parents of these divisions: no sum above them may break off."""
    codes = sorted({division.parent_code for division in divisions if division.parent_code})
    if codes:
        queries.note_unknown_areas(tx.connection, **_chains(codes))


def learn_divisions(tx: Transaction, divisions: Sequence[LearntDivision]) -> None:
    queries.learn_divisions(
        tx.connection,
        codes=[division.code for division in divisions],
        names=[division.name for division in divisions],
        levels=[division.level for division in divisions],
        parent_codes=[division.parent_code for division in divisions],
        versions=[division.version for division in divisions],
    )


def list_moved(tx: Transaction, divisions: Sequence[LearntDivision]) -> set[str]:
    """Codes of those among them that are, with figures already counted, to have another parent than so far."""
    rows = queries.list_moved(
        tx.connection,
        codes=[division.code for division in divisions],
        parent_codes=[division.parent_code for division in divisions],
        versions=[division.version for division in divisions],
    )
    return {row.code for row in rows}


def move_division(tx: Transaction, division: LearntDivision) -> None:
    """Take it over with its new parent; its months leave the sums above the old one and join those above the new."""
    left = _above(tx, division.code)
    learn_divisions(tx, [division])
    joined = _above(tx, division.code)
    signs = dict.fromkeys(left - joined, -1) | dict.fromkeys(joined - left, 1)
    queries.move_breakdown(tx.connection, code=division.code, areas=list(signs), signs=list(signs.values()))


def add_figures(tx: Transaction, by_day: Mapping[tuple[date, str], Sequence[int]]) -> None:
    tx.at_commit(queries.add_figures.sql, _columns(("days", "areas"), by_day))


def add_breakdown(tx: Transaction, by_word: Mapping[tuple[date, str, str, str], Sequence[int]]) -> None:
    tx.at_commit(queries.add_breakdown.sql, _columns(("days", "areas", "kinds", "words"), by_word))


def add_newest_facts(tx: Transaction, facts: Sequence[NewestFact]) -> None:
    """Put these on the running list and let older ones of the same divisions drop off it."""
    tx.at_commit(
        queries.add_newest_facts.sql,
        {
            "event_ids": [fact.event_id for fact in facts],
            "dispute_ids": [fact.dispute_id for fact in facts],
            "areas": [fact.area for fact in facts],
            "types": [fact.type for fact in facts],
            "categories": [fact.category for fact in facts],
            "relations": [fact.relation for fact in facts],
            "occurred_at": [fact.occurred_at for fact in facts],
        },
    )
    tx.at_commit(queries.drop_older_facts.sql, {"areas": sorted({fact.area for fact in facts}), "kept": NEWEST_KEPT})


def move_on(tx: Transaction) -> None:
    """The last statement of every change: it holds one row's lock until the commit."""
    tx.at_commit(queries.move_on.sql, {})


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
    found: dict[str, dict[str, Figures]] = {name: {} for name in periods}
    for row in queries.sum_by_branch(tx.connection, area=area, **_spans(periods)):
        found[row.period][row.branch] = Figures(*row[2:])
    return found


def sum_by_word(tx: Transaction, area: str, kind: str, period: Period) -> list[Part]:
    """A division's figures with all that lies in it, of the period and the year before, by each word of the kind."""
    found: dict[str, dict[str, Figures]] = {}
    periods = {"now": period, "before": period.year_before()}
    for row in queries.sum_by_word(tx.connection, area=area, kind=kind, **_spans(periods)):
        found.setdefault(row.word, {})[row.period] = Figures(*row[2:])
    return [Part((word,), **(dict.fromkeys(periods, Figures()) | found[word])) for word in sorted(found)]


def list_newest_facts(tx: Transaction, area: str, limit: int) -> list[dict[str, object]]:
    """As the edge shows them; of areas that the transaction's Access does not cover, nothing."""
    return [
        {**row._asdict(), "area": {"code": row.area, "name": row.area_name or row.area}}
        for row in queries.list_newest_facts(tx.connection, area=area, limit=limit)
    ]


def _chains(codes: Sequence[str]) -> dict[str, list[str | None]]:
    columns = zip(*(row for code in codes for row in _chain(code)), strict=True)
    return {
        name: list(column) for name, column in zip(("areas", "codes", "levels", "parent_codes"), columns, strict=True)
    }


@lru_cache(maxsize=4096)
def _chain(code: str) -> list[tuple[str, str, str, str | None]]:
    """A division and those above it as its digits say, each with the code it is told for, its level and its parent."""
    return [(code, above, areas.level(above), areas.parent(above)) for above in areas.ancestors(code)]


def _above(tx: Transaction, code: str) -> set[str]:
    return {row.above for row in queries.list_above(tx.connection, code=code)}


def _spans(periods: Mapping[str, Period]) -> dict[str, list[object]]:
    """Periods as the stretches of rows to read, turned into the arrays of `unnest`."""
    spans = [(name, span) for name, period in periods.items() for span in period.spans()]
    return {
        "periods": [name for name, _ in spans],
        "grains": [span.grain for _, span in spans],
        "since": [span.since for _, span in spans],
        "until": [span.until for _, span in spans],
    }


def _columns(names: tuple[str, ...], rows: Mapping[Any, Sequence[int]]) -> dict[str, object]:
    """Rows turned into the arrays of `unnest`, in key order: two batches then lock rows in the same order.

    The key's parts by their names, and each figure. Numbers go as the text of an array, which PostgreSQL reads faster
    than the constructor psycopg2 makes of a list.
    """
    keys = sorted(rows)
    columns: dict[str, object] = {name: list(parts) for name, parts in zip(names, zip(*keys, strict=True), strict=True)}
    for name, numbers in zip(FIGURES, zip(*(rows[key] for key in keys), strict=True), strict=True):
        columns[name] = f"{{{','.join(map(str, numbers))}}}"
    return columns
