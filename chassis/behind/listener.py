"""What the broker and the relays of the sources say, over a connection of its own: it must do so also while the
consumers have none.
"""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

import amqp

from chassis import broker, topology
from chassis.behind import beats
from chassis.behind.beats import Beat
from chassis.behind.measure import Queue
from chassis.errors import BrokerUnavailable, UnreadableEvent
from chassis.pauses import Pauses
from chassis.topology import Route

log = logging.getLogger(__name__)

ANSWER_S = 5.0
"""A busy broker may take longer to count a queue than to say anything else."""

LONGEST_PAUSE_S = 5.0


class Listener:
    """Listens to the beats of each route's source and asks for the length of its queues. `heard` is told each beat."""

    def __init__(self, amqp_url: str, routes: Sequence[Route], heard: Callable[[Beat], None]) -> None:
        self._nodes = broker.Nodes(amqp_url)
        self._routes = routes
        self._heard = heard
        self._connection: amqp.Connection | None = None
        self._channel: Any = None
        self._pauses = Pauses(0.5, LONGEST_PAUSE_S)
        self._not_before = 0.0

    def look(self) -> dict[str, Queue]:
        """For each source its queue, with what the broker gave up of it. Raises BrokerUnavailable, Misconfigured.

        Connects anew after a loss, with growing pauses in which it raises at once.
        """
        if time.monotonic() < self._not_before:
            raise BrokerUnavailable("the broker is asked again in a moment")
        try:
            if self._connection is None:
                self._pauses.begin()
                self._connect()
            found = {route.source: self._asked(route) for route in self._routes}
            self._connection_alive()
        except BaseException as error:
            self.close()
            self._not_before = time.monotonic() + self._pauses.after_failure_s()
            if isinstance(error, broker.LOST):
                raise BrokerUnavailable(f"the broker went away: {error or type(error).__name__}") from error
            raise
        return found

    def close(self) -> None:
        if self._connection is not None:
            broker.discard(self._connection)
        self._connection = self._channel = None

    def _connect(self) -> None:
        consumer = self._routes[0].consumer
        self._connection = self._nodes.connect(name=f"behind:{consumer}")
        self._channel = self._connection.channel()
        # Within the rights of the service's login; gone with the connection.
        name = f"{consumer}.from.beats.{uuid4().hex[:12]}"
        self._channel.queue_declare(
            name, durable=False, exclusive=True, auto_delete=True, arguments={"x-max-length": 10 * len(self._routes)}
        )
        for route in self._routes:
            topology.find_or_declare_exchange(self._connection, route.source)
            self._channel.queue_bind(name, topology.exchange(route.source), beats.ROUTING_KEY)
        self._channel.basic_consume(name, no_ack=True, callback=self._received)

    def _asked(self, route: Route) -> Queue:
        with self._channel.connection.transport.having_timeout(ANSWER_S):
            queue = self._channel.queue_declare(route.queue, passive=True)
            returned = self._channel.queue_declare(route.returned, passive=True)
        return Queue(queue.message_count + returned.message_count, queue.consumer_count)

    def _connection_alive(self) -> None:
        """Read what has come besides the answers, and say that we are here."""
        connection = self._channel.connection
        while broker.drain(connection, 0.001):
            pass
        connection.heartbeat_tick()

    def _received(self, message: amqp.Message) -> None:
        try:
            self._heard(beats.from_bytes(message.body))
        except UnreadableEvent as error:
            log.warning("passed over what came as a beat: %s", error)
