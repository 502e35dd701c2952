"""One way to commit: all of a transaction or nothing of it, whatever interrupts it (DESIGN §3, fault 3 and 18)."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from typing import Any

import psycopg2
import pytest

from chassis.database import Access, Database, Transaction, connect
from chassis.errors import Conflict, DatabaseTooSlow, DatabaseUnavailable, LinliError
from tests.support.instance import ServiceDatabase
from tests.support.waiting import wait_for

KEEP = (
    "INSERT INTO idempotency_keys (actor, key, fingerprint, status, headers, body) VALUES (%s, %s, '', 200, '{}', '')"
)


@pytest.fixture(scope="module")
def address(module_database: Callable[[str], ServiceDatabase]) -> ServiceDatabase:
    return module_database("statistics")


@pytest.fixture
def database(address: ServiceDatabase) -> Iterator[Database]:
    """A pool of two over an empty table."""
    with closing(Database(address, service="statistics", size=2, wait_s=0.1)) as database:
        with database.transaction() as tx:
            tx.execute("DELETE FROM idempotency_keys")
        yield database


def run(database: Database, work: Callable[[Transaction], object]) -> None:
    """The work in a transaction of its own."""
    with database.transaction() as tx:
        work(tx)


def keep(tx: Transaction, name: str) -> None:
    tx.execute(KEEP, ("somebody", name))


def kept(database: Database) -> list[str]:
    with database.transaction() as tx:
        return [row.key for row in tx.rows("SELECT key FROM idempotency_keys ORDER BY key")]


def backend(database: Database) -> int:
    """The server process behind the connection that comes next."""
    with database.transaction() as tx:
        return int(tx.rows("SELECT pg_backend_pid() AS pid")[0].pid)


def end_backend(address: ServiceDatabase, pid: int) -> None:
    """End a server process as an administrator's shutdown would, and wait until it is gone."""
    with closing(connect(address.admin_url)) as admin, admin.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))


def is_there(address: ServiceDatabase, pid: int) -> bool:
    with closing(connect(address.admin_url)) as admin, admin.cursor() as cursor:
        cursor.execute("SELECT FROM pg_stat_activity WHERE pid = %s", (pid,))
        return cursor.fetchone() is not None


class Interrupted(BaseException):
    """As a greenlet's time-out or kill: no Exception."""


def test_a_transaction_is_kept_whole(database: Database) -> None:
    with database.transaction() as tx:
        keep(tx, "a")
        keep(tx, "b")

    assert kept(database) == ["a", "b"]


def test_an_exception_undoes_all_of_it_and_goes_on(database: Database) -> None:
    def work(tx: Transaction) -> None:
        keep(tx, "a")
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        run(database, work)

    assert kept(database) == []


def test_a_connection_is_used_again_after_an_exception(database: Database) -> None:
    before = backend(database)
    with suppress(RuntimeError), database.transaction():
        raise RuntimeError

    assert backend(database) == before


def test_a_connection_interrupted_by_a_base_exception_is_thrown_away(database: Database) -> None:
    before = backend(database)
    with suppress(Interrupted), database.transaction() as tx:
        keep(tx, "a")
        raise Interrupted

    assert backend(database) != before
    assert kept(database) == []


def test_an_interrupted_connection_gives_its_place_in_the_pool_back(database: Database) -> None:
    for _ in range(5):
        with suppress(Interrupted), database.transaction():
            raise Interrupted

    assert kept(database) == []


def test_who_finds_no_free_connection_in_time_is_told_so(database: Database) -> None:
    told = r"no free database connection of statistics within 0\.1 s"
    with database.transaction(), database.transaction(), pytest.raises(DatabaseUnavailable, match=told):
        kept(database)

    assert kept(database) == []


def test_who_waits_for_a_connection_gets_the_one_that_comes_free(address: ServiceDatabase) -> None:
    asked = threading.Event()

    with closing(Database(address, service="statistics", size=1, wait_s=30)) as database:

        def ask() -> list[str]:
            asked.set()
            return kept(database)

        with ThreadPoolExecutor(1) as pool:
            with database.transaction() as tx:
                waiting = pool.submit(ask)
                asked.wait(10)
                keep(tx, "a")
            assert waiting.result(20) == ["a"]


def test_a_pool_never_has_more_connections_than_its_size(address: ServiceDatabase) -> None:
    seen: set[int] = set()
    with (
        closing(Database(address, service="statistics", size=3, wait_s=30)) as database,
        ThreadPoolExecutor(12) as pool,
    ):
        seen.update(pool.map(lambda _: backend(database), range(60)))

    assert len(seen) <= 3


def test_what_is_said_at_commit_is_kept_with_the_rest(database: Database) -> None:
    with database.transaction() as tx:
        tx.at_commit(KEEP, ("somebody", "at commit"))
        keep(tx, "before")
        assert [row.key for row in tx.rows("SELECT key FROM idempotency_keys")] == ["before"]

    assert kept(database) == ["at commit", "before"]


def test_a_statement_that_fails_at_commit_fails_the_whole_transaction(database: Database) -> None:
    told: list[str] = []

    def work(tx: Transaction) -> None:
        tx.after_commit(lambda: told.append("committed"))
        keep(tx, "a")
        tx.at_commit(KEEP, ("somebody", "b"))
        tx.at_commit(KEEP, ("somebody", "a"))

    with pytest.raises(Conflict):
        run(database, work)

    assert kept(database) == []
    assert told == []


def test_the_commit_of_a_failed_transaction_is_an_error(database: Database) -> None:
    def work(tx: Transaction) -> None:
        keep(tx, "a")
        with suppress(psycopg2.Error):
            tx.execute("SELECT 1/0")

    with pytest.raises(LinliError, match="nothing was kept"):
        run(database, work)

    assert kept(database) == []


def test_whoever_waits_for_the_commit_hears_of_it_after_it(database: Database) -> None:
    seen: list[list[str]] = []
    with database.transaction() as tx:
        keep(tx, "a")
        tx.after_commit(lambda: seen.append(kept(database)))
        assert seen == []

    assert seen == [["a"]]


def test_a_savepoint_undoes_its_own_statements_and_words_and_nothing_else(database: Database) -> None:
    told: list[str] = []
    with database.transaction() as tx:
        keep(tx, "before")
        tx.at_commit(KEEP, ("somebody", "word before"))
        with suppress(RuntimeError), tx.savepoint():
            keep(tx, "inside")
            tx.at_commit(KEEP, ("somebody", "word inside"))
            tx.after_commit(lambda: told.append("inside"))
            raise RuntimeError
        keep(tx, "after")

    assert kept(database) == ["after", "before", "word before"]
    assert told == []


def test_a_savepoint_contains_the_failure_of_what_was_said_inside_for_the_commit(database: Database) -> None:
    with database.transaction() as tx:
        tx.at_commit(KEEP, ("somebody", "a"))
        with suppress(psycopg2.Error), tx.savepoint():
            keep(tx, "inside")
            tx.at_commit(KEEP, ("somebody", "inside"))
        with tx.savepoint():
            tx.at_commit(KEEP, ("somebody", "b"))

    assert kept(database) == ["a", "b"]


def test_savepoints_lie_in_each_other(database: Database) -> None:
    with database.transaction() as tx, tx.savepoint():
        keep(tx, "outer")
        with suppress(RuntimeError), tx.savepoint():
            keep(tx, "inner")
            raise RuntimeError

    assert kept(database) == ["outer"]


def test_a_savepoint_contains_a_failed_statement_that_was_passed_over_in_silence(database: Database) -> None:
    with database.transaction() as tx:
        keep(tx, "before")
        with suppress(psycopg2.Error), tx.savepoint(), suppress(psycopg2.Error):
            tx.execute("SELECT 1/0")
        keep(tx, "after")

    assert kept(database) == ["after", "before"]


def test_a_key_that_is_there_is_a_conflict_that_names_the_rule(database: Database) -> None:
    with database.transaction() as tx:
        keep(tx, "a")
    with pytest.raises(Conflict, match="idempotency_keys_pkey"):
        run(database, lambda tx: keep(tx, "a"))


def test_a_connection_the_server_ended_is_unavailable_and_then_replaced(
    database: Database, address: ServiceDatabase
) -> None:
    def work(tx: Transaction) -> None:
        keep(tx, "a")
        end_backend(address, tx.connection.info.backend_pid)
        keep(tx, "b")

    with pytest.raises(DatabaseUnavailable):
        run(database, work)

    assert kept(database) == []


def test_when_one_connection_was_lost_the_idle_ones_are_not_tried_one_after_the_other(
    address: ServiceDatabase,
) -> None:
    with closing(Database(address, service="statistics", size=3)) as database:
        with database.transaction() as one, database.transaction() as two, database.transaction() as three:
            pids = [tx.connection.info.backend_pid for tx in (one, two, three)]
        for pid in pids:
            end_backend(address, pid)
        with pytest.raises(DatabaseUnavailable):
            kept(database)

        assert kept(database) == []


def test_a_lock_that_does_not_come_free_is_too_slow_and_the_connection_is_kept(address: ServiceDatabase) -> None:
    pids: list[int] = []

    def work(tx: Transaction) -> None:
        pids.append(tx.connection.info.backend_pid)
        tx.execute("SET LOCAL lock_timeout = '50ms'; SELECT pg_advisory_xact_lock(1)")

    with closing(Database(address, service="statistics", size=2)) as database, database.transaction() as holder:
        holder.execute("SELECT pg_advisory_xact_lock(1)")
        with pytest.raises(DatabaseTooSlow):
            run(database, work)

        assert [backend(database)] == pids


def test_a_deadlock_is_too_slow_and_its_connection_is_kept(address: ServiceDatabase) -> None:
    def lock(database: Database, first: int, second: int, both: threading.Barrier) -> str:
        try:
            with database.transaction() as tx:
                tx.execute("SELECT pg_advisory_xact_lock(%s)", (first,))
                both.wait(10)
                tx.execute("SELECT pg_advisory_xact_lock(%s)", (second,))
        except DatabaseTooSlow as error:
            return f"{error} {tx.connection.closed}"
        return "got both"

    both = threading.Barrier(2)
    with closing(Database(address, service="statistics", size=2)) as database, ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(lambda order: lock(database, *order, both), [(1, 2), (2, 1)]))

    assert told[1] == "got both"
    assert "deadlock" in told[0]
    assert told[0].endswith(" 0")


def test_a_value_too_long_for_an_index_is_no_outage(database: Database) -> None:
    noise = "".join(f"{number:x}" for number in range(5000))
    with pytest.raises(psycopg2.errors.ProgramLimitExceeded):
        run(database, lambda tx: keep(tx, noise))

    assert kept(database) == []


def test_a_server_that_is_not_there_is_unavailable() -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/nothing", service="statistics")
    with pytest.raises(DatabaseUnavailable, match="PostgreSQL does not answer"):
        kept(database)


def test_a_loss_in_the_round_trip_of_the_commit_is_unavailable(database: Database) -> None:
    def work(tx: Transaction) -> None:
        keep(tx, "a")
        tx.at_commit("SELECT pg_terminate_backend(pg_backend_pid())", ())

    with pytest.raises(DatabaseUnavailable):
        run(database, work)

    assert kept(database) == []


def test_whose_eyes_a_transaction_sees_with_ends_with_it(database: Database) -> None:
    def eyes(tx: Transaction) -> tuple[Any, ...]:
        return tuple(
            tx.rows("SELECT current_setting('linli.actor') AS actor, current_setting('linli.areas') AS areas")[0]
        )

    with database.transaction(Access("leader-1", ("440305001012", "440305006"))) as tx:
        first = eyes(tx)
    with suppress(RuntimeError), database.transaction(Access("leader-2", ("440305",))):
        raise RuntimeError
    with closing(connect(str(database.url))) as fresh, fresh.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('linli.areas', true), '')")
        outside = cursor.fetchall()
    with database.transaction(Access("nobody", ())) as tx:
        second = eyes(tx)
        pid = tx.connection.info.backend_pid

    assert first == ("leader-1", "440305001012,440305006")
    assert second == ("nobody", "")
    assert tuple(outside[0]) == ("",)
    assert backend(database) == pid


def test_a_transaction_left_idle_too_long_is_unavailable_and_undone(
    database: Database, address: ServiceDatabase
) -> None:
    def work(tx: Transaction) -> None:
        keep(tx, "a")
        tx.execute("SET idle_in_transaction_session_timeout = '20ms'")
        wait_for(lambda: not is_there(address, tx.connection.info.backend_pid))
        keep(tx, "b")

    with pytest.raises(DatabaseUnavailable):
        run(database, work)

    assert kept(database) == []


def test_a_stream_reads_the_rows_as_they_stood_at_its_beginning_page_by_page(database: Database) -> None:
    with database.transaction() as tx:
        for number in range(7):
            keep(tx, f"{number}")
    with database.transaction() as tx:
        found = [row.key for row in tx.stream("SELECT key FROM idempotency_keys ORDER BY key", page=2)]

    assert found == [f"{number}" for number in range(7)]


def test_two_threads_never_share_a_connection(address: ServiceDatabase) -> None:
    inside: set[int] = set()
    twice: list[int] = []

    def use(_: int) -> None:
        with database.transaction() as tx:
            pid = tx.connection.info.backend_pid
            if pid in inside:
                twice.append(pid)
            inside.add(pid)
            tx.execute("SELECT")
            inside.discard(pid)

    with closing(Database(address, service="statistics", size=4, wait_s=30)) as database, ThreadPoolExecutor(8) as pool:
        list(pool.map(use, range(80)))

    assert not twice


def test_a_server_shut_down_in_the_middle_rolls_back(database: Database, address: ServiceDatabase) -> None:
    with suppress(DatabaseUnavailable), database.transaction() as tx:
        keep(tx, "a")
        end_backend(address, tx.connection.info.backend_pid)

    wait_for(lambda: kept(database) == [])
