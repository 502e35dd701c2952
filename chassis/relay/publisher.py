"""Publishing with pipelined confirms: many messages under way, each accounted for by its own tag."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import takewhile

import amqp
from amqp import spec

from chassis import broker
from chassis.envelope import CONTENT_TYPE
from chassis.errors import BrokerUnavailable
from chassis.relay import frames

WRITE_BYTES = 64 * 1024
"""So much is written at once: a system call for each message costs us and the broker a third more."""


@dataclass(frozen=True)
class Letter:
    """One message to publish. `position` is the outbox row it stands for, `subject` whose fact it is."""

    position: int
    event_id: str
    exchange: str
    routing_key: str
    body: str
    mandatory: bool
    subject: str = ""


@dataclass
class ConfirmWindow:
    """Which published messages the broker has answered for; pure bookkeeping, tags are those of one channel.

    A message that found no queue is returned *and* acked: the return vetoes the ack. A tag the window does not know
    (from before, or acked already) is ignored.
    """

    next_tag: int = 1
    pending: dict[int, Letter] = field(default_factory=dict)
    """By tag, in the order of tags."""
    confirmed: list[Letter] = field(default_factory=list)
    refused: list[Letter] = field(default_factory=list)
    returned: list[Letter] = field(default_factory=list)
    _vetoed: set[str] = field(default_factory=set)

    def sent(self, letter: Letter) -> None:
        self.pending[self.next_tag] = letter
        self.next_tag += 1

    def on_return(self, event_id: str) -> None:
        self._vetoed.add(event_id)

    def on_ack(self, tag: int, multiple: bool) -> None:
        for letter in self._answered(tag, multiple):
            if letter.event_id in self._vetoed:
                self._vetoed.discard(letter.event_id)
                self.returned.append(letter)
            else:
                self.confirmed.append(letter)

    def on_nack(self, tag: int, multiple: bool) -> None:
        self.refused.extend(self._answered(tag, multiple))

    def _answered(self, tag: int, multiple: bool) -> Iterable[Letter]:
        if not multiple:
            letter = self.pending.pop(tag, None)
            return [] if letter is None else [letter]
        tags = list(takewhile(lambda known: known <= tag, self.pending))
        return [self.pending.pop(known) for known in tags]

    def take(self) -> "Answers":
        """What has been answered since the last call."""
        answers = Answers(self.confirmed, self.returned, self.refused)
        self.confirmed, self.returned, self.refused = [], [], []
        return answers


@dataclass(frozen=True)
class Answers:
    """What the broker said: took it and stored it; found no queue; would not take it."""

    confirmed: list[Letter]
    returned: list[Letter]
    refused: list[Letter]


class Publisher:
    """A channel in confirm mode. After any exception it must be discarded: late answers cannot be told apart."""

    def __init__(self, connection: amqp.Connection) -> None:
        self._connection = connection
        self._channel = connection.channel()
        self._channel.confirm_select()
        self._unwritten: list[bytes] = []
        self._unwritten_bytes = 0
        self._oldest: tuple[int | None, float] = (None, 0.0)
        self._window = ConfirmWindow()
        self._channel.events["basic_ack"].add(self._window.on_ack)
        self._channel.events["basic_nack"].add(self._window.on_nack)
        self._channel.events["basic_return"].add(self._on_return)

    @property
    def unconfirmed(self) -> int:
        return len(self._window.pending)

    def send(self, letter: Letter) -> None:
        """Publish the message, at the latest with `flush`; its answer comes with `settle`. Raises BrokerUnavailable.

        Not `basic_publish`: with connection.blocked negotiated that one polls the socket before each message.
        """
        body = letter.body.encode()
        if frames.fits(body, self._connection.frame_max):
            self._keep(letter, body)
        else:
            self.flush()
            self._write_large(letter, body)
        self._window.sent(letter)
        if self._unwritten_bytes >= WRITE_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write to the socket what `send` has gathered. Raises BrokerUnavailable."""
        if not self._unwritten:
            return
        written = b"".join(self._unwritten)
        self._unwritten.clear()
        self._unwritten_bytes = 0
        try:
            self._connection.transport.write(written)
        except broker.LOST as error:
            raise BrokerUnavailable(f"publishing failed: {error or type(error).__name__}") from error
        # py-amqp counts frames to know whether a heartbeat is due.
        self._connection.bytes_sent += 1

    def settle(self, timeout_s: float, *, leaving: int = 0) -> Answers:
        """Wait until at most `leaving` messages have no answer; gives the answers since the last call.

        Raises BrokerUnavailable when a message has none in time; other answers are still to be had from `answers`.
        """
        self.flush()
        while self.unconfirmed:
            left_s = self._left_s(timeout_s)
            if left_s > 0 and self.unconfirmed <= leaving:
                break
            # Once late, read what is there before judging: the time may have gone to PostgreSQL.
            if not self._drained(min(broker.READ_TIMEOUT_S, max(left_s, 0))) and left_s <= 0:
                raise BrokerUnavailable(f"{self.unconfirmed} messages without a confirm after {timeout_s} s")
        return self._window.take()

    def answers(self) -> Answers:
        """What has been answered so far, after a failure."""
        return self._window.take()

    def _left_s(self, timeout_s: float) -> float:
        """How much longer the oldest message may be without an answer."""
        now, oldest = time.monotonic(), next(iter(self._window.pending), None)
        if oldest != self._oldest[0]:
            self._oldest = (oldest, now)
        return timeout_s if oldest is None else self._oldest[1] + timeout_s - now

    def _drained(self, timeout_s: float) -> bool:
        """While a confirm is awaited nobody else looks after the heartbeats: without them a connection that is only
        half open would be seen at the end of the time-out, and one that is well would be closed by the broker."""
        try:
            some = broker.drain(self._connection, timeout_s)
            self._connection.heartbeat_tick()
            return some
        except broker.LOST as error:
            raise BrokerUnavailable(f"the broker went away: {error or type(error).__name__}") from error

    def _keep(self, letter: Letter, body: bytes) -> None:
        message = frames.published(
            self._channel.channel_id,
            letter.exchange,
            letter.routing_key,
            body,
            letter.event_id,
            mandatory=letter.mandatory,
        )
        self._unwritten.append(message)
        self._unwritten_bytes += len(message)

    def _write_large(self, letter: Letter, body: bytes) -> None:
        message = amqp.Message(
            body,
            content_type=CONTENT_TYPE,
            content_encoding="utf-8",
            delivery_mode=frames.PERSISTENT,
            message_id=letter.event_id,
        )
        arguments = (0, letter.exchange, letter.routing_key, letter.mandatory, False)
        try:
            self._channel.send_method(spec.Basic.Publish, "Bssbb", arguments, message)
        except broker.LOST as error:
            raise BrokerUnavailable(f"publishing failed: {error or type(error).__name__}") from error

    def _on_return(self, _error: Exception, _exchange: str, _routing_key: str, message: amqp.Message) -> None:
        self._window.on_return(message.properties["message_id"])
