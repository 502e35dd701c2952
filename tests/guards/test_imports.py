"""Who imports whom, where import-linter (pyproject.toml) cannot say it: allow-lists, and files outside the packages."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.guards.repository import ROOT, SERVICES, python_files, text

RULES_MAY_IMPORT = {"chassis", "chassis.errors", "chassis.areas", "chassis.calendar", "services"}
SHAPES_MAY_IMPORT = {"marshmallow", "chassis.http", "chassis.http.behind", "chassis.http.cursors", "chassis.identity"}
"""Of identity, the names that no account may have."""


def imports(path: Path) -> Iterator[str]:
    """Every module a file imports, names of modules taken from packages included."""
    for node in ast.walk(ast.parse(text(path))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module is not None, f"{path} imports relatively; name the whole module"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if _is_module(inner) else node.module


def _is_module(name: str) -> bool:
    place = ROOT / Path(*name.split("."))
    return place.is_dir() or place.with_suffix(".py").is_file()


def _own(files: str) -> list[Path]:
    return [path for path in python_files("services") if path.name == files]


@pytest.mark.parametrize("path", _own("model.py") + _own("life_cycle.py") + _own("events.py"), ids=str)
def test_rules_and_facts_stand_on_the_language_and_three_modules_of_the_chassis(path: Path) -> None:
    service = f"services.{path.parts[1]}"
    for name in imports(path):
        standard = name.partition(".")[0] in sys.stdlib_module_names
        rules = name.startswith(f"{service}.") and name.endswith((".model", ".life_cycle", ".events"))
        assert standard or rules or name in RULES_MAY_IMPORT, f"{path} imports {name}"


@pytest.mark.parametrize("path", _own("schemas.py") + _own("shapes.py"), ids=str)
def test_shapes_know_marshmallow_and_the_edge_only(path: Path) -> None:
    service = f"services.{path.parts[1]}."
    foreign = {name for name in imports(path) if not name.startswith(service)}
    assert {name for name in foreign if name not in sys.stdlib_module_names} <= SHAPES_MAY_IMPORT
    assert not [name for name in imports(path) if name.endswith((".model", ".store", ".handlers", ".api"))]


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_imports_another(service: str) -> None:
    others = tuple(f"services.{other}" for other in SERVICES if other != service)
    for path in python_files("services"):
        if path.parts[1] == service:
            assert not [name for name in imports(path) if name.startswith(others)], f"{path}: copy, or listen to facts"


def test_only_the_database_module_knows_the_driver() -> None:
    found = {path for path in python_files() for name in imports(path) if name.startswith("psycopg2")}

    # Tests ask PostgreSQL itself what it refuses; the bench's floor is the driver without us.
    assert {str(path) for path in found if path.parts[0] not in ("tests", "bench")} == {"chassis/database.py"}


@pytest.mark.parametrize("path", python_files("chassis", "services", "linli"), ids=str)
def test_no_file_is_named_after_nothing(path: Path) -> None:
    assert path.stem not in {"utils", "util", "helpers", "helper", "manager", "base", "misc", "common"}
