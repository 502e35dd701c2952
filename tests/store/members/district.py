"""A small district, and who looks at it."""

from datetime import UTC, datetime

from chassis.database import Access
from chassis.identity import Actor, Grant

NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)
AREA = "440305001012"
DISTRICT = """\
code,name,level,parent_code
440305000000,南山区,district,
440305001000,南头街道,street,440305000000
440305001012,星海名城社区居委会,community,440305001000
440305001013,安乐社区居委会,community,440305001000
440305006000,招商街道,street,440305000000
440305006011,海月社区居委会,community,440305006000
"""


def officer(area: str = AREA, role: str = "community_officer") -> Actor:
    return Actor("officer", (Grant(role, area),))


def eyes(actor: Actor) -> Access:
    """What the edge makes of an actor whose every role fits."""
    return Access(actor.actor_id, actor.areas({grant.role for grant in actor.grants}))
