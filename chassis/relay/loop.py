"""The relay: sends what is in the outbox, in order, and moves to event_log exactly what the broker has confirmed.

A blocking process of its own. One relay leads a service's database (session advisory lock), so a subject's order is
kept; a standby waits for the lock, which PostgreSQL frees when the leader's connection ends.
"""

import logging
import select
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import amqp

from chassis import broker, metrics, topology
from chassis.behind.beats import Beat
from chassis.calendar import Clock, system_clock
from chassis.database import Connection, Servers
from chassis.errors import BrokerUnavailable, Misconfigured, Unavailable
from chassis.pauses import Pauses
from chassis.relay.beats import Beats
from chassis.relay.claims import Claims
from chassis.relay.conveyor import Conveyor
from chassis.relay.publisher import Publisher
from chassis.relay.rows import OutboxRows

log = logging.getLogger(__name__)

LONGEST_REST_S = 0.01
"""While there is little in each, two claims lie twice as far apart as one takes to be sent, at most this."""

# A move that a crash of PostgreSQL undoes is made again, after the fact was sent again: consumers absorb that.
# The outbox is empty now and holds a million rows a minute later: a plan made for the one must serve the other, so it
# always goes by the index.
SESSION = {"synchronous_commit": "off", "lock_timeout": "5s", "enable_seqscan": "off", "enable_sort": "off"}


class Relay:
    """One service's relay. `run` returns once `stop` has been called and what was under way is settled.

    `poll_s`: how long it sleeps when nothing is there and nobody wakes it. `sweep_s`: how often it looks at the whole
    outbox, for rows whose transaction was open when later ones were sent, and for those that could not be delivered.
    """

    def __init__(
        self,
        database_url: str,
        amqp_url: str,
        *,
        service: str,
        batch: int = 500,
        poll_s: float = 0.02,
        sweep_s: float = 2.0,
        confirm_timeout_s: float = 10.0,
        wake: socket.socket | None = None,
        clock: Clock = system_clock,
    ) -> None:
        self._servers = Servers(database_url)
        self._nodes = broker.Nodes(amqp_url)
        self._service = service
        self._batch = batch
        self._poll_s = poll_s
        self._sweep_s = sweep_s
        self._confirm_timeout_s = confirm_timeout_s
        self._wake = wake
        self._clock = clock
        self._stopping = False
        self._pauses = Pauses(0.1, 5.0)

    def stop(self) -> None:
        """Ask `run` to end; safe from a signal handler."""
        self._stopping = True

    def run(self) -> None:
        """Lead, send, and start anew after any loss of database or broker.

        The pauses in between grow up to 5 s while nothing can be sent.

        A queue or login that is wrong at the broker is tried again in the same way: it may be set right there.
        """
        while not self._stopping:
            self._pauses.begin()
            try:
                self._lead()
            except (Unavailable, Misconfigured) as error:
                metrics.RELAY_RECONNECTS.inc()
                log.warning("relay of %s starts anew: %s", self._service, error)
                self._sleep(self._pauses.after_failure_s())

    def _lead(self) -> None:
        name = f"linli:{self._service}:relay"
        connection = self._servers.connect(application_name=name, settings=SESSION)
        try:
            outbox = OutboxRows(connection)
            if self._become_leader(outbox):
                metrics.RELAY_LEADER.set(1)
                _show_backlog(outbox)
                self._send_until_stopped(outbox)
        finally:
            metrics.RELAY_LEADER.set(0)
            _close(connection)

    def _become_leader(self, outbox: OutboxRows) -> bool:
        while not self._stopping:
            if outbox.try_to_lead():
                return True
            self._sleep(0.5)
        return False

    def _send_until_stopped(self, outbox: OutboxRows) -> None:
        link = self._nodes.connect(name=f"relay:{self._service}", on_blocked=self._on_blocked)
        try:
            topology.declare_exchange(link.channel(), self._service)
            beats = Beats(link)
            claims = Claims(outbox, self._batch)
            conveyor = Conveyor(
                self._service,
                outbox,
                claims,
                Publisher(link),
                confirm_timeout_s=self._confirm_timeout_s,
                clock=self._clock,
            )
            try:
                self._turn(link, outbox, claims, conveyor, beats)
                conveyor.settle()
            finally:
                if conveyor.has_moved:
                    self._pauses.was_of_use()
        except broker.LOST as error:
            raise BrokerUnavailable(f"the broker went away: {error or type(error).__name__}") from error
        finally:
            broker.discard(link)

    def _turn(
        self, link: amqp.Connection, outbox: OutboxRows, claims: Claims, conveyor: Conveyor, beats: Beats
    ) -> None:
        month = _Seldom(3600.0, conveyor.prepare_next_month)
        tick = _Seldom(1.0, lambda: self._tick(link, outbox, claims, beats))
        next_sweep = 0.0
        while not self._stopping:
            now = time.monotonic()
            if now >= next_sweep:
                self._sweep(claims, conveyor, meanwhile=tick)
                next_sweep = time.monotonic() + self._sweep_s
            rows = claims.fresh()
            conveyor.send(rows)
            month()
            tick()
            if not rows:
                self._rest(link)
            elif len(rows) < self._batch:
                self._let_company_come(now)

    def _let_company_come(self, claimed_at: float) -> None:
        """A claim costs much the same for one row as for ten: while rows come one after the other, take a few together.

        The first one after a pause has not waited for anybody.
        """
        time.sleep(min(max(2 * (time.monotonic() - claimed_at), 0.002), LONGEST_REST_S))

    def _sweep(self, claims: Claims, conveyor: Conveyor, *, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Send what is still unsent. Nothing may be under way then: its rows would be read, and sent, again.

        Of a transaction with a million facts this takes a minute: `meanwhile` is called after each batch.
        """
        conveyor.settle()
        for rows in claims.sweep():
            conveyor.send(rows)
            conveyor.settle()
            meanwhile()
            if self._stopping:
                return

    def _tick(self, link: amqp.Connection, outbox: OutboxRows, claims: Claims, beats: Beats) -> None:
        """Once a second: heartbeats both ways, what the boards show, and what consumers are to know."""
        while broker.drain(link, 0):
            pass
        link.heartbeat_tick()
        at = self._clock()
        unsent, oldest_s = _show_backlog(outbox, claims.all_sent_up_to)
        beats.tell(Beat(self._service, at, unsent, at - timedelta(seconds=oldest_s) if unsent else None))

    def _rest(self, link: amqp.Connection) -> None:
        """Sleep until woken, until the broker says something, or until the next poll."""
        sockets = [link.sock] if self._wake is None else [link.sock, self._wake]
        ready, _, _ = select.select(sockets, [], [], self._poll_s)
        if self._wake is not None and self._wake in ready:
            with suppress(BlockingIOError):
                while True:
                    self._wake.recv(16)
        if link.sock in ready:
            broker.drain(link, 0)

    def _sleep(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._stopping and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 0.2))

    def _on_blocked(self, blocked: bool) -> None:
        metrics.RELAY_BLOCKED.set(int(blocked))
        log.warning("the broker %s reading from the relay of %s", "stopped" if blocked else "resumed", self._service)


class _Seldom:
    """Calls at most once in so many seconds, however often it is called."""

    def __init__(self, seconds: float, call: Callable[[], None]) -> None:
        self._seconds = seconds
        self._call = call
        self._due = 0.0

    def __call__(self) -> None:
        if (now := time.monotonic()) >= self._due:
            self._due = now + self._seconds
            self._call()


def _show_backlog(outbox: OutboxRows, sent_up_to: int = 0) -> tuple[int, float]:
    """What it shows: how many are unsent, and for how many seconds the oldest is.

    Also before the broker is reached: the boards must see the outbox age while there is no broker.
    """
    rows, oldest_s = outbox.backlog(sent_up_to)
    metrics.OUTBOX_ROWS.set(rows)
    metrics.OUTBOX_OLDEST_AGE.set(oldest_s)
    return rows, oldest_s


def _close(connection: Connection) -> None:
    with suppress(Exception):
        connection.close()
