"""Kills and freezes everything of a whole instance, by a plan that its seed alone decides."""

import itertools
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psutil

from chassis.errors import LinliError
from linli.running import Running
from linli.supervisor import Supervisor
from tests.support.waiting import wait_for

KILL, FREEZE = "killed", "frozen"
BROKER, POSTGRES = "broker", "PostgreSQL"
PARTS = (BROKER, POSTGRES)
BACK_S = 60
"""How long a process may take to be there again before it is hit the next time."""

GAP_S = 2.5
DOWN_S = (0.0, 4.0)
FROZEN_S = (0.5, 6.0)
LONG_FROZEN_S = (11.0, 22.0)
"""Longer than the relay waits for a confirm, and some of them longer than anybody waits for PostgreSQL."""
LONG_SHARE = 0.1


@dataclass(frozen=True)
class Blow:
    """At `at_s` from the beginning something is killed or frozen. `lasts_s`: until a part is started again, or what is
    frozen goes on; a killed process is started again by the supervisor."""

    at_s: float
    target: str
    how: str
    lasts_s: float

    @property
    def ends_s(self) -> float:
        return self.at_s + self.lasts_s


def plan(seed: int, length_s: float, targets: Sequence[str], gap_s: float = GAP_S) -> list[Blow]:
    """The blows of a run, in the order of their time. Every round hits each target once, in an order of its own; the
    first one kills them all. One blow of a target ends before its next begins, and none lasts longer than the run."""
    chance, blows, now = random.Random(seed), list[Blow](), 0.0
    free_s = dict.fromkeys(targets, 0.0)
    for number in itertools.count():
        ways = (KILL, KILL, FREEZE) if number else (KILL,)
        for target in chance.sample(targets, len(targets)):
            now += chance.uniform(0.5, 1.5) * gap_s
            if now >= length_s:
                return sorted(blows, key=lambda blow: blow.at_s)
            blow = _blow(chance, max(now, free_s[target]), target, chance.choice(ways), length_s)
            if blow.at_s < length_s:
                blows.append(blow)
                free_s[target] = blow.ends_s + gap_s
    return blows


def _blow(chance: random.Random, at_s: float, target: str, how: str, length_s: float) -> Blow:
    long = chance.random() < LONG_SHARE
    lasts_s = chance.uniform(*DOWN_S if how == KILL else LONG_FROZEN_S if long else FROZEN_S)
    if how == KILL and target not in PARTS:
        lasts_s = 0.0
    return Blow(round(at_s, 2), target, how, round(min(lasts_s, max(length_s - at_s, 0.0)), 2))


@dataclass(frozen=True)
class Victim:
    """Something that can be hit: how it is killed, how it comes back, and the processes it consists of."""

    kill: Callable[[], None]
    come_back: Callable[[], None]
    processes: Callable[[], list[psutil.Process]]


def victims(running: Running, supervisor: Supervisor) -> dict[str, Victim]:
    """Both parts and every process of an instance, by their names."""
    broker, postgres = running.rabbitmq, running.postgres
    found = {
        BROKER: Victim(broker.kill, broker.start, lambda: _family(broker.pid)),
        POSTGRES: Victim(postgres.kill, postgres.start, lambda: _family(postgres.pid)),
    }
    return found | {program.name: _supervised(supervisor, program.name) for program in running.programs()}


def _supervised(supervisor: Supervisor, name: str) -> Victim:
    return Victim(lambda: supervisor.kill(name), lambda: None, lambda: _family(supervisor.pid(name)))


def _family(pid: int | None) -> list[psutil.Process]:
    """The process and its children; the parent first, so that it makes no more."""
    try:
        parent = psutil.Process(pid) if pid else None
        return [parent, *parent.children(recursive=True)] if parent else []
    except psutil.NoSuchProcess:
        return []


class Havoc:
    """Plays a plan; counts what was done by kind and target."""

    def __init__(self, plan: Sequence[Blow], victims: Mapping[str, Victim]) -> None:
        self.done: Counter[tuple[str, str]] = Counter()
        self._plan = plan
        self._victims = victims
        self._stopped = threading.Event()

    def play(self) -> None:
        """Return when the last blow has ended and everything that this started is there again. Raises what went wrong
        with a victim, such as EmbeddedError when a part does not come up."""
        began = time.monotonic()
        with ThreadPoolExecutor(len(self._victims)) as hands:
            for one in [hands.submit(self._hit, target, began) for target in self._victims]:
                one.result()

    def _hit(self, target: str, began: float) -> None:
        """Every blow of one target, each at its time or as soon after it as the target is there."""
        try:
            for blow in self._plan:
                if blow.target == target and not self._stopped.wait(max(began + blow.at_s - time.monotonic(), 0)):
                    self._strike(blow, self._victims[target])
                    self.done[blow.how, target] += 1
        except BaseException:
            self._stopped.set()
            raise

    def _strike(self, blow: Blow, victim: Victim) -> None:
        if blow.how == FREEZE:
            with _frozen(wait_for(victim.processes, BACK_S)):
                self._stopped.wait(blow.lasts_s)
            return
        wait_for(lambda: _killed(victim), BACK_S)
        try:
            self._stopped.wait(blow.lasts_s)
        finally:
            victim.come_back()

    def told(self) -> str:
        """How often each was killed and frozen, for the line of the run."""
        targets = sorted({target for _, target in self.done})
        return ", ".join(f"{target} {self.done[KILL, target]}+{self.done[FREEZE, target]}" for target in targets)


def _killed(victim: Victim) -> bool:
    """Whether it was there to be killed; a process that is just being started again is not."""
    if not victim.processes():
        return False
    try:
        victim.kill()
    except (LinliError, psutil.NoSuchProcess):
        return False
    return True


@contextmanager
def _frozen(processes: Sequence[psutil.Process]) -> Iterator[None]:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.suspend()
    try:
        yield
    finally:
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.resume()
