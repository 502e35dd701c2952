"""Who may see which figures (DOMAIN A 38, 四级网络: a community sees itself; a street sees its sums)."""

from chassis import areas
from chassis.database import Access
from chassis.errors import NotAllowed
from chassis.identity import ROLES, Actor
from services.statistics.store import Division

EVERYONE = ROLES
"""Anyone signed in sees the sums of the district and of its streets: they are what the board is for."""

FACT_READERS = ROLES - {"resident", "recorder", "hotline", "department_officer"}
"""See single facts, without content or names, of the areas they work in; too near to people for everybody's eyes."""


def eyes(actor: Actor) -> Access:
    """See the facts of the divisions the actor works in; a grant bound to a part of a grid shows none.

    Facts and figures carry no place in the grid: a building's leader would otherwise see the whole community's. Raises
    NotAllowed for one who has no other grants.
    """
    seen = tuple(grant.area for grant in actor.grants if grant.role in FACT_READERS and not grant.grid_path)
    if not seen:
        raise NotAllowed("single facts need a role in a division as a whole, not in a part of its grid")
    return Access(actor.actor_id, tuple(dict.fromkeys(areas.prefix(area) for area in seen)))


def require_sums(actor: Actor, division: Division) -> None:
    """Raises NotAllowed: a community's own figures are for those who live or work there, or answer for it."""
    if division.level == "community":
        _require_scope(actor, division)


def works_in(actor: Actor, division: Division) -> bool:
    """Whether they work in the division as a whole: then they see single facts of it, and its figures to the day."""
    return any(
        grant.role in FACT_READERS and not grant.grid_path and areas.covers(grant.area, division.code)
        for grant in actor.grants
    )


def require_days(actor: Actor, division: Division) -> None:
    """Raises NotAllowed: a community's figures by the day could single out one neighbour's dispute.

    For residents they are those of a whole year; counts are never blurred, since that would hide complaints (ADR 0012).
    """
    if division.level == "community" and not works_in(actor, division):
        raise NotAllowed(
            f"figures of {division.code} from one day to another are for those who work there; ask for a year"
        )


def require_breakdown(actor: Actor, division: Division, *, by_days: bool) -> None:
    """Raises NotAllowed: what one dispute of a community is about is for those who work there.

    From a street up it is for everybody, by months that are over: beside a figure of a community that has just changed,
    one of a category that changes with it would tell what the neighbours' dispute is about (ADR 0013).
    """
    require_sums(actor, division)
    if works_in(actor, division):
        return
    if division.level == "community":
        raise NotAllowed(f"figures of {division.code} by category or relation are for those who work there")
    if by_days:
        raise NotAllowed(
            f"figures of {division.code} by category or relation from one day to another are for those who work there; "
            "ask for a year"
        )


def require_parts(actor: Actor, division: Division, *, by_days: bool) -> None:
    """The same for the divisions one level down: a street's communities are for those whose scope holds the street."""
    if division.level in ("street", "community"):
        _require_scope(actor, division)
        if by_days and not works_in(actor, division):
            raise NotAllowed(
                f"figures of communities of {division.code} from one day to another are for those who work there; "
                "ask for a year"
            )


def may_see_points(actor: Actor, division: Division, *, by_days: bool) -> bool:
    """How satisfied the few of a community were who were asked is for those who work there.

    From a street up it is for everybody, by the year: of two periods that end a day apart the difference would tell
    what one complainant said that day, however many answers each of them has (ADR 0013).
    """
    return works_in(actor, division) or (division.level != "community" and not by_days)


def _require_scope(actor: Actor, division: Division) -> None:
    if not any(areas.covers(grant.area, division.code) for grant in actor.grants if not grant.grid_path):
        raise NotAllowed(
            f"this needs a role in {division.code} or in a division that holds it, and not in a part of its grid alone"
        )
