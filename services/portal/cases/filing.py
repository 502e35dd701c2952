"""我要反映: file a case, for oneself or for somebody who came."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from services.portal.cases import roles, words
from services.portal.cases.forms import Choice, Field, Form
from services.portal.cases.reader import Told
from services.portal.divisions import Division, communities_by_street, within
from services.portal.pages import portal
from services.portal.person import Person
from services.portal.upstream import Command, NotPermitted, Refused, Unreachable

pages = Blueprint("filing", __name__)


@pages.get("/cases/new")
def ask() -> str:
    person = portal().person()
    return _asking(person, Form("filing", _fields(person)))


@pages.post("/cases/new")
def file() -> AnyResponse:
    """The answer holds the secret, this once; sent again under its key, the same form is told the same."""
    person = portal().person()
    form = Form("filing", _fields(person), request.form)
    try:
        filed = portal().cases.file(person, Command(form.body(), form.key))
    except (Refused, NotPermitted, Unreachable) as error:
        form.problem = error.problem
        return Response(_asking(person, form), error.problem.status)
    page = render_template(
        "filed.html",
        person=person,
        number=filed["case_number"],
        secret=filed["follow_secret"],
        dispute_id=filed["dispute_id"],
        similar=filed["similar"]["count"] if roles.is_working(person) else 0,
        is_for_others=_is_for_others(person),
        is_renewed=False,
    )
    return Response(page, 201)


def _asking(person: Person, form: Form) -> str:
    return render_template("filing.html", person=person, form=form, is_for_others=_is_for_others(person))


def _is_for_others(person: Person) -> bool:
    return roles.holds(person, roles.HELPERS)


def _fields(person: Person) -> list[Field]:
    for_others = _is_for_others(person)
    categories, relations = portal().cases.categories(person), portal().cases.relations(person)
    fields = [
        *_place(person, portal().divisions.all(person)),
        Field("category", gettext("什么事"), "choice", required=True, choices=_named(categories, "category")),
        Field("relation", gettext("谁与谁之间"), "choice", required=True, choices=_named(relations, "relation")),
        Field(
            "summary",
            gettext("事情经过"),
            "long",
            required=True,
            longest=4000,
            help=gettext("什么时候、在哪里、发生了什么、希望怎样解决。"),
        ),
        Field(
            "applicant.name", gettext("申请人姓名") if for_others else gettext("您的姓名"), required=True, longest=100
        ),
        Field("applicant.phone", gettext("联系电话"), "phone", required=True, longest=25),
        Field(
            "respondent.kind",
            gettext("对方是"),
            "radio",
            required=True,
            default="organisation",
            choices=(("organisation", gettext("单位")), ("person", gettext("个人"))),
        ),
        Field("respondent.name", gettext("对方的名称或姓名"), required=True, longest=100),
        Field("respondent.phone", gettext("对方电话"), "phone", longest=25),
        Field(
            "respondent.body",
            gettext("如果反映的是社区的某个组织"),
            "choice",
            choices=words.choices(words.BODIES),
            help=gettext("选了以后，这个组织的人不参与办理，也看不到是谁反映的。"),
        ),
    ]
    if roles.holds(person, roles.WORKERS):
        bases = words.choices(words.BASES)
        fields.append(
            Field("basis", gettext("怎样开始"), "choice", required=True, default="application", choices=bases)
        )
    if roles.holds(person, frozenset({"hotline"})):
        kinds = words.choices(words.TICKETS)
        fields.append(Field("ticket_kind", gettext("热线工单种类"), "choice", choices=kinds))
    return fields


def _place(person: Person, known: Mapping[str, Division]) -> list[Field]:
    """The communities where the person may file, by name; and for who leads a part of the grid, which part."""
    found = within(known, roles.areas_of(person, roles.FILERS))
    communities = [one for one in found if one.level == "community"]
    area = Field("area", gettext("社区"), "choice", required=True)
    if len(communities) == 1:
        return [replace(area, default=communities[0].code, choices=_coded(communities)), *_grid(person)]
    streets = communities_by_street(found, known)
    return [replace(area, groups={street: _coded(inner) for street, inner in streets.items()}), *_grid(person)]


def _coded(divisions: list[Division]) -> list[Choice]:
    return [(one.code, one.name) for one in divisions]


def _grid(person: Person) -> list[Field]:
    """Whoever leads a part of a grid files for what lies in it."""
    paths = [grid for role, _, grid in person.scope if role == "grid_leader" and grid]
    if not paths or any(role in roles.FILERS and not grid for role, _, grid in person.scope):
        return []
    units: list[Choice] = []
    for path in paths:
        own = path.rsplit("/", 1)[-1]
        units.append((own, gettext("我负责的网格")))
        with suppress(Unreachable, NotPermitted, Refused):
            units += [(one["grid_unit_id"], one["label"]) for one in portal().divisions.units_in(own, person)]
    return [Field("grid_unit_id", gettext("楼栋、单元"), "choice", required=True, default=units[0][0], choices=units)]


def _named(told: list[Told], name: str) -> list[Choice]:
    return [(one[name], words.named(one)) for one in told]
