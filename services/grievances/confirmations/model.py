"""Judicial confirmation 司法确认 of an agreement (人民调解法 Art. 33; 民事诉讼法 (2023) Art. 205, 206 (c)).

Art. 33 speaks of agreements, and Art. 28 knows written and oral ones: both can be confirmed. Whether the record of an
oral one is enough for the court, the court says; the right to ask is not ours to cut.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from chassis.errors import Conflict, FieldError, InvalidInput
from services.grievances.disputes.model import Side

ARTICLE = "人民调解法 Art. 33"

DAYS = 30
"""From the day after it took effect; no district can make it shorter."""

COURT_DAYS = 30
"""In which the court decides. They run from its acceptance, of which nobody tells us: so from the application on."""


class Outcome(StrEnum):
    """What the court said: it binds like a judgment, or the application was rejected."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class Progress(StrEnum):
    """Where the right to ask stands: it can be used, it has lapsed, it was used, and then the court's word."""

    OPEN = "open"
    LAPSED = "lapsed"
    APPLIED = "applied"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


ROUTES = {
    Progress.LAPSED: ("court",),
    Progress.CONFIRMED: ("enforcement",),
    Progress.REJECTED: ("mediation", "court"),
}
"""What is open then: a law suit over the agreement (Art. 32); enforcement of what was confirmed; another agreement by
mediation, or a law suit (Art. 33)."""


@dataclass(frozen=True)
class Confirmation:
    """The parties' application, and the court's decision once there is one."""

    applied_on: date
    court: str
    outcome: Outcome | None = None
    decided_on: date | None = None


@dataclass(frozen=True)
class Countdown:
    """How it stands today. `until`: the last day for asking; `days_left`: 0 on that day, None where nobody waits."""

    until: date
    days_left: int | None
    state: Progress
    applied_on: date | None = None
    court: str | None = None
    decided_on: date | None = None

    @property
    def decision_until(self) -> date | None:
        """Until when the court's word is to be expected; None where it is not waited for."""
        asked = self.applied_on if self.state is Progress.APPLIED else None
        return asked and asked + timedelta(days=COURT_DAYS)

    @property
    def routes(self) -> tuple[str, ...]:
        return ROUTES.get(self.state, ())


def request(
    earlier: Confirmation | None,
    *,
    applied_on: date,
    applicants: Collection[Side],
    court: str,
    effective_on: date,
    until: date,
    today: date,
) -> Confirmation:
    """Both parties have asked, together, from the day of effect until the last day. Raises InvalidInput, Conflict."""
    if earlier is not None:
        raise Conflict(f"the court was already asked on {earlier.applied_on}; record its decision", rule=ARTICLE)
    problems = []
    if missing := [side for side in Side if side not in applicants]:
        detail = f"both parties ask together; {' and '.join(missing)} must be among the applicants"
        problems.append(FieldError("/applicants", detail))
    if applied_on > today:
        problems.append(FieldError("/applied_on", f"applied_on {applied_on} must not be after today, {today}"))
    elif not effective_on <= applied_on <= until:
        detail = (
            f"applied_on {applied_on} must be from {effective_on}, the day of effect, to {until}, the 30th day after; "
            "later a party can only go to court over it (Art. 32)"
        )
        problems.append(FieldError("/applied_on", detail))
    if problems:
        raise InvalidInput("; ".join(problem.detail for problem in problems), problems, rule=ARTICLE)
    return Confirmation(applied_on, court)


def decide(asked: Confirmation | None, *, outcome: Outcome, decided_on: date, today: date) -> Confirmation:
    """The court has decided, once, on what it was asked. Raises InvalidInput, Conflict."""
    if asked is None:
        raise Conflict("the court was not asked; record the parties' application before its decision", rule=ARTICLE)
    if asked.outcome is not None:
        raise Conflict(f"the court has already decided: {asked.outcome} on {asked.decided_on}", rule=ARTICLE)
    if not asked.applied_on <= decided_on <= today:
        detail = f"decided_on {decided_on} must be from {asked.applied_on}, the day it was asked, to {today}"
        raise InvalidInput(detail, [FieldError("/decided_on", detail)], rule=ARTICLE)
    return replace(asked, outcome=outcome, decided_on=decided_on)


def countdown(asked: Confirmation | None, *, until: date, today: date) -> Countdown:
    """How the right to ask stands on a day."""
    if asked is None:
        left = (until - today).days
        return Countdown(until, left, Progress.OPEN) if left >= 0 else Countdown(until, None, Progress.LAPSED)
    state = Progress(asked.outcome) if asked.outcome else Progress.APPLIED
    return Countdown(until, None, state, asked.applied_on, asked.court, asked.decided_on)
