"""Applications and decisions as rows; they are read with their agreement."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from chassis.database import Transaction, load_queries
from services.grievances.confirmations.model import Confirmation

queries = load_queries(Path(__file__).parent)


def add_application(tx: Transaction, agreement_id: UUID, asked: Confirmation, *, by: str, now: datetime) -> None:
    """Store that the court was asked, in the round trip of the commit."""
    tx.at_commit(
        queries.add_application.sql,
        {
            "agreement_id": agreement_id,
            "applied_on": asked.applied_on,
            "court": asked.court,
            "recorded_by": by,
            "recorded_at": now,
        },
    )


def add_decision(tx: Transaction, agreement_id: UUID, decided: Confirmation, *, by: str, now: datetime) -> None:
    """Store what the court said, in the round trip of the commit."""
    tx.at_commit(
        queries.add_decision.sql,
        {
            "agreement_id": agreement_id,
            "outcome": decided.outcome,
            "decided_on": decided.decided_on,
            "recorded_by": by,
            "recorded_at": now,
        },
    )
