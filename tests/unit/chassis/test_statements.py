"""How a text in psycopg2's format becomes a prepared statement."""

import pytest

from chassis.statements import Statement, Statements


def found(sql: str) -> Statement:
    statement = Statements().find(sql)
    assert statement is not None
    return statement


@pytest.mark.parametrize(
    ("sql", "text", "order"),
    [
        ("SELECT %s, %s", "SELECT $1, $2", (0, 1)),
        ("SELECT %(a)s, %(b)s, %(a)s;", "SELECT $1, $2, $1", ("a", "b")),
        ("SELECT 1 WHERE name LIKE '5%%' AND id = %s", "SELECT 1 WHERE name LIKE '5%' AND id = $1", (0,)),
        ("-- why\nUPDATE t SET a = %(a)s", "-- why\nUPDATE t SET a = $1", ("a",)),
    ],
)
def test_places_become_numbers(sql: str, text: str, order: tuple[str | int, ...]) -> None:
    statement = found(sql)

    assert (statement.text, statement.order) == (text, order)


@pytest.mark.parametrize("sql", ["BEGIN", "SET role x", "SELECT 1; SELECT 2", "NOTIFY x", "SAVEPOINT step"])
def test_what_acts_or_is_several_is_not_prepared(sql: str) -> None:
    assert Statements().find(sql) is None


def test_values_follow_the_order_of_the_places() -> None:
    assert found("SELECT %(b)s, %(a)s").values({"a": 1, "b": 2, "c": 3}) == (2, 1)
    assert found("SELECT %s, %s").values([1, 2]) == (1, 2)


def test_types_once_learnt_are_declared_and_cast_to() -> None:
    statement = found("SELECT %s::uuid [], %s")
    assert statement.preparation() == f"PREPARE {statement.name} AS SELECT $1::uuid [], $2"

    statement.learn(["uuid[]", "text"])

    assert statement.call == f"EXECUTE {statement.name}(%s::uuid[], %s::text)"
    assert statement.preparation() == f"PREPARE {statement.name} (uuid[], text) AS SELECT $1::uuid [], $2"


def test_a_statement_without_parameters_is_called_without_brackets() -> None:
    statement = found("SELECT 1")
    statement.learn([])

    assert statement.call == f"EXECUTE {statement.name}"


def test_the_same_text_is_the_same_statement() -> None:
    statements = Statements()

    assert statements.find("SELECT 1") is statements.find("SELECT 1")
