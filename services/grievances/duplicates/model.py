"""What speaks for it that two cases tell the same story, and when one is worked on with the other."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from chassis.errors import Conflict, NotAllowed, WrongState
from services.grievances.disputes import life_cycle
from services.grievances.disputes.life_cycle import Change, Command
from services.grievances.disputes.model import Dispute, ReopeningReason, State

RECENT = timedelta(days=90)
"""Closed cases older than this are history (c)."""

DAYS_APART = 30
"""One matter in one place is told within so many days (c)."""

IN_AREA, BY_PHONE = 500, 50
"""Of the newest cases of the community, and of those with one phone, so many are looked at."""

IN_AREA_AT_INTAKE, BY_PHONE_AT_INTAKE = 20, 5
"""At the filing itself fewer are: it must not wait. What was missed is found on demand."""

SHOWN = 20


class Evidence(StrEnum):
    """Why two cases may be one. It names no person and shows nothing of what was told."""

    SAME_APPLICANT = "same_applicant"
    SAME_MATTER = "same_matter"
    SAME_RESPONDENT = "same_respondent"


WORDS: Mapping[Evidence, str] = {
    Evidence.SAME_APPLICANT: "申请人电话相同",
    Evidence.SAME_MATTER: "类别相同、地点相同、时间相近",
    Evidence.SAME_RESPONDENT: "被申请人相同",
}
WEIGHTS: Mapping[Evidence, int] = {
    Evidence.SAME_APPLICANT: 5,
    Evidence.SAME_MATTER: 3,
    Evidence.SAME_RESPONDENT: 1,
}
"""A phone tells most, a place with its matter next; half of a community complain of the same property office."""


@dataclass(frozen=True)
class Reason:
    """One piece of evidence, in a code and in words."""

    evidence: Evidence

    @property
    def evidence_zh(self) -> str:
        return WORDS[self.evidence]


@dataclass(frozen=True)
class LookAlike:
    """A case that may tell the same story, and why."""

    dispute: Dispute
    evidence: tuple[Evidence, ...]

    @property
    def reasons(self) -> tuple[Reason, ...]:
        return tuple(Reason(one) for one in self.evidence)

    @property
    def weight(self) -> int:
        return sum(WEIGHTS[one] for one in self.evidence)


@dataclass(frozen=True)
class Similar:
    """What whoever files is told of cases like the one just filed, as far as he or she may see them."""

    count: int
    dispute_ids: tuple[UUID, ...]


def ranked(found: Iterable[LookAlike]) -> list[LookAlike]:
    """The most likely first, of equals the newest."""
    return sorted(found, key=lambda one: (one.weight, one.dispute.registered_at, one.dispute.dispute_id), reverse=True)


def link(dispute: Dispute, *, to: Dispute, has_linked: bool, by: str, now: datetime) -> Change:
    """Work on this case together with another, open one; it keeps its number, and its follower sees how both stand.

    `has_linked`: others are worked on with this one already. Whoever this one complains of must be kept out of the
    other one as well: else a link would hand it to the accused.
    """
    rule = life_cycle.RULES[Command.LINK]
    if has_linked:
        raise Conflict(
            f"{dispute.name} has cases that are worked on with it, so it is not linked itself; link {to.case_number} "
            "to it instead",
            rule=rule,
        )
    change = life_cycle.link(dispute, to=to, by=by, now=now)
    if not to.is_open:
        raise Conflict(
            f"{to.name} is {to.state}, and nothing is done in a closed case; reopen it, or work on this one",
            rule=rule,
        )
    same_body = dispute.respondent_body in (None, to.respondent_body)
    accused = dispute.respondent_id
    if not same_body or not (accused is None or to.is_against(accused)):
        raise NotAllowed(
            f"{dispute.name} complains of somebody who has a say in {to.case_number}; each is worked on by itself",
            rule="信访工作条例 Art. 28",
        )
    return change


def unlink(dispute: Dispute, *, reason: ReopeningReason, by: str, now: datetime) -> Change:
    """Work on a linked case by itself again."""
    if dispute.state is not State.LINKED:
        raise WrongState(dispute.name, dispute.state, (State.LINKED,), rule=life_cycle.RULES[Command.LINK])
    return life_cycle.reopen(dispute, reason=reason, by=by, now=now)
