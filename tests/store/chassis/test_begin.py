"""A transaction begins in the round trip of its first statement, whoever makes that, and never later."""

from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from io import StringIO
from typing import Any

import psycopg2
import pytest
from psycopg2.extensions import TRANSACTION_STATUS_IDLE

from chassis.database import Access, Database, Transaction
from tests.support.instance import ServiceDatabase

INSERT = "INSERT INTO subject_versions (source, subject, version) VALUES (%s, 'a', 1)"


@pytest.fixture
def database(service_database: Callable[[str], ServiceDatabase]) -> Iterator[Database]:
    """A pool of one, so that what a transaction leaves behind is found by the next."""
    with closing(Database(service_database("statistics"), service="statistics", size=1)) as database:
        yield database


def kept(database: Database) -> int:
    with database.transaction() as tx:
        return int(tx.rows("SELECT count(*) AS rows FROM subject_versions")[0].rows)


def by_rows(tx: Transaction) -> None:
    tx.rows(f"{INSERT} RETURNING source", ("x",))


def by_cursor(tx: Transaction) -> None:
    with tx.connection.cursor() as cursor:
        cursor.execute(INSERT, ("x",))


def by_many(tx: Transaction) -> None:
    with tx.connection.cursor() as cursor:
        cursor.executemany(INSERT, [("x",), ("y",)])


def by_copy(tx: Transaction) -> None:
    with tx.connection.cursor() as cursor:
        cursor.copy_expert("COPY subject_versions (source, subject, version) FROM STDIN", StringIO("x\ta\t1\n"))


def by_last_words(tx: Transaction) -> None:
    tx.at_commit(INSERT, ("x",))


def in_a_savepoint(tx: Transaction) -> None:
    with tx.savepoint():
        tx.at_commit(INSERT, ("x",))


WAYS = [by_rows, by_cursor, by_many, by_copy, by_last_words, in_a_savepoint]


@pytest.mark.parametrize("write", WAYS)
def test_a_first_statement_of_any_kind_is_undone_with_the_transaction(
    database: Database, write: Callable[[Transaction], None]
) -> None:
    with suppress(RuntimeError), database.transaction() as tx:
        write(tx)
        raise RuntimeError

    assert kept(database) == 0


@pytest.mark.parametrize("write", WAYS)
def test_a_first_statement_of_any_kind_is_kept_by_the_commit(
    database: Database, write: Callable[[Transaction], None]
) -> None:
    with database.transaction() as tx:
        write(tx)

    assert kept(database) >= 1


@pytest.mark.parametrize("wrong", [("SELECT %s", (object(),)), ("SELECT %s, %s", (1,))])
def test_a_first_statement_that_cannot_be_filled_in_leaves_the_next_inside(
    database: Database, wrong: tuple[str, Any]
) -> None:
    with suppress(RuntimeError), database.transaction() as tx:
        with suppress(psycopg2.ProgrammingError, IndexError):
            tx.execute(*wrong)
        tx.execute(INSERT, ("x",))
        raise RuntimeError

    assert kept(database) == 0


def test_the_first_statement_sees_with_the_eyes_given(database: Database) -> None:
    with database.transaction(Access("officer-1", ("440305",))) as tx:
        (row,) = tx.rows("SELECT current_setting('linli.actor') AS actor, current_setting('linli.areas') AS areas")

    assert tuple(row) == ("officer-1", "440305")


@pytest.mark.parametrize("ends_well", [True, False])
def test_a_transaction_that_says_nothing_leaves_nothing(database: Database, ends_well: bool) -> None:
    with suppress(RuntimeError), database.transaction(Access("officer-1", ())) as tx:
        connection = tx.connection
        if not ends_well:
            raise RuntimeError

    assert connection.info.transaction_status == TRANSACTION_STATUS_IDLE
    with database.transaction() as tx:
        assert tx.rows("SELECT current_setting('linli.actor') AS actor")[0].actor == "system"
