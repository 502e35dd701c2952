"""Statements that PostgreSQL keeps: prepared once a connection, whole after errors, never with another's eyes."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import psycopg2.errors
import pytest

from chassis.database import Access, Database, Transaction, prepared
from chassis.errors import Conflict
from tests.support.instance import ServiceDatabase

KEEP = (
    "INSERT INTO idempotency_keys (actor, key, fingerprint, status, headers, body) "
    "VALUES ('somebody', %(name)s, '', %(status)s, '{}', '')"
)
EYES = prepared("SELECT current_setting('linli.actor') AS actor, %s::text AS asked")
TAGS = prepared("SELECT %(tags)s::bytea [] AS tags, %(day)s::date AS day, %(ids)s::uuid [] AS ids")


@pytest.fixture(scope="module")
def address(module_database: Callable[[str], ServiceDatabase]) -> ServiceDatabase:
    return module_database("statistics")


@pytest.fixture
def database(address: ServiceDatabase) -> Iterator[Database]:
    """A pool of one, so that everything is said on the same connection."""
    with closing(Database(address, service="statistics", size=1)) as database:
        with database.transaction() as tx:
            tx.execute("DELETE FROM idempotency_keys")
        yield database


def keep(tx: Transaction, name: str) -> None:
    tx.at_commit(KEEP, {"name": name, "status": 200, "more": "is not asked for"})


def keep_alone(database: Database, *names: str) -> None:
    for name in names:
        with database.transaction() as tx:
            keep(tx, name)


def names(database: Database) -> list[str]:
    with database.transaction() as tx:
        return [row.key for row in tx.rows("SELECT key FROM idempotency_keys ORDER BY key")]


def times_prepared(database: Database) -> int:
    counted = "SELECT count(*) AS n FROM pg_prepared_statements WHERE statement LIKE %s"
    with database.transaction() as tx:
        return int(tx.rows(counted, ("%INTO idempotency_keys%",))[0].n)


def test_a_statement_is_prepared_once_and_said_often(database: Database) -> None:
    keep_alone(database, "a", "b", "c")

    assert names(database) == ["a", "b", "c"]
    assert times_prepared(database) == 1


@pytest.mark.parametrize("name", ["o'clock", "100 %s %(name)s", "back\\slash", "中文 ; DROP TABLE x; --"])
def test_a_value_is_never_part_of_the_statement(database: Database, name: str) -> None:
    if "\\" not in name:
        keep_alone(database, name)

        assert names(database) == [name]
    with database.transaction() as tx:
        assert tx.rows(EYES, (name,))[0].asked == name


@pytest.mark.parametrize("tags", [[], [None, None], [b"a", None]])
def test_values_have_the_type_of_their_place(database: Database, tags: list[bytes | None]) -> None:
    asked: dict[str, Any] = {"tags": tags, "day": "2026-11-20", "ids": []}

    with database.transaction() as tx:
        [row] = tx.rows(TAGS, asked)

    assert [tag and bytes(tag) for tag in row.tags] == tags
    assert (row.day.isoformat(), row.ids) == ("2026-11-20", [])


def test_a_failed_transaction_leaves_the_statement_usable(database: Database) -> None:
    keep_alone(database, "first")
    with pytest.raises(Conflict):
        keep_alone(database, "first")
    keep_alone(database, "second")

    assert names(database) == ["first", "second"]


def test_prepared_in_a_transaction_that_fails_it_is_there_for_the_next(database: Database) -> None:
    def change_its_mind(tx: Transaction) -> None:
        keep(tx, "lost")
        raise RuntimeError("changed its mind")

    with pytest.raises(RuntimeError), database.transaction() as tx:
        change_its_mind(tx)
    keep_alone(database, "kept")

    assert names(database) == ["kept"]


def test_a_statement_that_does_not_hold_fails_where_it_is_said(database: Database) -> None:
    with pytest.raises(psycopg2.errors.UndefinedTable), database.transaction() as tx:
        tx.at_commit("INSERT INTO nowhere VALUES (%s)", (1,))


def test_each_transaction_sees_with_its_own_eyes(database: Database) -> None:
    seen = []
    for actor in ("first", "second", "first"):
        with database.transaction(Access(actor, ())) as tx:
            seen += [(row.actor, row.asked) for row in tx.rows(EYES, ("x",))]

    assert seen == [("first", "x"), ("second", "x"), ("first", "x")]


def test_a_new_connection_prepares_anew(database: Database) -> None:
    keep_alone(database, "before")
    database.close()
    keep_alone(database, "after")

    assert names(database) == ["after", "before"]
    assert times_prepared(database) == 1
