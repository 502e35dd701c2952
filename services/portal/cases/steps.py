"""The steps a person may take with a case as it stands, each as a form. `grievances` decides; these are its questions.

A step that is offered and yet refused tells why, in the service's words. One that could never be taken is not offered.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext

from chassis.calendar import SHANGHAI, local_day
from services.portal.cases import roles, words
from services.portal.cases.forms import Choice, Field
from services.portal.cases.reader import Case, Told
from services.portal.person import Person

OPEN = ("registered", "accepted", "assigned", "mediating")
CLOSED = ("resolved", "terminated", "refused")


@dataclass(frozen=True)
class Asked:
    """A case before somebody, now."""

    case: Case
    person: Person
    now: datetime

    @property
    def dispute(self) -> Told:
        return self.case.dispute

    @property
    def is_own(self) -> bool:
        """Whether the person sees it because of having filed it, and does not work where it lies."""
        return not roles.holds(self.person, roles.SEERS, self.dispute["area"])

    @property
    def came_up(self) -> bool:
        """Whether the levels above the community have a say in it."""
        entries = self.case.timeline or ()
        return bool(self.dispute["respondent_body"]) or any(e["kind"] == "deadline.escalated" for e in entries)

    def works(self, working: frozenset[str] = roles.WORKERS) -> bool:
        return roles.holds(self.person, working | roles.ABOVE if self.came_up else working, self.dispute["area"])

    def conducts(self) -> bool:
        """Whether it is the person's own case as its mediator, or the person acts for the committee."""
        is_mediator = self.dispute["mediator_id"] == self.person.actor_id
        return is_mediator or self.works(roles.COMMITTEE)

    def has_work(self) -> bool:
        return self.conducts() if self.dispute["mediator_id"] else self.works()


@dataclass(frozen=True)
class Step:
    """`path` is the service's; `state` the states in which it can be taken. `version` is of what it changes."""

    name: str
    label: Any
    path: str
    states: Sequence[str]
    is_for: Callable[[Asked], bool]
    fields: Callable[[Asked], Sequence[Field]]
    done: Any
    version: str = "dispute"
    has_body: bool = True
    look: str = ""
    hint: Any = ""


def offered(asked: Asked) -> Iterator[Step]:
    """What this person may do with the case now, what comes next first."""
    for step in STEPS:
        if asked.dispute["state"] in step.states and step.is_for(asked):
            yield step


def today(asked: Asked) -> str:
    return local_day(asked.now).isoformat()


def _none(_asked: Asked) -> Sequence[Field]:
    return ()


def _reason(reasons: Mapping[str, Any], side: Any = None) -> Callable[[Asked], Sequence[Field]]:
    reason = Field("reason_code", lazy_gettext("原因"), "radio", required=True, choices=words.choices(reasons))
    fields = [reason] if side is None else [reason, _side(side)]
    return lambda _asked: fields


def _side(label: Any, *, required: bool = False) -> Field:
    return Field("on_behalf_of", label, "radio", required=required, choices=words.choices(words.SIDES))


def _mediators(asked: Asked, *, but: str | None = None) -> list[Choice]:
    """By their masked names; the account tells apart who is called alike."""
    found = asked.case.mediators or []
    return [(one["account_id"], f"{one['name']}（{one['account_id']}）") for one in found if one["account_id"] != but]


def _assign(asked: Asked) -> Sequence[Field]:
    chosen = (("committee", lazy_gettext("调解委员会指定")), ("parties", lazy_gettext("当事人选定")))
    return (
        Field("mediator_id", lazy_gettext("调解员"), "choice", required=True, choices=_mediators(asked)),
        Field("chosen_by", lazy_gettext("由谁确定"), "radio", required=True, default="committee", choices=chosen),
    )


def _reassign(asked: Asked) -> Sequence[Field]:
    others = _mediators(asked, but=asked.dispute["mediator_id"])
    return (
        Field("successor_id", lazy_gettext("接替的调解员"), "choice", required=True, choices=others),
        *_reason(words.REASSIGNMENT_REASONS, lazy_gettext("由哪一方申请更换（只在当事人申请时填）"))(asked),
    )


def _unassign(asked: Asked) -> Sequence[Field]:
    return () if asked.is_own else (_side(lazy_gettext("哪一方不接受"), required=True),)


_OTHERS = lazy_gettext("结束时间、地点和其他到场的人")


def _session(asked: Asked) -> Sequence[Field]:
    moment = asked.now.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")
    sides = words.choices(words.SIDES)
    return (
        Field("held_at", lazy_gettext("开始时间"), "moment", required=True, default=moment),
        Field("attended", lazy_gettext("到场"), "many", required=True, default="applicant respondent", choices=sides),
        Field(
            "record",
            lazy_gettext("调解记录"),
            "long",
            required=True,
            longest=20_000,
            help=lazy_gettext("各方怎么说、释明了什么、达成了什么。加密保存，申明用途后才能打开。"),
        ),
        Field("ended_at", lazy_gettext("结束时间"), "moment", fold=_OTHERS),
        Field("place", lazy_gettext("地点"), longest=200, fold=_OTHERS),
        Field("is_public", lazy_gettext("双方选择公开调解（可以旁听；记录仍然保密）"), "flag", fold=_OTHERS),
        *(Field(f"guests.{guest}", label, "number", fold=_OTHERS) for guest, label in words.choices(words.GUESTS)),
        Field("guests_agreed", lazy_gettext("邀请的人经双方同意"), "flag", fold=_OTHERS),
    )


PROMISES = 3

_DUTIES = lazy_gettext("约定的义务：谁、做什么、最迟哪天")


def _terms(asked: Asked) -> Sequence[Field]:
    rows = [
        one
        for at in range(PROMISES)
        for one in (
            Field(
                f"obligations.{at}.by",
                lazy_gettext("第%(n)s项由谁履行", n=at + 1),
                "choice",
                choices=words.choices(words.OBLIGED),
                fold=_DUTIES,
            ),
            Field(f"obligations.{at}.what", lazy_gettext("做什么"), longest=2_000, fold=_DUTIES),
            Field(f"obligations.{at}.due_on", lazy_gettext("最迟哪天"), "day", fold=_DUTIES),
        )
    ]
    return (
        Field("terms", lazy_gettext("协议内容"), "long", required=True, longest=20_000),
        Field("reached_on", lazy_gettext("达成日期"), "day", required=True, default=today(asked)),
        *rows,
    )


def _oral(asked: Asked) -> Sequence[Field]:
    return (
        Field("form", "", "hidden", default="oral"),
        *_terms(asked),
        Field(
            "confirmed_by_applicant_on",
            lazy_gettext("申请人确认日期"),
            "day",
            required=True,
            default=today(asked),
        ),
    )


def _written(asked: Asked) -> Sequence[Field]:
    signatures = [
        Field(
            f"signatures.{signer}",
            lazy_gettext("%(who)s签署日期", who=label),
            "day",
            required=True,
            default=today(asked),
        )
        for signer, label in words.choices(words.SIGNERS)
    ]
    return (Field("form", "", "hidden", default="written"), *_terms(asked), *signatures)


def _sign(asked: Asked) -> Sequence[Field]:
    draft = asked.case.draft or {"awaited": ()}
    awaited = [(signer, words.word(words.SIGNERS, signer)) for signer in draft["awaited"]]
    means = words.choices(words.MEANS)
    return (
        Field("signer", lazy_gettext("谁签署了"), "radio", required=True, choices=awaited),
        Field("means", lazy_gettext("方式"), "radio", required=True, choices=means, default="signature"),
        Field("signed_on", lazy_gettext("签署日期"), "day", required=True, default=today(asked)),
    )


def _link(asked: Asked) -> Sequence[Field]:
    found = asked.case.related["suggested"] if asked.case.related else []
    others = [
        (one["dispute"]["dispute_id"], f"{one['dispute']['case_number']} {_evidence(one['reasons'])}") for one in found
    ]
    return (Field("to", lazy_gettext("并入哪一件"), "radio", required=True, choices=others),)


def _evidence(reasons: Sequence[Told]) -> str:
    said = [words.word(words.EVIDENCE, one["evidence"], one["evidence_zh"]) for one in reasons]
    return f"（{'；'.join(said)}）"


def _comment(asked: Asked) -> Sequence[Field]:
    text = Field("text", lazy_gettext("写留言"), "long", required=True, longest=4000)
    seen = (("true", lazy_gettext("申请人也能看到")), ("false", lazy_gettext("只给办理人员看")))
    who = Field("visible_to_complainant", lazy_gettext("给谁看"), "bool", required=True, default="true", choices=seen)
    return (text,) if asked.is_own else (text, who)


def _performed(asked: Asked) -> Sequence[Field]:
    numbers = [
        (str(one["number"]), lazy_gettext("第%(n)s项", n=one["number"])) for one in _promises(asked, "open", "overdue")
    ]
    return (
        Field("number", lazy_gettext("哪一项"), "choice", required=True, choices=numbers),
        Field("performed_on", lazy_gettext("履行日期"), "day", required=True, default=today(asked)),
    )


def _court(asked: Asked) -> Sequence[Field]:
    sides = words.choices(words.SIDES)
    return (
        Field(
            "applicants",
            lazy_gettext("共同申请的当事人"),
            "many",
            required=True,
            default="applicant respondent",
            choices=sides,
        ),
        Field("court", lazy_gettext("法院"), required=True, longest=42, help=lazy_gettext("例如 深圳市南山区人民法院")),
        Field("applied_on", lazy_gettext("申请日期"), "day", required=True, default=today(asked)),
    )


def _ruling(asked: Asked) -> Sequence[Field]:
    outcomes = [(code, words.COURTS[code]) for code in ("confirmed", "rejected")]
    return (
        Field("outcome", lazy_gettext("裁定"), "radio", required=True, choices=outcomes),
        Field("decided_on", lazy_gettext("裁定日期"), "day", required=True, default=today(asked)),
    )


def _question(_asked: Asked) -> Sequence[Field]:
    return (
        Field(
            "question",
            lazy_gettext("请各方答复的问题"),
            "long",
            required=True,
            longest=4000,
            help=lazy_gettext("被反映的组织也会看到，不要写任何一方的姓名和电话。"),
        ),
    )


def _confirm(_asked: Asked) -> Sequence[Field]:
    points = (5, 4, 3, 2, 1)
    asked = [(str(n), lazy_gettext("%(n)s分", n=n)) for n in points]
    return (
        Field("confirmed", "", "hidden", default="true"),
        Field("satisfaction", lazy_gettext("满意度（5分最满意）"), "radio", choices=asked),
        Field("comment", lazy_gettext("想说的话"), "long", longest=4000),
    )


def _deny(_asked: Asked) -> Sequence[Field]:
    return (
        Field("confirmed", "", "hidden", default="false"),
        Field("comment", lazy_gettext("哪里没有解决"), "long", longest=4000),
    )


def _sure(_asked: Asked) -> Sequence[Field]:
    return (Field("sure", lazy_gettext("我确定"), "flag", required=True),)


def in_effect(case: Case) -> Told | None:
    return next((one for one in case.agreements or () if one["state"] == "in_effect"), None)


def _promises(asked: Asked, *states: str) -> list[Told]:
    found = in_effect(asked.case)
    return [one for one in found["obligations"] if one["state"] in states] if found else []


def _court_is(asked: Asked, state: str) -> bool:
    found = in_effect(asked.case)
    return bool(found and found["judicial_confirmation"] and found["judicial_confirmation"]["state"] == state)


def _has_suggestions(asked: Asked) -> bool:
    return bool(asked.case.related and asked.case.related["suggested"])


def _is_complainant(asked: Asked) -> bool:
    return asked.is_own and roles.holds(asked.person, frozenset({"resident", "hotline"}))


STEPS = (
    Step(
        "accept",
        lazy_gettext("受理"),
        "/disputes/{id}/accept",
        ("registered",),
        Asked.works,
        _none,
        lazy_gettext("已受理。"),
        has_body=False,
    ),
    Step(
        "assign",
        lazy_gettext("确定调解员"),
        "/disputes/{id}/assign",
        ("accepted",),
        lambda asked: asked.works(roles.COMMITTEE),
        _assign,
        lazy_gettext("调解员已确定。"),
    ),
    Step(
        "sign",
        lazy_gettext("登记一方签署"),
        "/disputes/{id}/agreement/signatures",
        ("mediating",),
        lambda asked: asked.case.draft is not None and asked.conducts(),
        _sign,
        lazy_gettext("签署已登记。"),
        version="draft",
        hint=lazy_gettext("双方、调解员和调解委员会都签署后，协议生效，案件化解。"),
    ),
    Step(
        "session",
        lazy_gettext("记录一次调解"),
        "/disputes/{id}/sessions",
        ("assigned", "mediating"),
        Asked.conducts,
        _session,
        lazy_gettext("调解已记录。"),
    ),
    Step(
        "oral",
        lazy_gettext("达成口头协议"),
        "/disputes/{id}/resolve",
        ("mediating",),
        lambda asked: asked.case.draft is None and asked.conducts(),
        _oral,
        lazy_gettext("已化解，等申请人确认。"),
    ),
    Step(
        "written",
        lazy_gettext("达成书面协议（四方已签齐）"),
        "/disputes/{id}/resolve",
        ("mediating",),
        lambda asked: asked.case.draft is None and asked.conducts(),
        _written,
        lazy_gettext("已化解，等申请人确认。"),
    ),
    Step(
        "draft",
        lazy_gettext("拟定书面协议，逐个签署"),
        "/disputes/{id}/agreement",
        ("mediating",),
        lambda asked: asked.case.draft is None and asked.conducts(),
        _terms,
        lazy_gettext("协议已拟定，请登记各方签署。"),
    ),
    Step(
        "withdraw-draft",
        lazy_gettext("撤回拟定的协议"),
        "/disputes/{id}/agreement/withdraw",
        ("mediating",),
        lambda asked: asked.case.draft is not None and asked.conducts(),
        _sure,
        lazy_gettext("拟定的协议已撤回。"),
        version="draft",
        has_body=False,
    ),
    Step(
        "performed",
        lazy_gettext("登记已履行"),
        "/disputes/{id}/agreement/obligations/{number}/performed",
        ("resolved",),
        lambda asked: bool(_promises(asked, "open", "overdue")) and asked.conducts(),
        _performed,
        lazy_gettext("履行情况已登记。"),
        version="agreement",
    ),
    Step(
        "court",
        lazy_gettext("登记司法确认申请"),
        "/disputes/{id}/agreement/judicial-confirmation",
        ("resolved",),
        lambda asked: _court_is(asked, "open") and asked.conducts(),
        _court,
        lazy_gettext("司法确认申请已登记。"),
        version="agreement",
    ),
    Step(
        "ruling",
        lazy_gettext("登记法院裁定"),
        "/disputes/{id}/agreement/judicial-confirmation/decision",
        ("resolved",),
        lambda asked: _court_is(asked, "applied") and asked.conducts(),
        _ruling,
        lazy_gettext("法院裁定已登记。"),
        version="agreement",
    ),
    Step(
        "link",
        lazy_gettext("并入相同案件"),
        "/disputes/{id}/link",
        ("registered", "accepted"),
        lambda asked: _has_suggestions(asked) and asked.works(),
        _link,
        lazy_gettext("已并入，案号保留。"),
    ),
    Step(
        "joint",
        lazy_gettext("启动五位一体联合治理"),
        "/disputes/{id}/joint-case",
        ("accepted", "assigned", "mediating"),
        lambda asked: (
            not any(one["state"] == "open" for one in asked.case.joint_cases) and asked.works(roles.COMMITTEE)
        ),
        _question,
        lazy_gettext("已请五方答复。"),
    ),
    Step(
        "reassign",
        lazy_gettext("更换调解员（回避）"),
        "/disputes/{id}/reassign",
        ("assigned", "mediating"),
        Asked.conducts,
        _reassign,
        lazy_gettext("调解员已更换。"),
    ),
    Step(
        "unassign",
        lazy_gettext("当事人不接受调解员"),
        "/disputes/{id}/unassign",
        ("assigned", "mediating"),
        lambda asked: asked.conducts() or _is_complainant(asked),
        _unassign,
        lazy_gettext("已记录，需另行确定调解员。"),
    ),
    Step(
        "terminate",
        lazy_gettext("终止调解"),
        "/disputes/{id}/terminate",
        ("assigned", "mediating"),
        Asked.conducts,
        _reason(words.TERMINATION_REASONS, lazy_gettext("哪一方要求终止（只在当事人要求时填）")),
        lazy_gettext("调解已终止，请告知当事人其他途径。"),
        look="danger",
    ),
    Step(
        "refuse",
        lazy_gettext("不予调解"),
        "/disputes/{id}/refuse",
        OPEN,
        Asked.has_work,
        _reason(words.REFUSAL_REASONS, lazy_gettext("哪一方拒绝（只在当事人拒绝时填）")),
        lazy_gettext("已记录不予调解，请告知当事人其他途径。"),
        look="danger",
    ),
    Step(
        "reopen",
        lazy_gettext("重新办理"),
        "/disputes/{id}/reopen",
        CLOSED,
        Asked.works,
        _reason(words.REOPENING_REASONS),
        lazy_gettext("案件已重新办理。"),
    ),
    Step(
        "unlink",
        lazy_gettext("撤销并案，单独办理"),
        "/disputes/{id}/unlink",
        ("linked",),
        Asked.works,
        _reason({code: words.REOPENING_REASONS[code] for code in ("closed_in_error", "new_facts")}),
        lazy_gettext("已撤销并案。"),
    ),
    Step(
        "confirm",
        lazy_gettext("确认已经解决"),
        "/disputes/{id}/confirmation",
        ("resolved",),
        lambda asked: _is_complainant(asked) and asked.dispute["confirmed_at"] is None,
        _confirm,
        lazy_gettext("已确认，谢谢。"),
    ),
    Step(
        "deny",
        lazy_gettext("没有解决，请重新办理"),
        "/disputes/{id}/confirmation",
        ("resolved", "linked"),
        lambda asked: _is_complainant(asked) and asked.dispute["resolution"] != "decision",
        _deny,
        lazy_gettext("已记下，案件将重新办理。"),
    ),
    Step(
        "withdraw",
        lazy_gettext("撤回，不再调解"),
        "/disputes/{id}/withdrawal",
        OPEN,
        _is_complainant,
        _sure,
        lazy_gettext("已撤回。"),
        has_body=False,
        look="danger",
    ),
    Step(
        "secret",
        lazy_gettext("补发查询码"),
        "/disputes/{id}/secret",
        (*OPEN, *CLOSED, "linked"),
        lambda asked: asked.has_work(),
        _sure,
        "",
        version="",
        has_body=False,
        hint=lazy_gettext("申请人遗失查询码时补发，旧的立即失效。请核对身份，只交给申请人本人。"),
    ),
)

COMMENT = Step(
    "comment",
    lazy_gettext("写留言"),
    "/disputes/{id}/comments",
    (*OPEN, *CLOSED, "linked"),
    lambda asked: True,
    _comment,
    lazy_gettext("留言已发送。"),
    version="",
)

BY_NAME: Mapping[str, Step] = {step.name: step for step in (*STEPS, COMMENT)}
