"""The facts that are told of disputes."""

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class DisputeFact:
    """What every fact about a dispute (its subject) carries, so that a consumer needs no other to count it.

    `registered_at` is an ISO instant in UTC.
    """

    type: ClassVar[str]
    for_others: ClassVar[bool] = False

    dispute_id: str
    category: str
    relation: str
    grid_unit_id: str | None
    registered_at: str


@dataclass(frozen=True)
class DisputeRegistered(DisputeFact):
    """Somebody filed it and it has a case number.

    `channel`: resident, mediator, grid_leader, officer, hotline, open311.
    """

    type: ClassVar[str] = "dispute.registered"

    channel: str = "resident"


@dataclass(frozen=True)
class DisputeAccepted(DisputeFact):
    """The mediation committee takes it on."""

    type: ClassVar[str] = "dispute.accepted"


@dataclass(frozen=True)
class DisputeAssigned(DisputeFact):
    """A mediator has it; who, only the service itself knows."""

    type: ClassVar[str] = "dispute.assigned"


@dataclass(frozen=True)
class DisputeReassigned(DisputeFact):
    """Its mediator withdrew or was challenged (recusal 回避), and a successor has it at once."""

    type: ClassVar[str] = "dispute.reassigned"

    reason_code: str


@dataclass(frozen=True)
class DisputeUnassigned(DisputeFact):
    """A party refuses its mediator; another one is to be named or chosen."""

    type: ClassVar[str] = "dispute.unassigned"

    reason_code: str


@dataclass(frozen=True)
class DisputeMediated(DisputeFact):
    """A session was held; the first of a dispute is number 1."""

    type: ClassVar[str] = "dispute.mediated"

    session_number: int


@dataclass(frozen=True)
class DisputeResolved(DisputeFact):
    """The parties agreed, or a dated decision was given. `agreement_form` is None for a decision.

    `resolution`: agreement, decision. `days_open`: whole Shanghai calendar days since it was registered; the same day
    is 0.
    """

    type: ClassVar[str] = "dispute.resolved"

    agreement_form: str | None
    days_open: int
    resolution: str = "agreement"


@dataclass(frozen=True)
class DisputeConfirmed(DisputeFact):
    """The complainant confirms that it is resolved. `satisfaction`: 1–5, None when not given."""

    type: ClassVar[str] = "dispute.confirmed"

    satisfaction: int | None


@dataclass(frozen=True)
class DisputeRefused(DisputeFact):
    """It is not mediated: a party clearly refuses, or the law gives it to somebody else."""

    type: ClassVar[str] = "dispute.refused"

    reason_code: str


@dataclass(frozen=True)
class DisputeTerminated(DisputeFact):
    """Mediation ended without an agreement; the other routes are open."""

    type: ClassVar[str] = "dispute.terminated"

    reason_code: str


@dataclass(frozen=True)
class DisputeLinked(DisputeFact):
    """It tells the same story as another one, which is worked on for both; it keeps its number."""

    type: ClassVar[str] = "dispute.linked"

    linked_to: str


@dataclass(frozen=True)
class DisputeReopened(DisputeFact):
    """A closed dispute is open again."""

    type: ClassVar[str] = "dispute.reopened"

    reason_code: str


PUBLISHED: tuple[type, ...] = (
    DisputeRegistered,
    DisputeAccepted,
    DisputeAssigned,
    DisputeReassigned,
    DisputeUnassigned,
    DisputeMediated,
    DisputeResolved,
    DisputeConfirmed,
    DisputeRefused,
    DisputeTerminated,
    DisputeLinked,
    DisputeReopened,
)

_DISPUTE = "01936f00-0000-7000-8000-00000000000a"
_BUILDING = "01936f00-0000-7000-8000-00000000000b"
_OTHER = "01936f00-0000-7000-8000-00000000000c"
_OWNERS = (_DISPUTE, "noise", "owner_owner", _BUILDING, "2026-03-01T02:00:00+00:00")
_PROPERTY = (_DISPUTE, "property_fee", "owner_property", None, "2026-03-01T02:00:00+00:00")

SAMPLES: tuple[Any, ...] = (
    DisputeRegistered(*_OWNERS, channel="resident"),
    DisputeAccepted(*_OWNERS),
    DisputeAssigned(*_OWNERS),
    DisputeReassigned(*_OWNERS, reason_code="near_relative"),
    DisputeUnassigned(*_OWNERS, reason_code="party_refused_mediator"),
    DisputeMediated(*_OWNERS, session_number=1),
    DisputeResolved(*_OWNERS, agreement_form="written", days_open=12),
    DisputeConfirmed(*_OWNERS, satisfaction=5),
    DisputeRefused(*_PROPERTY, reason_code="party_refused"),
    DisputeTerminated(*_PROPERTY, reason_code="no_agreement"),
    DisputeLinked(*_PROPERTY, linked_to=_OTHER),
    DisputeReopened(*_PROPERTY, reason_code="not_performed"),
)
