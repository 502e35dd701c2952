"""Sessions as rows; the record and the place are sealed on the way in."""

from pathlib import Path
from uuid import UUID

from chassis import privacy
from chassis.database import Transaction, load_queries
from services.grievances.disputes.model import Dispute
from services.grievances.sessions.model import Guest, Session

queries = load_queries(Path(__file__).parent)

RECORD, PLACE = "session.record", "session.place"
"""The contexts that these are sealed for."""


def add(tx: Transaction, session: Session, dispute: Dispute) -> None:
    """Store the record of a session, in the round trip of the commit."""
    sealer = privacy.sealer()
    tx.at_commit(
        queries.add_session.sql,
        {
            "session_id": session.session_id,
            "dispute_id": session.dispute_id,
            "number": session.number,
            "area": dispute.area,
            "filed_by": dispute.filed_by,
            "held_at": session.held_at,
            "ended_at": session.ended_at,
            "is_public": session.is_public,
            "attended": list(session.attended),
            "mediators": list(session.mediators),
            "guests": dict(session.guests),
            "place_sealed": session.place and sealer.seal(session.place, PLACE),
            "record_sealed": sealer.seal(session.record or "", RECORD),
            "recorded_by": session.recorded_by,
        },
    )


def list_of_dispute(tx: Transaction, dispute_id: UUID, *, opened: bool) -> list[Session]:
    """The sessions of a dispute; without record and place unless `opened`."""
    sealer = privacy.sealer()
    return [
        Session(
            session_id=row.session_id,
            dispute_id=row.dispute_id,
            number=row.number,
            held_at=row.held_at,
            is_public=row.is_public,
            attended=tuple(row.attended),
            record=sealer.open(row.record_sealed, RECORD) if opened else None,
            recorded_by=row.recorded_by,
            ended_at=row.ended_at,
            place=sealer.open(row.place_sealed, PLACE) if opened and row.place_sealed is not None else None,
            mediators=tuple(row.mediators),
            guests={Guest(guest): count for guest, count in row.guests.items()},
        )
        for row in queries.list_sessions(tx.connection, dispute_id=dispute_id)
    ]
