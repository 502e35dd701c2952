"""The facts that are told of agreements and what follows from them."""

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class AgreementFact:
    """What becomes of an agreement (its subject) of a dispute."""

    type: ClassVar[str]
    for_others: ClassVar[bool] = True

    agreement_id: str
    dispute_id: str
    form: str


@dataclass(frozen=True)
class AgreementDrafted(AgreementFact):
    """A written agreement waits for signatures."""

    type: ClassVar[str] = "agreement.drafted"


@dataclass(frozen=True)
class AgreementSigned(AgreementFact):
    """One more has signed: applicant, respondent, mediator or committee; `missing`: how many have not."""

    type: ClassVar[str] = "agreement.signed"

    signer: str
    missing: int


@dataclass(frozen=True)
class AgreementWithdrawn(AgreementFact):
    """A draft was given up before all had signed; the dispute is still mediated."""

    type: ClassVar[str] = "agreement.withdrawn"


@dataclass(frozen=True)
class AgreementPerformed(AgreementFact):
    """One of its obligations was performed; `left`: how many are not yet."""

    type: ClassVar[str] = "agreement.performed"

    obligation_number: int
    left: int


@dataclass(frozen=True)
class ConfirmationRequested(AgreementFact):
    """Both parties asked the court to confirm it 司法确认."""

    type: ClassVar[str] = "agreement.confirmation_requested"


@dataclass(frozen=True)
class ConfirmationDecided(AgreementFact):
    """The court has decided: confirmed, rejected."""

    type: ClassVar[str] = "agreement.confirmation_decided"

    outcome: str


PUBLISHED: tuple[type, ...] = (
    AgreementDrafted,
    AgreementSigned,
    AgreementWithdrawn,
    AgreementPerformed,
    ConfirmationRequested,
    ConfirmationDecided,
)

_DISPUTE = "01936f00-0000-7000-8000-00000000000a"
_OTHER = "01936f00-0000-7000-8000-00000000000c"
_AGREEMENT = (_OTHER, _DISPUTE, "written")

SAMPLES: tuple[Any, ...] = (
    AgreementDrafted(*_AGREEMENT),
    AgreementSigned(*_AGREEMENT, signer="applicant", missing=3),
    AgreementWithdrawn(*_AGREEMENT),
    AgreementPerformed(*_AGREEMENT, obligation_number=1, left=0),
    ConfirmationRequested(*_AGREEMENT),
    ConfirmationDecided(*_AGREEMENT, outcome="confirmed"),
)
