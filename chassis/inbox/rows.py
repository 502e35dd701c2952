"""The SQL of the inbox: which events are in effect, and which version of each subject was the last."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from chassis.database import Transaction, prepared
from chassis.envelope import Event

_CLAIM = prepared(
    "INSERT INTO inbox (event_id, source, type, subject, version, outcome, occurred_at) "
    "SELECT event_id, %s, type, subject, version, 'applied', occurred_at FROM unnest("
    "%s::uuid[], %s::text[], %s::text[], %s::integer[], %s::timestamptz[]"
    ") AS new (event_id, type, subject, version, occurred_at) "
    "ON CONFLICT (event_id) DO NOTHING"
)
_VERSIONS = prepared(
    "SELECT subject, version FROM subject_versions WHERE source = %s AND subject = ANY(%s) ORDER BY subject FOR UPDATE"
)
_SAVE_VERSIONS = prepared(
    "INSERT INTO subject_versions (source, subject, version) "
    "SELECT %s, subject, version FROM unnest(%s::text[], %s::integer[]) AS new (subject, version) "
    "ON CONFLICT (source, subject) DO UPDATE SET version = excluded.version"
)


def claim(tx: Transaction, events: Sequence[Event]) -> set[UUID]:
    """Write the inbox rows of those not there yet, and give their ids; waits for another process at the same event.

    In the order of ids, so that two processes with overlapping batches cannot lock each other out.
    """
    unique = {event.event_id: event for event in events}
    ordered = sorted(unique.values(), key=lambda event: event.event_id.int)
    ids = _array(event.event_id.hex for event in ordered)
    written = tx.execute(
        _CLAIM,
        (
            ordered[0].source,
            ids,
            [event.type for event in ordered],
            [event.subject for event in ordered],
            _array(str(event.version) for event in ordered),
            _array(event.time.isoformat() for event in ordered),
        ),
    )
    if written == len(ordered):
        return set(unique)
    rows = tx.rows(
        "SELECT event_id FROM inbox WHERE event_id = ANY(%s::uuid[]) AND xmin = pg_current_xact_id()::xid", (ids,)
    )
    return {row.event_id for row in rows}


def _array(plain: Iterable[str]) -> str:
    """An array of numbers, ids or instants, which need no quotes: far cheaper than to adapt each of its elements."""
    return f"{{{','.join(plain)}}}"


def is_known(tx: Transaction, event_id: UUID) -> bool:
    """Whether the event has its inbox row."""
    return bool(tx.rows("SELECT FROM inbox WHERE event_id = %s", (event_id,)))


def are_discarded(tx: Transaction, event: Event, after: int) -> bool:
    """Whether an operator has discarded every version of the subject beyond this one and before the event's."""
    rows = tx.rows(
        "SELECT count(DISTINCT version) AS versions FROM inbox "
        "WHERE source = %s AND subject = %s AND outcome = 'discarded' AND version > %s AND version < %s",
        (event.source, event.subject, after, event.version),
    )
    return bool(rows[0].versions == event.version - after - 1)


def release(tx: Transaction, events: Sequence[Event]) -> None:
    """Take back the rows of events that did not come into effect in this transaction."""
    if events:
        tx.execute("DELETE FROM inbox WHERE event_id = ANY(%s)", ([event.event_id for event in events],))


def mark_stale(tx: Transaction, events: Sequence[Event]) -> None:
    """These came after a later version of their subject: known, without effect."""
    if events:
        tx.execute(
            "UPDATE inbox SET outcome = 'stale' WHERE event_id = ANY(%s)", ([event.event_id for event in events],)
        )


def versions(tx: Transaction, source: str, subjects: Sequence[str]) -> dict[str, int]:
    """The last version in effect of each of these subjects, locked until the end of the transaction."""
    if not subjects:
        return {}
    rows = tx.rows(_VERSIONS, (source, list(set(subjects))))
    return {row.subject: row.version for row in rows}


def save_versions(tx: Transaction, source: str, versions: dict[str, int]) -> None:
    """Keep the last version in effect of each subject."""
    kept = {subject: version for subject, version in sorted(versions.items()) if version > 0}
    if kept:
        tx.execute(_SAVE_VERSIONS, (source, list(kept), list(kept.values())))
