"""What can be done with agreements: resolve a dispute by one, read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from chassis.calendar import local_day
from chassis.database import Transaction
from chassis.errors import Conflict, NotFound
from chassis.identity import Actor
from services.grievances import access
from services.grievances.agreements import model, store
from services.grievances.agreements.model import Agreement, Signer
from services.grievances.disputes import handlers as disputes
from services.grievances.disputes import model as dispute_model
from services.grievances.disputes.model import AgreementForm, Dispute


@dataclass(frozen=True)
class Resolve:
    """The agreement that resolves a dispute; reached today unless said. `terms` may hold personal data."""

    form: AgreementForm
    terms: str
    reached_on: date | None
    signatures: Mapping[Signer, date]
    confirmed_by_applicant_on: date | None = None


def resolve(
    tx: Transaction,
    dispute_id: UUID,
    command: Resolve,
    *,
    agreement_id: UUID,
    actor: Actor,
    version: int,
    now: datetime,
) -> Dispute:
    """Keep the agreement and close the dispute with it. Raises Conflict when the two sides have never met over it."""
    dispute = disputes.get_locked(tx, dispute_id, actor=actor, version=version)
    change = dispute_model.resolve(dispute, form=command.form, by=actor.actor_id, now=now)
    access.require_conduct(actor, dispute)
    if not store.both_sides_met(tx, dispute_id):
        raise Conflict(
            f"no session of dispute {dispute.case_number} that led here was attended by both sides; record one that "
            "applicant and respondent attended, or terminate it",
            rule=dispute_model.RULES[dispute_model.Command.RESOLVE],
        )
    agreement = Agreement(
        agreement_id=agreement_id,
        dispute_id=dispute_id,
        form=command.form,
        terms=command.terms,
        reached_on=command.reached_on or local_day(now),
        signatures=command.signatures,
        recorded_by=actor.actor_id,
        confirmed_by_applicant_on=command.confirmed_by_applicant_on,
    )
    model.check(agreement, registered_on=local_day(dispute.registered_at), today=local_day(now))
    store.add(tx, agreement, change.dispute, now)
    return disputes.keep(tx, change, now)


def get_agreement(tx: Transaction, dispute_id: UUID, *, actor: Actor, purpose: access.Purpose | None) -> Agreement:
    """The agreement a dispute came to last; its terms only for a purpose, for whom it opens, and audited."""
    dispute = disputes.get_seen(tx, dispute_id, actor=actor)
    if purpose is not None:
        access.open_personal_data(tx, actor, dispute, purpose)
    agreement = store.find_latest(tx, dispute_id, opened=purpose is not None)
    if agreement is None:
        raise NotFound(f"dispute {dispute.case_number} has no agreement; it is {dispute.state}")
    return agreement
