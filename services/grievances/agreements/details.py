"""An agreement as it is shown on a day: where it stands, who has still to sign, what is overdue, how long the court can
be asked."""

from dataclasses import dataclass
from datetime import date, datetime

from chassis.calendar import local_day
from chassis.database import Transaction
from services.grievances.agreements import watches
from services.grievances.agreements.model import Agreement, Signer, Standing
from services.grievances.confirmations.model import Countdown, countdown
from services.grievances.disputes.model import Dispute
from services.grievances.obligations.model import Obligation, Progress


@dataclass(frozen=True, kw_only=True)
class ObligationInDetail(Obligation):
    """An obligation and how it stands today."""

    state: Progress


@dataclass(frozen=True, kw_only=True)
class AgreementInDetail(Agreement):
    """An agreement and how it stands today. `sign_until`: the last day for signatures, of a draft that waits."""

    obligations: tuple[ObligationInDetail, ...]
    state: Standing
    awaited: tuple[Signer, ...]
    sign_until: date | None
    judicial_confirmation: Countdown | None


def in_detail(tx: Transaction, agreement: Agreement, dispute: Dispute, now: datetime) -> AgreementInDetail:
    """How it stands at this time; `dispute` is the one it belongs to."""
    today, state = local_day(now), agreement.standing(dispute)
    binds = agreement.effective_on
    until = binds and watches.last_day_for_court(tx, binds)
    waits = state is Standing.DRAFT
    return AgreementInDetail(
        **{name: value for name, value in vars(agreement).items() if name in _OF_AGREEMENT},
        obligations=tuple(
            ObligationInDetail(**vars(one), state=one.progress(binds=binds is not None, today=today))
            for one in agreement.obligations
        ),
        state=state,
        awaited=agreement.missing if waits else (),
        sign_until=watches.last_day_to_sign(tx, agreement.recorded_at) if waits and agreement.recorded_at else None,
        judicial_confirmation=countdown(agreement.confirmation, until=until, today=today) if until else None,
    )


_OF_AGREEMENT = frozenset(Agreement.__dataclass_fields__) - {"obligations"}
