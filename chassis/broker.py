"""One way to open a connection to RabbitMQ, for relay, consumers and topology alike."""

import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import amqp
from amqp.exceptions import AMQPError
from kombu.utils.url import parse_url

from chassis.errors import BrokerUnavailable

HEARTBEAT_S = 10
"""A half-open connection is noticed within two heartbeats and the tick, so within 30 s (fault 11)."""

CONNECT_TIMEOUT_S = 5
WRITE_TIMEOUT_S = 5
READ_TIMEOUT_S = 1.0
RECEIVE_BYTES = 16 * 1024

LOST: tuple[type[BaseException], ...] = (AMQPError, OSError)
"""What py-amqp raises when a connection or channel is no more."""


def open_connection(url: str, *, name: str, on_blocked: Callable[[bool], None] | None = None) -> amqp.Connection:
    """A connected amqp.Connection named `name` in the broker's listings. Raises BrokerUnavailable.

    `on_blocked` hears True when the broker stops reading from us (memory or disk alarm) and False when it goes on.
    """
    parts: dict[str, Any] = parse_url(url)
    tell = on_blocked or (lambda blocked: None)
    connection = amqp.Connection(
        host=f"{parts['hostname']}:{parts['port'] or 5672}",
        userid=parts["userid"] or "guest",
        password=parts["password"] or "guest",
        virtual_host=parts["virtual_host"] or "/",
        ssl=parts["transport"] == "amqps",
        connect_timeout=CONNECT_TIMEOUT_S,
        write_timeout=WRITE_TIMEOUT_S,
        heartbeat=HEARTBEAT_S,
        client_properties={"connection_name": name},
        on_blocked=lambda *_: tell(True),
        on_unblocked=lambda *_: tell(False),
    )
    try:
        connection.connect()
    except LOST as error:
        discard(connection)
        raise BrokerUnavailable(_why(error, parts)) from error
    _read_in_large_pieces(connection)
    return connection


def discard(connection: amqp.Connection) -> None:
    """Drop the socket at once: `close()` would wait for an answer that a blocked broker never gives."""
    with suppress(Exception):
        connection.collect()


def drain(connection: amqp.Connection, timeout_s: float) -> bool:
    """Handle one frame's worth of events; False when none came in time."""
    try:
        connection.drain_events(timeout=timeout_s)
    except TimeoutError:
        return False
    return True


def _read_in_large_pieces(connection: amqp.Connection) -> None:
    """py-amqp asks the socket for each frame's 7, n and 1 bytes apart: nine system calls a message.

    Its buffer takes more than was asked for, so ask for much at once.
    """
    transport = connection.transport
    sock: socket.socket = transport.sock
    sock.settimeout(READ_TIMEOUT_S)
    if hasattr(transport, "_quick_recv"):
        receive = transport._quick_recv
        transport._quick_recv = lambda size: receive(max(size, RECEIVE_BYTES))


def _why(error: BaseException, parts: dict[str, Any]) -> str:
    where = f"RabbitMQ at {parts['hostname']}:{parts['port'] or 5672}, vhost {parts['virtual_host'] or '/'}"
    if "ACCESS_REFUSED" in str(error) or getattr(error, "reply_code", None) in (403, 530):
        return f"{where} refuses user {parts['userid']!r}: check the user, the password and the vhost in AMQP_URL"
    return f"{where} does not answer: {error or type(error).__name__}"
