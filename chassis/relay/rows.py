"""The relay's SQL: what is unsent (outbox) and what has been sent (event_log). Each call commits by itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from chassis.database import Connection, prepared, translated

COLUMNS = "position, event_id, type, subject, mandatory, envelope"

LEADER_LOCK = 0x6C696E6C69  # "linli": advisory locks are per database, so one number serves every service


# A plan is kept for as long as the connection lives: see SESSION in chassis.relay.loop for what keeps it right.
AFTER = prepared(f"SELECT {COLUMNS} FROM outbox WHERE position > %s ORDER BY position LIMIT %s")
AFTER_OR_AT = prepared(
    f"SELECT {COLUMNS} FROM ((SELECT {COLUMNS} FROM outbox WHERE position = ANY(%s)) UNION ALL "
    f"(SELECT {COLUMNS} FROM outbox WHERE position > %s ORDER BY position LIMIT %s)) AS unsent ORDER BY position"
)
BETWEEN = prepared(f"SELECT {COLUMNS} FROM outbox WHERE position > %s AND position <= %s ORDER BY position LIMIT %s")
MOVE = prepared(
    f"WITH sent AS (DELETE FROM outbox WHERE position = ANY(%s) RETURNING {COLUMNS}, recorded_at) "
    f"INSERT INTO event_log ({COLUMNS}, recorded_at, sent_at) SELECT {COLUMNS}, recorded_at, %s FROM sent"
)


class Row(NamedTuple):
    """An unsent fact."""

    position: int
    event_id: UUID
    type: str
    subject: str
    mandatory: bool
    envelope: str


class OutboxRows:
    """One leader's view of its outbox. Raises DatabaseUnavailable when the connection is lost: the lock is, too."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def try_to_lead(self) -> bool:
        """Take the leader's lock for as long as this connection lives, if nobody has it."""
        return bool(self._query("SELECT pg_try_advisory_lock(%s)", (LEADER_LOCK,))[0][0])

    def after(self, position: int, limit: int) -> list[Row]:
        """The first unsent rows beyond a position."""
        return self._rows(AFTER, (position, limit))

    def after_or_at(self, position: int, gaps: list[int], limit: int) -> list[Row]:
        """The same, and those at the given earlier positions that have become visible."""
        return self._rows(AFTER_OR_AT, (_array(gaps), position, limit))

    def between(self, after: int, up_to: int, limit: int) -> list[Row]:
        """The first unsent rows beyond one position and not beyond another."""
        return self._rows(BETWEEN, (after, up_to, limit))

    def oldest_running(self) -> int:
        """Every transaction with an id below this one has ended, in the whole cluster."""
        return int(self._query("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")[0][0])

    def next_new(self) -> int:
        """Every transaction that has an id at this moment has one below this.

        It takes an id to say so: the end of a snapshot is the newest that has *ended*, which is no bound.
        """
        return int(self._query("SELECT pg_current_xact_id()::text::bigint")[0][0])

    def move(self, positions: list[int], now: datetime) -> None:
        """Take these rows from outbox to event_log, in one statement."""
        self._query(MOVE, (_array(positions), now))

    def ensure_partition(self, month: date) -> None:
        """Make event_log's table of this month, unless it is there."""
        self._query("SELECT ensure_event_log_partition(%s)", (month,))

    def backlog(self, after: int = 0) -> tuple[int, float]:
        """How many rows are unsent, and the age of the oldest in seconds; up to the given position none is.

        Exact up to 10,000; beyond, what lies between the first position and the last: at least so many, in O(1), but
        for those that were rolled back or sent out of turn.
        """
        # In the order of positions, so by their index: a table lies full of dead rows after a million were sent.
        rows, oldest = self._query(
            "WITH first_ones AS ("
            "SELECT position, recorded_at FROM outbox WHERE position > %s ORDER BY position LIMIT 10000"
            ") SELECT CASE WHEN count(*) < 10000 THEN count(*) ELSE "
            "(SELECT max(position) FROM outbox) - min(position) + 1 END, "
            "coalesce((SELECT extract(epoch FROM clock_timestamp() - recorded_at) "
            "FROM first_ones ORDER BY position LIMIT 1), 0)::float FROM first_ones",
            (after,),
        )[0]
        return rows, max(oldest, 0.0)

    def _rows(self, sql: str, parameters: tuple[Any, ...]) -> list[Row]:
        return [Row._make(row) for row in self._query(sql, parameters)]

    def _query(self, sql: str, parameters: tuple[Any, ...] | None = None) -> list[Any]:
        with self._cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        with translated(self._connection), self._connection.cursor() as cursor:
            yield cursor


def _array(numbers: list[int]) -> str:
    """As PostgreSQL writes an array itself: it reads one text sooner than five hundred numbers."""
    return f"{{{','.join(map(str, numbers))}}}"
