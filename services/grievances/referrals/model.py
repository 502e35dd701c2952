"""The way of a referral under 信访工作条例 (2022), whose articles stand below; (c) marks a district's own choice.

Every change takes a referral and gives the changed one, a version up, with exactly one fact; a step that is forbidden
raises and changes nothing. Whether a term has run out is asked of the `now` that is given.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from chassis import areas
from chassis.calendar import local_day
from chassis.errors import Conflict, FieldError, InvalidInput, NotAllowed, WrongState
from services.grievances.departments.model import Department, Level
from services.grievances.disputes.model import Body, ReassignmentReason
from services.grievances.referrals import events


class State(StrEnum):
    """Where a referral stands: to be sorted, with a department, handled by it, answered, contested, closed."""

    REGISTERED = "registered"
    SORTED = "sorted"
    ACCEPTED = "accepted"
    ANSWERED = "answered"
    CONTESTED = "contested"
    CLOSED = "closed"


class Round(StrEnum):
    """办理、复查、复核: who answers is each time of the level above (Art. 35, 36)."""

    HANDLING = "handling"
    REVIEW = "review"
    REREVIEW = "rereview"


class Command(StrEnum):
    """What can be done with a referral once it is registered."""

    SORT = "sort"
    OBJECT = "object"
    DECLINE = "decline"
    ACCEPT = "accept"
    EXTEND = "extend"
    RECUSE = "recuse"
    ANSWER = "answer"
    CONTEST = "contest"
    WITHDRAW = "withdraw"
    CLOSE = "close"


LIFE_CYCLE: Mapping[Command, Mapping[State, State]] = {
    Command.SORT: {State.REGISTERED: State.SORTED},
    # Never lost: what a department gives back waits for sorting again.
    Command.OBJECT: {State.SORTED: State.REGISTERED},
    Command.DECLINE: dict.fromkeys((State.REGISTERED, State.SORTED), State.CLOSED),
    Command.ACCEPT: {State.SORTED: State.ACCEPTED},
    Command.EXTEND: {State.ACCEPTED: State.ACCEPTED},
    Command.RECUSE: {State.ACCEPTED: State.ACCEPTED},
    Command.ANSWER: dict.fromkeys((State.ACCEPTED, State.CONTESTED), State.ANSWERED),
    Command.CONTEST: {State.ANSWERED: State.CONTESTED},
    Command.WITHDRAW: dict.fromkeys((State.REGISTERED, State.SORTED, State.ACCEPTED, State.CONTESTED), State.CLOSED),
    Command.CLOSE: {State.ANSWERED: State.CLOSED},
}
"""Command → the states that allow it → the state after it."""

LAW = "信访工作条例"

RULES: Mapping[Command, str] = {
    Command.SORT: f"{LAW} Art. 22: what is registered is given within 15 days to whoever may decide it",
    Command.OBJECT: f"{LAW} Art. 23: who is not in charge objects within 5 working days and gives it back",
    Command.DECLINE: f"{LAW} Art. 22, 23: what other procedures decide is not accepted, and they are named",
    Command.ACCEPT: f"{LAW} Art. 23: who is in charge gives written notice within 15 days",
    Command.EXTEND: f"{LAW} Art. 34: 60 days, and once at most 30 more with an approver and a reason",
    Command.RECUSE: f"{LAW} Art. 28: who has an interest in a matter stays out of it",
    Command.ANSWER: f"{LAW} Art. 32, 34: what was accepted is answered in writing",
    Command.CONTEST: f"{LAW} Art. 35, 36: a review within 30 days of the answer, a re-review within 30 days of that",
    Command.WITHDRAW: "who complains may withdraw what is not answered yet (c)",
    Command.CLOSE: f"{LAW} Art. 35, 36: an answer stands that nobody contests in time, and a re-review is the last",
}

HIDDEN = f"{LAW} Art. 30, 46"
"""What an accuser gives never reaches the accused."""

NO_RETALIATION = (
    "任何组织和个人不得打击报复信访人（信访工作条例第十八条）。Nobody may retaliate against who complains (Art. 18)."
)


class Outcome(StrEnum):
    """How a referral ended."""

    ANSWERED = "answered"
    FINAL = "final"
    NOT_ACCEPTED = "not_accepted"
    WITHDRAWN = "withdrawn"


class DeclineReason(StrEnum):
    """Why it is not accepted 不予受理: another procedure decides it, or it has been decided (Art. 22, 31, 36; c)."""

    COURT = "court"
    ARBITRATION = "arbitration"
    ADMINISTRATIVE = "administrative"
    DISCIPLINE = "discipline"
    PARTY_APPEAL = "party_appeal"
    DECIDED_FINALLY = "decided_finally"


ROUTES: Mapping[str, tuple[str, ...]] = {
    DeclineReason.COURT: ("court", "procuratorate", "public_security"),
    DeclineReason.ARBITRATION: ("arbitration",),
    DeclineReason.ADMINISTRATIVE: ("administrative_reconsideration", "administrative_ruling", "court"),
    DeclineReason.DISCIPLINE: ("discipline_inspection",),
    DeclineReason.PARTY_APPEAL: ("party_appeal",),
    DeclineReason.DECIDED_FINALLY: (),
}
"""诉讼、检察、公安；仲裁；行政复议、裁决；纪检监察；党员申诉: where to go with what is not accepted."""

NEXT_ROUND = {Round.HANDLING: Round.REVIEW, Round.REVIEW: Round.REREVIEW}

DUE_RULES: Mapping[tuple[State, Round], str] = {
    (State.REGISTERED, Round.HANDLING): "referral.sorting",
    (State.SORTED, Round.HANDLING): "referral.notice",
    (State.ACCEPTED, Round.HANDLING): "referral.handling",
    (State.ANSWERED, Round.HANDLING): "referral.review_request",
    (State.CONTESTED, Round.REVIEW): "referral.review",
    (State.ANSWERED, Round.REVIEW): "referral.rereview_request",
    (State.CONTESTED, Round.REREVIEW): "referral.rereview",
}
"""By which rule the next thing is due; after a re-review nothing is."""

OBJECTION_RULE, EXTENSION_RULE = "referral.objection", "referral.extension"

DECIDED_AFTER = 2
"""After so many objections the district decides who is in charge, and that settles it (c)."""


class Term(NamedTuple):
    """What is due: by which rule, counted from when, and the first instant too late."""

    rule: str
    start: datetime
    due_at: datetime

    @property
    def last_day(self) -> date:
        """The last Shanghai day that is in time."""
        return local_day(self.due_at - timedelta(microseconds=1))


@dataclass(frozen=True)
class Referral:
    """A referral as its life cycle sees it; what was said and by whom lies beside it, sealed.

    `serial` is 0 until the store has given it its number. `opposed_ids` act for the body or department complained of;
    `independent_ids` are not the workstation's own staff where that is complained of, `registered_ids` unless by an
    office of the community. `department_ids` act for the department that has it, `head_ids` are its heads. `objected`:
    the departments that gave it back. `earlier_ids` have handled or answered it before.
    """

    referral_id: UUID
    area: str
    category: str
    filed_by: str
    registered_at: datetime
    dispute_id: UUID | None = None
    relation: str | None = None
    complainant_id: str | None = None
    accused_id: str | None = None
    body_complained_of: Body | None = None
    department_complained_of: str | None = None
    requested_department: str | None = None
    serial: int = 0
    state: State = State.REGISTERED
    round: Round = Round.HANDLING
    version: int = 1
    department_code: str | None = None
    department_level: Level | None = None
    handler_id: str | None = None
    answering_level: Level | None = None
    term: Term | None = None
    objection_due_at: datetime | None = None
    is_extended: bool = False
    is_bound: bool = False
    outcome: Outcome | None = None
    reason_code: str | None = None
    closed_at: datetime | None = None
    opposed_ids: tuple[str, ...] = ()
    independent_ids: tuple[str, ...] = ()
    registered_ids: tuple[str, ...] = ()
    department_ids: tuple[str, ...] = ()
    head_ids: tuple[str, ...] = ()
    objected: tuple[str, ...] = ()
    earlier_ids: tuple[str, ...] = ()

    def is_against(self, account: str) -> bool:
        """Whether the account is complained of, or acts for the body or department that is."""
        return account == self.accused_id or account in self.opposed_ids

    @property
    def case_year(self) -> int:
        """The Shanghai year its number counts in."""
        return local_day(self.registered_at).year

    @property
    def number(self) -> str:
        """XF (信访), division-year-serial, for everyone: XF-440305006011-2026-0003."""
        return f"XF-{self.area}-{self.case_year}-{self.serial:04d}"

    @property
    def due_on(self) -> date | None:
        """The last Shanghai day of what is due now."""
        return self.term.last_day if self.term else None

    @property
    def due_rule(self) -> str | None:
        return self.term.rule if self.term else None

    @property
    def appeal_until(self) -> date | None:
        """The last day on which the answer can be contested; None where it cannot."""
        return self.due_on if self.state is State.ANSWERED else None

    @property
    def appeal_level(self) -> Level | None:
        """Which level answers then (Art. 35, 36)."""
        can_appeal = self.state is State.ANSWERED and self.answering_level and self.round in NEXT_ROUND
        return self.answering_level.above if can_appeal and self.answering_level else None

    @property
    def routes(self) -> tuple[str, ...]:
        """Where else to go with what was not accepted."""
        return ROUTES.get(self.reason_code or "", ()) if self.outcome is Outcome.NOT_ACCEPTED else ()


class Change(NamedTuple):
    """A referral after one step and the one fact that tells of it."""

    referral: Referral
    fact: events.ReferralFact


def register(referral: Referral, *, term: Term) -> Change:
    """Take it in, whatever it is about (Art. 22); it is given its number when it is stored."""
    referral = replace(referral, term=term)
    return Change(referral, events.CaseReferred(**_told(referral)))


def sort(
    referral: Referral,
    department: Department | None,
    *,
    complained_of: Department | None,
    by: str,
    decides: bool,
    term: Term,
    objection_due_at: datetime,
) -> Change:
    """Give it to the department in charge.

    `decides`: the district decides who is in charge, which it must where a department has rightly objected, and which
    no department can object to (c).
    """
    after = _step(referral, Command.SORT, by)
    department = _recipient(referral, department, complained_of)
    contested = department.code in referral.objected or len(referral.objected) >= DECIDED_AFTER
    if contested and not decides:
        raise NotAllowed(
            f"department {department.code} or {DECIDED_AFTER} others have objected to {_name(referral)}; only the "
            "district_officer decides now, with a reason",
            rule=f"{RULES[Command.OBJECT]} (c)",
        )
    after = replace(
        after,
        department_code=department.code,
        department_level=department.level,
        term=term,
        objection_due_at=None if contested else objection_due_at,
        is_bound=contested,
    )
    return Change(after, events.ReferralSorted(**_told(after)))


def object_(referral: Referral, *, by: str, now: datetime, term: Term) -> Change:
    """The department says that it is not in charge. Sorting has its 15 days anew, counted from now (c)."""
    after = _step(referral, Command.OBJECT, by)
    if referral.is_bound:
        raise Conflict(
            f"the district has decided that department {referral.department_code} is in charge of {_name(referral)}; "
            "accept it, or decline it for a reason of the law",
            rule=f"{RULES[Command.OBJECT]} (c)",
        )
    if referral.objection_due_at is None or now >= referral.objection_due_at:
        raise Conflict(
            f"the working days for objecting to {_name(referral)} are over; accept it, or decline it for a reason of "
            "the law",
            rule=RULES[Command.OBJECT],
        )
    after = replace(after, department_code=None, department_level=None, objection_due_at=None, term=term)
    # The fact names who objected: what the referral knows no more.
    return Change(after, events.ReferralObjected(**_told(referral)))


def decline(referral: Referral, *, reason: DeclineReason, by: str, now: datetime) -> Change:
    """It is not accepted; the complainant is told where to go instead."""
    after = replace(_step(referral, Command.DECLINE, by), reason_code=reason)
    return _closed(after, Outcome.NOT_ACCEPTED, now)


def accept(referral: Referral, *, handler_id: str, by: str, term: Term) -> Change:
    """The department in charge handles it, and who does has no part in it."""
    after = _step(referral, Command.ACCEPT, by)
    _check_handler(referral, handler_id, "/handler_id")
    after = replace(
        after, handler_id=handler_id, answering_level=referral.department_level, objection_due_at=None, term=term
    )
    return Change(after, events.ReferralAccepted(**_told(after), due_on=term.last_day.isoformat()))


def extend(referral: Referral, *, days: int, at_most: int, approver_id: str, by: str, now: datetime) -> Change:
    """More days, once, before the term is over; a head of the department approves who does not handle it."""
    after, rule = _step(referral, Command.EXTEND, by), RULES[Command.EXTEND]
    term = referral.term
    if referral.is_extended:
        raise Conflict(f"{_name(referral)} has been extended once; answer it", rule=rule)
    if term is None or now >= term.due_at:
        raise Conflict(f"the term of {_name(referral)} is over; it can only be extended before", rule=rule)
    problems = []
    if not 1 <= days <= at_most:
        problems.append(FieldError("/days", f"{days} days are not possible; give 1 to {at_most}"))
    if approver_id == referral.handler_id or approver_id not in referral.head_ids:
        detail = f"the approver must be a head of department {referral.department_code} who does not handle it"
        problems.append(FieldError("/approver_id", detail))
    if problems:
        raise InvalidInput("; ".join(problem.detail for problem in problems), problems, rule=rule)
    term = Term(EXTENSION_RULE, term.start, term.due_at + timedelta(days=days))
    after = replace(after, term=term, is_extended=True)
    return Change(after, events.ReferralExtended(**_told(after), due_on=term.last_day.isoformat()))


def recuse(referral: Referral, *, successor_id: str, reason: ReassignmentReason, by: str) -> Change:
    """Somebody else of the department handles it from now on (Art. 28)."""
    after = _step(referral, Command.RECUSE, by)
    _check_handler(referral, successor_id, "/successor_id")
    if successor_id == referral.handler_id:
        raise Conflict(f"{_name(referral)} is already handled by this account; name another one")
    after = replace(after, handler_id=successor_id)
    return Change(after, events.ReferralReassigned(**_told(after), reason_code=reason))


def answer(referral: Referral, *, answered_on: date, received_on: date, by: str, now: datetime, term: Term) -> Change:
    """The answer was given in writing. `term`: in which it can be contested.

    A review is answered by somebody who has not had the matter before and acts for nobody who has (Art. 28, 35).
    """
    after = _step(referral, Command.ANSWER, by)
    if referral.state is State.CONTESTED and by in (*referral.earlier_ids, *referral.department_ids):
        raise NotAllowed(
            f"who has handled or answered {_name(referral)}, or acts for the department that has, does not review it",
            rule=f"{LAW} Art. 28, 35",
        )
    begun = local_day(referral.term.start if referral.term else referral.registered_at)
    if not begun <= answered_on <= received_on <= local_day(now):
        detail = f"answered_on and received_on must follow each other, from {begun} to {local_day(now)}"
        fields = [FieldError("/answered_on", detail), FieldError("/received_on", detail)]
        raise InvalidInput(detail, fields, rule=RULES[Command.ANSWER])
    last = referral.round not in NEXT_ROUND
    after = replace(after, term=None if last else term)
    until = after.appeal_until
    return Change(after, events.ReferralAnswered(**_told(after), appeal_until=until.isoformat() if until else None))


def contest(referral: Referral, *, by: str, now: datetime, term: Term) -> Change:
    """Who complained asks the level above for a review, or after that for a re-review, in time."""
    after = _step(referral, Command.CONTEST, by, own=True)
    if referral.round not in NEXT_ROUND or referral.answering_level is None:
        raise Conflict(f"the re-review of {_name(referral)} is the last", rule=RULES[Command.CONTEST])
    if referral.term is None or now >= referral.term.due_at:
        raise Conflict(f"the time for contesting the answer to {_name(referral)} is over", rule=RULES[Command.CONTEST])
    after = replace(
        after,
        round=NEXT_ROUND[referral.round],
        answering_level=referral.answering_level.above,
        handler_id=None,
        term=term,
    )
    return Change(after, events.ReferralContested(**_told(after), due_on=term.last_day.isoformat()))


def withdraw(referral: Referral, *, by: str, now: datetime) -> Change:
    """Who complained does not want it to go on."""
    return _closed(_step(referral, Command.WITHDRAW, by, own=True), Outcome.WITHDRAWN, now)


def close(referral: Referral, *, now: datetime) -> Change | None:
    """Close what is answered for good: a re-review, or what nobody contested in time. None while neither holds."""
    if referral.state is not State.ANSWERED:
        return None
    after = replace(referral, state=State.CLOSED, version=referral.version + 1)
    if referral.round is Round.REREVIEW:
        return _closed(after, Outcome.FINAL, now)
    if referral.term is None or now < referral.term.due_at:
        return None
    # It closed when the time was over, whenever somebody looks.
    return _closed(after, Outcome.ANSWERED, referral.term.due_at)


def as_of(referral: Referral, now: datetime) -> Referral:
    """The referral as it stands now: an answer that nobody contested in time is closed, also before a timer says so."""
    change = close(referral, now=now)
    return change.referral if change else referral


def check_state(referral: Referral, command: Command) -> None:
    """Raise WrongState where the life cycle forbids the step."""
    allowed = LIFE_CYCLE[command]
    if referral.state not in allowed:
        raise WrongState(_name(referral), referral.state, tuple(allowed), rule=RULES[command])


def _recipient(referral: Referral, department: Department | None, complained_of: Department | None) -> Department:
    """The department, if it is in charge here and has no part in the matter."""
    detail, rule = None, RULES[Command.SORT]
    if department is None or not department.in_use:
        detail = "this department is not in use; give one of GET /departments"
    elif not areas.covers(department.area, referral.area):
        detail = f"department {department.code} is in charge of {department.area}, not of {referral.area}"
    elif complained_of is not None and (
        department.code == complained_of.code
        or department.level.rank < min(complained_of.level.rank + 1, Level.DISTRICT.rank)
    ):
        rule = HIDDEN
        detail = (
            f"{_name(referral)} complains of department {complained_of.code}; it goes to the level above, never to "
            "the one complained of"
        )
    if department is None or detail is not None:
        raise InvalidInput(str(detail), [FieldError("/department_code", str(detail))], rule=rule)
    return department


def _check_handler(referral: Referral, account: str, pointer: str) -> None:
    outside = account not in referral.department_ids
    if outside or referral.is_against(account) or account == referral.complainant_id:
        detail = (
            f"this account cannot handle {_name(referral)}; name one that acts for department "
            f"{referral.department_code} and has no part in the matter"
        )
        raise InvalidInput(detail, [FieldError(pointer, detail)], rule=RULES[Command.RECUSE])


def _step(referral: Referral, command: Command, by: str, *, own: bool = False) -> Referral:
    """The referral after the step, a version up. `own`: what is the complainant's to say; all else is a colleague's."""
    check_state(referral, command)
    after = replace(referral, state=LIFE_CYCLE[command][referral.state], version=referral.version + 1)
    if own:
        return after
    if referral.is_against(by) or by == referral.complainant_id:
        raise NotAllowed(
            f"who complains in {_name(referral)}, is complained of, or acts for whom it complains of takes no step on "
            "it; somebody with no part in it must do this",
            rule=RULES[Command.RECUSE],
        )
    return after


def _closed(after: Referral, outcome: Outcome, now: datetime) -> Change:
    after = replace(after, outcome=outcome, closed_at=now, term=None, objection_due_at=None)
    return Change(after, events.ReferralClosed(**_told(after), outcome=outcome))


def _told(referral: Referral) -> dict[str, Any]:
    return {
        "referral_id": str(referral.referral_id),
        "dispute_id": str(referral.dispute_id) if referral.dispute_id else None,
        "department_code": referral.department_code,
        "round": referral.round,
    }


def _name(referral: Referral) -> str:
    return f"referral {referral.number}"
