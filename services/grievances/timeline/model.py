"""What an entry of a timeline means: what happened, and who did it by the part in the case, never by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from services.grievances.disputes.model import Channel, Dispute
from services.grievances.words.model import (
    BODIES,
    LEVELS,
    MEANS,
    OUTCOMES,
    PERFORMED,
    REASONS,
    RULES,
    SIGNERS,
    Word,
    word,
)


class Role(StrEnum):
    """Who did something, by the part in the case."""

    COMPLAINANT = "complainant"
    RESPONDENT = "respondent"
    PARTIES = "parties"
    MEDIATOR = "mediator"
    COMMITTEE = "committee"
    GRID_LEADER = "grid_leader"
    HOTLINE = "hotline"
    OFFICER = "officer"
    BODY = "body"
    DEPARTMENT = "department"
    COURT = "court"
    CLOCK = "clock"


ROLES: Mapping[str, Word] = {
    Role.COMPLAINANT: Word("申请人", "Complainant"),
    Role.RESPONDENT: Word("被申请人", "Respondent"),
    Role.PARTIES: Word("双方当事人", "Both parties"),
    Role.MEDIATOR: Word("人民调解员", "Mediator"),
    Role.COMMITTEE: Word("人民调解委员会", "Mediation committee"),
    Role.GRID_LEADER: Word("网格长", "Grid leader"),
    Role.HOTLINE: Word("热线", "Hotline"),
    Role.OFFICER: Word("工作人员", "Officer"),
    Role.BODY: Word("联合治理单位", "One of the five bodies"),
    Role.DEPARTMENT: Word("承办单位", "Department"),
    Role.COURT: Word("人民法院", "Court"),
    Role.CLOCK: Word("系统按期限", "The clock"),
}

KINDS: Mapping[str, Word] = {
    "note.taken": Word("民情日记记录", "A note was taken"),
    "note.became_suggestion": Word("民情日记转为建议", "The note became a suggestion"),
    "note.became_case": Word("民情日记转为案件", "The note became this case"),
    "dispute.registered": Word("登记", "Registered"),
    "dispute.accepted": Word("受理", "Accepted"),
    "dispute.assigned": Word("确定调解员", "A mediator was named"),
    "dispute.reassigned": Word("更换调解员", "Another mediator took over"),
    "dispute.unassigned": Word("当事人不接受调解员", "A party refused the mediator"),
    "session.held": Word("进行调解", "A session was held"),
    "dispute.resolved": Word("化解", "Resolved"),
    "dispute.confirmed": Word("申请人确认", "The complainant confirmed it"),
    "dispute.refused": Word("不予调解", "Not mediated"),
    "dispute.terminated": Word("终止调解", "Mediation was terminated"),
    "dispute.linked": Word("与相同案件一并办理", "Worked on with the same case"),
    "dispute.linked_here": Word("相同案件并入办理", "Another case was linked to this one"),
    "dispute.reopened": Word("重新办理", "Taken up again"),
    "secret.renewed": Word("更换查询码", "The secret was renewed"),
    "comment.written": Word("留言", "A comment was written"),
    "agreement.drafted": Word("拟定调解协议书", "An agreement was drafted"),
    "agreement.signed": Word("签署调解协议书", "The agreement was signed"),
    "agreement.in_effect": Word("调解协议生效", "The agreement took effect"),
    "agreement.withdrawn": Word("撤回调解协议书", "The draft was withdrawn"),
    "agreement.performed": Word("履行约定", "A promise was performed"),
    "agreement.confirmation_requested": Word("申请司法确认", "Judicial confirmation was asked for"),
    "agreement.confirmation_decided": Word("司法确认裁定", "The court decided on the confirmation"),
    "visit.held": Word("回访", "A follow-up visit was made"),
    "joint.convened": Word("启动联合治理", "The five bodies were convened"),
    "joint.answered": Word("联合治理单位答复", "A body answered"),
    "joint.task_given": Word("分派任务", "A body was given a task"),
    "joint.task_done": Word("完成任务", "A body has done its task"),
    "joint.decided": Word("作出书面决定", "A written decision was given"),
    "joint.ended": Word("联合治理结束", "Joint governance ended"),
    "referral.register": Word("登记信访事项", "A referral was registered"),
    "referral.sort": Word("转送、交办", "The referral was given to a department"),
    "referral.object": Word("提出异议退回", "The department gave it back"),
    "referral.decline": Word("不予受理", "The referral was not accepted"),
    "referral.accept": Word("予以受理", "The referral was accepted"),
    "referral.extend": Word("延长办理期限", "The referral has more time"),
    "referral.recuse": Word("承办人回避", "Its handler withdrew"),
    "referral.answer": Word("书面答复", "The referral was answered in writing"),
    "referral.contest": Word("申请复查、复核", "A review was asked for"),
    "referral.withdraw": Word("撤回信访事项", "The referral was withdrawn"),
    "referral.close": Word("信访事项终结", "The referral was closed"),
    "deadline.near": Word("期限将至", "A due time is near"),
    "deadline.missed": Word("超过期限", "A due time was missed"),
    "deadline.escalated": Word("逾期上报", "What is overdue was brought up"),
    "deadline.lapsed": Word("期限届满未行使", "A right lapsed unused"),
    "escalation.instructed": Word("督办意见", "The level above gave its instruction"),
}

FILED_BY: Mapping[str, Role] = {
    Channel.RESIDENT: Role.COMPLAINANT,
    Channel.OPEN311: Role.COMPLAINANT,
    Channel.MEDIATOR: Role.MEDIATOR,
    Channel.GRID_LEADER: Role.GRID_LEADER,
    Channel.OFFICER: Role.OFFICER,
    Channel.HOTLINE: Role.HOTLINE,
}
"""How a case came in → who registered it."""

_ALWAYS: Mapping[str, Role] = {
    "dispute.confirmed": Role.COMPLAINANT,
    "agreement.in_effect": Role.PARTIES,
    "agreement.confirmation_requested": Role.PARTIES,
    "agreement.confirmation_decided": Role.COURT,
    "joint.answered": Role.BODY,
    "joint.task_done": Role.BODY,
    "referral.contest": Role.COMPLAINANT,
    "referral.withdraw": Role.COMPLAINANT,
    "referral.object": Role.DEPARTMENT,
    "referral.accept": Role.DEPARTMENT,
    "referral.extend": Role.DEPARTMENT,
    "referral.recuse": Role.DEPARTMENT,
    "referral.answer": Role.DEPARTMENT,
    "deadline.near": Role.CLOCK,
    "deadline.missed": Role.CLOCK,
    "deadline.escalated": Role.CLOCK,
    "deadline.lapsed": Role.CLOCK,
}
"""What only one can have done, whoever recorded it."""

_BY_SIGNER: Mapping[str, Role] = {
    "applicant": Role.COMPLAINANT,
    "respondent": Role.RESPONDENT,
    "mediator": Role.MEDIATOR,
    "committee": Role.COMMITTEE,
}

_BY_MEDIATOR = frozenset(
    {"session.held", "dispute.resolved", "dispute.terminated", "dispute.refused", "agreement.drafted"}
    | {"agreement.withdrawn", "agreement.performed", "visit.held", "comment.written", "secret.renewed"}
)
"""What a mediator does as the mediator of the case; the same account may have accepted it as one of the community."""


@dataclass(frozen=True)
class Happening:
    """One thing that happened, as its row tells it. `account`: who did or recorded it, None where nobody knows.

    `text` of a comment may hold personal data; it is None where it was not opened.
    """

    at: datetime
    rank: int
    key: str
    kind: str
    account: str | None
    told: Mapping[str, Any] = field(default_factory=dict)
    text: str | None = None


@dataclass(frozen=True)
class Entry:
    """A happening as it is shown. `account` only to those who work on the case."""

    at: datetime
    kind: str
    kind_zh: str
    kind_en: str
    by: Role | None
    by_zh: str | None
    by_en: str | None
    account: str | None
    detail_zh: str | None
    detail_en: str | None
    told: Mapping[str, Any]
    text: str | None


def entry(happening: Happening, dispute: Dispute, mediators: frozenset[str], *, with_accounts: bool) -> Entry:
    """`mediators`: the accounts that have mediated the case, now or before."""
    named = word(KINDS, happening.kind) or Word(happening.kind, happening.kind)
    role = role_of(happening, dispute, mediators)
    part = word(ROLES, role)
    details = detail(happening)
    return Entry(
        at=happening.at,
        kind=happening.kind,
        kind_zh=named.zh,
        kind_en=named.en,
        by=role,
        by_zh=part and part.zh,
        by_en=part and part.en,
        account=happening.account if with_accounts and _is_staff(happening.account, dispute) else None,
        detail_zh="；".join(one.zh for one in details) or None,
        detail_en="; ".join(one.en for one in details) or None,
        told={name: value for name, value in happening.told.items() if with_accounts or name not in ACCOUNTS},
        text=happening.text,
    )


def _is_staff(account: str | None, dispute: Dispute) -> bool:
    """Who filed the case or is a party to it stays unnamed, to those who work on it as well."""
    return account not in (None, WITHOUT_ACCOUNT) and not dispute.concerns(account)


WITHOUT_ACCOUNT = "anonymous"
"""Who has shown the case's secret and no account."""

ACCOUNTS = frozenset({"from_id", "to_id"})
"""What else names an account."""


def role_of(happening: Happening, dispute: Dispute, mediators: frozenset[str]) -> Role | None:
    """Who did it, by the part in the case; None where it was not kept."""
    kind, account = happening.kind, happening.account
    if kind == "dispute.registered":
        return FILED_BY[dispute.channel]
    if kind in _ALWAYS:
        return _ALWAYS[kind]
    if kind.startswith("note."):
        return Role.OFFICER
    if kind == "agreement.signed":
        return _BY_SIGNER[happening.told["signer"]]
    if happening.told.get("author") == "complainant" or account == WITHOUT_ACCOUNT:
        return Role.COMPLAINANT
    if account is None:
        return None
    if dispute.is_followed_by(account):
        return Role.COMPLAINANT
    if account == "system":
        return Role.CLOCK
    if account in mediators and kind in _BY_MEDIATOR:
        return Role.MEDIATOR
    return Role.DEPARTMENT if kind == "referral.decline" and happening.told.get("department") else Role.OFFICER


def detail(happening: Happening) -> list[Word]:
    """What more is to be said of it, a word or a short sentence each."""
    told = happening.told
    found = [
        word(REASONS, told.get("reason_code")),
        _phrase("第{}次" if happening.kind == "session.held" else "第{}项", "No. {}", told.get("number")),
        word(SIGNERS, told.get("signer")) if happening.kind == "agreement.signed" else None,
        word(MEANS, told.get("means")),
        word(PERFORMED, told.get("performed")),
        word(OUTCOMES, told.get("outcome")) if happening.kind.startswith("agreement.") else None,
        word(BODIES, told.get("body")),
        _named(told.get("department")),
        word(RULES, told.get("rule")),
        word(LEVELS, told.get("level")),
        _phrase("自{}起生效", "in effect from {}", told.get("effective_on")),
        _phrase("于{}", "on {}", told.get("on")),
        _phrase("期限至{}", "due until {}", told.get("due_on")),
        _phrase("可于{}前申请复查", "can be appealed until {}", told.get("appeal_until")),
        _phrase("满意度{}分", "satisfaction {} of 5", told.get("satisfaction")),
        _phrase("案号{}", "case {}", told.get("case_number")),
        Word("内部留言", "internal") if told.get("internal") else None,
    ]
    return [one for one in found if one is not None]


def _phrase(chinese: str, english: str, value: Any) -> Word | None:
    return None if value is None else Word(chinese.format(value), english.format(value))


def _named(department: Mapping[str, str] | None) -> Word | None:
    return None if department is None else Word(department["zh"], department["en"])
