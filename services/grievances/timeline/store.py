"""What happened with a case, as the rows of its parts tell it."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from chassis import privacy
from chassis.database import Transaction, load_queries
from services.grievances.comments.store import TEXT
from services.grievances.timeline.model import Happening

queries = load_queries(Path(__file__).parent)

Key = tuple[datetime, int, str]
"""Where a page ends: the last happening's instant, rank and key."""


def list_happenings(
    tx: Transaction, dispute_id: UUID, *, opened: bool, internal: bool, after: Key | None, count: int
) -> list[Happening]:
    """A page, the first one first; comments without their texts unless `opened`, internal ones only if asked for."""
    sealer = privacy.sealer()
    at, rank, key = after or (None, None, None)
    rows = queries.list_happenings(
        tx.connection,
        dispute_id=dispute_id,
        internal=internal,
        after_at=at,
        after_rank=rank,
        after_key=key,
        count=count,
    )
    return [
        Happening(
            at=row.at,
            rank=row.rank,
            key=row.key,
            kind=row.kind,
            account=row.account,
            told=row.told,
            text=sealer.open(row.text_sealed, TEXT) if opened and row.text_sealed is not None else None,
        )
        for row in rows
    ]


def list_mediators(tx: Transaction, dispute_id: UUID) -> frozenset[str]:
    """The accounts that mediate a case, or have mediated it."""
    return frozenset(row.account for row in queries.list_mediators(tx.connection, dispute_id=dispute_id))
