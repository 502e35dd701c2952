"""One client connection: eventlet's HTTP protocol with deadlines, strict framing and an orderly end."""

import socket
import struct
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPMessage
from typing import Any, BinaryIO

import eventlet
from eventlet import wsgi

from chassis.errors import Malformed
from chassis.http import problems

REQUEST_S = 15.0
"""From the first line of a request to the last byte of its body."""

IDLE_S = 75.0
"""How long a kept-alive connection may be silent."""

ANSWER_S = 30.0
"""How long the caller may take to read an answer, or the next piece of a large one."""

SEND_BUFFER_BYTES = 64 * 1024
"""Of a connection that carries a large answer. Linux doubles it; a few megabytes a second still fit through."""

_RESET = struct.pack("ii", 1, 0)
LINGER_S = 2.0
LINGER_BYTES = 64 * 1024 * 1024


class Connection(list[Any]):
    """eventlet's [address, socket, state], with the instant after which somebody waits in vain."""

    def __init__(self, address: Any, sock: Any) -> None:
        super().__init__((address, sock, wsgi.STATE_IDLE))
        self.deadline: float | None = time.monotonic() + IDLE_S
        self.timed_out = False

    def within(self, seconds: float | None) -> None:
        """Allow the next step so much time; None while the service itself works."""
        self.deadline = None if seconds is None else time.monotonic() + seconds

    def cut(self, now: float) -> None:
        """End what has passed its deadline: first as if the client had stopped sending, next time altogether."""
        if self.deadline is not None and now > self.deadline:
            self.shut(socket.SHUT_RDWR if self.timed_out else socket.SHUT_RD)
            self.timed_out = True

    def shut(self, how: int) -> None:
        with suppress(OSError):  # already closed by the other side
            self[1].shutdown(how)

    @property
    def is_idle(self) -> bool:
        return bool(self[2] == wsgi.STATE_IDLE)


class _HeaderLines:
    """Header lines of a request; the end of the stream is no end of the headers, as http.client takes it."""

    def __init__(self, lines: Any) -> None:
        self._lines = lines

    def readline(self, size: int = -1) -> bytes:
        line: bytes = self._lines.readline(size)
        if not line.endswith(b"\n"):
            raise ConnectionResetError("the headers were not sent to their end")
        return line


class Protocol(wsgi.HttpProtocol):
    """Answers the requests of one connection, problems of framing as problem details."""

    conn_state: Connection
    connection: socket.socket
    rfile: BinaryIO
    wfile: BinaryIO
    headers: HTTPMessage

    def _read_request_line(self) -> bytes:
        connection = self.conn_state
        connection.within(IDLE_S)
        # A client that always has its next request ready would otherwise never let the hub turn to others.
        eventlet.sleep(0)
        line: bytes = super()._read_request_line()
        connection.within(REQUEST_S)
        if len(line) >= self.server.url_length_limit:
            self._refuse(problems.ADDRESS_TOO_LONG, "the request line is longer than 8 KiB")
            return b""
        return line if line.endswith(b"\n") else b""

    def parse_request(self) -> bool:
        """Read the headers; False when the request has been refused here."""
        self.rfile = _HeaderLines(self.rfile)  # type: ignore[assignment]
        try:
            if not super().parse_request():
                return False
            self._check_framing()
        except (wsgi.HeaderLineTooLong, wsgi.HeadersTooLarge):
            self._refuse(problems.HEADERS_TOO_LARGE, "a header line may have 8 KiB, all headers together 64 KiB")
        except ConnectionResetError:
            if self.conn_state.timed_out:
                unfinished = problems.KINDS[problems.Unfinished]
                self._refuse(unfinished, f"the headers were not sent to their end within {REQUEST_S:g} s")
            self.close_connection = True
        except Malformed as error:
            self._refuse(problems.UNREADABLE, error.detail)
        else:
            return True
        return False

    def _check_framing(self) -> None:
        """What two servers may read differently is refused: that is how requests are smuggled (RFC 9112, 11.2)."""
        lengths = self.headers.get_all("content-length", [])
        if len(lengths) > 1 or any(not text.strip().isdecimal() or not text.isascii() for text in lengths):
            raise Malformed("Content-Length must be one whole number")
        coding = self.headers.get_all("transfer-encoding", [])
        if coding and (len(coding) > 1 or coding[0].strip().lower() != "chunked" or lengths):
            raise Malformed("Transfer-Encoding must be chunked, and Content-Length left out")

    def get_environ(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environ()
        environ["linli.protocol"] = self
        return environ

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the standard library refuses while it parses."""
        if code == 431:
            self._refuse(problems.HEADERS_TOO_LARGE, "there are more than 100 headers")
        else:
            self._refuse(problems.UNREADABLE, "this is no HTTP/1.1 request")

    def _refuse(self, kind: problems.Kind, detail: str) -> None:
        self.conn_state.within(ANSWER_S)
        self.wfile.write(problems.as_response(kind, detail))
        self.close_connection = True
        self.unread = True

    def go_slowly(self) -> None:
        """Let the system take little at a time: it says that there is room again only when a third of all is sent.

        With megabytes on their way a slow caller would seem to read nothing for minutes.
        """
        with suppress(OSError):  # the client has gone; the first piece will tell
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)

    def abort(self) -> None:
        """End the connection with a reset: the answer is not whole, and without chunks nothing else would say so."""
        self.close_connection = True
        self.unread = False
        with suppress(OSError):  # it has ended already
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)

    unread = False
    """Whether the client may still be sending what nobody reads; then the connection must not be closed at once."""

    def finish(self) -> None:
        """Close; what the client still sends is read away first, else a reset would destroy the answer on its way."""
        try:
            self.wfile.flush()
            if self.unread:
                self.connection.shutdown(socket.SHUT_WR)
                self._read_away()
        except OSError:
            pass  # the client has gone
        finally:
            with suppress(OSError):  # what could not be sent still lies in it; the socket is let go all the same
                self.wfile.close()
            self.rfile.close()
            self.connection.close()

    def _read_away(self) -> None:
        connection = self.conn_state
        connection.within(LINGER_S)
        left = LINGER_BYTES
        while left > 0 and (read := len(self.connection.recv(256 * 1024))):
            left -= read


class ServerLog:
    """What eventlet's server says about requests: nothing, unless something broke."""

    def __init__(self, warning: Callable[..., None]) -> None:
        self._warning = warning

    def debug(self, message: str, *arguments: Any) -> None:
        """Connections come and go."""

    def info(self, message: str, *arguments: Any) -> None:
        """A traceback, as eventlet writes it; a client that went away is nothing to report."""
        if not isinstance(sys.exc_info()[1], OSError):
            self._warning(message, *arguments)

    error = info
