"""The facts that are told of due times."""

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class DeadlineFact:
    """A due time of a dispute, agreement, joint task, referral or note; the subject is the deadline itself.

    `thing` and `thing_id`: what is due. `rule`: by which rule. `due_at`: an ISO instant in UTC, the first one too late.
    `level`: who is responsible for it now: community, street, district. Category and relation are those of the
    dispute behind it, None without one.
    """

    type: ClassVar[str]
    for_others: ClassVar[bool] = False

    deadline_id: str
    thing: str
    thing_id: str
    rule: str
    due_at: str
    level: str
    category: str | None
    relation: str | None


@dataclass(frozen=True)
class DeadlineNear(DeadlineFact):
    """It will soon be too late. Told once for a deadline."""

    type: ClassVar[str] = "deadline.near"
    for_others: ClassVar[bool] = True


@dataclass(frozen=True)
class DeadlineMissed(DeadlineFact):
    """A duty was not done in time. Told once for a deadline, at the level of the community."""

    type: ClassVar[str] = "deadline.missed"


@dataclass(frozen=True)
class DeadlineEscalated(DeadlineFact):
    """A missed duty is still not done and is now the next level's: first the street's, then the district's."""

    type: ClassVar[str] = "deadline.escalated"
    for_others: ClassVar[bool] = True


@dataclass(frozen=True)
class DeadlineLapsed(DeadlineFact):
    """The time in which a resident could use a right is over; nobody neglected a duty."""

    type: ClassVar[str] = "deadline.lapsed"
    for_others: ClassVar[bool] = True


PUBLISHED: tuple[type, ...] = (
    DeadlineNear,
    DeadlineMissed,
    DeadlineEscalated,
    DeadlineLapsed,
)

_DISPUTE = "01936f00-0000-7000-8000-00000000000a"
_OTHER = "01936f00-0000-7000-8000-00000000000c"
_DUE = (_OTHER, "dispute", _DISPUTE, "dispute.mediation", "2026-03-31T16:00:00+00:00")

SAMPLES: tuple[Any, ...] = (
    DeadlineNear(*_DUE, level="community", category="noise", relation="owner_owner"),
    DeadlineMissed(*_DUE, level="community", category="noise", relation="owner_owner"),
    DeadlineEscalated(*_DUE, level="street", category="noise", relation="owner_owner"),
    DeadlineLapsed(
        _OTHER,
        "agreement",
        _DISPUTE,
        "agreement.judicial_confirmation",
        "2026-03-31T16:00:00+00:00",
        level="community",
        category="noise",
        relation="owner_owner",
    ),
)
