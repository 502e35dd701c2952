"""The facts that are told of referrals."""

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class ReferralFact:
    """What becomes of a referral 信访转送交办 (its subject) under 信访工作条例 (2022).

    `department_code` names the department in charge, None until it is sorted; `dispute_id` the case it came from, if
    any; `round`: handling, review, rereview.
    """

    type: ClassVar[str]
    for_others: ClassVar[bool] = True

    referral_id: str
    dispute_id: str | None
    department_code: str | None
    round: str


@dataclass(frozen=True)
class CaseReferred(ReferralFact):
    """It is registered (Art. 22)."""

    type: ClassVar[str] = "case.referred"


@dataclass(frozen=True)
class ReferralSorted(ReferralFact):
    """It was given to the department in charge (Art. 22, 23)."""

    type: ClassVar[str] = "referral.sorted"


@dataclass(frozen=True)
class ReferralObjected(ReferralFact):
    """The department says it is not in charge and gives it back (Art. 23)."""

    type: ClassVar[str] = "referral.objected"


@dataclass(frozen=True)
class ReferralAccepted(ReferralFact):
    """The department in charge handles it; `due_on` is its last Shanghai day (Art. 34)."""

    type: ClassVar[str] = "referral.accepted"

    due_on: str


@dataclass(frozen=True)
class ReferralReassigned(ReferralFact):
    """Who handles it in the department withdrew (recusal 回避, Art. 28), and a successor has it at once."""

    type: ClassVar[str] = "referral.reassigned"

    reason_code: str


@dataclass(frozen=True)
class ReferralExtended(ReferralFact):
    """It has more time, with an approver and a reason (Art. 34)."""

    type: ClassVar[str] = "referral.extended"

    due_on: str


@dataclass(frozen=True)
class ReferralAnswered(ReferralFact):
    """The answer was given in writing; until `appeal_until` (a Shanghai day) the next round can be asked for."""

    type: ClassVar[str] = "referral.answered"

    appeal_until: str | None


@dataclass(frozen=True)
class ReferralContested(ReferralFact):
    """Who complained asks for a review 复查 or re-review 复核 (Art. 35, 36): the `round` that begins."""

    type: ClassVar[str] = "referral.contested"

    due_on: str


@dataclass(frozen=True)
class ReferralClosed(ReferralFact):
    """Nothing more can be asked for, or nobody did in time. `outcome`: answered, final, not_accepted, withdrawn."""

    type: ClassVar[str] = "referral.closed"

    outcome: str


PUBLISHED: tuple[type, ...] = (
    CaseReferred,
    ReferralSorted,
    ReferralObjected,
    ReferralAccepted,
    ReferralReassigned,
    ReferralExtended,
    ReferralAnswered,
    ReferralContested,
    ReferralClosed,
)

_DISPUTE = "01936f00-0000-7000-8000-00000000000a"
_OTHER = "01936f00-0000-7000-8000-00000000000c"
_REFERRAL = (_OTHER, _DISPUTE, "urban_management", "handling")

SAMPLES: tuple[Any, ...] = (
    CaseReferred(_OTHER, _DISPUTE, None, "handling"),
    ReferralSorted(*_REFERRAL),
    ReferralObjected(*_REFERRAL),
    ReferralAccepted(*_REFERRAL, due_on="2026-05-30"),
    ReferralReassigned(*_REFERRAL, reason_code="interest"),
    ReferralExtended(*_REFERRAL, due_on="2026-06-29"),
    ReferralAnswered(*_REFERRAL, appeal_until="2026-06-29"),
    ReferralContested(_OTHER, _DISPUTE, "urban_management", "review", due_on="2026-06-29"),
    ReferralClosed(_OTHER, _DISPUTE, "urban_management", "rereview", outcome="final"),
)
