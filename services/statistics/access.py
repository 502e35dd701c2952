"""Who may see which figures (DOMAIN A 38, 四级网络: a community sees itself; a street sees its sums)."""

from chassis import areas
from chassis.errors import NotAllowed
from chassis.identity import ROLES, Actor
from services.statistics.store import Division

EVERYONE = ROLES
"""Anyone signed in sees the sums of the district and of its streets: they are what the board is for."""

FACT_READERS = ROLES - {"resident", "recorder"}
"""See single facts, without content or names, of the areas they work in; too near to people for everybody's eyes."""


def require_sums(actor: Actor, division: Division) -> None:
    """Raises NotAllowed: a community's own figures are for those who live or work there, or answer for it."""
    if division.level == "community":
        _require_scope(actor, division)


def require_parts(actor: Actor, division: Division) -> None:
    """The same for the divisions one level down: a street's communities are for those whose scope holds the street."""
    if division.level in ("street", "community"):
        _require_scope(actor, division)


def _require_scope(actor: Actor, division: Division) -> None:
    if not any(areas.covers(grant.area, division.code) for grant in actor.grants):
        raise NotAllowed(f"this needs a role in {division.code} or in a division that holds it")
