"""Where the time of a play went: by phase, and by step of what was played."""

import time
from array import array
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from linli import latency

SHOWN = 10


@dataclass
class Accounts:
    """Seconds of each phase; milliseconds to the answer of each command, four bytes each; what was refused.

    `begun`: how many of each part's volume, by month; `figures`: what statistics should say of them.
    """

    phases_s: dict[str, float] = field(default_factory=dict)
    steps_ms: dict[tuple[str, str], "array[float]"] = field(default_factory=dict)
    figures: Counter[str] = field(default_factory=Counter)
    begun: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: int = 0
    refusals: list[str] = field(default_factory=list)
    given_up: int = 0
    """Acts that were not asked any more, because one before them was refused."""

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """What is done inside takes time of this name; phases may stand inside one another."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.phases_s[name] = self.phases_s.get(name, 0.0) + time.perf_counter() - began

    def answered(self, part: str, step: str, took_s: float) -> None:
        self.steps_ms.setdefault((part, step), array("f")).append(took_s * 1000)

    def refuse(self, why: str) -> None:
        """Keep the first few of what was refused in words, all of it in number."""
        self.refused += 1
        self.refusals += [why][: SHOWN - len(self.refusals)]

    @property
    def commands(self) -> int:
        return sum(map(len, self.steps_ms.values()))

    def percentiles_ms(self, part: str | None = None, step: str | None = None) -> dict[str, float | None]:
        """p50 and p99; of all commands, or of one part's step."""
        taken: list[float] = []
        for (of_part, of_step), found in self.steps_ms.items():
            if part in (None, of_part) and step in (None, of_step):
                taken += found
        return latency.percentiles(taken)
