"""What can be done with sessions: record one that was held, read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from chassis.database import Transaction
from chassis.identity import Actor
from services.grievances import access
from services.grievances.disputes import handlers as disputes
from services.grievances.disputes.life_cycle import mediate
from services.grievances.disputes.model import Dispute, Side
from services.grievances.sessions import model, store
from services.grievances.sessions.model import Guest, Session


@dataclass(frozen=True)
class Record:
    """A session as its mediator records it. `record` and `place` may hold personal data.

    `mediators`: who mediated; who records it, when left out.
    """

    held_at: datetime
    is_public: bool
    attended: Sequence[Side]
    record: str
    ended_at: datetime | None = None
    place: str | None = None
    mediators: Sequence[str] = ()
    guests: Mapping[Guest, int] = field(default_factory=dict)
    guests_agreed: bool = False


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
    session = Session(
        session_id=session_id,
        dispute_id=dispute_id,
        number=change.dispute.session_count,
        held_at=command.held_at,
        is_public=command.is_public,
        attended=tuple(dict.fromkeys(command.attended)),
        record=command.record,
        recorded_by=actor.actor_id,
        ended_at=command.ended_at,
        place=command.place,
        mediators=tuple(dict.fromkeys(command.mediators)) or (actor.actor_id,),
        guests={guest: count for guest, count in command.guests.items() if count},
    )
    model.check(session, dispute, guests_agreed=command.guests_agreed, now=now)
    store.add(tx, session, change.dispute)
    return disputes.keep(tx, change, now)


def list_sessions(tx: Transaction, dispute_id: UUID, *, actor: Actor, purpose: access.Purpose | None) -> list[Session]:
    """The sessions of a dispute; what was said and where only for a purpose, for whom it opens, and audited."""
    dispute = disputes.get_seen(tx, dispute_id, actor=actor)
    if purpose is not None:
        access.open_personal_data(tx, actor, dispute, purpose)
    return store.list_of_dispute(tx, dispute_id, opened=purpose is not None)
