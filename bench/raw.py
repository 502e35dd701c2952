"""The floor: py-amqp and psycopg2 used as sparingly as they allow, with nothing of ours around them.

Messages are published with pipelined confirms, at most WINDOW unanswered at a time, and read in large pieces.
"""

from collections.abc import Callable, Iterable
from contextlib import closing
from typing import Any

import amqp
from amqp import spec
from kombu.utils.url import parse_url

WINDOW = 500
RECEIVE_BYTES = 64 * 1024


def connection(url: str) -> amqp.Connection:
    """Without connection.blocked, with which py-amqp would poll the socket before each message."""
    parts = parse_url(url)
    opened = amqp.Connection(
        host=f"{parts['hostname']}:{parts['port']}",
        userid=parts["userid"],
        password=parts["password"],
        virtual_host=parts["virtual_host"],
        client_properties={"capabilities": {"publisher_confirms": True, "consumer_cancel_notify": True}},
    )
    opened.connect()
    receive = opened.transport._quick_recv
    opened.transport._quick_recv = lambda size: receive(max(size, RECEIVE_BYTES))
    return opened


class Window:
    """The messages of one channel that the broker has not answered for."""

    def __init__(self, channel: amqp.Channel) -> None:
        channel.confirm_select()
        channel.events["basic_ack"].add(self._answered)
        channel.events["basic_nack"].add(self._refused)
        channel.events["basic_return"].add(self._returned)
        self._last = 0
        self._open: dict[int, None] = {}

    def sent(self) -> None:
        self._last += 1
        self._open[self._last] = None

    def __len__(self) -> int:
        return len(self._open)

    def _answered(self, tag: int, multiple: bool) -> None:
        if not multiple:
            self._open.pop(tag, None)
            return
        for answered in [known for known in self._open if known <= tag]:
            del self._open[answered]

    def _refused(self, tag: int, multiple: bool) -> None:
        raise RuntimeError(f"the broker refused message {tag}")

    def _returned(self, *answer: Any) -> None:
        raise RuntimeError("no queue is bound for the messages")


def publish(
    url: str, exchange: str, routing_key: str, bodies: Iterable[str], content_type: str, *, mandatory: bool = True
) -> None:
    """Publish persistent messages and return when every one is confirmed."""
    with closing(connection(url)) as opened:
        channel = opened.channel()
        window = Window(channel)
        arguments = (0, exchange, routing_key, mandatory, False)
        send = channel.send_method
        for body in bodies:
            message = amqp.Message(body, content_type=content_type, content_encoding="utf-8", delivery_mode=2)
            send(spec.Basic.Publish, "Bssbb", arguments, message)
            window.sent()
            while len(window) >= WINDOW:
                opened.drain_events(timeout=30)
        while len(window):
            opened.drain_events(timeout=30)


def consume(url: str, queue: str, count: int, batch: int, apply: Callable[[list[bytes]], None]) -> None:
    """Take so many messages, hand them over in batches, and acknowledge each batch with one frame."""
    with closing(connection(url)) as opened:
        channel = opened.channel()
        channel.auto_decode = False
        channel.basic_qos(0, 2 * batch, False)
        waiting: list[bytes] = []
        last_tag = 0

        def received(message: amqp.Message) -> None:
            nonlocal last_tag
            waiting.append(message.body)
            last_tag = message.delivery_tag

        channel.basic_consume(queue, callback=received)
        left = count
        while left:
            while len(waiting) < min(batch, left):
                opened.drain_events(timeout=30)
            taken = waiting[:]
            waiting.clear()
            apply(taken)
            channel.basic_ack(last_tag, multiple=True)
            left -= len(taken)
