"""The facts `grievances` tells the others: ids, areas, kinds and numbers, never a party's name, phone or words.

The subject is the dispute, the area its community; every change of a dispute is one fact and one version.
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class DisputeFact:
    """What every fact about a dispute carries, so that a consumer needs no other to count it.

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
    """Somebody filed it; it has a case number."""

    type: ClassVar[str] = "dispute.registered"


@dataclass(frozen=True)
class DisputeAccepted(DisputeFact):
    """The mediation committee takes it on."""

    type: ClassVar[str] = "dispute.accepted"


@dataclass(frozen=True)
class DisputeAssigned(DisputeFact):
    """A mediator has it; who, only the service itself knows."""

    type: ClassVar[str] = "dispute.assigned"


@dataclass(frozen=True)
class DisputeMediated(DisputeFact):
    """A session was held; the first of a dispute is number 1."""

    type: ClassVar[str] = "dispute.mediated"

    session_number: int


@dataclass(frozen=True)
class DisputeResolved(DisputeFact):
    """The parties agreed. `days_open`: whole Shanghai calendar days since it was registered; the same day is 0."""

    type: ClassVar[str] = "dispute.resolved"

    agreement_form: str
    days_open: int


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
class DisputeReopened(DisputeFact):
    """A closed dispute is open again."""

    type: ClassVar[str] = "dispute.reopened"

    reason_code: str


PUBLISHED: tuple[type[DisputeFact], ...] = (
    DisputeRegistered,
    DisputeAccepted,
    DisputeAssigned,
    DisputeMediated,
    DisputeResolved,
    DisputeRefused,
    DisputeTerminated,
    DisputeReopened,
)

_DISPUTE = "01936f00-0000-7000-8000-00000000000a"
_BUILDING = "01936f00-0000-7000-8000-00000000000b"
_OWNERS = (_DISPUTE, "noise", "owner_owner", _BUILDING, "2026-03-01T02:00:00+00:00")
_PROPERTY = (_DISPUTE, "property_fee", "owner_property", None, "2026-03-01T02:00:00+00:00")

SAMPLES: tuple[DisputeFact, ...] = (
    DisputeRegistered(*_OWNERS),
    DisputeAccepted(*_OWNERS),
    DisputeAssigned(*_OWNERS),
    DisputeMediated(*_OWNERS, session_number=1),
    DisputeResolved(*_OWNERS, agreement_form="written", days_open=12),
    DisputeRefused(*_PROPERTY, reason_code="party_refused"),
    DisputeTerminated(*_PROPERTY, reason_code="no_agreement"),
    DisputeReopened(*_PROPERTY, reason_code="not_performed"),
)
