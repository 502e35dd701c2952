"""How much memory processes hold together with all they have started, while they work.

PSS: what several processes share counts once, divided among them, so that one process is compared with many fairly.
"""

import threading
from collections.abc import Iterable
from contextlib import suppress
from typing import Self

import psutil

PAUSE_S = 0.5


class Footprint:
    """Looks every PAUSE_S while its block runs; `most_mb` is the most that was seen."""

    def __init__(self, pids: Iterable[int]) -> None:
        self._roots = [psutil.Process(pid) for pid in pids]
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="footprint", daemon=True)
        self.most_mb = 0.0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()
        self._note()

    def _look(self) -> None:
        while not self._is_over.wait(PAUSE_S):
            self._note()

    def _note(self) -> None:
        self.most_mb = max(self.most_mb, sum(_pss_mb(root) for root in self._roots))


def _pss_mb(root: psutil.Process) -> float:
    """Of a process and its descendants; one that has ended holds nothing."""
    size = 0
    with suppress(psutil.NoSuchProcess):
        for process in [root, *root.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                size += process.memory_full_info().pss
    return size / 2**20
