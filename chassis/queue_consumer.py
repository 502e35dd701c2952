"""Consuming one queue: group commit, and an acknowledgement only after the commit.

One connection a source. A reader greenlet fills a buffer (at most the prefetch), a worker greenlet takes what is there
(at most `CONSUMER_BATCH`), brings it into effect in one transaction, and acknowledges with one frame. Nothing waits
for a batch to fill: under load the next batch gathers while this one commits, without load an event goes at once.

After a death in the middle of a fact that was run alone, a connection takes one message at a time until one comes that
nobody has had before. The broker gives a message up that was handed back too often: so a fact that kills its process
uses up its own deliveries, and not those of the healthy ones behind it.
"""

import logging
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import amqp
import eventlet
from eventlet.event import Event as Signal

from chassis import broker, metrics, topology
from chassis.behind.measure import Own
from chassis.deliveries import Delivered, Deliveries
from chassis.errors import BrokerUnavailable, Misconfigured, Unavailable
from chassis.inbox.delivery import Delivery
from chassis.inbox.effects import Inbox
from chassis.pauses import Pauses
from chassis.survived import Survived
from chassis.topology import Route

log = logging.getLogger(__name__)

EVENTS, RETURNED = "events", "returned"
"""The tags of a connection's two consumers."""

LONGEST_REST_S = 0.02
"""While there is little for each, two transactions lie twice as far apart as one takes, at most this."""

RETRY_S = 1.0
"""How often kept events are looked at, and the longest pause between two attempts to reach the broker is five of it."""


class Mailbox:
    """What the reader has received and the worker has not taken: (delivery tag, delivery), in the broker's order."""

    def __init__(self) -> None:
        self._messages: deque[tuple[int, Delivery]] = deque()
        self._arrived = Signal()
        self._closed = False

    def put(self, tag: int, delivery: Delivery) -> None:
        if self._closed:
            return
        self._messages.append((tag, delivery))
        if not self._arrived.ready():
            self._arrived.send()

    def take(self, limit: int, timeout_s: float) -> list[tuple[int, Delivery]]:
        """Whatever is there, at most `limit`; waits up to `timeout_s` for the first."""
        if not self._messages:
            with eventlet.Timeout(timeout_s, exception=False):
                self._arrived.wait()
        self._arrived = Signal() if self._arrived.ready() else self._arrived
        return [self._messages.popleft() for _ in range(min(limit, len(self._messages)))]

    def close(self) -> None:
        """Forget what was not taken and whatever comes now; the broker delivers it again."""
        self._closed = True
        self._messages.clear()

    def __len__(self) -> int:
        return len(self._messages)


class QueueConsumer:
    """Consumes one route until stopped. `problem` is what keeps it from being ready, in words; None when it is."""

    def __init__(self, amqp_url: str, route: Route, inbox: Inbox, *, batch: int) -> None:
        self._nodes = broker.Nodes(amqp_url)
        self.route = route
        self._inbox = inbox
        self._batch = batch
        self._survived = Survived(10 * batch)
        self._stopping = False
        self._mailbox = Mailbox()
        self._channel: amqp.Channel | None = None
        self._busy = 0
        self._settled = 0
        self._connected = 0
        self._receives = False
        self._fresh = False
        self._mismatched = False
        self.problem: str | None = f"{route.queue} is not consumed yet"

    def own(self) -> Own:
        """What this consumer has in hand and has done; what was in hand on a lost connection is the broker's again."""
        in_hand = 0 if self._channel is None else len(self._mailbox) + self._busy
        return Own(in_hand, self._settled, self._connected, self._receives and self._channel is not None)

    def stop(self) -> None:
        """Take no more from the broker, finish and acknowledge what was taken; `run` then returns."""
        self._stopping = True

    def run(self) -> None:
        """Consume, and connect anew after every loss, for as long as nobody stops it.

        What the worker could not foresee is raised here: it ends the process, and what was in hand is delivered again.
        """
        self._worker = eventlet.spawn(self._work)
        pauses = Pauses(0.2, 5 * RETRY_S)
        while not self._stopping:
            pauses.begin()
            try:
                self._consume()
            except (BrokerUnavailable, Misconfigured) as error:
                self.problem = str(error)
                self._tell_mismatch(isinstance(error, Misconfigured))
                log.warning("%s is not consumed: %s", self.route.queue, error)
                self._pause(pauses.after_failure_s())
        self._worker.wait()

    def _consume(self) -> None:
        connection = self._nodes.connect(name=self.route.queue)
        try:
            channel = connection.channel()
            Deliveries(channel, self._received)
            topology.declare_route(channel, self.route)
            self._mailbox, self._fresh = Mailbox(), not self._suspects_left()
            self._channel, self.problem = channel, None
            self._connected, self._receives = self._connected + 1, False
            self._tell_mismatch(False)
            if not self._fresh:
                self._take(connection, channel, 1, until=lambda: self._fresh)
            self._take(connection, channel, 2 * self._batch, until=lambda: False)
            connection.close()
        except broker.LOST as error:
            raise BrokerUnavailable(f"the broker went away: {error or type(error).__name__}") from error
        finally:
            self._channel = None
            self._survived.connection_lost()
            self.problem = self.problem or f"{self.route.queue} is not consumed at the moment"
            broker.discard(connection)

    def _suspects_left(self) -> bool:
        try:
            return self._inbox.has_suspects()
        except Unavailable:
            return True

    def _take(
        self, connection: amqp.Connection, channel: amqp.Channel, prefetch: int, *, until: Callable[[], bool]
    ) -> None:
        """Have at most so many messages of each queue at a time; return with none in hand."""
        channel.basic_qos(0, prefetch, False)
        tags = [
            channel.basic_consume(self.route.queue, consumer_tag=EVENTS),
            channel.basic_consume(self.route.returned, consumer_tag=RETURNED),
        ]
        self._read(connection, until)
        self._finish(connection, channel, tags)

    def _read(self, connection: amqp.Connection, until: Callable[[], bool]) -> None:
        next_tick = time.monotonic() + 1.0
        while not (self._stopping or until()):
            if self._worker.dead:
                self._worker.wait()
            if broker.drain(connection, 0.5):
                # A socket with more to read would not let the worker have its turn.
                eventlet.sleep(0)
            if time.monotonic() >= next_tick:
                connection.heartbeat_tick()
                next_tick = time.monotonic() + 1.0

    def _finish(self, connection: amqp.Connection, channel: amqp.Channel, tags: list[str]) -> None:
        """Cancel, then keep the connection alive until the worker has acknowledged everything received.

        What two consumers of one channel have in hand, a crash would hand back in another order.
        """
        for tag in tags:
            channel.basic_cancel(tag)
        while (len(self._mailbox) or self._busy) and not self._worker.dead:
            broker.drain(connection, 0.05)
            connection.heartbeat_tick()

    def _received(self, message: Delivered) -> None:
        returned = message.consumer == RETURNED
        self._receives = True
        suspected = self._survived.received(message.body, redelivered=message.redelivered)
        self._fresh = self._fresh or not (suspected or returned)
        delivery = Delivery(message.body, message.content_type, suspected, returned=returned)
        with suppress(Exception):
            # What nobody foresaw is raised again where the event is applied, and kept there.
            self._inbox.read(delivery)
        self._mailbox.put(message.tag, delivery)

    def _work(self) -> None:
        next_retry = 0.0
        while not (self._stopping and self._channel is None):
            mailbox, channel = self._mailbox, self._channel
            taken = mailbox.take(self._batch, min(0.1, max(next_retry - time.monotonic(), 0)))
            if taken:
                self._busy = len(taken)
                begun = time.monotonic()
                done = self._bring_into_effect([delivery for _, delivery in taken], mailbox)
                if done and self._acknowledge(channel, taken[-1][0]):
                    self._survived.acknowledged(delivery.body for _, delivery in taken)
                    self._settled += len(taken)
                self._busy = 0
                if len(taken) < self._batch and not self._stopping:
                    # One costs much the same for one event as for ten: on a busy machine more of them come together.
                    eventlet.sleep(min(2 * (time.monotonic() - begun), LONGEST_REST_S))
            if time.monotonic() >= next_retry and not self._stopping:
                # What waited behind an event that is in effect now is due at once; the queue has its turn in between.
                next_retry = time.monotonic() + (0 if self._retry_kept() else RETRY_S)

    def _bring_into_effect(self, deliveries: list[Delivery], mailbox: Mailbox) -> bool:
        """Hold on to the deliveries while PostgreSQL is away, until the broker takes them back or the service stops."""
        pause_s = 0.1
        while mailbox is self._mailbox:
            try:
                self._inbox.apply(deliveries)
                return True
            except Unavailable as error:
                log.warning("%s waits for its database: %s", self.route.queue, error)
                if self._stopping:
                    # Closed, so that no later message is taken: its acknowledgement would cover these.
                    mailbox.close()
                    break
                eventlet.sleep(pause_s)
                pause_s = min(pause_s * 2, 5 * RETRY_S)
        return False

    def _acknowledge(self, channel: Any, last_tag: int) -> bool:
        """Everything up to this tag. When the channel is gone the broker delivers again and the inbox absorbs it."""
        still_open = channel is not None and self._channel is channel
        if not still_open:
            return False
        try:
            channel.basic_ack(last_tag, multiple=True)
        except broker.LOST as error:
            log.warning("%s could not acknowledge: %s", self.route.queue, error)
            return False
        return True

    def _retry_kept(self) -> int:
        try:
            return self._inbox.retry_due()
        except Unavailable as error:
            log.warning("kept events of %s wait for the database: %s", self.route.queue, error)
            return 0

    def _tell_mismatch(self, is_so: bool) -> None:
        """The queues of a process share one gauge."""
        metrics.TOPOLOGY_MISMATCH.inc(int(is_so) - int(self._mismatched))
        self._mismatched = is_so

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._stopping and time.monotonic() < until:
            eventlet.sleep(0.1)
