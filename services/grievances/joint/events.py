"""The facts that are told of joint cases."""

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class JointFact:
    """What becomes of a joint case 五位一体 (its subject) that was convened for a dispute.

    Bodies: party_committee, workstation, residents_committee, owners_committee, property_office.
    """

    type: ClassVar[str]
    for_others: ClassVar[bool] = True

    joint_case_id: str
    dispute_id: str


@dataclass(frozen=True)
class JointConvened(JointFact):
    """The five bodies are asked; `body_complained_of` is one of them, or None."""

    type: ClassVar[str] = "joint.convened"

    body_complained_of: str | None


@dataclass(frozen=True)
class JointAnswered(JointFact):
    """One body has given its answer."""

    type: ClassVar[str] = "joint.answered"

    body: str


@dataclass(frozen=True)
class JointTaskGiven(JointFact):
    """A body has a task; `due_on` is its last Shanghai day."""

    type: ClassVar[str] = "joint.task_given"

    task_id: str
    body: str
    due_on: str


@dataclass(frozen=True)
class JointTaskDone(JointFact):
    """A body has done its task."""

    type: ClassVar[str] = "joint.task_done"

    task_id: str
    body: str


@dataclass(frozen=True)
class JointDecided(JointFact):
    """A dated decision was given with the way to appeal; `appeal_until` is the last Shanghai day for it."""

    type: ClassVar[str] = "joint.decided"

    decided_on: str
    appeal_until: str


@dataclass(frozen=True)
class JointEnded(JointFact):
    """Its dispute was closed without a decision of the bodies: agreed, refused or terminated."""

    type: ClassVar[str] = "joint.ended"


PUBLISHED: tuple[type, ...] = (
    JointConvened,
    JointAnswered,
    JointTaskGiven,
    JointTaskDone,
    JointDecided,
    JointEnded,
)

_DISPUTE = "01936f00-0000-7000-8000-00000000000a"
_BUILDING = "01936f00-0000-7000-8000-00000000000b"
_OTHER = "01936f00-0000-7000-8000-00000000000c"
_JOINT = (_OTHER, _DISPUTE)

SAMPLES: tuple[Any, ...] = (
    JointConvened(*_JOINT, body_complained_of="property_office"),
    JointAnswered(*_JOINT, body="residents_committee"),
    JointTaskGiven(*_JOINT, task_id=_BUILDING, body="property_office", due_on="2026-04-10"),
    JointTaskDone(*_JOINT, task_id=_BUILDING, body="property_office"),
    JointDecided(*_JOINT, decided_on="2026-04-12", appeal_until="2026-06-11"),
    JointEnded(*_JOINT),
)
