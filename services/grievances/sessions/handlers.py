"""What can be done with sessions: record one that was held, read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.database import Transaction
from chassis.identity import Actor
from services.grievances import access
from services.grievances.disputes import handlers as disputes
from services.grievances.disputes.model import Dispute, Side, mediate
from services.grievances.sessions import store
from services.grievances.sessions.model import Session, check_held_at


@dataclass(frozen=True)
class Record:
    """A session as its mediator records it. `record` may hold personal data."""

    held_at: datetime
    is_public: bool
    attended: Sequence[Side]
    record: str


def record(
    tx: Transaction,
    dispute_id: UUID,
    command: Record,
    *,
    session_id: UUID,
    actor: Actor,
    version: int,
    now: datetime,
) -> Dispute:
    """Keep the record of a session; the dispute given back counts it."""
    dispute = disputes.get_locked(tx, dispute_id, actor=actor, version=version)
    change = mediate(dispute, by=actor.actor_id)
    access.require_conduct(actor, dispute)
    check_held_at(command.held_at, registered_at=dispute.registered_at, now=now)
    session = Session(
        session_id=session_id,
        dispute_id=dispute_id,
        number=change.dispute.session_count,
        held_at=command.held_at,
        is_public=command.is_public,
        attended=tuple(dict.fromkeys(command.attended)),
        record=command.record,
        recorded_by=actor.actor_id,
    )
    store.add(tx, session, change.dispute)
    return disputes.keep(tx, change, now)


def list_sessions(tx: Transaction, dispute_id: UUID, *, actor: Actor, purpose: access.Purpose | None) -> list[Session]:
    """The sessions of a dispute; their records only for a purpose, for whom it opens, and audited."""
    dispute = disputes.get_seen(tx, dispute_id, actor=actor)
    if purpose is not None:
        access.open_personal_data(tx, actor, dispute, purpose)
    return store.list_of_dispute(tx, dispute_id, opened=purpose is not None)
