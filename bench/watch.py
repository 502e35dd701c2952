"""What processes hold in memory while they work, and the time they take of the processors.

PSS: what several processes share counts once, divided among them.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Self

import psutil

from bench.ground import Ground

PAUSE_S = 2.0
"""To look costs some 50 ms of a processor: PostgreSQL has a process for each connection."""

Roots = Mapping[str, Callable[[], int | None]]
"""By name, how to find a process; with it count all that it has started."""


def of_deployment(stage: Ground) -> Roots:
    """Every process of the deployment by its name, PostgreSQL, RabbitMQ."""
    running, supervisor = stage.deployment(), stage.supervisor
    services = {program.name: lambda name=program.name: supervisor.pid(name) for program in running.programs()}
    return {**services, "postgresql": lambda: running.postgres.pid, "rabbitmq": lambda: running.rabbitmq.pid}


class Watch:
    """Looks now and then while its block runs: the memory of each at first, at most and in the end, in MB."""

    def __init__(self, roots: Roots) -> None:
        self._roots = roots
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="watch", daemon=True)
        self.first_mb: dict[str, float] = {}
        self.most_mb: dict[str, float] = {}
        self.last_mb: dict[str, float] = {}

    def __enter__(self) -> Self:
        self.first_mb = self.note()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()
        self.note()

    def note(self) -> dict[str, float]:
        """Look now."""
        self.last_mb = {name: _pss_mb(find()) for name, find in self._roots.items()}
        self.most_mb = {name: max(size, self.most_mb.get(name, 0.0)) for name, size in self.last_mb.items()}
        return self.last_mb

    def _look(self) -> None:
        while not self._is_over.wait(PAUSE_S):
            self.note()


def cpu_s(roots: Roots) -> float:
    """The processor time that all of them have taken so far."""
    return sum(_cpu_s(process) for find in roots.values() for process in _with_children(find()))


def _cpu_s(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        # Those of children that have ended.
        return float(times.user + times.system + times.children_user + times.children_system)
    return 0.0


def _pss_mb(pid: int | None) -> float:
    size = 0
    for process in _with_children(pid):
        with suppress(psutil.NoSuchProcess):
            size += process.memory_full_info().pss
    return size / 2**20


def _with_children(pid: int | None) -> Iterator[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        if pid is not None:
            root = psutil.Process(pid)
            yield from (root, *root.children(recursive=True))
