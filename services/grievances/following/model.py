"""How a case stands for whoever filed it, and what follows from what he or she says of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from chassis.errors import Conflict, FieldError, InvalidInput, WrongState
from services.grievances.comments.model import Comment
from services.grievances.disputes import life_cycle
from services.grievances.disputes import model as disputes
from services.grievances.disputes.life_cycle import Change, Command
from services.grievances.disputes.model import (
    Dispute,
    RefusalReason,
    ReopeningReason,
    Resolution,
    Side,
    State,
    TerminationReason,
)
from services.grievances.joint.model import Decision

STATES: Mapping[str, str] = {
    "registered": "已登记",
    "accepted": "已受理",
    "assigned": "已确定调解员",
    "mediating": "调解中",
    "resolved": "已化解",
    "refused": "不予调解",
    "terminated": "调解终止",
    "linked": "与相同案件一并办理",
}
STEPS: Mapping[str, str] = {
    "registered": "登记",
    "accepted": "受理",
    "assigned": "确定调解员",
    "reassigned": "更换调解员",
    "unassigned": "当事人不接受调解员",
    "mediated": "进行调解",
    "resolved": "化解",
    "confirmed": "申请人确认",
    "refused": "不予调解",
    "terminated": "终止调解",
    "linked": "与相同案件一并办理",
    "reopened": "重新办理",
    "secret_renewed": "更换查询码",
}
RULES: Mapping[str, str] = {
    "dispute.acceptance": "决定是否受理",
    "dispute.assignment": "确定调解员",
    "dispute.mediation": "调解",
    "hotline.enquiry": "答复热线咨询",
    "hotline.ordinary": "办结热线工单",
    "hotline.complex": "办结热线工单",
}
REASONS: Mapping[str, str] = {
    "party_refused": "当事人拒绝调解",
    "reserved_for_authority": "依法由有关机关处理",
    "before_authority": "有关机关已经受理",
    "no_agreement": "未达成协议",
    "party_ended": "当事人要求终止",
    "other_route_taken": "已选择其他途径",
    "not_performed": "协议未履行",
    "new_facts": "出现新情况",
    "parties_willing": "双方愿意再次调解",
    "closed_in_error": "办结有误",
    "not_confirmed": "申请人未确认",
    "near_relative": "调解员是近亲属",
    "interest": "调解员有利害关系",
    "challenged": "当事人申请更换",
    "unable": "调解员不能继续",
    "party_refused_mediator": "当事人不接受调解员",
}
ROUTES: Mapping[str, str] = {named.route: named.name_zh for named in disputes.ROUTES}


class Level(StrEnum):
    """Who has to act: which level, never which person."""

    COMMUNITY = "community"
    STREET = "street"
    DISTRICT = "district"


LEVELS: Mapping[str, str] = {"community": "社区", "street": "街道", "district": "区"}


@dataclass(frozen=True)
class Step:
    """One thing that was done with a case."""

    step: str
    taken_at: datetime
    reason_code: str | None = None

    @property
    def step_zh(self) -> str:
        return STEPS.get(self.step, self.step)


@dataclass(frozen=True)
class Term:
    """What is due, by which rule; `due_on` is the last Shanghai day in time."""

    rule: str
    due_on: date

    @property
    def rule_zh(self) -> str:
        return RULES.get(self.rule, self.rule)


@dataclass(frozen=True)
class Standing:
    """How a case stands, without anybody's name or words."""

    state: State
    reason_code: str | None
    resolution: Resolution | None
    closed_at: datetime | None
    in_charge: Level | None
    due: tuple[Term, ...]

    @property
    def state_zh(self) -> str:
        return "已作出决定" if self.resolution is Resolution.DECISION else STATES[self.state]

    @property
    def reason_zh(self) -> str | None:
        return REASONS.get(self.reason_code or "", self.reason_code)

    @property
    def in_charge_zh(self) -> str | None:
        return LEVELS[self.in_charge] if self.in_charge else None

    @property
    def other_routes(self) -> tuple[str, ...]:
        """What stays open when there is no agreement (人民调解法 Art. 3, 26)."""
        return disputes.OTHER_ROUTES if self.state in (State.REFUSED, State.TERMINATED) else ()

    @property
    def other_routes_zh(self) -> tuple[str, ...]:
        return tuple(ROUTES[route] for route in self.other_routes)


@dataclass(frozen=True, kw_only=True)
class Followed(Standing):
    """A case as whoever filed it follows it.

    `primary`: how the case stands that is worked on for this one as well. `decision`: what was decided in writing, with
    the way to appeal (信访工作条例 Art. 32, 35).
    """

    case_number: str
    category: str
    registered_at: datetime
    confirmed_at: datetime | None
    satisfaction: int | None
    may_confirm: bool
    steps: tuple[Step, ...]
    comments: tuple[Comment, ...]
    primary: Standing | None
    decision: Decision | None

    @property
    def primary_note_zh(self) -> str | None:
        """What is to be said of the case that is worked on for this one as well."""
        return _note_of(self.primary).zh if self.primary else None

    @property
    def primary_note_en(self) -> str | None:
        return _note_of(self.primary).en if self.primary else None


class Note(NamedTuple):
    """A sentence in both languages."""

    zh: str
    en: str


IN_HAND = Note(
    "您的案件与另一案件一并办理。您可以看到该案的进度，看不到该案当事人的姓名和陈述。",
    "Your case is worked on together with another one. You see how that one stands, not who told what in it.",
)
DECIDED_FOR_OTHERS = Note(
    "一并办理的案件已有书面决定。决定书只送达该案当事人，这里只告知已作决定。问题没有解决的，您可以在此说明，您的案件将单独办理。",
    "A written decision was given in the case worked on with yours. It is served on that case's parties alone: you "
    "learn that it was given, not what it says. If your own matter is not settled, say so here, and your case is "
    "worked on by itself.",
)


def _note_of(primary: Standing) -> Note:
    return DECIDED_FOR_OTHERS if primary.resolution is Resolution.DECISION else IN_HAND


def standing(dispute: Dispute, due: tuple[Term, ...]) -> Standing:
    return Standing(
        state=dispute.state,
        reason_code=dispute.reason_code,
        resolution=dispute.resolution,
        closed_at=dispute.closed_at,
        in_charge=in_charge(dispute.state, dispute.escalated_to),
        due=due,
    )


def in_charge(state: State, escalated_to: str | None) -> Level | None:
    """The community, or the level that a missed deadline has brought the case to; nobody once it has ended."""
    return Level(escalated_to or Level.COMMUNITY) if state in disputes.OPEN_STATES else None


def followed(
    dispute: Dispute,
    *,
    due: tuple[Term, ...],
    steps: tuple[Step, ...],
    comments: tuple[Comment, ...],
    primary: Standing | None,
    decision: Decision | None = None,
) -> Followed:
    """What is told to whoever filed it. Of a case older than its steps, at least the first one is known."""
    return Followed(
        **vars(standing(dispute, due)),
        case_number=dispute.case_number,
        category=dispute.category,
        registered_at=dispute.registered_at,
        confirmed_at=dispute.confirmed_at,
        satisfaction=dispute.satisfaction,
        may_confirm=dispute.state is State.RESOLVED and dispute.confirmed_at is None,
        steps=steps or (Step("registered", dispute.registered_at),),
        comments=comments,
        primary=primary,
        decision=decision,
    )


@dataclass(frozen=True)
class Feedback:
    """What the complainant says of a case that has ended; `satisfaction` 1–5 belongs to a confirmation."""

    confirmed: bool
    satisfaction: int | None = None
    comment: str | None = None


def hear(dispute: Dispute, said: Feedback, *, by: str, now: datetime, primary: Standing | None = None) -> Change:
    """Confirm that it is resolved, or take it up again: nothing counts as resolved against who complained of it.

    A decision is not undone by not agreeing to it: it names the way to appeal. Of a linked case its complainant may
    say that the end of the other one was none for him or her. `by`: who complains, checked already.
    """
    if said.confirmed:
        return life_cycle.confirm(dispute, satisfaction=said.satisfaction, by=by, now=now)
    if said.satisfaction is not None:
        detail = "satisfaction is given with a confirmation; leave it out where confirmed is false"
        raise InvalidInput(detail, [FieldError("/satisfaction", detail)])
    _check_ended(dispute, primary)
    return life_cycle.reopen(dispute, reason=ReopeningReason.NOT_CONFIRMED, by=by, now=now)


def _check_ended(dispute: Dispute, primary: Standing | None) -> None:
    name, rule = dispute.name, life_cycle.RULES[Command.CONFIRM]
    if dispute.state not in (State.RESOLVED, State.LINKED):
        raise WrongState(name, dispute.state, (State.RESOLVED, State.LINKED), rule=rule)
    if dispute.state is State.LINKED and (primary is None or primary.state in disputes.OPEN_STATES):
        raise Conflict(f"{name} is worked on with another case, which has not ended; write a comment", rule=rule)
    if dispute.resolution is Resolution.DECISION:
        detail = f"{name} was decided in writing; who does not agree appeals, as the decision says"
        raise Conflict(detail, rule="信访工作条例 Art. 35")


def withdraw(dispute: Dispute, *, by: str, now: datetime) -> Change:
    """The complainant does not want mediation: until a mediator has the case that refuses it (人民调解法 Art. 17), from
    then on it ends it (Art. 23). The other routes stay open (Art. 3).
    """
    if dispute.state in life_cycle.LIFE_CYCLE[Command.TERMINATE]:
        ended = TerminationReason.PARTY_ENDED
        return life_cycle.terminate(dispute, reason=ended, by=by, now=now, on_behalf_of=Side.APPLICANT)
    refused = RefusalReason.PARTY_REFUSED
    return life_cycle.refuse(dispute, reason=refused, by=by, now=now, on_behalf_of=Side.APPLICANT)
