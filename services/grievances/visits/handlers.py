"""What can be done with visits: record one, read them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from chassis.calendar import local_day
from chassis.database import Transaction
from chassis.errors import Conflict
from chassis.identity import Actor
from services.grievances import access
from services.grievances.agreements import store as agreements
from services.grievances.agreements.handlers import require_followed
from services.grievances.agreements.model import Standing
from services.grievances.disputes import handlers as disputes
from services.grievances.disputes.model import Dispute, check_no_part
from services.grievances.visits import model, store
from services.grievances.visits.model import Performed, Visit


@dataclass(frozen=True)
class Record:
    """A visit as the committee records it; made today unless said. `record` may hold personal data."""

    held_on: date | None
    performed: Performed
    record: str


def record(
    tx: Transaction,
    dispute_id: UUID,
    command: Record,
    *,
    visit_id: UUID,
    actor: Actor,
    version: int,
    now: datetime,
) -> tuple[Dispute, Visit]:
    """Keep the record of a visit. `version` is the dispute's, which does not change."""
    dispute = disputes.get_locked(tx, dispute_id, actor=actor, version=version)
    check_no_part(dispute, actor.actor_id)
    access.require_conduct(actor, dispute)
    require_followed(dispute, model.ARTICLE)
    agreement = agreements.find_current(tx, dispute, among=(Standing.IN_EFFECT,))
    if agreement is None or agreement.effective_on is None:
        raise Conflict(f"{dispute.name} has no agreement to ask after", rule=model.ARTICLE)
    visit = Visit(
        visit_id=visit_id,
        dispute_id=dispute_id,
        agreement_id=agreement.agreement_id,
        held_on=command.held_on or local_day(now),
        performed=command.performed,
        record=command.record,
        recorded_by=actor.actor_id,
    )
    model.check(visit, effective_on=agreement.effective_on, today=local_day(now))
    store.add(tx, visit, dispute, now)
    return dispute, visit


def list_visits(tx: Transaction, dispute_id: UUID, *, actor: Actor, purpose: access.Purpose | None) -> list[Visit]:
    """The visits about a dispute; their records only for a purpose, for whom it opens, and audited."""
    dispute = disputes.get_seen(tx, dispute_id, actor=actor)
    if purpose is not None:
        access.open_personal_data(tx, actor, dispute, purpose)
    return store.list_of_dispute(tx, dispute_id, opened=purpose is not None)
