"""Visits as rows; the record is sealed on the way in."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from chassis import privacy
from chassis.database import Transaction, load_queries
from services.grievances.disputes.model import Dispute
from services.grievances.visits.model import Performed, Visit

queries = load_queries(Path(__file__).parent)

RECORD = "visit.record"
"""The context that a record is sealed for."""


def add(tx: Transaction, visit: Visit, dispute: Dispute, now: datetime) -> None:
    """Store the record of a visit, in the round trip of the commit."""
    tx.at_commit(
        queries.add_visit.sql,
        {
            "visit_id": visit.visit_id,
            "dispute_id": visit.dispute_id,
            "agreement_id": visit.agreement_id,
            "area": dispute.area,
            "held_on": visit.held_on,
            "performed": visit.performed,
            "record_sealed": privacy.sealer().seal(visit.record or "", RECORD),
            "recorded_by": visit.recorded_by,
            "recorded_at": now,
        },
    )


def list_of_dispute(tx: Transaction, dispute_id: UUID, *, opened: bool) -> list[Visit]:
    """The visits about a dispute; without their records unless `opened`."""
    sealer = privacy.sealer()
    return [
        Visit(
            visit_id=row.visit_id,
            dispute_id=row.dispute_id,
            agreement_id=row.agreement_id,
            held_on=row.held_on,
            performed=Performed(row.performed),
            record=sealer.open(row.record_sealed, RECORD) if opened else None,
            recorded_by=row.recorded_by,
        )
        for row in queries.list_visits(tx.connection, dispute_id=dispute_id)
    ]
