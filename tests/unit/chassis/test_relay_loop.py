"""The relay's loop: what is to happen once a second happens, whatever else it does."""

from collections.abc import Iterator
from typing import Any, cast
from unittest.mock import MagicMock

import pytest

from chassis.errors import BrokerUnavailable
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


class Moved:
    """As a Conveyor whose rows the broker has taken, or not."""

    def __init__(self, has_moved: bool) -> None:
        self.has_moved = has_moved


class Failing(Relay):
    """Connects, and then the broker refuses something."""

    def _turn(self, *_: Any) -> None:
        raise BrokerUnavailable("refused")


@pytest.mark.parametrize(("has_moved", "pauses"), [(True, [0.1] * 4), (False, [0.1, 0.2, 0.4, 0.8])])
def test_a_connection_that_was_of_use_does_not_make_the_next_pause_longer(
    has_moved: bool, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broker that refuses one in ten would else be left for five seconds after each few (DESIGN §6: 9)."""
    monkeypatch.setattr(loop, "Conveyor", lambda *_, **__: Moved(has_moved))
    monkeypatch.setattr(loop, "Publisher", lambda *_: None)
    monkeypatch.setattr(loop, "Beats", lambda *_: None)
    monkeypatch.setattr(loop.topology, "declare_exchange", lambda *_: None)
    relay = Failing("postgresql://localhost/x", "amqp://localhost/", service="grievances")
    monkeypatch.setattr(relay, "_nodes", MagicMock())
    paused = []
    for _ in range(4):
        relay._pauses.begin()
        with pytest.raises(BrokerUnavailable):
            relay._send_until_stopped(MagicMock())
        paused.append(relay._pauses.after_failure_s())

    assert paused == pauses
