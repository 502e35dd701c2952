"""One way to open a connection to RabbitMQ, for relay, consumers and topology alike."""

import ssl
from collections.abc import Callable
from contextlib import suppress
from struct import unpack_from
from typing import Any

import amqp
from amqp.exceptions import AMQPError, RecoverableConnectionError, UnexpectedFrame
from kombu.utils.url import parse_url

from chassis.addresses import one_by_one
from chassis.errors import BrokerUnavailable, Misconfigured

HEARTBEAT_S = 10
"""A half-open connection is noticed within two heartbeats and the tick, so within 30 s (fault 11)."""

CONNECT_TIMEOUT_S = 5
WRITE_TIMEOUT_S = 5
READ_TIMEOUT_S = 1.0
RECEIVE_BYTES = 64 * 1024
FRAME_END = 0xCE

LOST: tuple[type[BaseException], ...] = (AMQPError, OSError)
"""What py-amqp raises when a connection or channel is no more."""


class Nodes:
    """The nodes of the broker that an AMQP_URL names. After a loss the next of them has its turn: one that is cut off
    from the others still answers, and confirms nothing."""

    def __init__(self, url: str) -> None:
        """Raises Misconfigured for what is no URL."""
        try:
            self._urls = one_by_one(url)
        except ValueError:
            # Without the value: it may be a password.
            raise Misconfigured("the broker's address must be a URL like amqp://linli:password@broker/linli") from None
        self._turn = 0

    def connect(self, *, name: str, on_blocked: Callable[[bool], None] | None = None) -> amqp.Connection:
        """A connected amqp.Connection named `name` in the broker's listings, to the first node that lets us in.

        Raises BrokerUnavailable when none does. `on_blocked` hears True when the broker stops reading from us (memory
        or disk alarm) and False when it goes on.
        """
        refusals: list[BrokerUnavailable] = []
        for _ in self._urls:
            url, self._turn = self._urls[self._turn], (self._turn + 1) % len(self._urls)
            try:
                return _connected(url, name, on_blocked or (lambda blocked: None))
            except BrokerUnavailable as error:
                refusals.append(error)
        raise BrokerUnavailable("; ".join(map(str, refusals))) from refusals[-1]


def open_connection(url: str, *, name: str, on_blocked: Callable[[bool], None] | None = None) -> amqp.Connection:
    """One connection, to the first node of the URL that lets us in. As `Nodes.connect`."""
    return Nodes(url).connect(name=name, on_blocked=on_blocked)


def _connected(url: str, name: str, tell: Callable[[bool], None]) -> amqp.Connection:
    parts: dict[str, Any] = parse_url(url)
    connection = amqp.Connection(
        host=f"{parts['hostname']}:{_port(parts)}",
        userid=parts["userid"] or "guest",
        password=parts["password"] or "guest",
        virtual_host=parts["virtual_host"] or "/",
        # The name is what makes py-amqp check whose certificate it is; authorities are those of SSL_CERT_FILE.
        ssl={"server_hostname": parts["hostname"]} if parts["transport"] == "amqps" else False,
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
    connection.transport.sock.settimeout(READ_TIMEOUT_S)
    return connection


def discard(connection: amqp.Connection) -> None:
    """Drop the socket at once: `close()` would wait for an answer that a blocked broker never gives."""
    with suppress(Exception):
        connection.collect()


def drain(connection: amqp.Connection, timeout_s: float) -> bool:
    """Handle every frame that has come; False when nothing came in time. Raises what LOST lists.

    Not `drain_events`: that one sets a time-out and copies the rest of its buffer three times for each frame, more
    than half of what a message costs. What is left of a frame stays in py-amqp's own buffer.
    """
    if not connection.connected:
        raise RecoverableConnectionError("the connection is closed")
    transport = connection.transport
    try:
        piece = _receive(transport, timeout_s)
    except (TimeoutError, BlockingIOError, ssl.SSLWantReadError):
        return False
    if not piece:
        transport.connected = False
        raise ConnectionResetError("the broker closed the connection")
    _handle_frames(connection, transport, transport._read_buffer + piece)
    return True


def _receive(transport: Any, timeout_s: float) -> bytes:
    sock = transport.sock
    sock.settimeout(timeout_s)
    try:
        piece: bytes = transport._quick_recv(RECEIVE_BYTES)
        return piece
    finally:
        sock.settimeout(READ_TIMEOUT_S)


def _handle_frames(connection: amqp.Connection, transport: Any, received: bytes) -> None:
    """Hand over each whole frame: its type, its channel, n bytes that it tells the number of, and an end mark."""
    handle = connection.on_inbound_frame
    start, size = 0, len(received)
    try:
        while size - start >= 8:
            frame_type, channel, length = unpack_from(">BHI", received, start)
            end = start + 7 + length
            if end >= size:
                break
            if received[end] != FRAME_END:
                raise UnexpectedFrame(f"a frame of {length} bytes does not end with its mark")
            payload = received[start + 7 : end]
            start = end + 1
            handle((frame_type, channel, payload))
    finally:
        transport._read_buffer = received[start:]


def _port(parts: dict[str, Any]) -> int:
    return int(parts["port"] or (5671 if parts["transport"] == "amqps" else 5672))


def _why(error: BaseException, parts: dict[str, Any]) -> str:
    where = f"RabbitMQ at {parts['hostname']}:{_port(parts)}, vhost {parts['virtual_host'] or '/'}"
    if "ACCESS_REFUSED" in str(error) or getattr(error, "reply_code", None) in (403, 530):
        return f"{where} refuses user {parts['userid']!r}: check the user, the password and the vhost in AMQP_URL"
    return f"{where} does not answer: {error or type(error).__name__}"
