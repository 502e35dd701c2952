"""A broker in memory for the delivery machine: one queue, deliveries without an acknowledgement, confirms of all kinds.

It keeps what a real one keeps (what it has confirmed is in the queue until acknowledged) and does what a real one may:
takes a message and loses its confirm, confirms several at once or out of order, returns, refuses, repeats, reorders.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from uuid import UUID

from chassis.envelope import CONTENT_TYPE
from chassis.errors import BrokerUnavailable
from chassis.inbox.delivery import Delivery
from chassis.relay.publisher import Answers, ConfirmWindow, Letter

TAKEN, RETURNED, REFUSED, SILENT, LOST = FATES = ("taken", "returned", "refused", "silent", "lost")
"""What becomes of one published message: silent ones are in the queue without a confirm, lost ones never arrived."""


@dataclass(frozen=True)
class Message:
    """One copy of a fact in the queue."""

    event_id: UUID
    body: bytes
    redelivered: bool = False
    returned: bool = False

    def delivery(self) -> Delivery:
        return Delivery(self.body, CONTENT_TYPE, redelivered=self.redelivered, returned=self.returned)


class FakeBroker:
    """`queue`: ready to be delivered. `unacked`: with the consumer."""

    def __init__(self) -> None:
        self.queue: deque[Message] = deque()
        self.unacked: list[Message] = []

    def put(self, letter: Letter) -> None:
        self.queue.append(Message(UUID(letter.event_id), letter.body.encode()))

    def deliver(self, most: int) -> None:
        """Hand messages to the consumer, in the queue's order."""
        for _ in range(min(most, len(self.queue))):
            self.unacked.append(self.queue.popleft())

    def acknowledge(self, count: int) -> None:
        """The first so many deliveries, as with `multiple`."""
        del self.unacked[:count]

    def take_back(self) -> None:
        """The consumer's connection is gone: what it had goes to the head of the queue, marked."""
        self.queue.extendleft(replace(message, redelivered=True) for message in reversed(self.unacked))
        self.unacked.clear()

    def repeat(self, index: int) -> None:
        """As when a relay sends a row again whose confirm was lost."""
        message = self.queue[index % len(self.queue)]
        self.queue.append(replace(message, redelivered=False))

    def shuffle(self, random: Random) -> None:
        shuffled = list(self.queue)
        random.shuffle(shuffled)
        self.queue = deque(shuffled)

    def give_up(self, index: int) -> None:
        """As at the delivery limit: the message comes by the queue of returned ones."""
        self.queue[index % len(self.queue)] = replace(self.queue[index % len(self.queue)], returned=True)

    def holds(self) -> set[UUID]:
        return {message.event_id for message in [*self.queue, *self.unacked]}


class FakePublisher:
    """Stands where chassis.relay.publisher.Publisher does, with the real window; one channel's life.

    `fates` and `random` say what becomes of what is answered from now on.
    """

    def __init__(self, broker: FakeBroker) -> None:
        self._broker = broker
        self.fates: Sequence[str] = [TAKEN]
        self.random = Random(0)
        self._window = ConfirmWindow()
        self._sent: list[tuple[int, Letter]] = []

    @property
    def unconfirmed(self) -> int:
        return len(self._window.pending)

    def send(self, letter: Letter) -> None:
        self._sent.append((self._window.next_tag, letter))
        self._window.sent(letter)

    def flush(self) -> None:
        """What was sent is on its way; what becomes of it is decided by `settle` or `break_off`."""

    def settle(self, _timeout_s: float, *, leaving: int = 0) -> Answers:
        """What the broker makes of what was sent. Raises BrokerUnavailable when a confirm never comes."""
        asked = self._sent[: len(self._sent) - leaving]
        del self._sent[: len(asked)]
        if asked:
            self._answer(asked)
        if self.unconfirmed > leaving:
            raise BrokerUnavailable(f"{self.unconfirmed} messages without a confirm")
        return self._window.take()

    def answers(self) -> Answers:
        return self._window.take()

    def break_off(self) -> None:
        """The connection is gone: of what was under way, some arrived, and nobody hears of it."""
        for tag, letter in self._sent:
            if self._fate(tag) in (TAKEN, SILENT):
                self._broker.put(letter)
        self._sent.clear()

    def _fate(self, tag: int) -> str:
        return self.fates[(tag - 1) % len(self.fates)]

    def _answer(self, asked: list[tuple[int, Letter]]) -> None:
        fates = {tag: self._fate(tag) for tag, _ in asked}
        for tag, letter in asked:
            if fates[tag] in (TAKEN, SILENT):
                self._broker.put(letter)
            if fates[tag] == RETURNED:
                self._window.on_return(letter.event_id)
        answered = [tag for tag, fate in fates.items() if fate in (TAKEN, RETURNED, REFUSED)]
        if all(fate in (TAKEN, RETURNED) for fate in fates.values()) and self.random.random() < 0.5:
            self._window.on_ack(max(fates), multiple=True)
            return
        self.random.shuffle(answered)
        for tag in answered:
            if fates[tag] == REFUSED:
                self._window.on_nack(tag, multiple=False)
            else:
                self._window.on_ack(tag, multiple=False)
