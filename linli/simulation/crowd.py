"""Many connections at once to the services: a request on each, answers as they come."""

import select
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from chassis.errors import LinliError
from linli.wire import Wire

TRIES, PAUSE_S = 60, 0.5
"""A service that is away is waited for; what it did not answer, or could not, is sent again under the same key."""

AWAY = b"503"

ANSWERS_WITHIN_S = 60.0
"""A service that is there answers within that; one that does not is not coming back."""


class Answered(NamedTuple):
    """What was sent under `tag` came back, after so many seconds."""

    tag: Any
    answer: bytes
    took_s: float


@dataclass(eq=False)
class _Line:
    """One connection, and what is under way on it."""

    service: str
    wire: Wire
    request: bytes = b""
    tag: Any = None
    sent_at: float = 0.0
    asked_at: float = 0.0
    tries: int = 0


class Crowd:
    """A fixed number of connections to each service. Raises LinliError for a service that does not come back."""

    def __init__(self, addresses: Mapping[str, tuple[str, int]], connections: Mapping[str, int]) -> None:
        self._addresses = addresses
        self._poll = select.epoll()
        self._lines: dict[int, _Line] = {}
        self._free: dict[str, list[_Line]] = {service: [] for service in connections}
        for service, number in connections.items():
            for _ in range(number):
                line = _Line(service, self._connected(service))
                self._attach(line)
                self._free[service].append(line)

    @property
    def under_way(self) -> int:
        return len(self._lines) - sum(map(len, self._free.values()))

    def has_room(self, service: str) -> bool:
        return bool(self._free[service])

    def send(self, service: str, request: bytes, tag: Any) -> None:
        """`request` must be safe to repeat. There must be room."""
        line = self._free[service].pop()
        line.request, line.tag, line.sent_at, line.tries = request, tag, time.perf_counter(), 0
        try:
            _ask(line)
        except OSError as error:
            self._send_again(line, error)

    def take_in(self, timeout_s: float) -> Iterator[Answered]:
        """What has come by now; waits so long for the first, at most ANSWERS_WITHIN_S."""
        came = self._poll.poll(min(timeout_s, ANSWERS_WITHIN_S))
        if not came:
            self._look_for_silence()
        for descriptor, _ in came:
            line = self._lines[descriptor]
            try:
                answer = self._answer(line)
            except OSError as error:
                self._lost(line, error)
                continue
            if answer is not None:
                self._free[line.service].append(line)
                yield Answered(line.tag, answer, time.perf_counter() - line.sent_at)

    def all(self, service: str, requests: list[bytes]) -> list[bytes]:
        """The answers to all of them, in their order."""
        answers: dict[int, bytes] = {}
        for number, request in enumerate(requests):
            while not self.has_room(service):
                answers |= {one.tag: one.answer for one in self.take_in(ANSWERS_WITHIN_S)}
            self.send(service, request, number)
        while self.under_way:
            answers |= {one.tag: one.answer for one in self.take_in(ANSWERS_WITHIN_S)}
        return [answers[number] for number in range(len(requests))]

    def close(self) -> None:
        for line in self._lines.values():
            line.wire.socket.close()
        self._poll.close()

    def _attach(self, line: _Line) -> None:
        self._lines[line.wire.fileno()] = line
        self._poll.register(line.wire.fileno(), select.EPOLLIN)

    def _lost(self, line: _Line, error: OSError) -> None:
        """An idle connection is opened anew; what was under way on another is sent again."""
        if line in self._free[line.service]:
            self._replace(line, self._connected(line.service))
        else:
            self._send_again(line, error)

    def _answer(self, line: _Line) -> bytes | None:
        """The answer once it is whole; where the service says that it cannot for now, it is asked again."""
        answer = line.wire.answer()
        if answer is None or answer[9:12] != AWAY or line.tries == TRIES:
            return answer
        line.tries += 1
        time.sleep(PAUSE_S)
        _ask(line)
        return None

    def _look_for_silence(self) -> None:
        now = time.perf_counter()
        for line in self._lines.values():
            if line not in self._free[line.service] and now - line.asked_at > ANSWERS_WITHIN_S:
                raise LinliError(
                    f"{line.service} has had a request for {now - line.asked_at:.0f} s without a word; is it stopped?"
                )

    def _send_again(self, line: _Line, error: OSError) -> None:
        for _ in range(TRIES):
            try:
                self._replace(line, self._connected(line.service))
                _ask(line)
            except OSError as again:
                error = again
                time.sleep(PAUSE_S)
            else:
                return
        raise LinliError(f"{line.service} does not answer: {error}")

    def _replace(self, line: _Line, wire: Wire) -> None:
        self._poll.unregister(line.wire.fileno())
        del self._lines[line.wire.fileno()]
        line.wire.socket.close()
        line.wire = wire
        self._attach(line)

    def _connected(self, service: str) -> Wire:
        """Raises LinliError when nobody listens for too long."""
        for _ in range(TRIES):
            try:
                return Wire.to(self._addresses[service])
            except OSError as error:
                last = error
                time.sleep(PAUSE_S)
        raise LinliError(f"{service} does not answer: {last}")


def _ask(line: _Line) -> None:
    line.asked_at = time.perf_counter()
    line.wire.send(line.request)
