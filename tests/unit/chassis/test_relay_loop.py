"""The relay's loop: what is to happen once a second happens, whatever else it does."""

from collections.abc import Iterator
from typing import Any, cast

import pytest

from chassis.relay import loop
from chassis.relay.claims import Claims
from chassis.relay.conveyor import Conveyor
from chassis.relay.loop import Relay
from chassis.relay.rows import Row

BATCHES = 5


class Clock:
    """Half a second passes with each look at it."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        self.now += 0.5
        return self.now

    def sleep(self, seconds: float) -> None: ...


class Sweeping:
    """As Claims with a million rows that came late; what is done after each batch of them is noted."""

    def __init__(self, ticks: list[str]) -> None:
        self._ticks = ticks
        self.ticks_at: list[int] = []

    def sweep(self) -> Iterator[list[Row]]:
        for _ in range(BATCHES):
            yield []
            self.ticks_at.append(len(self._ticks))

    def fresh(self) -> list[Row]:
        return []


class Conveyed:
    def send(self, rows: list[Row]) -> None: ...
    def settle(self) -> None: ...
    def prepare_next_month(self) -> None: ...


class Ticking(Relay):
    """Only counts what happens once a second, and stops after the first sweep."""

    def __init__(self) -> None:
        super().__init__("postgresql://localhost/x", "amqp://localhost/", service="grievances")
        self.ticks: list[str] = []

    def _tick(self, *_: Any) -> None:
        self.ticks.append("tick")

    def _rest(self, *_: Any) -> None:
        self.stop()


def test_the_boards_and_the_broker_hear_of_a_relay_that_sweeps_for_a_long_time(monkeypatch: pytest.MonkeyPatch) -> None:
    relay = Ticking()
    claims = Sweeping(relay.ticks)
    monkeypatch.setattr(loop, "time", Clock())

    relay._turn(cast(Any, None), cast(Any, None), cast(Claims, claims), cast(Conveyor, Conveyed()), cast(Any, None))

    assert claims.ticks_at[-1] >= BATCHES // 2
