"""A case: who, what, until when, what happened, and the forms for what can be done now."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import lazy_gettext
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from services.portal.cases import roles, when, words
from services.portal.cases.asked import Asked
from services.portal.cases.forms import Field, Form
from services.portal.cases.steps import BY_NAME, COMMENT, Step, offered
from services.portal.cases.worklist import passed_on
from services.portal.divisions import Division
from services.portal.pages import portal
from services.portal.person import Person
from services.portal.upstream import Command, NotPermitted, Refused, Unreachable

pages = Blueprint("casework", __name__)

PURPOSE = Field("purpose", lazy_gettext("用途"), "radio", required=True, choices=words.choices(words.PURPOSES))
FILE_PURPOSES = ("mediation", "review")


@pages.get("/cases/<uuid:dispute_id>")
def show(dispute_id: UUID) -> AnyResponse:
    person = portal().person()
    done = BY_NAME.get(request.args.get("done", ""))
    return _page(dispute_id, person, done=done.done if done else "")


@pages.get("/cases/<uuid:dispute_id>/<what>")
def back(dispute_id: UUID, what: str) -> AnyResponse:
    """Somebody has come back to what can only be sent."""
    if what not in BY_NAME and what not in ("open", "file"):
        raise NotFound
    return redirect(url_for("casework.show", dispute_id=dispute_id), 303)


@pages.post("/cases/<uuid:dispute_id>/open")
def open_case(dispute_id: UUID) -> AnyResponse:
    """Open what is sealed for a purpose: the service writes down who did, and why. It stays open on this page alone."""
    person = portal().person()
    form = Form("open", (PURPOSE,), request.form)
    purpose = request.form.get("purpose", "")
    if purpose not in words.PURPOSES:
        return _page(dispute_id, person, sent=form)
    try:
        return _page(dispute_id, person, purpose=purpose)
    except (NotPermitted, Refused) as error:
        form.problem = error.problem
        return _page(dispute_id, person, sent=form)


@pages.post("/cases/<uuid:dispute_id>/file")
def file(dispute_id: UUID) -> AnyResponse:
    """调解卷宗: the mediation file as one PDF."""
    person = portal().person()
    try:
        return passed_on(person, f"/disputes/{dispute_id}/file", {"purpose": request.form.get("purpose", "")})
    except (NotPermitted, Unreachable) as error:
        form = Form("file", (), request.form, error.problem)
        return _page(dispute_id, person, sent=form)


@pages.post("/cases/<uuid:dispute_id>/<any({}):name>".format(", ".join(f"'{name}'" for name in BY_NAME)))
def take(dispute_id: UUID, name: str) -> AnyResponse:
    """Take a step. What is refused is shown in its form, with the case as it stands now."""
    person = portal().person()
    step = BY_NAME[name]
    case = portal().cases.case(str(dispute_id), person, with_mediators=True)
    asked = Asked(case, person, portal().clock())
    form = Form(name, step.fields(asked), request.form)
    body = form.body()
    path = _path(step, dispute_id, body)
    command = Command(body if step.has_body else None, form.key, request.form.get("version") or None)
    try:
        reply = portal().cases.do(path, person, command)
    except (Refused, NotPermitted, Unreachable) as error:
        form.problem = error.problem
        return _page(dispute_id, person, sent=form)
    if name == "secret":
        return Response(_slip(dispute_id, person, reply.body), 201)
    return redirect(url_for("casework.show", dispute_id=dispute_id, done=name), 303)


def _path(step: Step, dispute_id: UUID, body: dict[str, Any]) -> str:
    """Where the step is asked for; what is named in the address is left out of the body."""
    body.pop("sure", None)
    if body.get("satisfaction"):
        body["satisfaction"] = int(body["satisfaction"])
    if "confirmed" in body:
        body["confirmed"] = body["confirmed"] == "true"
    number = str(body.pop("number", "")) if "{number}" in step.path else ""
    return step.path.format(id=dispute_id, number=number if number.isdigit() else "0")


def _page(
    dispute_id: UUID, person: Person, *, purpose: str | None = None, sent: Form | None = None, done: Any = ""
) -> AnyResponse:
    case = portal().cases.case(str(dispute_id), person, purpose, with_mediators=True)
    asked = Asked(case, person, portal().clock())
    divisions: Mapping[str, Division] = {}
    with suppress(Unreachable, NotPermitted):
        divisions = portal().divisions.all(person)
    offers = [(step, _form(step, asked, sent), version(step, asked)) for step in offered(asked)]
    known = {step.name for step, _, _ in offers} | {"comment", "open", "file"}
    page = render_template(
        "case.html",
        person=person,
        case=case,
        dispute=case.dispute,
        place=divisions.get(case.dispute["area"]),
        category=_name(portal().cases.categories(person), "category", case.dispute["category"]),
        relation=_name(portal().cases.relations(person), "relation", case.dispute["relation"]),
        mediator=_mediator(asked),
        offers=offers,
        stray=sent if sent and sent.name not in known else None,
        comment=_form(COMMENT, asked, sent),
        opening=sent if sent and sent.name == "open" else Form("open", (PURPOSE,)),
        file_form=sent if sent and sent.name == "file" else Form("file"),
        file_purposes=FILE_PURPOSES,
        may_open=_may_open(asked),
        agreement=case.draft or case.in_effect,
        is_own=asked.is_own,
        done=done,
        words=words,
        when=when,
        days_left=lambda due: when.days_left(due["due_at"], asked.now),
    )
    return Response(page, _status(sent))


def _status(sent: Form | None) -> int:
    if sent is None:
        return 200
    return sent.problem.status if sent.problem else 422


def _form(step: Step, asked: Asked, sent: Form | None) -> Form:
    """The one that was sent and refused, else an empty one."""
    if sent is not None and sent.name == step.name:
        return Form(step.name, step.fields(asked), sent.given, sent.problem)
    return Form(step.name, step.fields(asked))


def version(step: Step, asked: Asked) -> str | None:
    """Of what the step changes, as it was read for this page."""
    found = {"draft": asked.case.draft, "agreement": asked.case.in_effect}
    if step.version == "dispute":
        return asked.case.version
    read = found.get(step.version)
    return str(read["version"]) if read else None


def _mediator(asked: Asked) -> str:
    """By the masked name, where the register has one."""
    account = asked.dispute["mediator_id"]
    for one in asked.case.mediators or ():
        if one["account_id"] == account:
            return str(one["name"])
    return str(account or "")


def _may_open(asked: Asked) -> bool:
    is_mediator = asked.dispute["mediator_id"] == asked.person.actor_id
    return is_mediator or roles.holds(asked.person, roles.OFFICERS, asked.dispute["area"])


def _name(told: list[Mapping[str, Any]], name: str, code: str) -> str:
    return next((words.named(one) for one in told if one[name] == code), code)


def _slip(dispute_id: UUID, person: Person, told: Mapping[str, Any]) -> str:
    return render_template(
        "filed.html",
        person=person,
        number=told["case_number"],
        secret=told["follow_secret"],
        dispute_id=dispute_id,
        similar=0,
        is_for_others=True,
        is_renewed=True,
    )
