"""What is due of an agreement: signatures, promises, and the parties' way to the court."""

from datetime import date, datetime, timedelta
from uuid import UUID

from chassis.calendar import end_of_day
from chassis.database import Transaction
from services.grievances.agreements.model import Agreement
from services.grievances.confirmations import model as confirmations
from services.grievances.deadlines import handlers as deadlines
from services.grievances.deadlines.model import Thing
from services.grievances.deadlines.timetables import timetables
from services.grievances.disputes.model import Dispute

SIGNING, PERFORMANCE, CONFIRMATION = (
    "agreement.signing",
    "agreement.performance",
    "agreement.judicial_confirmation",
)
"""By which rules something is due."""

COURT = "judicial_confirmation"
"""The slot in which the way to the court is watched, beside what the agreement itself waits for."""


def await_signatures(tx: Transaction, dispute: Dispute, agreement_id: UUID, now: datetime) -> None:
    """A draft should not lie about; how long it may, the district says."""
    deadlines.watch(tx, _thing("agreement", agreement_id, dispute), SIGNING, now)


def stop_awaiting_signatures(tx: Transaction, agreement_id: UUID) -> None:
    deadlines.settle(tx, agreement_id, slot=deadlines.STATE)


def follow(tx: Transaction, dispute: Dispute, agreement: Agreement) -> None:
    """From the day it binds: the parties' way to the court (人民调解法 Art. 33), and each promise (Art. 31)."""
    assert agreement.effective_on is not None
    start = _beginning_of(agreement.effective_on)
    deadlines.watch(tx, _thing("agreement", agreement.agreement_id, dispute), CONFIRMATION, start, slot=COURT)
    for one in agreement.obligations:
        deadlines.watch_until(tx, _thing("obligation", one.obligation_id, dispute), PERFORMANCE, one.due_on, start)


def performed(tx: Transaction, obligation_id: UUID) -> None:
    deadlines.settle(tx, obligation_id)


def court_was_asked(tx: Transaction, agreement_id: UUID) -> None:
    deadlines.settle(tx, agreement_id, slot=COURT)


def last_day_to_sign(tx: Transaction, drafted_at: datetime) -> date:
    return timetables.current(tx).due(SIGNING, drafted_at).last_day


def last_day_for_court(tx: Transaction, effective_on: date) -> date:
    """The 30th day after the day of effect (Art. 33), or the first working day after it (民法典 Art. 203)."""
    last, _ = timetables.current(tx).counted(CONFIRMATION, confirmations.DAYS, _beginning_of(effective_on))
    return last


def _beginning_of(day: date) -> datetime:
    """The first instant of a Shanghai day."""
    return end_of_day(day - timedelta(days=1))


def _thing(kind: str, thing_id: UUID, dispute: Dispute) -> Thing:
    return Thing(kind, thing_id, dispute.area, dispute.category, dispute.relation, dispute.dispute_id)
