"""Performances as rows; the obligations themselves are written and read with their agreement."""

from datetime import datetime
from pathlib import Path

from chassis.database import Transaction, load_queries
from services.grievances.obligations.model import Obligation

queries = load_queries(Path(__file__).parent)


def add_performance(tx: Transaction, obligation: Obligation, *, by: str, now: datetime) -> None:
    """Store that it was performed, in the round trip of the commit."""
    tx.at_commit(
        queries.add_performance.sql,
        {
            "obligation_id": obligation.obligation_id,
            "performed_on": obligation.performed_on,
            "recorded_by": by,
            "recorded_at": now,
        },
    )
