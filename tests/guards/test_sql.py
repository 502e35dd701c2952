"""SQL of services lives in queries.sql: named, explained, its values bound."""

import ast
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.guards.repository import files, python_files, text

KEYWORDS = re.compile(r"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|CREATE|ALTER|DROP|TRUNCATE)\s", re.IGNORECASE)

RUNS_SQL = {"execute", "executemany", "rows", "stream", "at_commit"}


@dataclass(frozen=True)
class Query:
    path: Path
    name: str
    declared: tuple[str, ...]
    purpose: str
    body: str

    def __str__(self) -> str:
        return f"{self.path.parent}:{self.name}"


def queries() -> list[Query]:
    found = []
    for path in (path for path in files() if path.name == "queries.sql"):
        for part in re.split(r"^-- name: *", text(path), flags=re.MULTILINE)[1:]:
            head, _, rest = part.partition("\n")
            match = re.fullmatch(r"(\w+)(?:\(([^)]*)\))?[\^$!<*#]*!?", head.strip())
            assert match, f"{path}: {head!r} is no aiosql head"
            first, _, body = rest.partition("\n")
            names = tuple(name.strip() for name in (match[2] or "").split(",") if name.strip())
            found.append(Query(path, match[1], names, first, re.sub(r"--.*", "", body)))
    return found


EVERY_QUERY = pytest.mark.parametrize("query", queries(), ids=str)


@EVERY_QUERY
def test_a_query_says_what_it_is_for(query: Query) -> None:
    assert re.fullmatch(r"-- \S.*[.!?]", query.purpose) or query.purpose.startswith("-- "), "one line below the name"
    assert len(query.purpose) > len("-- a purpose")


@EVERY_QUERY
def test_a_query_declares_exactly_what_it_binds(query: Query) -> None:
    without_texts = re.sub(r"'[^']*'", "", query.body)
    bound = set(re.findall(r"(?<!:):([a-z_][a-z0-9_]*)", without_texts))

    assert set(query.declared) == bound


@EVERY_QUERY
def test_a_query_is_used_by_the_store_beside_it(query: Query) -> None:
    store = query.path.parent / "store.py"

    assert re.search(rf"\bqueries\.{query.name}\b", text(store))


@EVERY_QUERY
def test_a_query_names_its_columns(query: Query) -> None:
    """What a subselect passes on whole, and the columns of an unnest, are named already."""
    assert not re.search(r"SELECT\s+\*(?!\s+FROM\s+unnest)", query.body, re.IGNORECASE)


def test_no_name_is_taken_twice_in_a_file() -> None:
    assert [key for key, count in Counter((query.path, query.name) for query in queries()).items() if count > 1] == []


@pytest.mark.parametrize("path", python_files("services"), ids=str)
def test_no_service_writes_sql_in_python(path: Path) -> None:
    docstrings = _docstrings(ast.parse(text(path)))
    for node in ast.walk(ast.parse(text(path))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in docstrings:
            assert not KEYWORDS.match(node.value), f"{path}:{node.lineno}: put it into queries.sql"


@pytest.mark.parametrize("path", python_files("services"), ids=str)
def test_no_service_hands_sql_of_its_own_to_a_transaction(path: Path) -> None:
    for node in ast.walk(ast.parse(text(path))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in RUNS_SQL:
            if ast.unparse(node.func.value) == "request":
                continue  # An answer is streamed, too.
            given = ast.unparse(node.args[0]) if node.args else ""
            assert re.fullmatch(r"queries\.\w+\.sql", given), f"{path}:{node.lineno}: name the query in queries.sql"


def _docstrings(tree: ast.Module) -> set[str]:
    holders = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    found = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, holders)}
    return {docstring for docstring in found if docstring}
