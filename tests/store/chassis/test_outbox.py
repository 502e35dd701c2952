"""The outbox: a fact is written with what makes it true, and leaves for event_log exactly once it is confirmed."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg2.errors
import pytest

from chassis import outbox, tracing
from chassis.database import Connection, Database, Transaction, connect
from chassis.envelope import MAX_BYTES
from chassis.errors import DatabaseUnavailable
from chassis.relay import rows as relay_rows
from chassis.relay.claims import Claims
from chassis.relay.loop import SESSION
from chassis.relay.rows import OutboxRows
from tests.support.facts import AREA, NOW, ThingForOthers, ThingTold, add
from tests.support.instance import ServiceDatabase
from tests.support.waiting import wait_for

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture(scope="module")
def address(module_database: Callable[[str], ServiceDatabase]) -> ServiceDatabase:
    return module_database("grievances")


@pytest.fixture
def database(address: ServiceDatabase) -> Iterator[Database]:
    with closing(Database(address, service="grievances", size=5)) as database:
        with closing(connect(address.admin_url)) as admin, admin.cursor() as cursor:
            cursor.execute("DELETE FROM outbox; DELETE FROM event_log")
        yield database


@pytest.fixture
def connection(address: ServiceDatabase) -> Iterator[Connection]:
    with closing(connect(address)) as connection:
        yield connection


@pytest.fixture
def unsent(connection: Connection) -> OutboxRows:
    return OutboxRows(connection)


def rows(database: Database, sql: str) -> list[Any]:
    with database.transaction() as tx:
        return tx.rows(sql)


def commit(database: Database, *subjects: str) -> list[int]:
    """One fact of each subject, in one transaction; their positions."""
    with database.transaction() as tx:
        ids = [add(tx, subject, 1) for subject in subjects]
    with database.transaction() as tx:
        found = tx.rows("SELECT position FROM outbox WHERE event_id = ANY(%s) ORDER BY position", (ids,))
    return [row.position for row in found]


def commit_many(database: Database, count: int) -> None:
    """So many rows at once, in positions that follow each other."""
    with database.transaction() as tx:
        tx.execute(
            "INSERT INTO outbox (event_id, type, subject, mandatory, envelope) "
            "SELECT gen_random_uuid(), 'thing.told', 'many', true, '{}' FROM generate_series(1, %s)",
            (count,),
        )


def write(tx: Transaction, subject: str) -> None:
    """A fact that takes its position before the commit, as one does whose commit is slow."""
    with tx.savepoint():
        add(tx, subject, 1)


def positions(database: Database, table: str) -> list[int]:
    """Of the rows in one table. Those of a month are read through event_log: the service has no right to its parts."""
    where = "" if table in ("outbox", "event_log") else f"WHERE tableoid = '{table}'::regclass"
    parent = "outbox" if table == "outbox" else "event_log"
    return [row.position for row in rows(database, f"SELECT position FROM {parent} {where} ORDER BY position")]


@pytest.mark.parametrize(
    "statement",
    ["UPDATE outbox SET envelope = '{}'", "UPDATE event_log SET envelope = '{}'", "DELETE FROM event_log"],
)
def test_a_service_cannot_rewrite_what_it_has_told(database: Database, statement: str) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), database.transaction() as tx:
        tx.execute(statement)


def test_the_tables_of_months_that_were_there_before_are_closed_too(address: ServiceDatabase) -> None:
    migration = Path("chassis/migrations/0005_sent_facts_are_history.sql").read_text("utf-8")
    with closing(connect(address.admin_url)) as admin, admin.cursor() as cursor:
        cursor.execute("SET ROLE grievances_owner; SET linli.service_role = 'grievances'")
        cursor.execute(
            "CREATE TABLE event_log_before PARTITION OF event_log FOR VALUES FROM ('2001-01-01') TO ('2001-02-01')"
        )
        cursor.execute("SELECT has_table_privilege('grievances', 'event_log_before', 'UPDATE')")
        assert cursor.fetchone()[0]

        cursor.execute(migration)

        cursor.execute("SELECT has_table_privilege('grievances', 'event_log_before', 'SELECT, UPDATE, DELETE')")
        assert not cursor.fetchone()[0]


def test_a_fact_is_kept_as_a_cloud_event(database: Database) -> None:
    with tracing.server_span("POST /things", TRACE), database.transaction() as tx:
        event_id = outbox.add(tx, ThingTold("说"), subject=UUID(int=7), version=3, area=AREA, now=NOW)

    (row,) = rows(database, "SELECT event_id, type, subject, mandatory, envelope FROM outbox")
    envelope = json.loads(row.envelope)
    assert (row.event_id, row.type, row.subject, row.mandatory) == (event_id, "thing.told", str(UUID(int=7)), True)
    assert envelope.pop("traceparent").startswith("00-4bf92f3577b34da6a3ce929d0e0e4736-")
    assert envelope == {
        "specversion": "1.0",
        "id": str(event_id),
        "source": "grievances",
        "type": "thing.told",
        "subject": str(UUID(int=7)),
        "time": "2026-03-10T02:00:00Z",
        "datacontenttype": "application/json",
        "area": AREA,
        "version": 3,
        "data": {"act": "说"},
    }


def test_a_fact_for_others_need_not_find_a_queue(database: Database) -> None:
    with database.transaction() as tx:
        outbox.add(tx, ThingForOthers(), subject="a", version=1, area=AREA, now=NOW)

    assert [row.mandatory for row in rows(database, "SELECT mandatory FROM outbox")] == [False]


@pytest.mark.parametrize(("subject", "act"), [("s" * 256, ""), ("a", "x" * MAX_BYTES), ("a", "语" * (MAX_BYTES // 3))])
def test_a_fact_no_consumer_would_read_is_refused_where_it_is_made(database: Database, subject: str, act: str) -> None:
    with database.transaction() as tx, pytest.raises(ValueError, match=r"thing\.told is too large"):
        add(tx, subject, 1, act)

    assert positions(database, "outbox") == []


def test_a_fact_whose_transaction_is_undone_was_never_there(database: Database) -> None:
    with suppress(RuntimeError), database.transaction() as tx:
        add(tx, "a", 1)
        raise RuntimeError

    assert positions(database, "outbox") == []


def test_a_fact_of_an_undone_savepoint_was_never_there(database: Database) -> None:
    with database.transaction() as tx:
        add(tx, "a", 1)
        with suppress(RuntimeError), tx.savepoint():
            add(tx, "b", 1)
            raise RuntimeError

    assert [row.subject for row in rows(database, "SELECT subject FROM outbox")] == ["a"]


def test_the_relay_is_woken_once_the_fact_is_there_to_be_read(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    monkeypatch.setattr(outbox, "_wakers", [lambda: seen.append(len(positions(database, "outbox")))])
    with database.transaction() as tx:
        add(tx, "a", 1)
        assert seen == []

    assert seen == [1]


def test_exactly_the_named_rows_are_moved(database: Database, unsent: OutboxRows) -> None:
    first, second, third, fourth = commit(database, "a", "b", "c", "d")
    unsent.ensure_partition(date(2026, 3, 1))

    unsent.move([second, fourth, 10**9], NOW)

    assert positions(database, "outbox") == [first, third]
    assert positions(database, "event_log") == [second, fourth]


def test_a_row_moved_twice_is_sent_once(database: Database, unsent: OutboxRows) -> None:
    moved = commit(database, "a")
    unsent.ensure_partition(date(2026, 3, 1))

    unsent.move(moved, NOW)
    unsent.move(moved, NOW)

    assert positions(database, "event_log") == moved


def test_a_moved_row_keeps_all_it_had(database: Database, unsent: OutboxRows) -> None:
    moved = commit(database, "a")
    (before,) = rows(database, "SELECT * FROM outbox")
    unsent.ensure_partition(date(2026, 3, 1))

    unsent.move(moved, NOW)

    (after,) = rows(database, "SELECT * FROM event_log")
    assert after._asdict() == {**before._asdict(), "sent_at": NOW}


@pytest.mark.parametrize(
    ("sent_at", "partition"),
    [
        (datetime(2026, 12, 31, 23, 59, 59, 999999, UTC), "event_log_2026_12"),
        (datetime(2027, 1, 1, tzinfo=UTC), "event_log_2027_01"),
        (datetime(2028, 2, 29, 12, tzinfo=UTC), "event_log_2028_02"),
    ],
)
def test_a_sent_row_lies_in_the_table_of_its_month(
    database: Database, unsent: OutboxRows, sent_at: datetime, partition: str
) -> None:
    moved = commit(database, "a")
    unsent.ensure_partition(sent_at.date().replace(day=1))

    unsent.move(moved, sent_at)

    assert positions(database, partition) == moved


def test_a_month_is_made_once_by_however_many(address: ServiceDatabase, unsent: OutboxRows) -> None:
    with closing(connect(address)) as other:
        unsent.ensure_partition(date(2031, 1, 1))
        unsent.ensure_partition(date(2031, 1, 17))
        OutboxRows(other).ensure_partition(date(2031, 1, 1))


def test_without_its_month_nothing_is_moved_and_nothing_lost(database: Database, unsent: OutboxRows) -> None:
    moved = commit(database, "a")
    with pytest.raises(Exception, match="no partition"):
        unsent.move(moved, datetime(2040, 1, 1, tzinfo=UTC))

    assert positions(database, "outbox") == moved


def test_the_first_rows_beyond_a_position_come_in_order(database: Database, unsent: OutboxRows) -> None:
    first, *others = commit(database, "a", "b", "c", "d")

    assert [row.position for row in unsent.after(first, 2)] == others[:2]
    assert [row.position for row in unsent.between(first, others[1], 10)] == others[:2]
    assert [row.position for row in unsent.after_or_at(others[1], [first], 10)] == [first, others[2]]


def test_what_is_not_committed_is_below_the_horizon_until_it_ends(database: Database, unsent: OutboxRows) -> None:
    with database.transaction() as tx:
        tx.execute("SELECT pg_current_xact_id()")
        xid = int(tx.rows("SELECT pg_current_xact_id()::text AS xid")[0].xid)
        oldest_while_open, newest_while_open = unsent.oldest_running(), unsent.next_new()
    oldest_afterwards = unsent.oldest_running()

    assert oldest_while_open <= xid < newest_while_open
    assert oldest_afterwards > xid


def test_a_row_that_commits_late_is_a_gap_until_it_is_there(address: ServiceDatabase, unsent: OutboxRows) -> None:
    with closing(Database(address, service="grievances", size=5)) as database:
        claims = Claims(unsent, batch=10)
        before = commit(database, "before")
        sent = [row.subject for row in claims.fresh()]
        unsent.ensure_partition(date(2026, 3, 1))
        unsent.move(before, NOW)
        with database.transaction() as late:
            write(late, "late")
            commit(database, "early")
            sent += [row.subject for row in claims.fresh()]
            sent += [row.subject for row in claims.fresh()]
        sent += [row.subject for row in claims.fresh()]

    assert sent[-3:] == ["before", "early", "late"]


def test_a_gap_is_remembered_though_its_transaction_has_the_newest_id(
    address: ServiceDatabase, database: Database, unsent: OutboxRows
) -> None:
    commit(database, "before")
    claims = Claims(unsent, batch=10)
    claims.fresh()
    with database.transaction() as early, database.transaction() as late:
        early.execute("SELECT pg_current_xact_id()")
        late.execute("SELECT pg_current_xact_id()")
        write(late, "late")
        write(early, "early")
        early.execute("COMMIT; BEGIN")
        seen = [row.subject for _ in range(3) for row in claims.fresh()]
    seen += [row.subject for row in claims.fresh()]

    assert seen == ["early", "late"]


def test_a_new_leader_sends_a_subjects_facts_in_order_though_a_transaction_was_open_when_it_began(
    address: ServiceDatabase, database: Database, unsent: OutboxRows
) -> None:
    with database.transaction() as late:
        write(late, "dispute")
        commit(database, "other")
        claims = Claims(unsent, batch=10)
        sent = [row.subject for row in claims.fresh()]
    with database.transaction() as tx:
        add(tx, "dispute", 2)
    sent += [f"{row.subject}{json.loads(row.envelope)['version']}" for row in claims.fresh()]

    assert sent == ["other", "dispute1", "dispute2"]


def test_one_connection_leads_and_another_takes_over_when_it_ends(address: ServiceDatabase) -> None:
    with closing(connect(address)) as first, closing(connect(address)) as second:
        assert OutboxRows(first).try_to_lead()
        assert not OutboxRows(second).try_to_lead()
        first.close()
        assert wait_for(OutboxRows(second).try_to_lead)


def test_the_backlog_is_counted_and_its_oldest_has_an_age(database: Database, unsent: OutboxRows) -> None:
    empty = unsent.backlog()
    commit(database, "a", "b")
    count, oldest_s = unsent.backlog()

    assert empty == (0, 0.0)
    assert count == 2
    assert oldest_s > 0


def test_the_backlog_beyond_a_position_does_not_count_what_lies_before(database: Database, unsent: OutboxRows) -> None:
    first, _, _ = commit(database, "a", "b", "c")

    assert unsent.backlog(first)[0] == 2
    assert unsent.backlog(first + 2) == (0, 0.0)


def test_looking_at_what_is_unsent_passes_over_what_was_sent_while_a_reader_keeps_it(
    database: Database, unsent: OutboxRows, connection: Connection
) -> None:
    claims = Claims(unsent, batch=1000)
    unsent.ensure_partition(NOW.date().replace(day=1))
    with database.transaction() as reader:
        reader.stream("SELECT FROM divisions")
        commit_many(database, 3000)
        while sent := claims.fresh():
            unsent.move([row.position for row in sent], NOW)
        settled = list(claims.sweep())
        before = pages_looked_at(connection)
        looks = [list(claims.sweep()) for _ in range(5)] + [unsent.backlog(claims.all_sent_up_to) for _ in range(5)]
        touched = pages_looked_at(connection) - before

    assert (settled, looks) == ([], [[]] * 5 + [(0, 0.0)] * 5)
    assert touched < 50


def pages_looked_at(connection: Connection) -> int:
    """Of the outbox and its indexes, by anybody who has said so."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(
            "SELECT heap_blks_read + heap_blks_hit + idx_blks_read + idx_blks_hit AS pages "
            "FROM pg_statio_user_tables WHERE relname = 'outbox'"
        )
        return int(cursor.fetchone()[0])


def test_a_lost_connection_is_unavailable_because_the_lead_is_lost_with_it(
    address: ServiceDatabase, unsent: OutboxRows, connection: Connection
) -> None:
    unsent.try_to_lead()
    with closing(connect(address.admin_url)) as admin, admin.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", (connection.info.backend_pid,))

    with pytest.raises(DatabaseUnavailable):
        unsent.after(0, 10)


def test_a_large_backlog_is_told_by_its_positions(database: Database, unsent: OutboxRows) -> None:
    with database.transaction() as tx:
        tx.execute(
            "INSERT INTO outbox (event_id, type, subject, mandatory, envelope) "
            "SELECT gen_random_uuid(), 'thing.told', 'a', true, '{}' FROM generate_series(1, 12345)"
        )

    assert unsent.backlog()[0] == 12_345


def test_what_was_planned_while_the_outbox_was_empty_goes_by_the_index_when_it_is_full(
    database: Database, address: ServiceDatabase
) -> None:
    """A plan is kept as long as the relay's connection: read in whole each time, a million rows would never leave."""
    with closing(connect(address.admin_url)) as admin, admin.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) outbox")
    with closing(connect(address, settings=SESSION)) as connection:
        unsent = OutboxRows(connection)
        for _ in range(10):
            unsent.after(0, 500)
            unsent.after_or_at(0, [1], 500)
            unsent.between(0, 1, 500)
            unsent.move([1], NOW)
        kept = (relay_rows.AFTER, relay_rows.AFTER_OR_AT, relay_rows.BETWEEN, relay_rows.MOVE)
        plans = {text: plan_of(connection, text) for text in kept}

    assert [text for text, plan in plans.items() if "Seq Scan on outbox" in plan or "$1" not in plan] == []


def plan_of(connection: Connection, text: str) -> str:
    """The plan that is kept for this text; it names its parameters, not their values."""
    statement = connection.ready(text)
    assert statement is not None
    arguments = ", ".join("NULL" for _ in statement.order)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN EXECUTE {statement.name}({arguments})")
        return "\n".join(line for (line,) in cursor.fetchall())
