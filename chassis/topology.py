"""Exchanges and queues, declared from what services say they publish and subscribe to.

<source>.events                      topic exchange; nameko's own name, so a stock @event_handler can listen too
<consumer>.from.<source>.v1          quorum queue, one active consumer, bound to the types subscribed to
<consumer>.from.<source>.v1.returned where the broker puts what it gave up delivering; the consumer keeps it as dead

Names carry a version because a queue's arguments cannot be changed: a new shape is a new name. Works with RabbitMQ
3.10 to 4.x.
"""

from collections.abc import Collection
from dataclasses import dataclass

import amqp
from amqp.exceptions import AccessRefused, NotFound, PreconditionFailed

from chassis.errors import Misconfigured

VERSION = "v1"
DELIVERY_LIMIT = 50
RETURNED_LIMIT = 1_000_000
"""None: what is lost from the queue of returned messages is lost. RabbitMQ 4 sets 20 where nothing is said."""


@dataclass(frozen=True)
class Route:
    """What one consumer takes from one source."""

    consumer: str
    source: str
    types: tuple[str, ...]

    @property
    def queue(self) -> str:
        return f"{self.consumer}.from.{self.source}.{VERSION}"

    @property
    def returned(self) -> str:
        return f"{self.queue}.returned"


def exchange(source: str) -> str:
    """The exchange a service publishes its facts to."""
    return f"{source}.events"


def declare_exchange(channel: amqp.Channel, source: str) -> None:
    """Raises Misconfigured when it exists with other arguments."""
    name = exchange(source)
    try:
        channel.exchange_declare(name, "topic", durable=True, auto_delete=False)
    except PreconditionFailed as error:
        raise Misconfigured(_mismatch("exchange", name, error)) from error


def declare_route(channel: amqp.Channel, route: Route) -> None:
    """Declare the source's exchange, the queue and its bindings; safe to repeat. A login without the right to make the
    exchange is content when its source has made it.

    A queue's leftovers go to `.returned` at least once (which needs reject-publish), so that a delivery limit, which
    alone would drop a message silently, loses nothing. Raises Misconfigured when something exists with other arguments,
    or is neither there nor may be made.
    """
    find_or_declare_exchange(channel.connection, route.source)
    _declare_queue(channel, route.returned, {"x-delivery-limit": RETURNED_LIMIT})
    _declare_queue(
        channel,
        route.queue,
        {
            "x-single-active-consumer": True,
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": route.returned,
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        },
    )
    for event_type in route.types:
        channel.queue_bind(route.queue, exchange(route.source), event_type)


def declare(channel: amqp.Channel, sources: Collection[str], routes: Collection[Route]) -> None:
    """Declare everything of a deployment at once, before its first fact is published."""
    for source in sources:
        declare_exchange(channel, source)
    for route in routes:
        declare_route(channel, route)


def find_or_declare_exchange(connection: amqp.Connection, source: str) -> None:
    """A login without the right to make it is content when it is there. Raises Misconfigured."""
    # Each on a channel of its own: the broker closes the one on which it refuses something.
    try:
        with connection.channel() as channel:
            declare_exchange(channel, source)
    except AccessRefused:
        name = exchange(source)
        try:
            with connection.channel() as channel:
                channel.exchange_declare(name, "topic", passive=True)
        except NotFound as error:
            raise Misconfigured(
                f"exchange {name} is not there yet, and this login may not make it; the relay of {source} makes it"
            ) from error


def _declare_queue(channel: amqp.Channel, name: str, arguments: dict[str, object]) -> None:
    try:
        channel.queue_declare(name, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum", **arguments})
    except PreconditionFailed as error:
        raise Misconfigured(_mismatch("queue", name, error)) from error
    except AccessRefused as error:
        raise Misconfigured(
            f"queue {name} is not there, or not this login's, and may not be made ({error.reply_text}); "
            "docs/operating/running.md has the rights a login needs"
        ) from error


def _mismatch(kind: str, name: str, error: PreconditionFailed) -> str:
    return (
        f"{kind} {name} exists with other arguments than this version declares ({error.reply_text}); "
        f"drain and delete it, or raise chassis.topology.VERSION"
    )
