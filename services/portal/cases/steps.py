"""The steps a person may take with a case as it stands, each as a form. `grievances` decides; these are its questions.

A step that is offered and yet refused tells why, in the service's words. One that could never be taken is not offered.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext

from services.portal.cases import questions, roles, words
from services.portal.cases.asked import Asked
from services.portal.cases.forms import Field

OPEN = ("registered", "accepted", "assigned", "mediating")
CLOSED = ("resolved", "terminated", "refused")


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


STEPS = (
    Step(
        "accept",
        lazy_gettext("受理"),
        "/disputes/{id}/accept",
        ("registered",),
        Asked.works,
        questions.nothing,
        lazy_gettext("已受理。"),
        has_body=False,
    ),
    Step(
        "assign",
        lazy_gettext("确定调解员"),
        "/disputes/{id}/assign",
        ("accepted",),
        lambda asked: asked.works(roles.COMMITTEE),
        questions.assign,
        lazy_gettext("调解员已确定。"),
    ),
    Step(
        "sign",
        lazy_gettext("登记一方签署"),
        "/disputes/{id}/agreement/signatures",
        ("mediating",),
        lambda asked: asked.case.draft is not None and asked.conducts(),
        questions.sign,
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
        questions.session,
        lazy_gettext("调解已记录。"),
    ),
    Step(
        "oral",
        lazy_gettext("达成口头协议"),
        "/disputes/{id}/resolve",
        ("mediating",),
        lambda asked: asked.case.draft is None and asked.conducts(),
        questions.oral,
        lazy_gettext("已化解，等申请人确认。"),
    ),
    Step(
        "written",
        lazy_gettext("达成书面协议（四方已签齐）"),
        "/disputes/{id}/resolve",
        ("mediating",),
        lambda asked: asked.case.draft is None and asked.conducts(),
        questions.written,
        lazy_gettext("已化解，等申请人确认。"),
    ),
    Step(
        "draft",
        lazy_gettext("拟定书面协议，逐个签署"),
        "/disputes/{id}/agreement",
        ("mediating",),
        lambda asked: asked.case.draft is None and asked.conducts(),
        questions.terms,
        lazy_gettext("协议已拟定，请登记各方签署。"),
    ),
    Step(
        "withdraw-draft",
        lazy_gettext("撤回拟定的协议"),
        "/disputes/{id}/agreement/withdraw",
        ("mediating",),
        lambda asked: asked.case.draft is not None and asked.conducts(),
        questions.sure,
        lazy_gettext("拟定的协议已撤回。"),
        version="draft",
        has_body=False,
    ),
    Step(
        "performed",
        lazy_gettext("登记已履行"),
        "/disputes/{id}/agreement/obligations/{number}/performed",
        ("resolved",),
        lambda asked: bool(asked.promises("open", "overdue")) and asked.conducts(),
        questions.performed,
        lazy_gettext("履行情况已登记。"),
        version="agreement",
    ),
    Step(
        "visit",
        lazy_gettext("登记回访"),
        "/disputes/{id}/visits",
        ("resolved",),
        lambda asked: asked.case.in_effect is not None and asked.conducts(),
        questions.visit,
        lazy_gettext("回访已登记。"),
    ),
    Step(
        "court",
        lazy_gettext("登记司法确认申请"),
        "/disputes/{id}/agreement/judicial-confirmation",
        ("resolved",),
        lambda asked: asked.court_is("open") and asked.conducts(),
        questions.court,
        lazy_gettext("司法确认申请已登记。"),
        version="agreement",
    ),
    Step(
        "ruling",
        lazy_gettext("登记法院裁定"),
        "/disputes/{id}/agreement/judicial-confirmation/decision",
        ("resolved",),
        lambda asked: asked.court_is("applied") and asked.conducts(),
        questions.ruling,
        lazy_gettext("法院裁定已登记。"),
        version="agreement",
    ),
    Step(
        "link",
        lazy_gettext("并入相同案件"),
        "/disputes/{id}/link",
        ("registered", "accepted"),
        lambda asked: asked.has_suggestions and asked.works(),
        questions.link,
        lazy_gettext("已并入，案号保留。"),
    ),
    Step(
        "joint",
        lazy_gettext("启动五位一体联合治理"),
        "/disputes/{id}/joint-case",
        ("accepted", "assigned", "mediating"),
        lambda asked: not asked.has_open_joint_case and asked.works(roles.COMMITTEE),
        questions.question,
        lazy_gettext("已请五方答复。"),
    ),
    Step(
        "reassign",
        lazy_gettext("更换调解员（回避）"),
        "/disputes/{id}/reassign",
        ("assigned", "mediating"),
        Asked.conducts,
        questions.reassign,
        lazy_gettext("调解员已更换。"),
    ),
    Step(
        "unassign",
        lazy_gettext("当事人不接受调解员"),
        "/disputes/{id}/unassign",
        ("assigned", "mediating"),
        lambda asked: asked.conducts() or asked.is_complainant,
        questions.unassign,
        lazy_gettext("已记录，需另行确定调解员。"),
    ),
    Step(
        "terminate",
        lazy_gettext("终止调解"),
        "/disputes/{id}/terminate",
        ("assigned", "mediating"),
        Asked.conducts,
        questions.reason(words.TERMINATION_REASONS, lazy_gettext("哪一方要求终止（只在当事人要求时填）")),
        lazy_gettext("调解已终止，请告知当事人其他途径。"),
        look="danger",
    ),
    Step(
        "refuse",
        lazy_gettext("不予调解"),
        "/disputes/{id}/refuse",
        OPEN,
        Asked.has_work,
        questions.reason(words.REFUSAL_REASONS, lazy_gettext("哪一方拒绝（只在当事人拒绝时填）")),
        lazy_gettext("已记录不予调解，请告知当事人其他途径。"),
        look="danger",
    ),
    Step(
        "reopen",
        lazy_gettext("重新办理"),
        "/disputes/{id}/reopen",
        CLOSED,
        Asked.works,
        questions.reason(words.REOPENING_REASONS),
        lazy_gettext("案件已重新办理。"),
    ),
    Step(
        "unlink",
        lazy_gettext("撤销并案，单独办理"),
        "/disputes/{id}/unlink",
        ("linked",),
        Asked.works,
        questions.reason({code: words.REOPENING_REASONS[code] for code in ("closed_in_error", "new_facts")}),
        lazy_gettext("已撤销并案。"),
    ),
    Step(
        "confirm",
        lazy_gettext("确认已经解决"),
        "/disputes/{id}/confirmation",
        ("resolved",),
        lambda asked: asked.is_complainant and asked.dispute["confirmed_at"] is None,
        questions.confirm,
        lazy_gettext("已确认，谢谢。"),
    ),
    Step(
        "deny",
        lazy_gettext("没有解决，请重新办理"),
        "/disputes/{id}/confirmation",
        ("resolved", "linked"),
        lambda asked: asked.is_complainant and asked.dispute["resolution"] != "decision",
        questions.deny,
        lazy_gettext("已记下，案件将重新办理。"),
    ),
    Step(
        "withdraw",
        lazy_gettext("撤回，不再调解"),
        "/disputes/{id}/withdrawal",
        OPEN,
        lambda asked: asked.is_complainant,
        questions.sure,
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
        questions.sure,
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
    questions.comment,
    lazy_gettext("留言已发送。"),
    version="",
)

BY_NAME: Mapping[str, Step] = {step.name: step for step in (*STEPS, COMMENT)}
