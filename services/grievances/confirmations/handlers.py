"""What can be done about judicial confirmation: record that both parties asked for it, and what the court said."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from chassis.calendar import local_day
from chassis.database import Transaction
from chassis.identity import Actor
from services.grievances.agreements import handlers as agreements
from services.grievances.agreements import watches
from services.grievances.agreements.handlers import AgreementOf
from services.grievances.agreements.model import Standing, confirm
from services.grievances.confirmations import model, store
from services.grievances.confirmations.model import Outcome
from services.grievances.disputes.model import Side


@dataclass(frozen=True)
class Request:
    """Who asked which court, and when; today unless said."""

    applicants: Collection[Side]
    court: str
    applied_on: date | None


@dataclass(frozen=True)
class Decide:
    """What the court said, and when; today unless said."""

    outcome: Outcome
    decided_on: date | None


def request(
    tx: Transaction, dispute_id: UUID, command: Request, *, actor: Actor, version: int, now: datetime
) -> AgreementOf:
    """Record that both parties asked the court in time; the countdown ends. `version`: the agreement's."""
    dispute, agreement = agreements.get_in_effect(tx, dispute_id, actor=actor, version=version, rule=model.ARTICLE)
    assert agreement.effective_on is not None
    today = local_day(now)
    asked = model.request(
        agreement.confirmation,
        applied_on=command.applied_on or today,
        applicants=command.applicants,
        court=command.court,
        effective_on=agreement.effective_on,
        until=watches.last_day_for_court(tx, agreement.effective_on),
        today=today,
    )
    store.add_application(tx, agreement.agreement_id, asked, by=actor.actor_id, now=now)
    watches.court_was_asked(tx, agreement.agreement_id)
    return agreements.of(dispute, agreements.keep(tx, confirm(agreement, asked), dispute, now))


def decide(
    tx: Transaction, dispute_id: UUID, command: Decide, *, actor: Actor, version: int, now: datetime
) -> AgreementOf:
    """Record the court's decision, also of a dispute that was taken up again, and whatever is drafted in it by then.

    `version`: the agreement's.
    """
    binding = (Standing.IN_EFFECT,)
    dispute, agreement = agreements.get_locked(tx, dispute_id, actor=actor, version=version, among=binding)
    today = local_day(now)
    decided = model.decide(
        agreement.confirmation, outcome=command.outcome, decided_on=command.decided_on or today, today=today
    )
    store.add_decision(tx, agreement.agreement_id, decided, by=actor.actor_id, now=now)
    return agreements.of(dispute, agreements.keep(tx, confirm(agreement, decided), dispute, now))
