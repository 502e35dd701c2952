"""One kept-alive connection of many that are used at once: a request out, its whole answer in; a few µs each.

For a load, and for playing a year: where `requests` would take more of the machine than the services that answer.
"""

import json
import socket
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass
class Wire:
    """A connection to a service, and what has come in of the answer it waits for."""

    socket: socket.socket
    received: bytearray = field(default_factory=bytearray)

    @classmethod
    def to(cls, address: tuple[str, int]) -> Self:
        made = socket.create_connection(address, timeout=30)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return cls(made)

    def fileno(self) -> int:
        return self.socket.fileno()

    def send(self, request: bytes) -> None:
        self.socket.sendall(request)

    def answer(self) -> bytes | None:
        """Take in what has come; the answer once it is whole. Raises ConnectionError when the service ends it."""
        part = self.socket.recv(65536)
        if not part:
            raise ConnectionError("the service closed the connection")
        self.received += part
        head = self.received.find(b"\r\n\r\n")
        if head < 0 or len(self.received) < head + 4 + self._length(head):
            return None
        whole = bytes(self.received)
        self.received.clear()
        return whole

    def _length(self, head: int) -> int:
        headers = bytes(self.received[:head]).lower()
        at = headers.find(b"\r\ncontent-length:")
        return int(headers[at + 17 :].split(b"\r\n", 1)[0]) if at >= 0 else 0


def is_good(answer: bytes) -> bool:
    """Whether it is a 2xx."""
    return answer[9:10] == b"2"


def status(answer: bytes) -> int:
    """An answer's status code."""
    return int(answer[9:12])


def body_of(answer: bytes) -> Any:
    """An answer's body, which is JSON."""
    return json.loads(answer[answer.index(b"\r\n\r\n") + 4 :])


def request(method: str, path: str, body: Any = None, **headers: str) -> bytes:
    """A whole request, with a JSON body unless that is None. `headers` in Python's spelling: if_match for If-Match."""
    encoded = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if encoded:
        lines.append("Content-Type: application/json")
    lines.append(f"Content-Length: {len(encoded)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + encoded
