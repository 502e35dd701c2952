"""How long the broker may take to answer: so long for each message, however well the others fare."""

import socket
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from typing import Any, cast

import pytest
from amqp.exceptions import ConnectionForced

from chassis import broker
from chassis.errors import BrokerUnavailable
from chassis.relay.publisher import WRITE_BYTES, Letter, Publisher


class Link:
    """What of an amqp.Connection a publisher needs; nothing is ever answered unless the test does it."""

    channel_id = 1
    frame_max = 131_072
    bytes_sent = 0
    connected = True

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.transport = self
        self.events: Any = defaultdict(set)
        self.written: list[bytes] = []
        self._quick_recv = sock.recv
        self._read_buffer = b""
        self.on_inbound_frame: Any = None

    def channel(self) -> "Link":
        return self

    def confirm_select(self) -> None: ...

    def heartbeat_tick(self) -> None: ...

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def ack(self, tag: int) -> None:
        for answered in self.events["basic_ack"]:
            answered(tag, False)


@pytest.fixture
def link() -> Iterator[Link]:
    ours, theirs = socket.socketpair()
    with closing(ours), closing(theirs):
        yield Link(ours)


def letter(position: int, body: str = "{}") -> Letter:
    return Letter(position, f"event-{position}", "grievances.events", "dispute.resolved", body, mandatory=True)


def test_messages_are_written_in_large_pieces(link: Link) -> None:
    publisher = Publisher(cast(Any, link))
    for position in range(1, 301):
        publisher.send(letter(position, "x" * 500))

    assert len(link.written) == 300 * 620 // WRITE_BYTES
    publisher.settle(1, leaving=300)
    assert len(b"".join(link.written)) > 300 * 500
    assert link.bytes_sent == len(link.written)


def test_one_message_without_an_answer_is_noticed_while_others_are_answered(link: Link) -> None:
    publisher = Publisher(cast(Any, link))
    publisher.send(letter(1))
    publisher.settle(0.001, leaving=1)
    publisher.send(letter(2))
    link.ack(2)

    with pytest.raises(BrokerUnavailable, match="1 messages without a confirm"):
        publisher.settle(0.001)

    assert [one.position for one in publisher.answers().confirmed] == [2]


def test_answers_that_waited_while_postgresql_was_slow_are_no_time_out(
    link: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher = Publisher(cast(Any, link))
    publisher.send(letter(1))
    publisher.settle(1, leaving=1)

    def answer_that_waits(_connection: Any, _timeout_s: float) -> bool:
        link.ack(1)
        return True

    monkeypatch.setattr(broker, "drain", answer_that_waits)
    answers = publisher.settle(0)

    assert [one.position for one in answers.confirmed] == [1]


def test_settling_stops_where_it_may_leave_the_rest(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    publisher = Publisher(cast(Any, link))
    for position in range(1, 5):
        publisher.send(letter(position))
    tags = iter(range(1, 5))

    def answer_one(_connection: Any, _timeout_s: float) -> bool:
        link.ack(next(tags))
        return True

    monkeypatch.setattr(broker, "drain", answer_one)
    answers = publisher.settle(1, leaving=2)

    assert [one.position for one in answers.confirmed] == [1, 2]
    assert publisher.unconfirmed == 2


def test_who_awaits_a_confirm_looks_after_the_heartbeats(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    publisher = Publisher(cast(Any, link))
    publisher.send(letter(1))

    def missed() -> None:
        raise ConnectionForced("Too many heartbeats missed")

    monkeypatch.setattr(link, "heartbeat_tick", missed)
    monkeypatch.setattr(broker, "READ_TIMEOUT_S", 0.001)

    with pytest.raises(BrokerUnavailable, match="heartbeats missed"):
        publisher.settle(60)
