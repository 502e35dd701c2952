"""Cases that look alike, and those linked to one, as rows."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from chassis.database import Transaction, load_queries
from services.grievances.disputes.model import Dispute
from services.grievances.disputes.store import dispute_of
from services.grievances.duplicates.model import DAYS_APART, Evidence, LookAlike

queries = load_queries(Path(__file__).parent, prepared=("list_look_alikes", "list_seen"))


def list_look_alikes(
    tx: Transaction, dispute_id: UUID, *, since: datetime, in_area: int, by_phone: int
) -> list[LookAlike]:
    """Cases that may tell what this one tells, and that the transaction sees: open ones, or filed since then.

    Mostly there are none, and then it is one query that asks no policy.
    """
    rows = queries.list_look_alikes(
        tx.connection, dispute_id=dispute_id, since=since, days=DAYS_APART, in_area=in_area, by_phone=by_phone
    )
    evidence = {row.dispute_id: tuple(one for one in Evidence if getattr(row, one)) for row in rows}
    if not evidence:
        return []
    seen = queries.list_seen(tx.connection, dispute_ids=list(evidence))
    return [LookAlike(dispute_of(row), evidence[row.dispute_id]) for row in seen]


def list_linked(tx: Transaction, dispute_id: UUID) -> list[Dispute]:
    """The cases that are worked on with this one."""
    return [dispute_of(row) for row in queries.list_linked(tx.connection, dispute_id=dispute_id)]


def has_linked(tx: Transaction, dispute_id: UUID) -> bool:
    found: bool = queries.has_linked(tx.connection, dispute_id=dispute_id)
    return found
