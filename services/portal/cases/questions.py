"""What is asked for each step, as `grievances` takes it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext

from chassis.calendar import SHANGHAI, local_day
from services.portal.cases import words
from services.portal.cases.asked import Asked
from services.portal.cases.forms import Choice, Field
from services.portal.cases.reader import Told


def today(asked: Asked) -> str:
    return local_day(asked.now).isoformat()


def nothing(_asked: Asked) -> Sequence[Field]:
    return ()


def reason(reasons: Mapping[str, Any], whose: Any = None) -> Callable[[Asked], Sequence[Field]]:
    """One of these reasons and, where a party's will can be one, `whose`."""
    why = Field("reason_code", lazy_gettext("原因"), "radio", required=True, choices=words.choices(reasons))
    fields = [why] if whose is None else [why, side(whose)]
    return lambda _asked: fields


def side(label: Any, *, required: bool = False) -> Field:
    return Field("on_behalf_of", label, "radio", required=required, choices=words.choices(words.SIDES))


def mediators(asked: Asked, *, but: str | None = None) -> list[Choice]:
    """By their masked names; the account tells apart who is called alike."""
    found = asked.case.mediators or []
    return [(one["account_id"], f"{one['name']}（{one['account_id']}）") for one in found if one["account_id"] != but]


def assign(asked: Asked) -> Sequence[Field]:
    chosen = (("committee", lazy_gettext("调解委员会指定")), ("parties", lazy_gettext("当事人选定")))
    return (
        Field("mediator_id", lazy_gettext("调解员"), "choice", required=True, choices=mediators(asked)),
        Field("chosen_by", lazy_gettext("由谁确定"), "radio", required=True, default="committee", choices=chosen),
    )


def reassign(asked: Asked) -> Sequence[Field]:
    others = mediators(asked, but=asked.dispute["mediator_id"])
    return (
        Field("successor_id", lazy_gettext("接替的调解员"), "choice", required=True, choices=others),
        *reason(words.REASSIGNMENT_REASONS, lazy_gettext("由哪一方申请更换（只在当事人申请时填）"))(asked),
    )


def unassign(asked: Asked) -> Sequence[Field]:
    return () if asked.is_own else (side(lazy_gettext("哪一方不接受"), required=True),)


_OTHERS = lazy_gettext("结束时间、地点和其他到场的人")


def session(asked: Asked) -> Sequence[Field]:
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


def terms(asked: Asked) -> Sequence[Field]:
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


def oral(asked: Asked) -> Sequence[Field]:
    return (
        Field("form", "", "hidden", default="oral"),
        *terms(asked),
        Field(
            "confirmed_by_applicant_on",
            lazy_gettext("申请人确认日期"),
            "day",
            required=True,
            default=today(asked),
        ),
    )


def written(asked: Asked) -> Sequence[Field]:
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
    return (Field("form", "", "hidden", default="written"), *terms(asked), *signatures)


def sign(asked: Asked) -> Sequence[Field]:
    draft = asked.case.draft or {"awaited": ()}
    awaited = [(signer, words.word(words.SIGNERS, signer)) for signer in draft["awaited"]]
    means = words.choices(words.MEANS)
    return (
        Field("signer", lazy_gettext("谁签署了"), "radio", required=True, choices=awaited),
        Field("means", lazy_gettext("方式"), "radio", required=True, choices=means, default="signature"),
        Field("signed_on", lazy_gettext("签署日期"), "day", required=True, default=today(asked)),
    )


def link(asked: Asked) -> Sequence[Field]:
    found = asked.case.related["suggested"] if asked.case.related else []
    others = [
        (one["dispute"]["dispute_id"], f"{one['dispute']['case_number']} {evidence(one['reasons'])}") for one in found
    ]
    return (Field("to", lazy_gettext("并入哪一件"), "radio", required=True, choices=others),)


def evidence(reasons: Sequence[Told]) -> str:
    said = [words.word(words.EVIDENCE, one["evidence"], one["evidence_zh"]) for one in reasons]
    return f"（{'；'.join(said)}）"


def comment(asked: Asked) -> Sequence[Field]:
    text = Field("text", lazy_gettext("写留言"), "long", required=True, longest=4000)
    seen = (("true", lazy_gettext("申请人也能看到")), ("false", lazy_gettext("只给办理人员看")))
    who = Field("visible_to_complainant", lazy_gettext("给谁看"), "bool", required=True, default="true", choices=seen)
    return (text,) if asked.is_own else (text, who)


def performed(asked: Asked) -> Sequence[Field]:
    numbers = [
        (str(one["number"]), lazy_gettext("第%(n)s项", n=one["number"])) for one in asked.promises("open", "overdue")
    ]
    return (
        Field("number", lazy_gettext("哪一项"), "choice", required=True, choices=numbers),
        Field("performed_on", lazy_gettext("履行日期"), "day", required=True, default=today(asked)),
    )


def visit(asked: Asked) -> Sequence[Field]:
    performed = words.choices(words.PERFORMED)
    return (
        Field("performed", lazy_gettext("协议是否履行"), "radio", required=True, choices=performed),
        Field("record", lazy_gettext("回访情况"), "long", required=True, longest=20_000),
        Field("held_on", lazy_gettext("回访日期"), "day", required=True, default=today(asked)),
    )


def court(asked: Asked) -> Sequence[Field]:
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


def ruling(asked: Asked) -> Sequence[Field]:
    outcomes = [(code, words.COURTS[code]) for code in ("confirmed", "rejected")]
    return (
        Field("outcome", lazy_gettext("裁定"), "radio", required=True, choices=outcomes),
        Field("decided_on", lazy_gettext("裁定日期"), "day", required=True, default=today(asked)),
    )


def question(_asked: Asked) -> Sequence[Field]:
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


def confirm(_asked: Asked) -> Sequence[Field]:
    points = (5, 4, 3, 2, 1)
    asked = [(str(n), lazy_gettext("%(n)s分", n=n)) for n in points]
    return (
        Field("confirmed", "", "hidden", default="true"),
        Field("satisfaction", lazy_gettext("满意度（5分最满意）"), "radio", choices=asked),
        Field("comment", lazy_gettext("想说的话"), "long", longest=4000),
    )


def deny(_asked: Asked) -> Sequence[Field]:
    return (
        Field("confirmed", "", "hidden", default="false"),
        Field("comment", lazy_gettext("哪里没有解决"), "long", longest=4000),
    )


def sure(_asked: Asked) -> Sequence[Field]:
    return (Field("sure", lazy_gettext("我确定"), "flag", required=True),)
