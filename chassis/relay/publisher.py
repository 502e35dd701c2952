"""Publishing with pipelined confirms: many messages under way, each accounted for by its own tag."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

import amqp
from amqp import spec

from chassis import broker
from chassis.envelope import CONTENT_TYPE
from chassis.errors import BrokerUnavailable

PERSISTENT = 2


@dataclass(frozen=True)
class Letter:
    """One message to publish. `position` is the outbox row it stands for."""

    position: int
    event_id: str
    exchange: str
    routing_key: str
    body: str
    mandatory: bool


@dataclass
class ConfirmWindow:
    """Which published messages the broker has answered for; pure bookkeeping, tags are those of one channel.

    A message that found no queue is returned *and* acked: the return vetoes the ack. A tag the window does not know
    (from before, or acked already) is ignored.
    """

    next_tag: int = 1
    pending: dict[int, Letter] = field(default_factory=dict)
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
        tags = [known for known in self.pending if known <= tag]
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
        self._window = ConfirmWindow()
        self._channel.events["basic_ack"].add(self._window.on_ack)
        self._channel.events["basic_nack"].add(self._window.on_nack)
        self._channel.events["basic_return"].add(self._on_return)

    @property
    def unconfirmed(self) -> int:
        return len(self._window.pending)

    def send(self, letter: Letter) -> None:
        """Write the message to the socket; its answer comes with `settle`. Raises BrokerUnavailable.

        Not `basic_publish`: with connection.blocked negotiated that one polls the socket before each message.
        """
        message = amqp.Message(
            letter.body,
            content_type=CONTENT_TYPE,
            content_encoding="utf-8",
            delivery_mode=2,
            message_id=letter.event_id,
        )
        try:
            self._channel.send_method(
                spec.Basic.Publish, "Bssbb", (0, letter.exchange, letter.routing_key, letter.mandatory, False), message
            )
        except broker.LOST as error:
            raise BrokerUnavailable(f"publishing failed: {error or type(error).__name__}") from error
        self._window.sent(letter)

    def settle(self, timeout_s: float) -> Answers:
        """Wait until every message sent has its answer. Raises BrokerUnavailable when one has none in time.

        What was answered before that is still to be had from `answers`.
        """
        deadline = time.monotonic() + timeout_s
        while self._window.pending:
            remaining_s = deadline - time.monotonic()
            if remaining_s <= 0:
                raise BrokerUnavailable(f"{self.unconfirmed} messages without a confirm after {timeout_s} s")
            try:
                broker.drain(self._connection, min(broker.READ_TIMEOUT_S, remaining_s))
            except broker.LOST as error:
                raise BrokerUnavailable(f"the broker went away: {error or type(error).__name__}") from error
        return self._window.take()

    def answers(self) -> Answers:
        """What has been answered so far, after a failure."""
        return self._window.take()

    def _on_return(self, _error: Exception, _exchange: str, _routing_key: str, message: amqp.Message) -> None:
        self._window.on_return(message.properties["message_id"])
