"""Rows on their way: published, answered for by the broker, moved to event_log.

While the broker takes in one batch, PostgreSQL moves the one before it and reads the next.
"""

import logging
import time
from datetime import date, timedelta

from chassis import metrics, topology
from chassis.calendar import Clock
from chassis.errors import BrokerUnavailable, DatabaseTooSlow
from chassis.relay.claims import Claims
from chassis.relay.publisher import Answers, Letter, Publisher
from chassis.relay.rows import OutboxRows, Row

log = logging.getLogger(__name__)


class Conveyor:
    """What one leader has sent and not yet moved. Its publisher's connection must be discarded after an exception."""

    def __init__(
        self,
        service: str,
        outbox: OutboxRows,
        claims: Claims,
        publisher: Publisher,
        *,
        confirm_timeout_s: float,
        clock: Clock,
    ) -> None:
        self._service = service
        self._exchange = topology.exchange(service)
        self._outbox = outbox
        self._claims = claims
        self._publisher = publisher
        self._confirm_timeout_s = confirm_timeout_s
        self._clock = clock
        self._months: set[date] = set()
        self._sent_at: float | None = None
        self._refused: set[int] = set()
        self.has_moved = False
        """Whether the broker has taken anything."""

    def send(self, rows: list[Row]) -> None:
        """Publish these, then settle what was sent before them; so without rows everything is settled.

        Raises BrokerUnavailable when it went away, a confirm did not come in time, or it refused the same row twice:
        what was confirmed is moved, the rest stays in the outbox. A channel that told RabbitMQ 3.10 of its first fact
        for a queue whose leader was gone is refused all for as long as that node is, though another one leads by then.
        """
        sent_before, self._sent_at = self._sent_at, time.monotonic() if rows else None
        try:
            for row in rows:
                self._publisher.send(self._letter(row))
            self._publisher.flush()
            metrics.RELAY_UNCONFIRMED.set(self._publisher.unconfirmed)
            answers = self._publisher.settle(self._confirm_timeout_s, leaving=len(rows))
        except BrokerUnavailable:
            self._move(self._publisher.answers())
            raise
        if sent_before is not None:
            metrics.RELAY_CONFIRM_SECONDS.observe(time.monotonic() - sent_before)
        metrics.RELAY_UNCONFIRMED.set(self._publisher.unconfirmed)
        self._move(answers)
        self._claims.hold([*answers.returned, *answers.refused])
        self._report(answers)
        refused = {letter.position for letter in answers.refused}
        again = len(refused & self._refused)
        self._refused = refused | (self._refused - {letter.position for letter in answers.confirmed})
        if again:
            self.settle()
            raise BrokerUnavailable(f"the broker refused {again} events twice, so another connection is tried")

    def settle(self) -> None:
        """Wait until everything sent is answered for, and move it."""
        self.send([])

    def prepare_next_month(self) -> None:
        """Make next month's table in time: it waits for every reader of event_log, which a move should not have to."""
        next_month = (self._clock().date().replace(day=1) + timedelta(days=32)).replace(day=1)
        try:
            self._outbox.ensure_partition(next_month)
        except DatabaseTooSlow:
            log.info("event_log is being read; its table for %s is made later", next_month)

    def _letter(self, row: Row) -> Letter:
        return Letter(
            row.position, str(row.event_id), self._exchange, row.type, row.envelope, row.mandatory, row.subject
        )

    def _move(self, answers: Answers) -> None:
        if not answers.confirmed:
            return
        now = self._clock()
        if (month := now.date().replace(day=1)) not in self._months:
            self._outbox.ensure_partition(month)
            self._months.add(month)
        self._outbox.move([letter.position for letter in answers.confirmed], now)
        metrics.RELAY_PUBLISHED.inc(len(answers.confirmed))
        self.has_moved = True

    def _report(self, answers: Answers) -> None:
        if answers.returned:
            metrics.RELAY_RETURNED.inc(len(answers.returned))
            types = sorted({letter.routing_key for letter in answers.returned})
            log.warning("no queue is bound for %s of %s; the rows stay in the outbox", ", ".join(types), self._service)
        if answers.refused:
            metrics.RELAY_NACKED.inc(len(answers.refused))
            log.warning("the broker refused %d events of %s; they are sent again", len(answers.refused), self._service)
