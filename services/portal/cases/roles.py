"""Which pages a person's roles lead to. The services decide what each may see and do; this is where links lead."""

from flask_babel import gettext

from chassis import areas
from services.portal.person import Person

WORKERS = frozenset({"mediator", "community_officer"})
COMMITTEE = frozenset({"community_officer"})
ABOVE = frozenset({"street_officer", "district_officer"})
OFFICERS = COMMITTEE | ABOVE
SEERS = WORKERS | OFFICERS
HELPERS = frozenset({"grid_leader", "mediator", "community_officer", "hotline"})
FILERS = HELPERS | {"resident"}
READERS = SEERS | FILERS


def holds(person: Person, roles: frozenset[str], area: str | None = None) -> bool:
    """Whether one of the person's roles is among these and, where an area is named, reaches it."""
    return any(
        role in roles and (area is None or (areas.covers(place, area) and not grid))
        for role, place, grid in person.scope
    )


def areas_of(person: Person, roles: frozenset[str]) -> list[str]:
    """The divisions that the person has one of these roles in."""
    return list(dict.fromkeys(area for role, area, _ in person.scope if role in roles))


def is_working(person: Person) -> bool:
    """Whether the person sees the cases of an area, not only what he or she has filed."""
    return any(role in SEERS and not grid for role, _, grid in person.scope)


def nav(person: Person | None) -> list[tuple[str, str]]:
    """Page and name, in the order of the menu."""
    pages: list[tuple[str, str]] = []
    if person is not None:
        pages.append(("board.show", gettext("看板")))
        if holds(person, READERS):
            pages.append(("cases.work", gettext("工作台") if is_working(person) else gettext("我的案件")))
        if holds(person, FILERS):
            pages.append(("filing.ask", gettext("我要反映")))
    return [*pages, ("follow.ask", gettext("案件查询"))]
