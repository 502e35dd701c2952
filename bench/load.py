"""Sends prepared HTTP requests over kept-alive connections, as fast as they are answered or at a fixed rate.

`python -m bench.load HOST PORT FILE CONNECTIONS SECONDS [RATE]`

FILE holds pickled requests as bytes. Raw sockets and ready-made bytes: a request costs this process about 25 µs, so it
is not what is measured. Prints JSON: requests answered in a second after the first fifth of the time, and how late the
last request of a fixed rate was sent. Ends with status 1 at the first answer that is no 2xx.
"""

import json
import pickle
import select
import sys
import time
from collections import deque
from pathlib import Path

from linli.wire import Wire, is_good

WARM_UP = 0.2


class Refused(Exception):
    """An answer that is no 2xx."""


class Load:
    """Requests that wait, connections that are free, and answers with the instants they came at."""

    def __init__(self, address: tuple[str, int], requests: list[bytes], connections: int) -> None:
        self._waiting = deque(requests)
        self._poll = select.epoll()
        self._wires = {}
        self._free: list[Wire] = []
        for _ in range(connections):
            wire = Wire.to(address)
            self._wires[wire.fileno()] = wire
            self._free.append(wire)
            self._poll.register(wire.fileno(), select.EPOLLIN)
        self.answered_at: list[float] = []
        self.late_s = 0.0

    def run(self, seconds: float, rate_per_s: float | None) -> None:
        """Send until the time or the requests are over, then wait for what is under way."""
        started = time.perf_counter()
        sent = 0
        while (now := time.perf_counter()) < started + seconds and self._waiting:
            due_s = started + sent / rate_per_s - now if rate_per_s else 0.0
            if due_s <= 0 and self._free:
                self.late_s = max(self.late_s, -due_s)
                self._free.pop().send(self._waiting.popleft())
                sent += 1
            else:
                self._take_in(due_s if self._free else 1.0)
        while len(self._free) < len(self._wires):
            self._take_in(10.0)

    def _take_in(self, timeout_s: float) -> None:
        for descriptor, _ in self._poll.poll(timeout_s):
            wire = self._wires[descriptor]
            if (answer := wire.answer()) is not None:
                if not is_good(answer):
                    raise Refused(answer.decode("utf-8", "replace"))
                self._free.append(wire)
                self.answered_at.append(time.perf_counter())

    def per_s(self) -> float:
        first, last = self.answered_at[0], self.answered_at[-1]
        begun = first + (last - first) * WARM_UP
        return sum(at > begun for at in self.answered_at) / (last - begun)


def main(host: str, port: str, file: str, connections: str, seconds: str, rate: str | None = None) -> None:
    requests = pickle.loads(Path(file).read_bytes())  # noqa: S301 - written by this very run
    load = Load((host, int(port)), requests, int(connections))
    load.run(float(seconds), float(rate) if rate else None)
    answered = len(load.answered_at)
    if answered == len(requests) and rate is None:
        raise SystemExit(f"{answered} requests were too few for {seconds} s")
    print(json.dumps({"answered": answered, "per_s": load.per_s(), "late_ms": load.late_s * 1000}))


if __name__ == "__main__":
    main(*sys.argv[1:])
