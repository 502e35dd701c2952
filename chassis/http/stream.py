"""A large answer on its way, piece by piece as the caller reads; a streamed one is no longer in memory than a piece."""

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import eventlet

from chassis import metrics
from chassis.errors import Unavailable
from chassis.http import connection
from chassis.http.connection import Protocol

log = logging.getLogger(__name__)

PIECE_BYTES = 32 * 1024
"""Each piece has its own ANSWER_S, so a few kilobytes a second are fast enough for any length."""

Ended = Callable[[str | None], None]
"""Told once at the end: None, or whose fault it is that the stream broke off, "caller" or "service"."""


class Stream(Iterator[bytes]):
    """The chunks of an answer in pieces, as eventlet's server takes them from the connection's own greenlet.

    The first piece is made at once: what is refused until then is refused in order, and raised here. What fails later
    breaks the connection, so that no half of a file is taken for a whole one.
    """

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._pieces = _pieces(chunks)
        self._ahead = next(self._pieces, b"")
        self._protocol: Protocol | None = None
        self._ended: Ended = lambda whose: None
        self._is_whole = self._has_failed = self._is_closed = False

    def begin(self, protocol: Protocol, ended: Ended) -> "Stream":
        """Go out over this connection."""
        self._protocol, self._ended = protocol, ended
        metrics.HTTP_IN_FLIGHT.inc()
        protocol.go_slowly()
        return self

    def __next__(self) -> bytes:
        assert self._protocol is not None
        deadlines = self._protocol.conn_state
        deadlines.within(None)  # the piece before has been taken; now the service takes the time
        piece, self._ahead = self._ahead or self._made(), b""
        deadlines.within(connection.ANSWER_S)
        if not piece:
            self._is_whole = True
            raise StopIteration
        return piece

    def _made(self) -> bytes:
        try:
            return next(self._pieces, b"")
        except (Exception, eventlet.Timeout) as error:
            self._has_failed = True
            if isinstance(error, Unavailable):
                log.warning("a stream broke off: %s", error)
            else:
                log.exception("unforeseen error in a stream")
            # The server says nothing of an OSError: it was said here.
            raise ConnectionAbortedError("the stream broke off") from error

    def close(self) -> None:
        """End it, wherever it is; the generator behind it is closed, too. Called by the server in every case."""
        if self._is_closed:
            return
        self._is_closed = True
        try:
            self._pieces.close()
        except Exception:
            log.exception("unforeseen error at the end of a stream")
        finally:
            self._tell()

    def _tell(self) -> None:
        if self._protocol is None:
            return
        metrics.HTTP_IN_FLIGHT.dec()
        self._protocol.conn_state.within(connection.ANSWER_S)
        if not self._is_whole:
            self._protocol.abort()
        self._ended(None if self._is_whole else "service" if self._has_failed else "caller")


def _pieces(chunks: Iterable[bytes]) -> Any:
    """The same bytes in pieces of PIECE_BYTES, the last one shorter; others have their turn before each."""
    kept = bytearray()
    try:
        for chunk in chunks:
            eventlet.sleep(0)
            kept += chunk
            while len(kept) >= PIECE_BYTES:
                yield bytes(kept[:PIECE_BYTES])
                del kept[:PIECE_BYTES]
                eventlet.sleep(0)
        if kept:
            yield bytes(kept)
    finally:
        if (close := getattr(chunks, "close", None)) is not None:
            close()
