"""`@every`: a nameko entrypoint for what a service does by the clock: deadlines, reminders, what to forget."""

import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

import eventlet
from eventlet.event import Event
from nameko.containers import WorkerContext
from nameko.extensions import Entrypoint

from chassis import metrics
from chassis.calendar import system_clock
from chassis.errors import Unavailable

log = logging.getLogger(__name__)

Timed = Callable[[Any, datetime], bool | None]
"""A method that is given the present; it returns True when there is more to do at once."""


class Timer(Entrypoint):
    """The entrypoint behind `@every`."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        if seconds <= 0:
            raise ValueError(f"@every({seconds:g}): the seconds between two calls must be more than 0")
        self.seconds = seconds

    def start(self) -> None:
        self._stopping = Event()
        self._between_s = self.seconds / self.container.config.get("pace", 1.0)
        self._thread = self.container.spawn_managed_thread(self._run, identifier=f"timer {self.method_name}")

    def stop(self) -> None:
        """Call no more; return when the call in hand has ended."""
        self._stopping.send()
        self._thread.wait()

    def _run(self) -> None:
        method = self._bound_method()
        while not self._stopping.ready():
            started = time.monotonic()
            is_more = self._call(method)
            took = time.monotonic() - started
            metrics.labelled(metrics.TIMER_SECONDS, self.method_name).observe(took)
            # What has more to do rests as long as it took: half of the time is for those who wait for answers.
            self._wait(min(took, self._between_s) if is_more else max(self._between_s - took, 0))

    def _call(self, method: Callable[[datetime], bool | None]) -> bool:
        """One call, whatever comes of it: the next may do better, and the service has other work too."""
        try:
            return method(self.container.config.get("clock", system_clock)()) is True
        except Unavailable as error:
            log.warning("%s is tried again in %g s: %s", self.method_name, self._between_s, error)
            metrics.TIMER_FAILURES.labels(self.method_name, "unavailable").inc()
        except (Exception, eventlet.Timeout) as error:
            log.error("unforeseen error in %s", self.method_name, exc_info=error)
            metrics.TIMER_FAILURES.labels(self.method_name, "unforeseen").inc()
        return False

    def _wait(self, seconds: float) -> None:
        with eventlet.Timeout(seconds, exception=False):
            self._stopping.wait()

    def _bound_method(self) -> Callable[[datetime], bool | None]:
        """Of a service object of its own, made once: no call takes up a worker that requests wait for."""
        service = self.container.service_cls()
        self.container._inject_dependencies(WorkerContext(self.container, service, self))
        return cast(Callable[[datetime], bool | None], getattr(service, self.method_name))


def every(seconds: float) -> Callable[[Timed], Timed]:
    """Call this method in every process of the service every so many seconds, the first time right after the start.

    `@every(60)` on `(self, now)`. `now` is the service's clock's. Never two calls at a time in one process, though in
    several: what must not run twice is locked in PostgreSQL, for example with FOR UPDATE SKIP LOCKED. A call that
    returns True is followed by the next after a rest as long as that one took. What it raises is logged and counted,
    and the next call comes in its time; on SIGTERM the call in hand ends, so do a bounded piece of work in each.
    """
    return cast(Callable[[Timed], Timed], Timer.decorator(seconds))
