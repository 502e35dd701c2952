"""What the processes of one service note for each other, and for themselves when they begin anew."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.behind.measure import Noted
from chassis.database import Transaction

MOST_KEPT = 100_000
"""Counted exactly up to here."""

FORGOTTEN_S = 60
"""A process that has noted nothing for so long has nothing in hand any more: the broker took it back."""

_READ = """
SELECT
    asked.source, noted.as_of, kept.events, kept.oldest_at,
    CASE
        WHEN noted.noted_by <> %(by)s AND noted.noted_at > clock_timestamp() - make_interval(secs => %(forgotten_s)s)
            THEN noted.in_hand
        ELSE 0
    END AS in_hand
FROM unnest(%(sources)s::text[]) AS asked (source)
LEFT JOIN progress AS noted USING (source)
CROSS JOIN LATERAL (
    SELECT
        (
            SELECT count(*)
            FROM (SELECT FROM failed_events WHERE failed_events.source = asked.source LIMIT %(most)s) AS counted
        ) AS events,
        (
            SELECT first_seen_at FROM failed_events WHERE failed_events.source = asked.source
            ORDER BY failed_id LIMIT 1
        ) AS oldest_at
) AS kept
"""
_NOTE = """
INSERT INTO progress AS kept (source, as_of, in_hand, noted_by, noted_at)
VALUES (%(source)s, %(as_of)s, %(in_hand)s, %(by)s, clock_timestamp())
ON CONFLICT (source) DO UPDATE SET
    as_of = greatest(kept.as_of, excluded.as_of),
    in_hand = excluded.in_hand,
    noted_by = excluded.noted_by,
    noted_at = excluded.noted_at
"""
_NOTE_AS_OF = """
INSERT INTO progress AS kept (source, as_of, in_hand, noted_by, noted_at)
VALUES (%(source)s, %(as_of)s, 0, %(by)s, clock_timestamp())
ON CONFLICT (source) DO UPDATE SET as_of = greatest(kept.as_of, excluded.as_of)
"""


def read(tx: Transaction, sources: Sequence[str], by: UUID) -> dict[str, Noted]:
    """For each source what was noted, in hand only by processes other than this one, and what is kept."""
    asked = {"sources": list(sources), "by": by, "forgotten_s": FORGOTTEN_S, "most": MOST_KEPT}
    return {row.source: Noted(row.as_of, row.in_hand, row.events, row.oldest_at) for row in tx.rows(_READ, asked)}


def note(tx: Transaction, source: str, as_of: datetime | None, by: UUID, in_hand: int | None) -> None:
    """Until when all is in effect, which only moves forward; `in_hand` from the process that consumes, else None."""
    told = {"source": source, "as_of": as_of, "by": by, "in_hand": in_hand}
    tx.execute(_NOTE_AS_OF if in_hand is None else _NOTE, told)
