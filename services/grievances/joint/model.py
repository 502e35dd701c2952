"""Joint governance 五位一体 of one dispute, under 信访工作条例 (2022, "Regulations" below).

The five bodies are convened, each answers and has tasks, and who is in charge decides in writing and names the way to
appeal. The body complained of is heard and does its tasks; it neither convenes, assigns, decides nor closes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from chassis.calendar import local_day
from chassis.errors import Conflict, FieldError, InvalidInput, NotAllowed, WrongState
from services.grievances.disputes.life_cycle import LIFE_CYCLE, Command
from services.grievances.disputes.model import Body, Dispute, Relation
from services.grievances.joint import events


class State(StrEnum):
    """Where a joint case stands: `ended` is one whose dispute was closed without a decision."""

    OPEN = "open"
    DECIDED = "decided"
    ENDED = "ended"


class Action(StrEnum):
    """What can be done with a joint case."""

    CONVENE = "convene"
    ANSWER = "answer"
    GIVE_TASK = "give_task"
    FINISH_TASK = "finish_task"
    DECIDE = "decide"
    END = "end"


RULES: Mapping[Action, str] = {
    Action.CONVENE: "DOMAIN §A 28: the five bodies govern a community together",
    Action.ANSWER: "信访工作条例 Art. 31: who handles a matter hears those whom it concerns",
    Action.GIVE_TASK: "DOMAIN §A 28: each body has its tasks",
    Action.FINISH_TASK: "DOMAIN §A 28: what was given to a body, that body does",
    Action.DECIDE: "信访工作条例 Art. 32: the body in charge decides in writing and names the way to appeal",
    Action.END: "人民调解法 Art. 26, 28: mediation ends with an agreement, or without one",
}

RECUSAL = "信访工作条例 Art. 28: who has an interest in a matter has no part in deciding it"
APPEAL = "信访工作条例 Art. 35: who does not accept a decision may ask for its review within 30 days"
VOLUNTARY = "人民调解法 Art. 3: what is between two parties only these can settle"

APPEAL_DAYS_AT_LEAST = 30

STATES_FOR: Mapping[Action, frozenset[State]] = {
    Action.ANSWER: frozenset({State.OPEN}),
    Action.GIVE_TASK: frozenset({State.OPEN}),
    # What was decided is still to be done.
    Action.FINISH_TASK: frozenset({State.OPEN, State.DECIDED}),
    Action.DECIDE: frozenset({State.OPEN}),
    Action.END: frozenset({State.OPEN}),
}


@dataclass(frozen=True)
class Answer:
    """What a body says to the question. `answer` is None where it was not opened."""

    body: Body
    answered_by: str
    answered_at: datetime
    recorded_for_it: bool
    answer: str | None = None


@dataclass(frozen=True)
class Task:
    """What a body is to do by its last Shanghai day."""

    task_id: UUID
    body: Body
    due_on: date
    given_by: str
    given_at: datetime
    what: str | None = None
    record: str | None = None
    done_by: str | None = None
    done_at: datetime | None = None


@dataclass(frozen=True)
class AppealRoute:
    """Where, how and within how many days of the decision the complainant may appeal."""

    body: str
    within_days: int
    how: str


@dataclass(frozen=True)
class Decision:
    """A dated decision with the way to appeal; `appeal_until` is the last Shanghai day for it."""

    joint_case_id: UUID
    decided_on: date
    decision: str
    document_number: str
    appeal_route: AppealRoute
    appeal_until: date
    decided_by: str


@dataclass(frozen=True)
class JointCase:
    """A joint case. `withheld`: fingerprints of what no text of it may hold. `question` is None where not opened."""

    joint_case_id: UUID
    dispute_id: UUID
    area: str
    category: str
    relation: str
    body_complained_of: Body | None
    convened_by: str
    convened_at: datetime
    answer_due_at: datetime
    state: State = State.OPEN
    version: int = 1
    answered: tuple[Body, ...] = ()
    withheld: tuple[bytes, ...] = field(default=(), repr=False)
    question: str | None = None

    @property
    def name(self) -> str:
        return f"joint case {self.joint_case_id}"


@dataclass(frozen=True)
class Standing:
    """What somebody is to a joint case: the bodies spoken for, and whether in charge of its dispute."""

    bodies: frozenset[Body]
    in_charge: bool


class Change(NamedTuple):
    """A joint case after one step and the one fact that tells of it."""

    case: JointCase
    fact: events.JointFact


def check_convening(dispute: Dispute) -> None:
    """Raises unless the bodies may be asked: the dispute is accepted and not closed, and has no open joint case."""
    allowed = LIFE_CYCLE[Command.DECIDE]
    if dispute.state not in allowed:
        raise WrongState(dispute.name, dispute.state, tuple(allowed), rule=RULES[Action.CONVENE])
    if dispute.joint_case_id is not None:
        raise Conflict(
            f"{dispute.name} has the open joint case {dispute.joint_case_id}; go on with that one",
            rule=RULES[Action.CONVENE],
        )


def convene(case: JointCase) -> Change:
    """All five bodies are asked, the one complained of among them."""
    return Change(case, events.JointConvened(**_told(case), body_complained_of=case.body_complained_of))


def answer(case: JointCase, body: Body, standing: Standing, *, has_account: bool) -> Change:
    """A body answers, once: by an account of its own, or recorded by who is in charge where it has none."""
    after = _step(case, Action.ANSWER)
    if not _speaks(case, body, standing):
        check_in_charge(case, standing, Action.ANSWER)
        if has_account:
            raise NotAllowed(
                f"the {body} of {case.area} has an account that answers for it; nobody else does",
                rule=RULES[Action.ANSWER],
            )
    if body in case.answered:
        raise Conflict(f"the {body} has answered in {case.name} already; an answer is not rewritten")
    after = replace(after, answered=(*case.answered, body))
    return Change(after, events.JointAnswered(**_told(case), body=body))


def give_task(case: JointCase, task: Task, standing: Standing, *, today: date) -> Change:
    """Who is in charge gives a body a task, the one complained of too."""
    after = _step(case, Action.GIVE_TASK)
    check_in_charge(case, standing, Action.GIVE_TASK)
    if task.due_on < today:
        detail = f"due_on {task.due_on} must be today, {today}, or later"
        raise InvalidInput(detail, [FieldError("/due_on", detail)])
    fact = events.JointTaskGiven(
        **_told(case), task_id=str(task.task_id), body=task.body, due_on=task.due_on.isoformat()
    )
    return Change(after, fact)


def finish_task(case: JointCase, task: Task, standing: Standing) -> Change:
    """The body says that it has done its task, or who is in charge says so."""
    after = _step(case, Action.FINISH_TASK)
    if not _speaks(case, task.body, standing):
        check_in_charge(case, standing, Action.FINISH_TASK)
    if task.done_at is not None:
        raise Conflict(f"task {task.task_id} was done on {local_day(task.done_at)} already")
    return Change(after, events.JointTaskDone(**_told(case), task_id=str(task.task_id), body=task.body))


def decide(case: JointCase, decision: Decision, dispute: Dispute, standing: Standing, *, now: datetime) -> Change:
    """Who is in charge decides, once the bodies were heard: each has answered, or its time to answer has passed."""
    after = _step(case, Action.DECIDE)
    check_in_charge(case, standing, Action.DECIDE)
    if case.body_complained_of is None and dispute.relation == Relation.OWNER_OWNER:
        raise Conflict(f"{dispute.name} is between two parties and complains of no body; mediate it", rule=VOLUNTARY)
    silent = [body for body in Body if body not in case.answered]
    if silent and now < case.answer_due_at:
        raise Conflict(
            f"{case.name} is decided when all bodies have answered or their time has passed, on "
            f"{case.answer_due_at.isoformat()}; still to answer: {', '.join(silent)}",
            rule=RULES[Action.ANSWER],
        )
    _check_days(case, decision, today=local_day(now))
    fact = events.JointDecided(
        **_told(case), decided_on=decision.decided_on.isoformat(), appeal_until=decision.appeal_until.isoformat()
    )
    return Change(replace(after, state=State.DECIDED), fact)


def end(case: JointCase) -> Change:
    """Its dispute was closed without a decision of the bodies; nothing is asked of them any more."""
    return Change(replace(_step(case, Action.END), state=State.ENDED), events.JointEnded(**_told(case)))


def check_in_charge(case: JointCase, standing: Standing, action: Action) -> None:
    """Raises NotAllowed for who is not in charge of the dispute, and first for who acts for the body complained of."""
    if case.body_complained_of in standing.bodies:
        raise NotAllowed(
            f"who acts for the {case.body_complained_of}, of which {case.name} complains, answers and does its tasks "
            f"and has no other say in it, whatever the office; {action} is for another body or the street",
            rule=RECUSAL,
        )
    if not standing.in_charge:
        raise NotAllowed(
            f"in {case.name} an account acts for its own body; the rest is for the community_officer of {case.area}, "
            "or the street where a body is complained of",
            rule=RULES[action],
        )


def _check_days(case: JointCase, decision: Decision, *, today: date) -> None:
    convened_on = local_day(case.convened_at)
    if not convened_on <= decision.decided_on <= today:
        detail = f"decided_on {decision.decided_on} must be from {convened_on}, when it was convened, to {today}"
        raise InvalidInput(detail, [FieldError("/decided_on", detail)], rule=RULES[Action.DECIDE])
    if decision.appeal_route.within_days < APPEAL_DAYS_AT_LEAST:
        detail = f"within_days {decision.appeal_route.within_days} must be at least {APPEAL_DAYS_AT_LEAST}"
        raise InvalidInput(detail, [FieldError("/appeal_route/within_days", detail)], rule=APPEAL)


def _speaks(case: JointCase, body: Body, standing: Standing) -> bool:
    """Whether it is the own body; who acts for the one complained of speaks for no other."""
    if case.body_complained_of in standing.bodies:
        return body == case.body_complained_of
    return body in standing.bodies


def _step(case: JointCase, action: Action) -> JointCase:
    """The case a version up, if it stands where this is possible."""
    if case.state not in STATES_FOR[action]:
        raise WrongState(case.name, case.state, sorted(STATES_FOR[action]), rule=RULES[action])
    return replace(case, version=case.version + 1)


def _told(case: JointCase) -> dict[str, str]:
    return {"joint_case_id": str(case.joint_case_id), "dispute_id": str(case.dispute_id)}
