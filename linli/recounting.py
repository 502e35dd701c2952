"""Statistics counted again: its days from the facts themselves, its months from its days.

Both sides are read in the same order, so memory stays flat.
"""

# ruff: noqa: S608 - the queries are put together from the names in this file

import heapq
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from chassis.database import Transaction
from linli.patience import take_time

COUNTED = {
    "dispute.registered": "registered",
    "dispute.accepted": "accepted",
    "dispute.resolved": "resolved",
    "dispute.refused": "refused",
    "dispute.terminated": "terminated",
    "dispute.reopened": "reopened",
    "dispute.linked": "linked",
    "deadline.missed": "overdue",
    "dispute.confirmed": "confirmed",
}
POINTS = tuple(f"satisfaction_{number}" for number in range(1, 6))
FIGURES = (*COUNTED.values(), "days_to_resolve_sum", "days_to_resolve_count", *POINTS)

Row = tuple[tuple[str, str, str, date], tuple[int, ...]]
"""What figures are of, and they: kind and word (both empty for all disputes of a division), area, day or month."""

_IN_ORDER = (
    'SELECT kind, word, area, day, numbers FROM ({}) AS figures ORDER BY kind COLLATE "C", word COLLATE "C", area, day'
)
_KEPT = f"ARRAY[{', '.join(FIGURES)}]::bigint[] AS numbers"
_SUMS = f"ARRAY[{', '.join(f'sum({name})' for name in FIGURES)}]::bigint[] AS numbers"

# A missed deadline counts on the day on which it was missed, every other fact on its own.
_FACTS = _IN_ORDER.format(f"""
SELECT kind, word, area, day, ARRAY[
    {", ".join(f"count(*) FILTER (WHERE type = '{event_type}')" for event_type in COUNTED)},
    coalesce(sum(days_open) FILTER (WHERE type = 'dispute.resolved'), 0),
    count(days_open) FILTER (WHERE type = 'dispute.resolved'),
    {", ".join(f"count(*) FILTER (WHERE type = 'dispute.confirmed' AND points = {number})" for number in range(1, 6))}
]::bigint[] AS numbers
FROM (SELECT type, envelope FROM outbox UNION ALL SELECT type, envelope FROM event_log) AS facts
CROSS JOIN LATERAL (SELECT envelope::jsonb AS event OFFSET 0) AS parsed
CROSS JOIN LATERAL (
    SELECT
        event ->> 'area' AS area,
        (
            CASE type WHEN 'deadline.missed' THEN event -> 'data' ->> 'due_at' ELSE event ->> 'time' END::timestamptz
            AT TIME ZONE 'Asia/Shanghai'
        )::date AS day,
        (event -> 'data' ->> 'days_open')::bigint AS days_open,
        (event -> 'data' ->> 'satisfaction')::bigint AS points
) AS told
CROSS JOIN LATERAL (
    VALUES ('', ''), ('category', event -> 'data' ->> 'category'), ('relation', event -> 'data' ->> 'relation')
) AS part (kind, word)
WHERE type = ANY(%s) AND (kind = '' OR word <> '')
GROUP BY kind, word, area, day
""")
_DAYS = _IN_ORDER.format(f"""
SELECT '' AS kind, '' AS word, area, day, {_KEPT} FROM figures_by_day
UNION ALL SELECT kind, word, area, day, {_KEPT} FROM breakdown_by_day
""")
_MONTHS = _IN_ORDER.format(f"""
SELECT '' AS kind, '' AS word, area, month AS day, {_KEPT} FROM figures_by_month
UNION ALL SELECT kind, word, area, month, {_KEPT} FROM breakdown_by_month
""")
# Months by category or relation hold all that lies in a division, the others its own alone.
_MONTHS_OF_DAYS = _IN_ORDER.format(f"""
WITH RECURSIVE lineage AS (
    SELECT code AS area, code AS above FROM divisions
    UNION
    SELECT lineage.area, divisions.parent_code FROM lineage JOIN divisions ON divisions.code = lineage.above
    WHERE divisions.parent_code IS NOT NULL
)
SELECT '' AS kind, '' AS word, area, date_trunc('month', day)::date AS day, {_SUMS} FROM figures_by_day GROUP BY 3, 4
UNION ALL
SELECT kind, word, above, date_trunc('month', day)::date, {_SUMS}
FROM breakdown_by_day JOIN lineage USING (area) GROUP BY 1, 2, 3, 4
""")


def days(grievances: Transaction, statistics: Transaction) -> Iterator[str | None]:
    """Every division and day with figures, and each part of them: what is wrong in words, or None."""
    take_time(grievances)
    take_time(statistics)
    # What is kept first: a fact told in between then looks late, but never too much.
    kept = _rows(statistics, _DAYS)
    facts = _rows(grievances, _FACTS, (list(COUNTED),))
    return _compared(facts, kept, "{} on {:%Y-%m-%d}", "the facts say")


def months(statistics: Transaction) -> Iterator[str | None]:
    """The same for every month."""
    take_time(statistics)
    kept = _rows(statistics, _MONTHS)
    summed = _rows(statistics, _MONTHS_OF_DAYS)
    return _compared(summed, kept, "{} in {:%Y-%m}", "its days say")


def _rows(tx: Transaction, sql: str, parameters: Sequence[object] | None = None) -> Iterator[Row]:
    """As they stand at this moment, whenever they are read."""
    rows = tx.stream(sql, parameters)
    return (((row.kind, row.word, row.area, row.day), tuple(row.numbers)) for row in rows)


def _compared(right: Iterator[Row], kept: Iterator[Row], where: str, source: str) -> Iterator[str | None]:
    """Both sides in the order of their keys; a figure that one side does not have is 0."""
    nothing = (0,) * len(FIGURES)
    sides = heapq.merge(((key, 0, numbers) for key, numbers in right), ((key, 1, numbers) for key, numbers in kept))
    for (kind, word, area, day), found in groupby(sides, key=lambda one: one[0]):
        by_side = {side: numbers for _, side, numbers in found}
        should, does = by_side.get(0, nothing), by_side.get(1, nothing)
        wrong = [
            f"{name} {says}, {source} {should_be}"
            for name, should_be, says in zip(FIGURES, should, does, strict=True)
            if should_be != says
        ]
        place = where.format(f"{area}, {kind} {word}," if kind else area, day)
        yield f"{place}: {'; '.join(wrong)}" if wrong else None
