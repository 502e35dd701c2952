"""A message on its way into the inbox."""

from dataclasses import dataclass

from chassis.envelope import Event
from chassis.errors import UnreadableEvent
from chassis.inbox.failed_events import Arrival


@dataclass(slots=True)
class Delivery:
    """A message as the broker handed it over. `redelivered`: another process has had it before and did not finish.

    `returned`: the broker has given up delivering it; it is kept as dead, whatever it holds. `reading` is what
    `Inbox.read` has made of it.
    """

    body: bytes
    content_type: str | None
    redelivered: bool = False
    returned: bool = False
    reading: "Arrival | Unread | None" = None


@dataclass(frozen=True, slots=True)
class Unread:
    """Why a message is no event for us; the event as far as it is one."""

    event: Event | None
    why: UnreadableEvent
