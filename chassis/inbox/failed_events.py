"""Events whose effect is not there (yet): the SQL and the rules of failed_events.

suspect   delivered before and now run alone; the row is written before the run, so that a death of it is counted
waiting   its handler raised; the timer tries again after a pause
parked    behind an earlier version of its subject that is not in effect, or that has not come
dead      no further attempt without the operator: replay or discard
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from chassis.database import Transaction, prepared
from chassis.envelope import Event
from chassis.errors import UnreadableEvent
from chassis.logs import masked

PARKED_PAUSE_S = 2.0
"""How long an event that was tried and still is too early waits before it is looked at again."""

FINAL = ("schema", "unknown")
"""Reasons a handler may give that no later attempt can mend."""

MAX_DETAIL = 500

_KEPT_OF_SUBJECTS = prepared(
    "SELECT event_id, subject, version, state FROM failed_events WHERE source = %s AND subject = ANY(%s)"
)


@dataclass(frozen=True)
class Arrival:
    """An event with the bytes it came in, which are what is kept if it fails."""

    event: Event
    body: bytes
    content_type: str | None


@dataclass(frozen=True)
class Kept:
    """A row of failed_events whose time has come."""

    failed_id: int
    event_id: UUID
    subject: str
    attempts: int
    body: bytes
    content_type: str | None


def _kept(row: Any) -> Kept:
    return Kept(row.failed_id, row.event_id, row.subject, row.attempts, bytes(row.body), row.content_type)


class FailedEvents:
    """failed_events of one source in one service's database."""

    def __init__(self, source: str, attempts: int, backoff_s: Sequence[float]) -> None:
        self._source = source
        self._attempts = attempts
        self._backoff_s = tuple(backoff_s)

    def holding(
        self, tx: Transaction, events: Sequence[Event], own: Sequence[Event] = ()
    ) -> tuple[dict[str, int], dict[UUID, str]]:
        """For the subjects of these events the lowest version kept here; and the states of those events kept already.

        `own` are the kept events that are being run at this moment: they do not stand in their own way.
        """
        rows = tx.rows(_KEPT_OF_SUBJECTS, (self._source, list({event.subject for event in events})))
        held: dict[str, int] = {}
        ids = {event.event_id for event in events}
        if own:
            running = {event.event_id for event in own}
            rows = [row for row in rows if row.event_id not in running]
        for row in rows:
            held[row.subject] = min(row.version, held.get(row.subject, row.version))
        return held, {row.event_id: row.state for row in rows if row.event_id in ids}

    def bury(
        self,
        tx: Transaction,
        body: bytes,
        content_type: str | None,
        event: Event | None,
        why: UnreadableEvent,
        now: datetime,
    ) -> None:
        """Keep a message that can never be handled, with its raw bytes; the same bytes once."""
        event_id = event.event_id if event else uuid5(NAMESPACE_OID, body.hex())
        self._insert(
            tx,
            event_id=event_id,
            event=event,
            state="dead",
            reason=why.reason,
            detail=why.detail,
            attempts=0,
            content_type=content_type,
            body=body,
            now=now,
            next_attempt_at=None,
        )
        # The broker has given up one whose lone runs have not ended: nobody else will look at it again.
        self.kill(tx, event_id, why, state="suspect")

    def count_suspect(self, tx: Transaction, arrival: Arrival, now: datetime) -> bool:
        """Count one more lone run of a redelivered event; False when it is kept already or has now become dead."""
        self._insert(
            tx,
            event_id=arrival.event.event_id,
            event=arrival.event,
            state="suspect",
            reason="redelivered",
            detail="being run alone",
            attempts=0,
            content_type=arrival.content_type,
            body=arrival.body,
            now=now,
            next_attempt_at=None,
        )
        rows = tx.rows(
            "UPDATE failed_events SET attempts = attempts + 1 WHERE event_id = %s AND state = 'suspect' "
            "RETURNING attempts",
            (arrival.event.event_id,),
        )
        return bool(rows) and not self._poisonous(tx, arrival.event.event_id, rows[0].attempts)

    def has_suspects(self, tx: Transaction) -> bool:
        """Whether any event of the source is being run alone, or was when its process died."""
        return bool(
            tx.rows("SELECT FROM failed_events WHERE source = %s AND state = 'suspect' LIMIT 1", (self._source,))
        )

    def uncount(self, tx: Transaction, event_ids: Sequence[UUID]) -> None:
        """The attempt ended without an answer, through no fault of the events'."""
        tx.execute(
            "UPDATE failed_events SET attempts = greatest(attempts - 1, 0) "
            "WHERE event_id = ANY(%s) AND state <> 'dead'",
            (list(event_ids),),
        )

    def due(self, tx: Transaction, now: datetime, limit: int) -> list[Kept]:
        """Waiting and parked events whose time has come and before which no version of their subject is kept."""
        rows = tx.rows(
            "SELECT failed_id, event_id, subject, attempts, body, content_type FROM failed_events this "
            "WHERE source = %s AND state IN ('waiting', 'parked') AND next_attempt_at <= %s AND NOT EXISTS ("
            "SELECT FROM failed_events earlier WHERE earlier.source = this.source AND earlier.subject = this.subject "
            "AND earlier.version < this.version) ORDER BY next_attempt_at, failed_id LIMIT %s",
            (self._source, now, limit),
        )
        return [_kept(row) for row in rows]

    def count_followers(self, tx: Transaction, subjects: Sequence[str], now: datetime, limit: int) -> list[Kept]:
        """The first parked events of these subjects that were never tried, with one attempt counted for each.

        In the order of their versions. If they do not come into effect together, each is due by itself.
        """
        rows = tx.rows(
            "UPDATE failed_events SET attempts = 1 WHERE failed_id IN ("
            "SELECT failed_id FROM failed_events WHERE source = %s AND subject = ANY(%s) AND state = 'parked' "
            "AND attempts = 0 AND next_attempt_at <= %s ORDER BY subject, version LIMIT %s FOR UPDATE SKIP LOCKED"
            ") RETURNING failed_id, event_id, subject, version, attempts, body, content_type",
            (self._source, list(subjects), now, limit),
        )
        return [_kept(row) for row in sorted(rows, key=lambda row: (row.subject, row.version))]

    def count_retry(self, tx: Transaction, kept: Kept, now: datetime) -> bool:
        """Count one more attempt before it is made; False when another process has it, or it has now become dead."""
        rows = tx.rows(
            "UPDATE failed_events SET attempts = attempts + 1, next_attempt_at = %s "
            "WHERE failed_id = %s AND attempts = %s AND state IN ('waiting', 'parked') RETURNING attempts",
            (now + self._pause(kept.attempts + 1), kept.failed_id, kept.attempts),
        )
        return bool(rows) and not self._poisonous(tx, kept.event_id, rows[0].attempts)

    def fail(self, tx: Transaction, arrival: Arrival, reason: str, detail: str, now: datetime) -> None:
        """Record a failed attempt. The first one inserts the row; later ones were counted before they ran."""
        self._insert(
            tx,
            event_id=arrival.event.event_id,
            event=arrival.event,
            state="waiting",
            reason=reason,
            detail=detail,
            attempts=1,
            content_type=arrival.content_type,
            body=arrival.body,
            now=now,
            next_attempt_at=now,
        )
        rows = tx.rows("SELECT attempts FROM failed_events WHERE event_id = %s", (arrival.event.event_id,))
        attempts = rows[0].attempts
        tx.execute(
            "UPDATE failed_events SET state = %s, reason = %s, detail = %s, next_attempt_at = %s WHERE event_id = %s",
            (
                "dead" if attempts >= self._attempts or reason in FINAL else "waiting",
                reason,
                masked(detail)[:MAX_DETAIL],
                now + self._pause(attempts),
                arrival.event.event_id,
            ),
        )

    def park(self, tx: Transaction, arrival: Arrival, why: str, now: datetime) -> None:
        """Keep an event until what comes before it is in effect; waiting so is not an attempt."""
        later = now + timedelta(seconds=PARKED_PAUSE_S)
        self._insert(
            tx,
            event_id=arrival.event.event_id,
            event=arrival.event,
            state="parked",
            reason="order",
            detail=why,
            attempts=0,
            content_type=arrival.content_type,
            body=arrival.body,
            now=now,
            next_attempt_at=now,
        )
        tx.execute(
            "UPDATE failed_events SET state = 'parked', reason = 'order', detail = %s, attempts = 0, "
            "next_attempt_at = %s WHERE event_id = %s AND attempts > 0",
            (why, later, arrival.event.event_id),
        )

    def clear(self, tx: Transaction, events: Sequence[Event]) -> None:
        """They are in effect now."""
        tx.execute("DELETE FROM failed_events WHERE event_id = ANY(%s)", ([event.event_id for event in events],))

    def kill(self, tx: Transaction, event_id: UUID, why: UnreadableEvent, state: str | None = None) -> None:
        """No later attempt can succeed. With a state, only while it is in that one."""
        tx.execute(
            "UPDATE failed_events SET state = 'dead', reason = %s, detail = %s "
            "WHERE event_id = %s AND state = coalesce(%s, state)",
            (why.reason, masked(why.detail)[:MAX_DETAIL], event_id, state),
        )

    def _poisonous(self, tx: Transaction, event_id: UUID, attempts: int) -> bool:
        """More runs were begun than may be: the last ones never ended, so the event kills its process."""
        if attempts <= self._attempts:
            return False
        self.kill(tx, event_id, UnreadableEvent("poison", f"{self._attempts} runs began and none of them ended"))
        return True

    def _pause(self, attempts: int) -> timedelta:
        return timedelta(seconds=self._backoff_s[min(attempts, len(self._backoff_s)) - 1])

    def _insert(
        self,
        tx: Transaction,
        *,
        event_id: UUID,
        event: Event | None,
        state: str,
        reason: str,
        detail: str,
        attempts: int,
        content_type: str | None,
        body: bytes,
        now: datetime,
        next_attempt_at: datetime | None,
    ) -> None:
        tx.execute(
            "INSERT INTO failed_events (event_id, source, type, subject, version, state, reason, detail, attempts, "
            "content_type, body, first_seen_at, next_attempt_at) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (event_id) DO NOTHING",
            (
                event_id,
                self._source,
                event.type if event else None,
                event.subject if event else None,
                event.version if event else None,
                state,
                reason,
                masked(detail)[:MAX_DETAIL],
                attempts,
                # Whatever a sender put there, as text that PostgreSQL can keep.
                content_type and content_type.encode("unicode_escape").decode("ascii"),
                body,
                now,
                next_attempt_at,
            ),
        )
