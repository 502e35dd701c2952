"""What can be done with obligations: record that one was performed."""

from datetime import date, datetime
from uuid import UUID

from chassis.calendar import local_day
from chassis.database import Transaction
from chassis.identity import Actor
from services.grievances.agreements import handlers as agreements
from services.grievances.agreements import model, watches
from services.grievances.agreements.handlers import AgreementOf
from services.grievances.obligations import store

ARTICLE = "人民调解法 Art. 31"


def perform(
    tx: Transaction,
    dispute_id: UUID,
    number: int,
    *,
    performed_on: date | None,
    actor: Actor,
    version: int,
    now: datetime,
) -> AgreementOf:
    """Record that an obligation was performed, today unless said; it is watched no longer.

    `version` is the agreement's.
    """
    dispute, agreement = agreements.get_in_effect(tx, dispute_id, actor=actor, version=version, rule=ARTICLE)
    today = local_day(now)
    change = model.perform(agreement, number=number, performed_on=performed_on or today, today=today)
    obligation = change.agreement.obligations[number - 1]
    store.add_performance(tx, obligation, by=actor.actor_id, now=now)
    watches.performed(tx, obligation.obligation_id)
    return agreements.of(dispute, agreements.keep(tx, change, dispute, now))
