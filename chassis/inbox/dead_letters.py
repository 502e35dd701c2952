"""What an operator does with events that are not in effect: look, replay, discard."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.database import Transaction
from chassis.errors import NotFound, WrongState

_COLUMNS = "event_id, source, type, subject, version, state, reason, detail, attempts, first_seen_at, next_attempt_at"


@dataclass(frozen=True)
class DeadLetter:
    """One row of failed_events as an operator sees it; `body` only when a single one is shown."""

    event_id: UUID
    source: str
    type: str | None
    subject: str | None
    version: int | None
    state: str
    reason: str
    detail: str
    attempts: int
    first_seen_at: datetime
    next_attempt_at: datetime | None
    size_bytes: int
    body: bytes | None = None


def list_letters(tx: Transaction, *, state: str | None = None, limit: int = 100) -> list[DeadLetter]:
    """Oldest first; all states unless one is asked for."""
    rows = tx.rows(
        f"SELECT {_COLUMNS}, octet_length(body) AS size_bytes FROM failed_events "
        "WHERE %(state)s::text IS NULL OR state = %(state)s ORDER BY failed_id LIMIT %(limit)s",
        {"state": state, "limit": limit},
    )
    return [DeadLetter(**row._asdict()) for row in rows]


def get_letter(tx: Transaction, event_id: UUID) -> DeadLetter:
    """One with its body. Raises NotFound."""
    rows = tx.rows(
        f"SELECT {_COLUMNS}, octet_length(body) AS size_bytes, body FROM failed_events WHERE event_id = %s", (event_id,)
    )
    if not rows:
        raise NotFound(f"no event {event_id} is kept in {tx.service}; `linli dead-letters list` shows those that are")
    return DeadLetter(**{**rows[0]._asdict(), "body": bytes(rows[0].body)})


def replay(tx: Transaction, event_ids: list[UUID] | None, now: datetime) -> int:
    """Give dead events (these, or all) their attempts back; the service's timer runs them. Safe to repeat."""
    return tx.execute(
        "UPDATE failed_events SET state = 'waiting', attempts = 0, next_attempt_at = %(now)s "
        "WHERE state = 'dead' AND (%(ids)s::uuid[] IS NULL OR event_id = ANY(%(ids)s::uuid[]))",
        {"now": now, "ids": event_ids},
    )


def discard(tx: Transaction, event_id: UUID) -> None:
    """Decide that a dead event shall have no effect. Later ones of its subject go on; the ledger knows it as discarded.

    Raises NotFound, and WrongState when the event is not dead: it may still come into effect.
    """
    letter = get_letter(tx, event_id)
    if letter.state != "dead":
        raise WrongState(f"event {event_id}", letter.state, ["dead"])
    if letter.version is not None:
        _note_as_discarded(tx, letter)
    tx.execute("DELETE FROM failed_events WHERE event_id = %s", (event_id,))


def _note_as_discarded(tx: Transaction, letter: DeadLetter) -> None:
    parameters: dict[str, Any] = {
        "event_id": letter.event_id,
        "source": letter.source,
        "type": letter.type,
        "subject": letter.subject,
        "version": letter.version,
        "occurred_at": letter.first_seen_at,
    }
    tx.execute(
        "INSERT INTO inbox (event_id, source, type, subject, version, outcome, occurred_at) VALUES "
        "(%(event_id)s, %(source)s, %(type)s, %(subject)s, %(version)s, 'discarded', %(occurred_at)s) "
        "ON CONFLICT (event_id) DO NOTHING",
        parameters,
    )
