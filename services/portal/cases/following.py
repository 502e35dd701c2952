"""案件查询: follow a case with its number and secret, without an account.

The secret is only ever in the body of a form and in a header to `grievances`: in no address, no cookie and no log.
"""

import unicodedata
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response as AnyResponse

from services.portal.cases import when, words
from services.portal.cases.forms import Field, Form
from services.portal.cases.reader import Told
from services.portal.pages import portal
from services.portal.person import Person
from services.portal.signin import SignedOut, current_person
from services.portal.upstream import Command, NotPermitted, Problem, Refused, Stranger, Unknown, Unreachable

pages = Blueprint("follow", __name__)

ENDED = ("resolved", "refused", "terminated", "linked")

NUMBER = Field(
    "number", lazy_gettext("案号"), required=True, longest=40, help=lazy_gettext("例如 440305001012-2026-0007")
)
SECRET = Field(
    "secret",
    lazy_gettext("查询码"),
    required=True,
    longest=60,
    help=lazy_gettext("24位字母和数字，例如 7K3M-9QXZ-0A1B-2C3D-4E5F-6G7F；大小写和横线都可以不管"),
)
HEADINGS = {
    400: lazy_gettext("查询码抄错了，请逐字核对：共24位，没有字母 I、L、O、U。"),
    404: lazy_gettext("没有这个案号和查询码的案件，请与登记时得到的逐字核对。"),
}
POINTS = (
    ("5", lazy_gettext("5 非常满意")),
    ("4", lazy_gettext("4 满意")),
    ("3", lazy_gettext("3 一般")),
    ("2", lazy_gettext("2 不满意")),
    ("1", lazy_gettext("1 非常不满意")),
)
CONFIRMATION = (
    Field("satisfaction", lazy_gettext("对办理是否满意"), "radio", choices=POINTS),
    Field("comment", lazy_gettext("想说的话"), "long", longest=4000),
)
DENIAL = (Field("comment", lazy_gettext("哪里没有解决"), "long", longest=4000),)
COMMENT = (Field("text", lazy_gettext("写留言"), "long", required=True, longest=4000),)
WITHDRAWAL = (Field("sure", lazy_gettext("我确定要撤回这件案子"), "flag", required=True),)


@pages.get("/follow")
def ask() -> str:
    return _asking(Form("follow", (NUMBER, SECRET)))


@pages.post("/follow")
def show() -> AnyResponse:
    """The case, for who shows its number and secret."""
    return _shown()


@pages.get("/follow/<any(comments, confirmation, denial, withdrawal):_what>")
def back(_what: str) -> AnyResponse:
    """Somebody has come back to what can only be sent."""
    return Response(status=303, headers={"Location": url_for("follow.ask")})


@pages.post("/follow/comments")
def comment() -> AnyResponse:
    return _say("comments", "comment", COMMENT, {}, gettext("留言已发送。"))


@pages.post("/follow/confirmation")
def confirm() -> AnyResponse:
    return _say("confirmation", "confirmation", CONFIRMATION, {"confirmed": True}, gettext("已确认，谢谢。"))


@pages.post("/follow/denial")
def deny() -> AnyResponse:
    return _say("confirmation", "denial", DENIAL, {"confirmed": False}, gettext("已记下，案件将重新办理。"))


@pages.post("/follow/withdrawal")
def withdraw() -> AnyResponse:
    return _say("withdrawal", "withdrawal", WITHDRAWAL, None, gettext("已撤回。"))


def _say(what: str, name: str, fields: tuple[Field, ...], body: dict[str, Any] | None, done: str) -> AnyResponse:
    """Tell the service, and show the case as it is then; what is refused is shown beside what was filled in."""
    form = Form(name, fields, request.form)
    told = None if body is None else {**body, **_points(form.body())}
    try:
        portal().cases.say(_number(), what, _stranger(), Command(told, form.key))
    except (Refused, NotPermitted, Unreachable) as error:
        form.problem = error.problem
        return _shown(form)
    except Unknown as error:
        return _refused(error.problem)
    return _shown(done=done)


def _points(body: dict[str, Any]) -> dict[str, Any]:
    points = body.get("satisfaction", "")
    return body | {"satisfaction": int(points)} if points.isdigit() else body


def _shown(sent: Form | None = None, done: str = "") -> AnyResponse:
    number = _number()
    try:
        case = portal().cases.followed(number, _stranger())
    except (Refused, Unknown, Unreachable) as error:
        return _refused(error.problem)
    asked = (("confirmation", CONFIRMATION), ("denial", DENIAL), ("comment", COMMENT), ("withdrawal", WITHDRAWAL))
    page = render_template(
        "followed.html",
        person=person_if_any(portal().clock()),
        case=case,
        number=case["case_number"],
        secret=request.form.get("secret", ""),
        words=words,
        when=when,
        done=done,
        may_confirm=case["may_confirm"],
        may_deny=_may_deny(case),
        may_withdraw=case["state"] not in ENDED,
        **{name: sent if sent and sent.name == name else Form(name, fields) for name, fields in asked},
    )
    return Response(page, 200 if sent is None or sent.problem is None else sent.problem.status)


def _may_deny(case: Told) -> bool:
    """What was agreed on or ended elsewhere is taken up again; a decision names the way to appeal instead."""
    if case["state"] == "linked":
        return case["primary"] is not None and case["primary"]["state"] in ENDED
    return bool(case["state"] == "resolved" and case["resolution"] != "decision")


def _refused(problem: Problem) -> AnyResponse:
    form = Form("follow", (NUMBER, SECRET), request.form, problem, headings=HEADINGS)
    return Response(_asking(form), problem.status)


def _asking(form: Form) -> str:
    return render_template("follow.html", person=person_if_any(portal().clock()), form=form)


def _number() -> str:
    return _plain(request.form.get("number", ""))


def _stranger() -> Stranger:
    """Who asks from where: the service answers only so many strangers from one place, and the portal is not one."""
    before = request.headers.get("X-Forwarded-For")
    address = request.remote_addr or ""
    return Stranger(_plain(request.form.get("secret", "")), f"{before}, {address}" if before else address)


def _plain(text: str) -> str:
    """What was typed with a Chinese keyboard, as a header and an address can bear it."""
    told = unicodedata.normalize("NFKC", text).translate(_HYPHENS)
    return "".join(letter for letter in told if letter.isascii() and letter.isprintable()).strip()[:60]


_HYPHENS = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")


def person_if_any(now: datetime) -> Person | None:
    """Who is signed in, on a page that is for anybody."""
    try:
        return current_person(now)
    except SignedOut:
        return None
