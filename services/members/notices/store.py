"""Notices as rows."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from chassis.database import Transaction, load_queries
from services.members.notices.model import Notice, Resolution

queries = load_queries(Path(__file__).parent, prepared=("begin_notification", "add_notices"))


def begin(tx: Transaction, resolution: Resolution, now: datetime) -> int | None:
    """Take the fact once: gives the count of its dispute's facts, this one included, or None if it was taken before."""
    version: int | None = queries.begin_notification(
        tx.connection, event_id=resolution.event_id, dispute_id=resolution.dispute_id, notified_at=now
    )
    return version


def add(tx: Transaction, resolution: Resolution, notices: Sequence[Notice]) -> None:
    """Write the notices of one resolution; they differ in id, level, recipient and how closely the place is told."""
    first = notices[0]
    queries.add_notices(
        tx.connection,
        notice_ids=[notice.notice_id for notice in notices],
        levels=[notice.level for notice in notices],
        recipient_ids=[notice.recipient_id for notice in notices],
        grid_unit_ids=[notice.grid_unit_id for notice in notices],
        places=[notice.place for notice in notices],
        event_id=resolution.event_id,
        kind=first.kind,
        dispute_id=resolution.dispute_id,
        category=resolution.category,
        area=resolution.area,
        occurred_at=resolution.occurred_at,
        created_at=first.created_at,
    )


def page(tx: Transaction, recipient_id: str, *, unread: bool, before: UUID | None, limit: int) -> list[Notice]:
    """The newest first."""
    rows = queries.page_notices(tx.connection, recipient_id=recipient_id, unread=unread, before=before, limit=limit)
    return [Notice(*row) for row in rows]


def count_unread(tx: Transaction, recipient_id: str) -> int:
    return int(queries.count_unread(tx.connection, recipient_id=recipient_id))


def mark_read(tx: Transaction, notice_id: UUID, recipient_id: str, now: datetime) -> Notice | None:
    row = queries.mark_read(tx.connection, notice_id=notice_id, recipient_id=recipient_id, read_at=now)
    return None if row is None else Notice(*row)
