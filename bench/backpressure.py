"""A million facts and a consumer that stands still; commands go on at a steady rate all the while.

Everything that `linli up` runs is running. Statistics' consumer stands still because its inbox is locked: its HTTP
answers, and so the board can say how far behind it is. The relay is stopped as well until all facts are committed;
then it sends them, and those nobody takes pile up in the broker. At last statistics is killed and starts again, the
inbox is free, and the backlog drains: by turns with commands and without, so that both rates are of one run and of
the same facts. In the end the ledger is weighed.
"""

import json
import signal
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from bench import backlog, ground, watch
from bench.dispute_life import SPIKE_CONNECTIONS, Lives
from bench.ground import BenchError, Database, Ground
from bench.results import Results
from bench.rounds import RATE_PER_S, Scale, Tell
from chassis.calendar import system_clock
from linli import ledger
from linli.demo.people import Person
from linli.instance import Reach
from linli.services import routes, subscriptions

FORGET = "TRUNCATE committees CASCADE"
"""What an earlier benchmark of this run formed."""

WARM_UP = 0.15
"""The part of a turn that passes before it counts: what the other one left under way."""

ENOUGH = 0.98
"""Of the commands that were due, so many must have been begun."""

COUNTED = """
SELECT count(*) / extract(epoch FROM %(end)s - %(begin)s) AS per_s
FROM inbox WHERE source = 'grievances' AND applied_at >= %(begin)s AND applied_at < %(end)s
"""


class Turn(NamedTuple):
    """A piece of the drain, by PostgreSQL's clock, and what our processes took of the processors' time in a second."""

    begin: datetime
    end: datetime
    cores: float


def measure(stage: Ground, scale: Scale, tell: Tell) -> Results:
    run = _Backpressure(stage, tell)
    alone = run.alone(scale.turn_s)
    with watch.Watch(run.roots) as memory:
        piled_up = run.pile_up(scale.backlog, memory)
        drained = run.drain(scale.turn_s, scale.turns)
        run.weigh()
    for name, most_mb in memory.most_mb.items():
        tell.found(f"memory of {name}: at first {memory.first_mb[name]:.0f}, at most", most_mb, "MB")
    return {
        "backpressure": {
            "events": scale.backlog,
            "errors": piled_up["errors"] + drained["errors"],
            "told_behind": piled_up["told_behind"],
            "p99_ms": piled_up["p99_ms"],
            "p99_ms_draining": drained["p99_ms"],
            "p99_ms_idle": alone["p99_ms"],
            "commands_cores": alone["cores"],
            "relayed_per_s": piled_up["relayed_per_s"],
            "drain_per_s": drained["per_s"],
            "batch_per_s": drained["batch_per_s"],
            **{name: figure for name, figure in piled_up.items() if name.endswith("_per_100k")},
        },
        "backpressure_mb": memory.first_mb | {f"{name}_peak": most_mb for name, most_mb in memory.most_mb.items()},
    }


class _Backpressure(Lives):
    """The deployment, its people, and what stands still."""

    def __init__(self, stage: Ground, tell: Tell) -> None:
        tell.begin("starting everything")
        running = stage.deployment()
        Database("", running.instance.admin_url.rpartition("/")[0] + "/grievances").run(FORGET)
        super().__init__(stage, tell)
        self._wait_until_counted()
        self.roots = watch.of_deployment(stage)

    def alone(self, seconds: float) -> dict[str, float]:
        """Commands without a backlog: how long the slowest of a hundred takes, and what they take of the processors."""
        self._tell.begin(f"commands at {RATE_PER_S}/s without a backlog")
        at_rest = self._cores(seconds)
        with self._commands() as figures:
            time.sleep(seconds * WARM_UP)
            busy = self._cores(seconds)
        _check(figures)
        self._tell.found(f"p99 of {RATE_PER_S} commands/s, no backlog", figures["p99_ms"], "ms")
        self._tell.found("processors that they take", busy - at_rest, "")
        self._wait_until_counted()
        return {"p99_ms": figures["p99_ms"], "cores": max(busy - at_rest, 0.0)}

    def pile_up(self, count: int, memory: watch.Watch) -> dict[str, float]:
        """Commit the facts and relay them while nobody counts; statistics is killed in the end and starts again."""
        before_mb, before_disk_mb = memory.note()["rabbitmq"], self._broker_disk_mb()
        with self._standing_still(), self._commands() as figures:
            with self._stopped("grievances-relay"):
                self._tell.begin(f"committing {count:,} facts")
                backlog.commit(self._grievances.run, count, [place.area for place in self._places], now=system_clock())
                outbox_mb = self._outbox_mb()
            self._tell.begin(f"relaying {count:,} facts")
            begun = time.perf_counter()
            ground.wait_until("the outbox is empty", self._is_relayed, timeout_s=600, pause_s=0.1)
            per_s = count / (time.perf_counter() - begun)
            self._tell.found(f"{count:,} facts relayed", per_s, "/s")
            self._tell.begin("members takes its part of them")
            ground.wait_until("members has taken its part", self._members_has_all, timeout_s=600, pause_s=0.2)
            grown_mb = memory.note()["rabbitmq"] - before_mb
            disk_mb = self._broker_disk_mb() - before_disk_mb
            behind = self._told_behind(count)
            self._tell.found("facts behind, as statistics says", behind, "")
            self._restart("statistics")
        _check(figures)
        self._tell.found(f"p99 of {RATE_PER_S} commands/s meanwhile", figures["p99_ms"], "ms")
        parts = count / 100_000
        return {
            **figures,
            "relayed_per_s": per_s,
            "told_behind": behind,
            "outbox_mb_per_100k": outbox_mb / parts,
            "rabbitmq_mb_per_100k": max(grown_mb, 0.0) / parts,
            "rabbitmq_disk_mb_per_100k": disk_mb / parts,
        }

    def drain(self, seconds: float, turns: int) -> dict[str, float]:
        """Let statistics count: a turn without commands, a turn with them, as long as the backlog lasts."""
        self._wait_until_warm()
        batch, busy, answered = list[Turn](), list[Turn](), list[dict[str, float]]()
        for number in range(1, turns + 1):
            self._tell.begin(f"draining ({number} of {turns})")
            quiet = self._turn(seconds)
            with self._commands() as figures:
                loaded = self._turn(seconds)
            _check(figures)
            answered.append(figures)
            if self._waiting() < RATE_PER_S:
                break
            batch.append(quiet)
            busy.append(loaded)
        self._tell.begin("draining the rest")
        ground.wait_until("the backlog is drained", lambda: not self._waiting(), timeout_s=600, pause_s=0.2)
        self._wait_until_counted()
        if not batch:
            raise BenchError(f"the backlog was drained before two turns of {seconds:g} s had passed")
        per_s, batch_per_s = self._per_s(busy), self._per_s(batch)
        self._tell.found("drained without commands", batch_per_s, "/s")
        self._tell.found(f"drained while {RATE_PER_S} commands/s run", per_s, "/s")
        self._tell.found("processors taken without commands", _mean([turn.cores for turn in batch]), "")
        self._tell.found("processors taken with them", _mean([turn.cores for turn in busy]), "")
        p99_ms = max(figures["p99_ms"] for figures in answered)
        self._tell.found(f"p99 of {RATE_PER_S} commands/s meanwhile", p99_ms, "ms")
        errors = sum(figures["errors"] for figures in answered)
        return {"per_s": per_s, "batch_per_s": batch_per_s, "p99_ms": p99_ms, "errors": errors}

    def weigh(self) -> None:
        """Each fact is in effect, once. Raises BenchError."""
        self._tell.begin("weighing the ledger")
        databases = Reach.of(self._running.instance).databases()
        for balance in ledger.settle(databases, subscriptions(), 60):
            if not balance.even or balance.kept:
                raise BenchError(f"the ledger is not even: {balance}")
            self._tell.found(f"{balance.consumer} ← {balance.source}: facts in effect", balance.effects, "")

    @contextmanager
    def _standing_still(self) -> Iterator[None]:
        """Nobody can write what statistics has counted; all else of it goes on."""
        with closing(self._statistics.connect()) as connection, connection.cursor() as cursor:
            cursor.execute("BEGIN; LOCK TABLE inbox IN EXCLUSIVE MODE")
            yield
            cursor.execute("ROLLBACK")

    @contextmanager
    def _stopped(self, name: str) -> Iterator[None]:
        self._stage.supervisor.kill(name, signal.SIGSTOP)
        try:
            yield
        finally:
            self._stage.supervisor.kill(name, signal.SIGCONT)

    def _restart(self, name: str) -> None:
        supervisor = self._stage.supervisor
        starts = supervisor.starts(name)
        supervisor.kill(name)
        ground.wait_until(f"{name} is started again", lambda: supervisor.starts(name) > starts)
        self._running.wait_ready()

    @contextmanager
    def _commands(self) -> Iterator[dict[str, Any]]:
        """Commands at RATE_PER_S while the block runs; what became of them is in the dict afterwards."""
        address = urlsplit(self._running.instance.http_url("grievances"))
        told = self._stage.folder / "log" / "bench.lives.log"
        limits = (SPIKE_CONNECTIONS, 3600, RATE_PER_S)
        figures: dict[str, Any] = {}
        begin_at = self._last_position() + RATE_PER_S
        with self._stage.process("bench.lives", address.hostname, address.port, self._file, *limits):
            ground.wait_until("commands are answered", lambda: self._last_position() > begin_at)
            begun = time.perf_counter()
            yield figures
            figures["seconds"] = time.perf_counter() - begun
        figures |= json.loads(told.read_text("utf-8").splitlines()[-1])

    def _last_position(self) -> int:
        """Of the facts that were committed, or nearly so."""
        [row] = self._grievances.run("SELECT last_value FROM outbox_position_seq")
        return int(row.last_value)

    def _outbox_mb(self) -> float:
        [row] = self._grievances.run("SELECT pg_total_relation_size('outbox') / 1e6 AS size_mb")
        return float(row.size_mb)

    def _broker_disk_mb(self) -> float:
        files = (self._stage.folder / "rabbitmq").rglob("*")
        size = 0
        for file in files:
            # The broker removes some while we look.
            with suppress(OSError):
                size += file.stat().st_size if file.is_file() else 0
        return size / 1e6

    def _cores(self, seconds: float) -> float:
        begun, taken = time.perf_counter(), watch.cpu_s(self.roots)
        time.sleep(seconds)
        return (watch.cpu_s(self.roots) - taken) / (time.perf_counter() - begun)

    def _turn(self, seconds: float) -> Turn:
        time.sleep(seconds * WARM_UP)
        begin = self._now()
        cores = self._cores(seconds * (1 - WARM_UP))
        return Turn(begin, self._now(), cores)

    def _now(self) -> datetime:
        [row] = self._statistics.run("SELECT clock_timestamp() AS now")
        now: datetime = row.now
        return now

    def _per_s(self, turns: list[Turn]) -> float:
        found = [self._statistics.run(COUNTED, turn._asdict())[0].per_s for turn in turns]
        return _mean([float(per_s) for per_s in found])

    def _is_relayed(self) -> bool:
        """What commands have told just now does not count."""
        [row] = self._grievances.run("SELECT count(*) AS waiting FROM (SELECT FROM outbox LIMIT 100) AS waiting")
        return bool(row.waiting < 100)

    def _members_has_all(self) -> bool:
        return self._waiting("members") < RATE_PER_S

    def _waiting(self, consumer: str = "statistics") -> int:
        """Messages that lie in the consumer's queue of facts of grievances."""
        [route] = [route for route in routes() if (route.consumer, route.source) == (consumer, "grievances")]
        with ground.channel(self._running.instance.amqp_url) as channel:
            return int(channel.queue_declare(route.queue, passive=True).message_count)

    def _wait_until_warm(self) -> None:
        """What was delivered before statistics was killed is run one by one; then it is as fast as ever."""
        waiting = self._waiting()
        ground.wait_until("statistics counts again", lambda: self._waiting() < waiting - 2_000, pause_s=0.1)

    def _told_behind(self, count: int) -> float:
        """What the board is told; statistics answers though it cannot count. Raises BenchError if that is not so."""
        officer = Person.with_role(self._running.instance, "officer", "", "district_officer", "440305000000")

        def tells() -> bool:
            told = officer.get("statistics", "/statistics/440305000000")["behind"]
            return bool(told["state"] == "behind" and told["events"] >= count)

        ground.wait_until(f"statistics says that it is {count:,} facts behind", tells)
        events: float = officer.get("statistics", "/statistics/440305000000")["behind"]["events"]
        return events


def _check(figures: dict[str, Any]) -> None:
    """Raises BenchError when not all commands were answered as they should be, or not as many were begun."""
    if figures["errors"] or figures["requests"] < ENOUGH * RATE_PER_S * figures["seconds"] - RATE_PER_S:
        told = f"{figures['requests']} commands in {figures['seconds']:.0f} s, {figures['errors']} errors"
        raise BenchError(f"commands at {RATE_PER_S}/s: {told}; see log/bench.lives.log")


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
