"""Rows of an export, page by page."""

from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from typing import Any

from chassis.database import Transaction, load_queries
from services.grievances.disputes.model import OPEN_STATES
from services.grievances.exports.model import Key, Narrowed, Row
from services.grievances.worklists.store import outermost

queries = load_queries(Path(__file__).parent)


def list_places(tx: Transaction, prefixes: Collection[str]) -> list[str]:
    """The prefixes to be read one after another, none inside of another."""
    return [row.prefix for row in queries.list_places(tx.connection, prefixes=list(outermost(prefixes)))]


def list_rows(tx: Transaction, place: str, narrowed: Narrowed, *, after: Key | None, count: int) -> list[Row]:
    """A page of the disputes that lie in this prefix of 12, 9 or 6 digits, the oldest first."""
    instant, dispute_id = after or (None, None)
    open_alone = narrowed.only_open or narrowed.state in OPEN_STATES
    rows = queries.list_rows(
        tx.connection,
        community=place if len(place) == 12 else None,
        street=place if len(place) == 9 else None,
        district=place if len(place) == 6 else None,
        # The state again in the words of the indexes that serve rare ones.
        closed_as=None if open_alone else narrowed.state,
        **{**asdict(narrowed), "only_open": open_alone},
        after_instant=instant,
        after_id=dispute_id,
        count=count,
    )
    return [_row(row) for row in rows]


def _row(row: Any) -> Row:
    return Row(
        dispute_id=row.dispute_id,
        case_number=f"{row.area}-{row.case_year}-{row.serial:04d}",
        area=row.area,
        area_name=row.area_name,
        category_zh=row.category_zh,
        relation_zh=row.relation_zh or "",
        state=row.state,
        channel=row.channel,
        registered_at=row.registered_at,
        closed_at=row.closed_at,
        due_at=row.due_at,
        resolution=row.resolution,
        satisfaction=row.satisfaction,
    )
