"""Who may do what in `members`. What no line allows is denied, here and by the row security policies below it."""

from enum import StrEnum

from chassis.identity import ROLES


class Purpose(StrEnum):
    """Why a holder's name and phone are opened (PIPL Art. 6): to reach a leader, to hand over, to look into it."""

    CONTACT = "contact"
    HANDOVER = "handover"
    REVIEW = "review"


OFFICERS = frozenset({"community_officer", "street_officer", "district_officer"})
"""Keep the grid, the organisations and the tenures of their own area, and may open a holder's name for a purpose."""

GRID_READERS = OFFICERS | {"grid_leader", "mediator"}
"""See places and, masked, who answers for them: a leader their own grid, a mediator where disputes are filed."""

EVERYONE = ROLES
"""Anyone signed in: the official list of divisions, the organisations (no person in either), one's own notices."""
