"""A transaction that stays open for hours keeps VACUUM from every row that is gone meanwhile (DESIGN §6: 23): the relay
must not read its way through them."""

import json
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

import pytest

from chassis.database import connect
from tests.support.fault_results import Report
from tests.support.stage import DRAIN_S, Stage, sized
from tests.support.waiting import wait_for

GONE = sized(1000, 100_000)
"""So many facts have come and gone in the outbox before it is measured."""

MEASURED = sized(100, 3000)
EACH = sized(2, 15)
"""So many looks of each kind are measured at least; at the backlog there is one a second."""


@dataclass(frozen=True)
class Looks:
    """How long the relay's looks into the outbox took, in milliseconds: of a hundred, the slowest but one."""

    claim: float
    sweep: float
    backlog: float

    def over(self, other: "Looks") -> str:
        names = ("claim", "sweep", "backlog")
        ratios = {name: getattr(self, name) / getattr(other, name) for name in names}
        return ", ".join(f"{name} {getattr(self, name):.1f} ms = {ratio:.1f} ×" for name, ratio in ratios.items())


def looks(stage: Stage) -> Looks:
    """Of a relay that sends many facts, then some more one by one; only from these on is it measured."""
    file = stage.folder / "looks"
    relay = stage.start_relay("tests.support.timed_relay", str(file), RELAY_SWEEP_S="0.1")
    stage.commit(GONE, together=500)
    wait_for(lambda: stage.unsent() == 0, DRAIN_S)
    began = time.monotonic()
    stage.commit(MEASURED, together=1)
    wait_for(lambda: stage.unsent() == 0, DRAIN_S)
    wait_for(lambda: all(len(times) >= EACH for times in taken(file, began).values()), DRAIN_S)
    assert relay.stop() == 0, relay.said()
    return Looks(**{name: 1000 * quantiles(times, n=100)[-1] for name, times in taken(file, began).items()})


def taken(file: Path, began: float) -> dict[str, list[float]]:
    """The seconds each look took, of those whose line is whole, by its kind."""
    found: dict[str, list[float]] = {"claim": [], "sweep": [], "backlog": []}
    for line in file.read_text().splitlines(keepends=True):
        if line.endswith("\n"):
            name, when, seconds = json.loads(line)
            if when >= began:
                found[name].append(seconds)
    return found


@contextmanager
def held_open(stage: Stage) -> Iterator[None]:
    """A transaction that has a snapshot and an id: nothing that was there when it began may be cleared away."""
    with closing(connect(stage.source.url)) as connection, connection.cursor() as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*), pg_current_xact_id() FROM outbox")
        yield


@pytest.mark.fault(23)
def test_a_transaction_that_stays_open_does_not_make_the_relay_read_what_is_gone(stage: Stage, report: Report) -> None:
    stage.declare()
    stage.start_service(ready=False)
    free = looks(stage)
    with held_open(stage):
        pinned = looks(stage)
    stage.wait_settled()

    done = (
        f"a transaction open while {GONE + MEASURED} facts came and went, p99 against without it: {pinned.over(free)}"
    )
    report(done, stage.weigh())
    assert stage.effects() == 2 * (GONE + MEASURED)
