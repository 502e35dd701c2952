"""What a service's own database says: of itself, of its relay, of what its consumer has not in effect.

Every question is bounded: by an index, by a LIMIT, or by the session's statement time-out.
"""

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from chassis.behind.rows import FORGOTTEN_S
from chassis.calendar import local_day, system_clock
from chassis.database import Connection, connect
from chassis.relay.rows import LEADER_LOCK, OutboxRows
from linli.provision import migration_folders
from linli.status.seen import Consumer, Database, Relay, Session

STATEMENT_MS = 4_000
MOST_COUNTED = 100_001
LATE_S = 60
"""Timers look every second: what should have been told a minute ago is not told by anybody."""

_SIZE = "SELECT pg_database_size(current_database()) AS size_bytes"
_MIGRATIONS = "SELECT migration_id FROM _yoyo_migration"
# Other roles' sessions are dark to a service's login; the administrator of an embedded instance sees them all.
_OLDEST = """
SELECT pid, concat_ws(' ', usename, nullif(application_name, ''), 'in ' || datname, state) AS who,
    extract(epoch FROM clock_timestamp() - xact_start)::float AS age_s
FROM pg_stat_activity
WHERE xact_start IS NOT NULL AND pid <> pg_backend_pid() AND backend_type = 'client backend'
ORDER BY xact_start LIMIT 1
"""
_AUDIT = "SELECT count(*) AS rows FROM (SELECT FROM audit_pending LIMIT %s) AS waiting"
_SESSIONS = """
SELECT session.pid, host(session.client_addr) AS host, session.backend_start, locked.pid IS NOT NULL AS leads
FROM pg_stat_activity AS session
LEFT JOIN pg_locks AS locked
    ON locked.pid = session.pid AND locked.locktype = 'advisory' AND locked.granted
    AND locked.database = session.datid AND (locked.classid::bigint << 32 | locked.objid::bigint) = %s
WHERE session.datname = current_database() AND session.application_name = %s
"""
_LAST_SENT = "SELECT sent_at FROM event_log ORDER BY position DESC LIMIT 1"
_KEPT = """
SELECT source, state, reason, count(*) AS events,
    extract(epoch FROM clock_timestamp() - min(first_seen_at))::float AS oldest_s
FROM failed_events GROUP BY source, state, reason
"""
_PROGRESS = """
SELECT source, as_of,
    CASE WHEN noted_at > clock_timestamp() - make_interval(secs => %s) THEN in_hand ELSE 0 END AS in_hand
FROM progress
"""
_LATE = """
SELECT count(*) AS rows, extract(epoch FROM clock_timestamp() - min(next_at))::float AS late_s
FROM (
    SELECT next_at FROM deadlines WHERE next_at < clock_timestamp() - make_interval(secs => %s)
    ORDER BY next_at LIMIT %s
) AS late
"""
_HOLIDAYS = "SELECT max(year) AS year FROM holiday_years"


@dataclass(frozen=True)
class Looked:
    """What one database told."""

    database: Database
    relay: Relay | None = None
    consumers: dict[str, Consumer] = field(default_factory=dict)
    """By source; their queues are the broker's to tell."""


def look_at_database(service: str, url: str, *, publishes: bool, sources: Iterable[str]) -> Looked:
    """Raises DatabaseUnavailable. What a database of another version cannot answer is left out, and it is said why."""
    settings = {"statement_timeout": STATEMENT_MS}
    with closing(connect(url, application_name=f"linli:{service}:operator", settings=settings)) as connection:
        # Not among the settings: of several hosts one is taken that can be written to, and this one could not be.
        _say(connection, "SET default_transaction_read_only = on")
        missing = _outstanding(connection, service)
        asked: list[str] = []

        def part(what: str, question: Callable[[], Any]) -> Any:
            try:
                return question()
            except Exception as error:
                asked.append(f"{what}: {str(error).strip().splitlines()[0]}")
                return None

        relay = part("relay", lambda: _relay(connection, service)) if publishes else None
        consumers = part("consumers", lambda: _consumers(connection, service, sources)) or {}
        late = part("timers", lambda: _one(connection, _LATE, (LATE_S, MOST_COUNTED))) if _has_timers(service) else None
        audit = part("audit", lambda: _one(connection, _AUDIT, (MOST_COUNTED,)))
        days = part("holidays", lambda: _holiday_days(connection)) if _has_timers(service) else None
        size = part("size", lambda: _one(connection, _SIZE))
        return Looked(
            Database(
                service,
                True,
                "; ".join(asked) or None,
                size and size.size_bytes,
                missing,
                part("transactions", lambda: oldest_transaction(connection)),
                audit and audit.rows,
                late and late.rows,
                late and late.late_s,
                days,
            ),
            relay,
            consumers,
        )


def oldest_transaction(connection: Connection) -> Session | None:
    """Of those this login may see."""
    row = _one(connection, _OLDEST)
    return row and Session(row.pid, row.who, max(row.age_s, 0.0))


def look_at_server(admin_url: str) -> Session | None:
    """The oldest transaction of any login in any database. Raises DatabaseUnavailable."""
    settings = {"statement_timeout": STATEMENT_MS}
    with closing(connect(admin_url, application_name="linli:operator", settings=settings)) as connection:
        return oldest_transaction(connection)


def _relay(connection: Connection, service: str) -> Relay:
    sessions = _rows(connection, _SESSIONS, (LEADER_LOCK, f"linli:{service}:relay"))
    leaders = [one for one in sessions if one.leads]
    rows, oldest_s = OutboxRows(connection).backlog()
    last = _one(connection, _LAST_SENT)
    leader = leaders[0] if leaders else None
    return Relay(
        service,
        leader and (f"{leader.host}, session {leader.pid}" if leader.host else f"session {leader.pid}"),
        leader and leader.backend_start,
        len(sessions) - len(leaders),
        rows,
        oldest_s if rows else 0.0,
        last and last.sent_at,
    )


def _consumers(connection: Connection, service: str, sources: Iterable[str]) -> dict[str, Consumer]:
    kept = _rows(connection, _KEPT)
    progress = {row.source: row for row in _rows(connection, _PROGRESS, (FORGOTTEN_S,))}
    found = {}
    for source in sources:
        mine = [row for row in kept if row.source == source]
        failed: dict[str, int] = {}
        for row in mine:
            if row.state != "dead":
                failed[row.state] = failed.get(row.state, 0) + row.events
        known: Any = progress.get(source)
        as_of: datetime | None = known and known.as_of
        found[source] = Consumer(
            service,
            source,
            in_hand=known.in_hand if known else 0,
            failed=failed,
            dead={row.reason: row.events for row in mine if row.state == "dead"},
            oldest_kept_s=max((row.oldest_s for row in mine), default=None),
            as_of=as_of,
        )
    return found


def _outstanding(connection: Connection, service: str) -> list[str]:
    was_migrated = _one(connection, "SELECT to_regclass('_yoyo_migration') IS NOT NULL AS so").so
    applied = {row.migration_id for row in _rows(connection, _MIGRATIONS)} if was_migrated else set()
    folders = migration_folders(service)
    return [path.stem for folder in folders for path in sorted(folder.glob("*.sql")) if path.stem not in applied]


def _has_timers(service: str) -> bool:
    """Due times and the holiday table are kept by grievances alone."""
    return service == "grievances"


def _holiday_days(connection: Connection) -> int | None:
    row = _one(connection, _HOLIDAYS)
    year: int | None = row and row.year
    return None if year is None else (date(year, 12, 31) - local_day(system_clock())).days


def _one(connection: Connection, sql: str, parameters: Any = None) -> Any:
    return next(iter(_rows(connection, sql, parameters)), None)


def _say(connection: Connection, sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _rows(connection: Connection, sql: str, parameters: Any = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()
