"""What a service does once a second besides its work: seal the audit, forget old keys, tell the boards."""

import logging
import time
from typing import Any

import eventlet
from eventlet.event import Event
from nameko.extensions import DependencyProvider

from chassis import audit, metrics
from chassis.calendar import system_clock
from chassis.database import Database, Transaction
from chassis.errors import Unavailable
from chassis.http import idempotency

log = logging.getLogger(__name__)

EVERY_S = 1.0
STATES = ("suspect", "waiting", "parked", "dead")


class Upkeep(DependencyProvider):
    """Runs in every process of a service; what must not run twice at a time is locked in PostgreSQL."""

    def start(self) -> None:
        self._stop = Event()
        self._thread = self.container.spawn_managed_thread(self._run, identifier="upkeep")

    def stop(self) -> None:
        self._stop.send()
        self._thread.wait()

    def get_dependency(self, worker_ctx: Any) -> None:
        """Nothing: no handler needs it."""

    def _run(self) -> None:
        database: Database = self.container.config["database"]
        next_purge = time.monotonic() + 60
        due = time.monotonic() + EVERY_S
        while not self._stopped_within(EVERY_S):
            metrics.HUB_LAG_SECONDS.observe(max(time.monotonic() - due, 0.0))
            try:
                with database.transaction() as tx:
                    audit.seal(tx)
                    _show_failed(tx)
                if time.monotonic() >= next_purge:
                    with database.transaction() as tx:
                        forgotten = idempotency.purge(tx, system_clock())
                    next_purge = time.monotonic() + (0 if forgotten == idempotency.PURGED_AT_ONCE else 600)
            except Unavailable as error:
                log.warning("upkeep of %s waits: %s", database.service, error)
            due = time.monotonic() + EVERY_S

    def _stopped_within(self, seconds: float) -> bool:
        with eventlet.Timeout(seconds, exception=False):
            self._stop.wait()
        return bool(self._stop.ready())


def _show_failed(tx: Transaction) -> None:
    rows = tx.rows("SELECT state, reason, count(*) AS events FROM failed_events GROUP BY state, reason")
    for state in STATES:
        metrics.FAILED_EVENTS.labels(state).set(sum(row.events for row in rows if row.state == state))
    metrics.DEAD_EVENTS.clear()
    for row in rows:
        if row.state == "dead":
            metrics.DEAD_EVENTS.labels(row.reason).set(row.events)
