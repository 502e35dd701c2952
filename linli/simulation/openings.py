"""Inboxes: grid leaders look what was resolved in their place, and mark some of it as read. Numbers are assumed (*)."""

from collections.abc import Sequence

from linli.simulation.acts import Act, Ground, Mix, Request, Story, Told, Voice
from linli.wire import body_of

SERVICE = "members"
AT_ONCE = 20
LEADERS = Mix(
    {"household-0": 30, "household-1": 30, "building-0": 12, "building-1": 12, "compound-0": 8, "community-0": 8}
)
"""Whose inbox is opened: household leaders are many and see little, a community's sees everything."""

MARKED = Mix({0: 30, 1: 40, 2: 20, 3: 10})
"""How many of the unread are opened one by one, and so read."""


def live(story: Story) -> None:
    story.case.facts["leader"] = story.draw(LEADERS)
    story.tell("open inbox", marked=story.draw(MARKED))


def reader(act: Act) -> Voice:
    code = act.case.community.code
    return Voice(f"leader-{code}-{act.case.facts['leader']}", "grid_leader", code)


def open_inbox(act: Act, told: Told, ground: Ground) -> Request:
    return Request(SERVICE, "GET", f"/notices?unread=true&limit={AT_ONCE}", voice=reader(act))


def hear(act: Act, told: Told, answer: bytes) -> Sequence[Request]:
    """The newest are read, each with a request of its own."""
    unread = body_of(answer)["items"][: act.details["marked"]]
    return [Request(SERVICE, "POST", f"/notices/{one['notice_id']}/read", voice=reader(act)) for one in unread]
