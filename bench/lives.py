"""Lives disputes over HTTP: register, accept, assign, session, resolve; as many at a time as there are connections.

`python -m bench.lives HOST PORT FILE CONNECTIONS SECONDS [RATE]`

FILE holds, pickled, the people of each community (see `Place`). Without RATE each connection begins the next life when
one has ended; with it, so many requests a second are begun whatever becomes of them (and wait for a free connection
when all are taken). SIGTERM ends it before its time. Prints JSON: requests, errors, lives ended in a second after the
first fifth of the time, and the 99th percentile of the time to an answer. What is no 2xx is an error and ends that
life; the first few are told on standard error.
"""

import json
import pickle
import select
import signal
import sys
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any

from bench import requests
from linli.wire import Wire, is_good

WARM_UP = 0.2
SHOWN = 5
FEWEST = 2
"""Lives; of fewer, no rate is told."""


@dataclass(frozen=True)
class Place:
    """A community, its mediator, the tokens of who acts there; and where in its grid disputes are, if that is told."""

    area: str
    mediator_id: str
    resident: str
    officer: str
    mediator: str
    grid_unit_id: str | None = None


STEPS = ("register", "accept", "assign", "sessions", "resolve")


@dataclass
class Life:
    """One dispute on its way; `request` is the next step's."""

    place: Place
    number: int
    run: str
    dispute_id: str = ""
    step: int = 0

    def request(self) -> bytes:
        key = f"{self.run}-{self.number}-{self.step}"
        if self.step == 0:
            return requests.post("/disputes", self._filing(), **_said(self.place.resident, key))
        who, body = self._next(STEPS[self.step])
        path = f"/disputes/{self.dispute_id}/{STEPS[self.step]}"
        return requests.post(path, body, **_said(who, key), if_match=f'"{self.step}"')

    def _filing(self) -> dict[str, Any]:
        return {
            "area": self.place.area,
            "grid_unit_id": self.place.grid_unit_id,
            "relation": "owner_owner",
            "category": ("repair", "noise", "parking", "waste")[self.number % 4],
            "summary": f"{self.number % 60 + 1}栋电梯停运三天，报修无人处理，请协调。",
            "applicant": {"name": "王小明", "phone": f"138{self.number % 100_000_000:08d}"},
            "respondent": {"kind": "person", "name": "李建国"},
        }

    def _next(self, step: str) -> tuple[str, Any]:
        now = datetime.now(UTC)
        if step == "accept":
            return self.place.officer, None
        if step == "assign":
            return self.place.officer, {"mediator_id": self.place.mediator_id}
        if step == "sessions":
            session = {"attended": ["applicant", "respondent"], "record": "双方同意先检测漏点。"}
            return self.place.mediator, {"held_at": now.isoformat(), **session}
        day = (now + timedelta(hours=8)).date().isoformat()
        oral = {"form": "oral", "terms": "三十日内修复。", "reached_on": day, "confirmed_by_applicant_on": day}
        return self.place.mediator, oral

    def went_on(self, answer: bytes) -> bool:
        """Take in an answer; whether the life has another step."""
        if self.step == 0:
            at = answer.index(b'"dispute_id":"') + 14
            self.dispute_id = answer[at : at + 36].decode()
        self.step += 1
        return self.step < len(STEPS)


def _said(token: str, key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}", "idempotency_key": key}


@dataclass
class Client:
    """One connection and the life that uses it just now."""

    wire: Wire
    life: Life | None = None
    sent_at: float = 0.0

    def send(self, life: Life) -> None:
        self.life, self.sent_at = life, time.perf_counter()
        self.wire.send(life.request())


class Crowd:
    """Many lives at a time over a fixed number of connections."""

    def __init__(self, address: tuple[str, int], places: list[Place], connections: int) -> None:
        self._address = address
        self._lives = _lives(places)
        self._waiting: deque[Life] = deque()
        self._poll = select.epoll()
        self._clients: dict[int, Client] = {}
        self._free: list[Client] = []
        for _ in range(connections):
            self._connect()
        self.taken_s: list[float] = []
        self.ended_at: list[float] = []
        self.sent = self.errors = 0
        self._is_over = False

    def run(self, seconds: float, rate_per_s: float | None) -> None:
        """Begin requests until the time is over, then wait for what is under way; lives half lived stay so."""
        started = time.perf_counter()
        while (now := time.perf_counter()) < started + seconds and not self._is_over:
            due_s = started + self.sent / rate_per_s - now if rate_per_s else 0.0
            if due_s <= 0 and self._free:
                life = self._waiting.popleft() if self._waiting else next(self._lives)
                self.sent += 1
                self._free.pop().send(life)
            else:
                self._take_in(min(due_s, 1.0) if self._free else 1.0)
        while len(self._free) < len(self._clients):
            self._take_in(30.0)

    def end(self) -> None:
        """Let `run` begin no more; safe from a signal handler."""
        self._is_over = True

    def _connect(self) -> None:
        wire = Wire.to(self._address)
        client = Client(wire)
        self._clients[wire.fileno()] = client
        self._free.append(client)
        self._poll.register(wire.fileno(), select.EPOLLIN)

    def _take_in(self, timeout_s: float) -> None:
        for descriptor, _ in self._poll.poll(max(timeout_s, 0.0)):
            client = self._clients[descriptor]
            try:
                answer = client.wire.answer()
            except OSError as error:
                self._lost(client, error)
            else:
                if answer is not None:
                    self._answered(client, answer)

    def _answered(self, client: Client, answer: bytes) -> None:
        now, life = time.perf_counter(), client.life
        assert life is not None
        self.taken_s.append(now - client.sent_at)
        self._free.append(client)
        if not is_good(answer):
            self._failed(answer.decode("utf-8", "replace"))
        elif life.went_on(answer):
            self._waiting.append(life)
        else:
            self.ended_at.append(now)

    def _lost(self, client: Client, error: OSError) -> None:
        self._failed(repr(error))
        self._poll.unregister(client.wire.fileno())
        del self._clients[client.wire.fileno()]
        client.wire.socket.close()
        self._connect()

    def _failed(self, why: str) -> None:
        self.errors += 1
        if self.errors <= SHOWN:
            print(why, file=sys.stderr)

    def figures(self) -> dict[str, float]:
        if len(self.ended_at) < FEWEST:
            raise SystemExit(f"{len(self.ended_at)} lives have ended: too few to tell a rate; let it run longer")
        first, last = self.ended_at[0], self.ended_at[-1]
        begun = first + (last - first) * WARM_UP
        return {
            "requests": self.sent,
            "errors": self.errors,
            "lives": len(self.ended_at),
            "per_s": sum(at > begun for at in self.ended_at) / (last - begun),
            "p99_ms": quantiles(self.taken_s, n=100)[98] * 1000,
        }


def _lives(places: list[Place]) -> Iterator[Life]:
    run = f"{time.time_ns():x}"
    number = 0
    while True:
        for place in places:
            number += 1
            yield Life(place, number, run)


def main(host: str, port: str, file: str, connections: str, seconds: str, rate: str | None = None) -> None:
    places = pickle.loads(Path(file).read_bytes())  # noqa: S301 - written by this very run
    crowd = Crowd((host, int(port)), places, int(connections))
    signal.signal(signal.SIGTERM, lambda *_: crowd.end())
    crowd.run(float(seconds), float(rate) if rate else None)
    print(json.dumps(crowd.figures()))


if __name__ == "__main__":
    main(*sys.argv[1:])
