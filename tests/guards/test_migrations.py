"""Migrations only go forward, beside the version that is running."""

import re
from pathlib import Path

import pytest

from tests.guards.repository import files, text

MIGRATIONS = [path for path in files() if path.parent.name == "migrations"]
FOLDERS = sorted({path.parent for path in MIGRATIONS})
EVERY_FOLDER = pytest.mark.parametrize("folder", FOLDERS, ids=str)
EVERY_MIGRATION = pytest.mark.parametrize("path", MIGRATIONS, ids=str)

DESTRUCTIVE = re.compile(
    r"\b(DROP\s+(TABLE|COLUMN|SCHEMA|DATABASE|TYPE|VIEW)|TRUNCATE\s+(TABLE\s+)?[a-z]|DELETE\s+FROM|RENAME\s+(TO|COLUMN)"
    r"|ALTER\s+(COLUMN\s+)?\w+\s+(SET\s+DATA\s+)?TYPE)\b",
    re.IGNORECASE,
)
"""What the version that still runs may be reading: it goes in two releases, the second of which is a decision."""


def statements(path: Path) -> str:
    """The file without comments, and without the bodies of functions, which run later."""
    return re.sub(r"\$\$.*?\$\$", "", re.sub(r"--.*", "", text(path)), flags=re.DOTALL)


@EVERY_MIGRATION
def test_a_name_is_a_number_and_words(path: Path) -> None:
    assert re.fullmatch(r"[0-9]{4}(_[a-z0-9]+)+\.sql", path.name), "for example 0007_add_ballot_index.sql"


@EVERY_FOLDER
def test_numbers_run_without_gap_or_duplicate(folder: Path) -> None:
    numbers = [int(path.name[:4]) for path in MIGRATIONS if path.parent == folder]

    assert numbers == list(range(1, len(numbers) + 1))


@EVERY_FOLDER
def test_no_service_takes_a_name_of_the_chassis(folder: Path) -> None:
    """yoyo knows a migration by its file's name alone, and both folders go into one database."""
    chassis = {path.name for path in MIGRATIONS if path.parts[0] == "chassis"}

    if folder.parts[0] != "chassis":
        assert not chassis & {path.name for path in MIGRATIONS if path.parent == folder}


@EVERY_MIGRATION
def test_nothing_is_taken_from_under_the_running_version(path: Path) -> None:
    assert not DESTRUCTIVE.search(statements(path)), "add beside it; take the old away in a later release"


@EVERY_MIGRATION
def test_a_migration_begins_with_what_it_is_for(path: Path) -> None:
    assert re.match(r"-- \w", text(path))


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE a DROP COLUMN b;",
        "drop table a;",
        "TRUNCATE a;",
        "DELETE FROM a;",
        "ALTER TABLE a RENAME TO b;",
        "ALTER TABLE a ALTER COLUMN b TYPE bigint;",
    ],
)
def test_what_is_destructive_would_be_found(sql: str) -> None:
    assert DESTRUCTIVE.search(sql)
