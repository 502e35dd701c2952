"""A published message as the bytes of AMQP 0-9-1, so that many of them can be written at once."""

from functools import lru_cache
from struct import pack

from chassis.envelope import CONTENT_TYPE

METHOD, HEADER, BODY = 1, 2, 3
BASIC, PUBLISH = 60, 40
END = b"\xce"
OVERHEAD = 8
"""Bytes of a frame besides its payload."""

# content-type, content-encoding, delivery-mode and message-id are there, in this order (AMQP 0-9-1, 4.2.6.1).
PROPERTIES = 1 << 15 | 1 << 14 | 1 << 12 | 1 << 7
PERSISTENT = 2


def published(channel: int, exchange: str, routing_key: str, body: bytes, event_id: str, *, mandatory: bool) -> bytes:
    """basic.publish of a persistent fact: method, header, body. The body fits into one frame (see `fits`)."""
    method = _method(channel, exchange, routing_key, mandatory)
    size = len(body)
    header = pack(">HHQ", BASIC, 0, size) + _FIXED_PROPERTIES + _short(event_id)
    parts = [method, pack(">BHI", HEADER, channel, len(header)), header, END]
    if size:
        parts += (pack(">BHI", BODY, channel, size), body, END)
    return b"".join(parts)


def fits(body: bytes, frame_max: int) -> bool:
    """Whether the body may go in one frame."""
    return len(body) <= frame_max - OVERHEAD


@lru_cache(maxsize=1024)
def _method(channel: int, exchange: str, routing_key: str, mandatory: bool) -> bytes:
    payload = pack(">HHH", BASIC, PUBLISH, 0) + _short(exchange) + _short(routing_key) + pack(">B", mandatory)
    return pack(">BHI", METHOD, channel, len(payload)) + payload + END


def _short(text: str) -> bytes:
    encoded = text.encode()
    return pack(">B", len(encoded)) + encoded


_FIXED_PROPERTIES = pack(">H", PROPERTIES) + _short(CONTENT_TYPE) + _short("utf-8") + pack(">B", PERSISTENT)
