"""工作台: the cases where a person works, by what is due; for everyone else, those he or she has filed."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from services.portal.cases import roles, when, words
from services.portal.cases.forms import Choice, Field, Form
from services.portal.cases.reader import CASE_NUMBER, Told
from services.portal.divisions import Division, within
from services.portal.pages import portal
from services.portal.person import Person
from services.portal.upstream import NotPermitted, Refused, Unreachable

pages = Blueprint("cases", __name__)

PAGE = "20"


FILTERS = ("area", "state", "category", "relation", "channel")
FLAGS = ("open", "overdue", "mine")
EXPORTED = ("area", "state", "category", "relation", "channel", "open", "overdue")

ORDERS = (("due", lazy_gettext("到期先后")), ("newest", lazy_gettext("最新登记")))

FORMATS = ("csv", "xlsx")


@pages.get("/cases")
def work() -> AnyResponse:
    """What is open and due first, unless something else was asked for; of one's own filings, all."""
    person = portal().person()
    if request.args.get("f"):
        return _listed(person, request.args)
    return _listed(person, MultiDict({"open": "yes", "order": "due"} if roles.is_working(person) else {}))


@pages.post("/cases/search")
def search() -> AnyResponse:
    """What officers search for may be somebody's words: it is in no address."""
    return _listed(portal().person(), request.form, words_asked=request.form.get("q", "").strip())


@pages.get("/cases/search")
def back() -> AnyResponse:
    return Response(status=303, headers={"Location": url_for("cases.work")})


@pages.get("/cases/export.<any(csv, xlsx):form>")
def export(form: str) -> AnyResponse:
    """The list as a file, as `grievances` writes it."""
    person = portal().person()
    asked = {name: request.args[name] for name in EXPORTED if request.args.get(name)}
    asked |= {name: "true" for name in ("open", "overdue") if name in asked}
    return passed_on(person, "/disputes/export", {**asked, "format": form})


def passed_on(person: Person, path: str, asked: Mapping[str, str]) -> AnyResponse:
    """A file that a service sends, sent on piece by piece."""
    try:
        found = portal().cases.download(path, person, asked)
    except Refused as error:
        raise NotFound from error
    kept = ("Content-Type", "Content-Disposition")
    headers = {name: found.headers[name] for name in kept if name in found.headers}
    return Response(found.pieces, headers=headers)


def _listed(person: Person, asked: "MultiDict[str, str]", words_asked: str = "") -> AnyResponse:
    is_working = roles.is_working(person)
    divisions: Mapping[str, Division] = {}
    with suppress(Unreachable, NotPermitted):
        divisions = portal().divisions.all(person)
    categories, relations = portal().cases.categories(person), portal().cases.relations(person)
    form = Form("filter", _fields(person, divisions, categories, relations), asked)
    try:
        page = portal().cases.page(person, _query(asked, words_asked, is_working))
    except Refused as error:
        form.problem = error.problem
        page = {"items": [], "next": None}
    now = portal().clock()
    shown = render_template(
        "cases.html",
        person=person,
        is_working=is_working,
        may_search=_may_search(person),
        may_export=roles.holds(person, roles.OFFICERS),
        form=form,
        asked=asked,
        words_asked=words_asked,
        rows=[row(item, divisions, categories, relations, now) for item in page["items"]],
        next_page=page["next"],
        chosen=[] if words_asked else _chosen(form),
        is_narrowed=bool(asked.get("f")),
        exported={name: asked[name] for name in EXPORTED if asked.get(name)},
        words=words,
        more={name: asked[name] for name in (*FILTERS, *FLAGS, "order") if asked.get(name)},
    )
    return Response(shown, form.problem.status if form.problem else 200)


def _chosen(form: Form) -> list[str]:
    """What the list is narrowed to, in words."""
    said = []
    for one in form.fields:
        value = form.value(one)
        if value:
            said.append(str(one.label if one.kind == "flag" else dict(one.choices).get(value, value)).strip())
    return said


def _may_search(person: Person) -> bool:
    """An officer, wherever he or she sees cases."""
    seen = roles.areas_of(person, roles.SEERS)
    return bool(seen) and all(roles.holds(person, roles.OFFICERS, area) for area in seen)


def _query(asked: "MultiDict[str, str]", words_asked: str, is_working: bool) -> dict[str, str]:
    query = {name: asked[name] for name in FILTERS if asked.get(name)}
    query |= {name: "true" for name in FLAGS if asked.get(name)}
    query["limit"] = PAGE
    if asked.get("cursor"):
        query["cursor"] = asked["cursor"]
    if CASE_NUMBER.fullmatch(words_asked):
        query["case_number"] = words_asked
    elif words_asked:
        query["q"] = words_asked
        query.pop("overdue", None)
    elif is_working:
        query["order"] = "newest" if asked.get("order") == "newest" else "due"
    return query


def _fields(
    person: Person, divisions: Mapping[str, Division], categories: list[Told], relations: list[Told]
) -> list[Field]:
    fields = [
        Field("state", gettext("状态"), "filter", choices=words.choices(words.STATES)),
        Field("category", gettext("类别"), "filter", choices=_named(categories, "category")),
        Field("relation", gettext("双方关系"), "filter", choices=_named(relations, "relation")),
    ]
    if not roles.is_working(person):
        return [*fields, Field("open", gettext("只看未办结"), "flag")]
    own = within(divisions, roles.areas_of(person, roles.SEERS))
    areas = Field("area", gettext("范围"), "filter", choices=[(one.code, _indented(one)) for one in own])
    flags = [Field("open", gettext("只看未办结"), "flag"), Field("overdue", gettext("只看超期"), "flag")]
    if roles.holds(person, frozenset({"mediator"})):
        flags.append(Field("mine", gettext("只看我调解的"), "flag"))
    order = Field("order", gettext("排序"), "choice", required=True, default="due", choices=ORDERS)
    return [*([areas] if len(own) > 1 else []), *fields, order, *flags]


def _indented(division: Division) -> str:
    return ("　" if division.level == "community" else "") + division.name


def _named(told: list[Told], name: str) -> list[Choice]:
    return [(one[name], words.named(one)) for one in told]


def row(
    item: Told,
    divisions: Mapping[str, Division],
    categories: list[Told],
    relations: list[Told],
    now: datetime,
) -> dict[str, Any]:
    """A case as a line of the list."""
    place = divisions.get(item["area"])
    late_at = item["due_at"]
    return {
        **item,
        "place": place.name if place else item["area"],
        "category_name": dict(_named(categories, "category")).get(item["category"], item["category"]),
        "relation_name": dict(_named(relations, "relation")).get(item["relation"], item["relation"]),
        "registered_on": when.date(item["registered_at"]),
        "due_on": late_at and when.last_day(late_at),
        "days_left": when.days_left(late_at, now) if late_at else None,
    }
