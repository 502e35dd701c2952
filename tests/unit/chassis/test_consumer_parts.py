"""The consumer's own bookkeeping: what was given up is never acknowledged by what comes later."""

from typing import Any

import pytest

from chassis import metrics
from chassis.errors import DatabaseUnavailable
from chassis.inbox.delivery import Delivery
from chassis.queue_consumer import Mailbox, QueueConsumer
from chassis.topology import Route


class Acks:
    """A channel that remembers what was acknowledged on it."""

    def __init__(self) -> None:
        self.tags: list[int] = []

    def basic_ack(self, tag: int, multiple: bool) -> None:
        assert multiple
        self.tags.append(tag)


class Inbox:
    """Is away for so many calls."""

    def __init__(self, away: int) -> None:
        self.away = away
        self.applied: list[bytes] = []
        self.retries = [1, 1, 0]

    def apply(self, deliveries: list[Delivery]) -> None:
        if self.away:
            self.away -= 1
            raise DatabaseUnavailable("away")
        self.applied += [delivery.body for delivery in deliveries]

    def retry_due(self) -> int:
        self.applied.append(b"retry")
        return self.retries.pop(0)


def consumer(inbox: Any) -> tuple[Any, Acks]:
    made: Any = QueueConsumer("amqp://nowhere", Route("counting", "grievances", ()), inbox, batch=2)
    made._channel = Acks()
    return made, made._channel


def put(made: Any, *tags: int) -> None:
    for tag in tags:
        made._mailbox.put(tag, Delivery(b"%d" % tag, None))


def test_a_mailbox_hands_out_at_most_so_many_in_the_order_they_came() -> None:
    mailbox = Mailbox()
    for tag in (1, 2, 3):
        mailbox.put(tag, Delivery(b"", None))

    assert [[tag for tag, _ in mailbox.take(2, 0)] for _ in range(3)] == [[1, 2], [3], []]


def test_a_closed_mailbox_has_nothing_and_takes_nothing() -> None:
    mailbox = Mailbox()
    mailbox.put(1, Delivery(b"", None))
    mailbox.close()
    mailbox.put(2, Delivery(b"", None))

    assert (len(mailbox), mailbox.take(5, 0)) == (0, [])


def test_what_is_given_up_at_a_stop_is_not_acknowledged_by_what_comes_after_it() -> None:
    inbox = Inbox(away=1)
    made, channel = consumer(inbox)
    made.stop()
    put(made, 1, 2, 3)
    taken = made._mailbox.take(2, 0)
    done = made._bring_into_effect([delivery for _, delivery in taken], made._mailbox)
    put(made, 4)
    rest = made._mailbox.take(2, 0)

    assert (done, rest, inbox.applied, channel.tags) == (False, [], [], [])


def test_a_long_series_of_retries_lets_the_queue_have_its_turn() -> None:
    inbox = Inbox(away=0)
    made, channel = consumer(inbox)
    put(made, 1, 2, 3, 4, 5)

    def stop_after_the_last_round() -> int:
        left = Inbox.retry_due(inbox)
        if not inbox.retries:
            made.stop()
            made._channel = None
        return left

    inbox.retry_due = stop_after_the_last_round  # type: ignore[method-assign]
    made._work()

    assert inbox.applied == [b"1", b"2", b"retry", b"3", b"4", b"retry", b"5", b"retry"]
    assert channel.tags == [2, 4, 5]


def test_the_queues_of_a_process_count_their_mismatches_together() -> None:
    first, second = consumer(Inbox(away=0))[0], consumer(Inbox(away=0))[0]
    before = metrics.TOPOLOGY_MISMATCH._value.get()
    for one, is_so in [(first, True), (second, True), (first, True), (second, False)]:
        one._tell_mismatch(is_so)

    assert metrics.TOPOLOGY_MISMATCH._value.get() - before == 1
    first._tell_mismatch(False)


def test_an_outage_is_waited_for_with_the_same_deliveries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.queue_consumer.eventlet.sleep", lambda _s: None)
    inbox = Inbox(away=3)
    made, _ = consumer(inbox)
    put(made, 1, 2)

    assert made._bring_into_effect([delivery for _, delivery in made._mailbox.take(2, 0)], made._mailbox)
    assert inbox.applied == [b"1", b"2"]


def test_deliveries_of_a_lost_connection_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    inbox = Inbox(away=99)
    made, channel = consumer(inbox)
    put(made, 1)
    old = made._mailbox

    def connect_anew(_s: float) -> None:
        made._mailbox = Mailbox()

    monkeypatch.setattr("chassis.queue_consumer.eventlet.sleep", connect_anew)

    assert not made._bring_into_effect([delivery for _, delivery in old.take(2, 0)], old)
    assert channel.tags == []


def test_what_outlives_its_connection_is_not_counted_as_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broker delivers it again on the next one, where it counts."""
    made, _ = consumer(Inbox(away=0))
    put(made, 1, 2)
    apply = made._inbox.apply

    def lose_the_connection_meanwhile(deliveries: list[Delivery]) -> None:
        apply(deliveries)
        made.stop()
        made._channel = None

    monkeypatch.setattr(made._inbox, "apply", lose_the_connection_meanwhile)
    made._work()

    assert (made._inbox.applied, made.own().settled) == ([b"1", b"2"], 0)


def test_nothing_is_acknowledged_on_another_channel_than_it_came_by() -> None:
    made, old = consumer(Inbox(away=0))
    made._channel = Acks()
    made._acknowledge(old, 7)

    assert (old.tags, made._channel.tags) == ([], [])


def test_a_lost_channel_makes_an_acknowledgement_no_error() -> None:
    class Lost(Acks):
        def basic_ack(self, tag: int, multiple: bool) -> None:
            raise OSError("reset by peer")

    made, _ = consumer(Inbox(away=0))
    made._channel = lost = Lost()
    made._acknowledge(lost, 7)
