"""Exactly-once effect: the inbox row, the effect and the record of a failure are one transaction.

`Inbox.apply` takes what the broker delivered, in its order, and returns when every delivery is either in effect, known
already, or kept in failed_events; only then may the caller acknowledge. It raises Unavailable when PostgreSQL does
not answer: then nothing may be acknowledged, and the same deliveries are to be tried again.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import groupby
from uuid import UUID

from chassis import metrics, tracing
from chassis.calendar import Clock, system_clock
from chassis.database import Database, Transaction, is_in_the_way
from chassis.envelope import Event, from_bytes
from chassis.errors import DatabaseUnavailable, Unavailable, UnreadableEvent
from chassis.inbox import rows
from chassis.inbox.delivery import Delivery, Unread
from chassis.inbox.failed_events import Arrival, FailedEvents, Kept
from chassis.inbox.plan import Plan
from chassis.inbox.subscriptions import Subscription, Subscriptions

log = logging.getLogger(__name__)

BACKOFF_S = (1.0, 5.0, 30.0, 120.0)
"""Pause after the first, second, … failed attempt; the last one repeats."""

FOLLOWERS, FOLLOWING_RUNS = 500, 10
"""So many events that waited behind others are run together, so many times before the queue has its turn again."""


class Inbox:
    """One service's inbox for one source. Keeps no state but PostgreSQL's, so any number of processes may share it."""

    def __init__(
        self,
        database: Database,
        subscriptions: Subscriptions,
        *,
        attempts: int = 5,
        backoff_s: Sequence[float] = BACKOFF_S,
        clock: Clock = system_clock,
    ) -> None:
        self._database = database
        self._subscriptions = subscriptions
        self._source = subscriptions.source
        self._clock = clock
        self._failed = FailedEvents(subscriptions.source, attempts, backoff_s)

    def apply(self, deliveries: Sequence[Delivery]) -> None:
        """Bring deliveries into effect together; those that were delivered before are counted first and run alone.

        Raises Unavailable: nothing of the run it happened in has changed.
        """
        metrics.labelled(metrics.CONSUMER_BATCH_SIZE, self._source).observe(len(deliveries))
        try:
            self._apply_in_runs(deliveries)
        except Unavailable:
            raise
        except Exception as error:
            self._apply_one_by_one(deliveries, error)

    def _apply_in_runs(self, deliveries: Sequence[Delivery]) -> None:
        for before, run in groupby(deliveries, lambda delivery: delivery.redelivered):
            arrivals = self._read(run)
            if not before and arrivals:
                self._apply_together(arrivals)
            elif before:
                for arrival in arrivals:
                    self._apply_alone(arrival)

    def _apply_one_by_one(self, deliveries: Sequence[Delivery], error: Exception) -> None:
        """Something nobody foresaw, outside of any handler: find the message and keep it for a person to look at."""
        if len(deliveries) > 1:
            for delivery in deliveries:
                self.apply([delivery])
            return
        log.error("an event from %s could be neither applied nor recorded as failed", self._source, exc_info=error)
        event = None
        with suppress(UnreadableEvent):
            event = from_bytes(deliveries[0].body, deliveries[0].content_type)
        self._bury(deliveries[0], event, _unforeseen(error))

    def retry_due(self, limit: int = 100) -> int:
        """Run kept events whose time has come, each alone and first versions first; the number now in effect.

        What was parked behind one that is in effect now comes after it, many together. As long as the number is not 0,
        those behind them may be due.
        """
        with self._database.transaction() as tx:
            due = self._failed.due(tx, self._clock(), limit)
        done = [kept for kept in due if self._retry(kept)]
        if not done:
            return 0
        return len(done) + self._follow([kept.subject for kept in done])

    def _follow(self, subjects: Sequence[str]) -> int:
        """Bring into effect what was parked behind events of these subjects that are in effect now.

        A single one that was late can have tens of thousands behind it.
        """
        total = 0
        for _ in range(FOLLOWING_RUNS):
            done = self._follow_together(subjects)
            total += done
            if done < FOLLOWERS:
                break
        return total

    def _follow_together(self, subjects: Sequence[str]) -> int:
        """Run some of them in one transaction, for none was tried before.

        Each is counted first: when one raises, or the process dies of it, all of them are run alone.
        """
        with self._database.transaction() as tx:
            following = self._failed.count_followers(tx, subjects, self._clock(), FOLLOWERS)
        if not following:
            return 0
        try:
            arrivals = [self._arrival(kept) for kept in following]
            with self._counted(*(kept.event_id for kept in following)), self._database.transaction() as tx:
                plan = self._run(tx, arrivals, contained=False, own=[arrival.event for arrival in arrivals])
        except Unavailable:
            raise
        except Exception as error:
            log.info("%d events from %s are run one by one: %s", len(following), self._source, type(error).__name__)
            return 0
        return len(following) - len(plan.parked)

    def has_suspects(self) -> bool:
        """Whether a lone run of some event has begun and not ended."""
        with self._database.transaction() as tx:
            return self._failed.has_suspects(tx)

    def read(self, delivery: Delivery) -> Arrival | Unread:
        """Read the message, unless that has been done: it needs no database, so it can be done while one works."""
        if delivery.reading is None:
            delivery.reading = self._reading(delivery)
        return delivery.reading

    def _reading(self, delivery: Delivery) -> Arrival | Unread:
        event = None
        try:
            event = from_bytes(delivery.body, delivery.content_type)
            if delivery.returned:
                raise UnreadableEvent("delivery_limit", "the broker gave up delivering it")
            return Arrival(self._subscriptions.accept(event), delivery.body, delivery.content_type)
        except UnreadableEvent as unreadable:
            return Unread(event, unreadable)

    def _read(self, deliveries: Iterable[Delivery]) -> list[Arrival]:
        """The events among the deliveries, in order; what cannot be read is kept as dead."""
        arrivals = []
        for delivery in deliveries:
            reading = self.read(delivery)
            if isinstance(reading, Arrival):
                arrivals.append(reading)
            else:
                self._bury(delivery, reading.event, reading.why)
        return arrivals

    def _bury(self, delivery: Delivery, event: Event | None, why: UnreadableEvent) -> None:
        with self._database.transaction() as tx:
            if event is not None and rows.is_known(tx, event.event_id):
                metrics.DUPLICATES_ABSORBED.labels(self._source).inc()
                return
            self._failed.bury(tx, delivery.body, delivery.content_type, event, why, self._clock())
        metrics.EVENTS_FAILED.labels(self._source, why.reason).inc()
        log.error("an event from %s is dead: %s", self._source, why.reason)

    def _apply_together(self, arrivals: list[Arrival]) -> None:
        """First without savepoints, which is what happens a million times; if any raises, anew with one each."""
        try:
            with self._database.transaction() as tx:
                plan = self._run(tx, arrivals, contained=False)
        except DatabaseUnavailable:
            raise
        except Exception:
            with self._database.transaction() as tx:
                plan = self._run(tx, arrivals, contained=True)
        for arrival in plan.suspects:
            self._apply_alone(arrival)

    def _apply_alone(self, arrival: Arrival) -> None:
        """Count the attempt before it is made: if the process dies of it, the count stays."""
        with self._database.transaction() as tx:
            if rows.is_known(tx, arrival.event.event_id):
                metrics.DUPLICATES_ABSORBED.labels(self._source).inc()
                return
            may_run = self._failed.count_suspect(tx, arrival, self._clock())
        if may_run:
            with self._counted(arrival.event.event_id), self._database.transaction() as tx:
                self._run(tx, [arrival], contained=True, own=[arrival.event])

    @contextmanager
    def _counted(self, *event_ids: UUID) -> Iterator[None]:
        """A run that was counted before: it does not count when PostgreSQL went away in the middle of it."""
        try:
            yield
        except Unavailable:
            with suppress(Unavailable), self._database.transaction() as tx:
                self._failed.uncount(tx, event_ids)
            raise

    def _arrival(self, kept: Kept) -> Arrival:
        return Arrival(self._subscriptions.read(kept.body, kept.content_type), kept.body, kept.content_type)

    def _retry(self, kept: Kept) -> bool:
        with self._database.transaction() as tx:
            may_run = self._failed.count_retry(tx, kept, self._clock())
        if not may_run:
            return False
        try:
            arrival = self._arrival(kept)
            with self._counted(kept.event_id), self._database.transaction() as tx:
                plan = self._run(tx, [arrival], contained=True, own=[arrival.event])
        except Unavailable:
            raise
        except Exception as error:
            why = error if isinstance(error, UnreadableEvent) else _unforeseen(error)
            with self._database.transaction() as tx:
                self._failed.kill(tx, kept.event_id, why)
            log.error("a kept event from %s is dead: %s", self._source, why.reason)
            return False
        return not (plan.failed or plan.parked)

    def _run(self, tx: Transaction, arrivals: list[Arrival], *, contained: bool, own: Sequence[Event] = ()) -> Plan:
        plan = self._plan(tx, arrivals, own)
        for subscription, run in groupby(plan.apply, lambda arrival: self._subscriptions.to(arrival.event)):
            if contained:
                for arrival in run:
                    self._call_contained(tx, subscription, arrival, plan)
            else:
                events = [arrival.event for arrival in run]
                _call(tx, subscription, events)
                plan.applied += events
        self._settle(tx, plan)
        if own:
            # In effect now, or found to be: another process may have been quicker.
            left = {arrival.event.event_id for arrival, _ in (*plan.failed, *plan.parked)}
            self._failed.clear(tx, [event for event in own if event.event_id not in left])
        tx.after_commit(lambda: self._count(plan))
        return plan

    def _plan(self, tx: Transaction, arrivals: list[Arrival], own: Sequence[Event]) -> Plan:
        """Claim the inbox rows, then sort each event: apply, stale, park, or known already."""
        plan = Plan()
        fresh = rows.claim(tx, [arrival.event for arrival in arrivals])
        plan.duplicates = len(arrivals) - len(fresh)
        sequenced = [a.event.subject for a in arrivals if self._subscriptions.to(a.event).in_sequence]
        plan.versions = rows.versions(tx, self._source, sequenced)
        plan.held, kept = self._failed.holding(tx, [arrival.event for arrival in arrivals], own)
        for arrival in arrivals:
            event = arrival.event
            if event.event_id not in fresh:
                continue
            fresh.discard(event.event_id)
            if event.event_id not in kept:
                self._sort(tx, plan, arrival)
            elif kept[event.event_id] == "suspect":
                plan.suspects.append(arrival)
            else:
                plan.known.append(event)
        return plan

    def _sort(self, tx: Transaction, plan: Plan, arrival: Arrival) -> None:
        event = arrival.event
        if self._subscriptions.to(event).in_sequence:
            last = plan.versions.get(event.subject, 0)
            if event.version <= last:
                plan.stale.append(event)
                return
            if event.version > last + 1 and not rows.are_discarded(tx, event, last):
                plan.parked.append((arrival, f"version {event.version} came while {last + 1} has not"))
                return
            plan.versions[event.subject] = event.version
        elif plan.is_held(event):
            plan.parked.append((arrival, f"behind version {plan.held[event.subject]} of its subject"))
            return
        plan.apply.append(arrival)

    def _call_contained(self, tx: Transaction, subscription: Subscription, arrival: Arrival, plan: Plan) -> None:
        """Run one event in a savepoint; a failure is recorded and holds back the later ones of its subject."""
        event = arrival.event
        if plan.is_held(event):
            plan.parked.append((arrival, f"behind version {plan.held[event.subject]} of its subject"))
            return
        try:
            with tx.savepoint():
                _call(tx, subscription, [event])
            plan.applied.append(event)
        except Exception as error:
            if is_in_the_way(error):
                raise  # somebody else's lock is no failure of the event: all of this is tried again
            plan.failed.append((arrival, error))
            plan.hold(event)
            if subscription.in_sequence:
                plan.versions[event.subject] = event.version - 1

    def _settle(self, tx: Transaction, plan: Plan) -> None:
        """Write down what became of each event: only what is in effect, or stale, keeps its inbox row."""
        parked = [arrival.event for arrival, _ in plan.parked]
        failed = [arrival.event for arrival, _ in plan.failed]
        suspects = [arrival.event for arrival in plan.suspects]
        rows.release(tx, [*parked, *failed, *suspects, *plan.known])
        rows.mark_stale(tx, plan.stale)
        rows.save_versions(tx, self._source, plan.advanced())
        now = self._clock()
        for arrival, error in plan.failed:
            reason = error.reason if isinstance(error, UnreadableEvent) else "handler"
            self._failed.fail(tx, arrival, reason, f"{type(error).__name__}: {error}", now)
            log.error("handling %s of %s failed: %s", arrival.event.type, self._source, type(error).__name__)
        for arrival, why in plan.parked:
            self._failed.park(tx, arrival, why, now)

    def _count(self, plan: Plan) -> None:
        now = self._clock()
        if plan.duplicates or plan.known:
            metrics.DUPLICATES_ABSORBED.labels(self._source).inc(plan.duplicates + len(plan.known))
        if plan.stale:
            metrics.VERSIONS_REJECTED.labels(self._source).inc(len(plan.stale))
        if plan.parked:
            metrics.EVENTS_PARKED.labels(self._source).inc(len(plan.parked))
        for _, error in plan.failed:
            reason = error.reason if isinstance(error, UnreadableEvent) else "handler"
            metrics.EVENTS_FAILED.labels(self._source, reason).inc()
        for event_type, events in Counter(event.type for event in plan.applied).items():
            metrics.labelled(metrics.EVENTS_APPLIED, self._source, event_type).inc(events)
        delay = metrics.labelled(metrics.COMMIT_TO_EFFECT_SECONDS, self._subscriptions.consumer, self._source)
        for event in plan.applied:
            delay.observe(max((now - event.time).total_seconds(), 0.0))


def _unforeseen(error: Exception) -> UnreadableEvent:
    return UnreadableEvent("unforeseen", f"{type(error).__name__}: {error}")


def _call(tx: Transaction, subscription: Subscription, events: list[Event]) -> None:
    with tracing.consumer_span(subscription.name, [event.traceparent for event in events]):
        if subscription.batch:
            subscription.handler(tx, events)
        else:
            for event in events:
                subscription.handler(tx, event)
