"""Measuring several things in turns, so that what else the machine does falls on all of them alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from statistics import median
from typing import Protocol


class Tell(Protocol):
    """Hears what is being measured, and each figure as soon as there is one."""

    def begin(self, what: str) -> None: ...
    def found(self, what: str, figure: float, unit: str) -> None: ...


@dataclass(frozen=True)
class Scale:
    """How much is measured. Peers that are slow get fewer messages: their rate needs no more."""

    rounds: int
    relay_rows: int
    stock_messages: int
    each_messages: int
    batch_messages: int
    command_s: float
    latency_s: float
    life_rounds: int
    life_s: float
    disputes: int
    spike_s: float
    backlog: int = 1_000_000
    turns: int = 5
    turn_s: float = 6.0


USUAL = Scale(3, 40_000, 4_000, 20_000, 60_000, 4.0, 12.0, 1, 15.0, 1_000_000, 60.0)
FULL = replace(USUAL, life_rounds=3, life_s=30.0)
QUICK = Scale(1, 5_000, 500, 2_000, 5_000, 1.0, 3.0, 1, 2.0, 10_000, 2.0, backlog=40_000, turns=1, turn_s=0.5)
RATE_PER_S = 200


def in_turns(
    rounds: int, contestants: Mapping[str, Callable[[], float]], tell: Tell, *, unit: str = "/s"
) -> dict[str, float]:
    """Run each once a round, in the given order, and give the median of each."""
    found: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(1, rounds + 1):
        for name, measure in contestants.items():
            what = f"{name} ({number} of {rounds})"
            tell.begin(what)
            figure = measure()
            found[name].append(figure)
            tell.found(what, figure, unit)
    return {name: median(figures) for name, figures in found.items()}
