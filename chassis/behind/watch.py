"""Looks once a second how far the service is behind; whoever asks in between is answered from memory."""

import logging
import math
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

import eventlet
from nameko.extensions import DependencyProvider

from chassis import metrics
from chassis.behind import rows
from chassis.behind.beats import Beat
from chassis.behind.listener import Listener
from chassis.behind.measure import Behind, Watched
from chassis.calendar import system_clock
from chassis.consumer import Consumers
from chassis.database import Database, Transaction
from chassis.errors import Misconfigured, Unavailable
from chassis.queue_consumer import QueueConsumer

log = logging.getLogger(__name__)

EVERY_S = 1.0
NOTED_AGAIN_S = rows.FORGOTTEN_S / 3
"""What is in hand is noted anew after so long, though nothing has changed: it is not forgotten then."""

WORTH_NOTING_S = 5.0
"""A process that does not consume notes nothing that others know nearly as well."""


class Sources:
    """How far behind each source the service is, at any moment. Asks nobody."""

    def __init__(self, watched: Mapping[str, Watched]) -> None:
        self._watched = watched

    def of(self, source: str) -> Behind:
        """Raises KeyError for a source the service does not hear."""
        return self._watched[source].behind(system_clock())

    def all(self) -> list[Behind]:
        now = system_clock()
        return [one.behind(now) for one in self._watched.values()]


class Watch(DependencyProvider):  # type: ignore[misc]  # nameko is untyped
    """Gives handlers Sources; runs in every process of a service that hears facts."""

    consumers = Consumers()

    def __init__(self) -> None:
        super().__init__()
        self._by = uuid4()
        self._watched: dict[str, Watched] = {}
        self._noted: dict[str, tuple[datetime | None, int | None, float]] = {}
        self._told = ""
        self._thread: Any = None

    def start(self) -> None:
        queues = self.consumers.queues()
        now = system_clock()
        self._watched.update({queue.route.source: Watched(queue.route.source, now) for queue in queues})
        if queues:
            self._thread = self.container.spawn_managed_thread(lambda: self._run(queues), identifier="behind")

    def stop(self) -> None:
        """At once, also in the middle of a look at a broker that does not answer."""
        if self._thread is not None:
            self._thread.kill()

    def get_dependency(self, worker_ctx: Any) -> Sources:
        return Sources(self._watched)

    def _run(self, queues: Sequence[QueueConsumer]) -> None:
        url: str = self.container.config["settings"].amqp_url
        listener = Listener(url, [queue.route for queue in queues], self._heard)
        try:
            while True:
                begun = time.monotonic()
                self._look(listener, queues)
                eventlet.sleep(max(EVERY_S - (time.monotonic() - begun), 0.1))
        finally:
            listener.close()

    def _heard(self, beat: Beat) -> None:
        if beat.source in self._watched:
            self._watched[beat.source].heard(beat, system_clock())

    def _look(self, listener: Listener, queues: Sequence[QueueConsumer]) -> None:
        try:
            found = listener.look()
            self._tell("")
        except (Unavailable, Misconfigured) as error:
            found = {}
            self._tell(str(error))
        at = system_clock()
        for queue in queues:
            self._watched[queue.route.source].own = queue.own()
        self._exchange_notes(self.container.config["database"])
        for source, counted in found.items():
            self._watched[source].asked(counted, self._watched[source].own, at)
        for one in self._watched.values():
            _show(one.behind(system_clock()), system_clock())

    def _exchange_notes(self, database: Database) -> None:
        try:
            with database.transaction() as tx:
                for one in self._watched.values():
                    self._note(tx, one)
                noted = rows.read(tx, list(self._watched), self._by)
        except Unavailable as error:
            log.warning("how far behind %s is could not be noted: %s", database.service, error)
            return
        for source, found in noted.items():
            self._watched[source].read(found)

    def _note(self, tx: Transaction, one: Watched) -> None:
        in_hand = one.own.in_hand if one.own.receives else None
        as_of, noted_in_hand, noted_at = self._noted.get(one.source, (None, None, -math.inf))
        now = time.monotonic()
        if in_hand is None:
            worth = one.as_of is not None and (as_of is None or (one.as_of - as_of).total_seconds() > WORTH_NOTING_S)
        else:
            worth = (one.as_of, in_hand) != (as_of, noted_in_hand) or (in_hand > 0 and now - noted_at > NOTED_AGAIN_S)
        if worth:
            rows.note(tx, one.source, one.as_of, self._by, in_hand)
            tx.after_commit(lambda: self._noted.update({one.source: (one.as_of, in_hand, now)}))

    def _tell(self, problem: str) -> None:
        """Once, not every second."""
        if problem and not self._told:
            log.warning("how far behind the service is cannot be known for now: %s", problem)
        self._told = problem


def _show(found: Behind, now: datetime) -> None:
    age_s = math.nan if found.as_of is None else max((now - found.as_of).total_seconds(), 0.0)
    metrics.labelled(metrics.BEHIND_EVENTS, found.source).set(found.events)
    metrics.labelled(metrics.BEHIND_AGE, found.source).set(age_s)
    metrics.labelled(metrics.BEHIND_KNOWN, found.source).set(found.state != "unknown")
