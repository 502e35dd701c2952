"""Messages as each consumer wants them, put into its queue at once or at a steady rate."""

import pickle
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import amqp
from amqp import spec

from bench import facts, raw


class Message(NamedTuple):
    """A fact's id, its message's body, and AMQP properties."""

    event_id: str
    body: str
    properties: dict[str, Any]


def of_facts(path: Path, count: int, content_type: str) -> list[Message]:
    """The first so many facts of the file as they are."""
    properties = {"content_type": content_type, "content_encoding": "utf-8"}
    return [Message(_id(fact), fact, properties) for fact in facts.read(path, count)]


def kept(path: Path) -> list[Message]:
    """Those that a process of this run has made."""
    return [Message(*made) for made in pickle.loads(path.read_bytes())]  # noqa: S301 - written by this very run


def send(
    url: str, exchange: str, routing_key: str, messages: Sequence[Message], rate_per_s: float | None = None
) -> dict[str, datetime]:
    """Publish, persistent and each confirmed; give the instant of each, by the fact's id.

    As fast as confirms come, or so many a second whatever the consumer does.
    """
    sent_at = {}
    with closing(raw.connection(url)) as opened:
        channel = opened.channel()
        window = raw.Window(channel)
        started = time.perf_counter()
        for number, message in enumerate(messages):
            if rate_per_s:
                _rest(opened, started + number / rate_per_s)
            while len(window) >= raw.WINDOW:
                opened.drain_events(timeout=30)
            content = amqp.Message(message.body, delivery_mode=2, **message.properties)
            sent_at[message.event_id] = datetime.now(UTC)
            channel.send_method(spec.Basic.Publish, "Bssbb", (0, exchange, routing_key, True, False), content)
            window.sent()
        while len(window):
            opened.drain_events(timeout=30)
    return sent_at


def _rest(link: amqp.Connection, until: float) -> None:
    """Take in confirms until the next message is due."""
    while (left_s := until - time.perf_counter()) > 0:
        with suppress(TimeoutError):
            link.drain_events(timeout=left_s)


def _id(fact: str) -> str:
    at = fact.index('"id":"') + 6
    return fact[at : at + 36]
