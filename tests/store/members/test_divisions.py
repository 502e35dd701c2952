"""A district is loaded whole and once; loading it again tells only of what has changed."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chassis.database import Access, Database
from chassis.tables import WrongFile
from services.members.divisions import store
from services.members.divisions.file import read_divisions, read_file
from services.members.divisions.handlers import get_division, load_divisions
from services.members.grid import store as grid_store
from tests.store.members.district import DISTRICT, NOW

NANSHAN = Path(__file__).parents[3] / "data" / "nanshan.csv"


def facts(database: Database) -> list[dict[str, Any]]:
    with database.transaction() as tx:
        rows = tx.rows("SELECT envelope FROM outbox ORDER BY position")
    return [json.loads(row.envelope) for row in rows]


def load(database: Database, text: str, now: datetime = NOW) -> tuple[int, int, int, list[str]]:
    loaded = load_divisions(database, read_divisions(text.encode()), now)
    return loaded.new, loaded.changed, loaded.unchanged, [gone.code for gone in loaded.vanished]


def test_nanshan_becomes_118_divisions_and_108_community_units_each_told_once(database: Database) -> None:
    load_divisions(database, read_file(NANSHAN), NOW)

    told = facts(database)
    assert [fact["type"] for fact in told] == ["division.registered"] * 118 + ["grid_unit.registered"] * 108
    assert {fact["version"] for fact in told} == {1}
    assert len({fact["subject"] for fact in told}) == 118 + 108


def test_parents_are_told_before_their_children(database: Database) -> None:
    load(database, DISTRICT)

    codes = [fact["subject"] for fact in facts(database) if fact["type"] == "division.registered"]
    parents = [fact["data"]["parent_code"] for fact in facts(database) if fact["type"] == "division.registered"]
    assert all(parent is None or codes.index(parent) < at for at, parent in enumerate(parents))


def test_a_communitys_unit_is_told_with_its_area_and_without_its_name(database: Database) -> None:
    load(database, DISTRICT)

    fact = next(fact for fact in facts(database) if fact["type"] == "grid_unit.registered")
    assert fact["area"] == "440305001012"
    assert fact["data"] == {
        "grid_unit_id": fact["subject"],
        "kind": "community",
        "parent_id": None,
        "path": f"/{fact['subject']}",
    }


def test_loading_the_same_again_changes_nothing_and_tells_nobody(database: Database) -> None:
    load(database, DISTRICT)
    before = facts(database)

    assert load(database, DISTRICT) == (0, 0, 6, [])
    assert facts(database) == before


def test_a_new_name_is_the_next_version_of_the_division_and_of_its_unit(database: Database) -> None:
    load(database, DISTRICT)
    before = len(facts(database))

    renamed = DISTRICT.replace("海月社区居委会", "海月花园社区居委会")

    assert load(database, renamed, NOW + timedelta(days=30)) == (0, 1, 5, [])
    division, unit = facts(database)[before:]
    assert (division["subject"], division["version"], division["data"]["name"]) == (
        "440305006011",
        2,
        "海月花园社区居委会",
    )
    assert (unit["type"], unit["version"], unit["area"]) == ("grid_unit.registered", 2, "440305006011")
    with database.transaction() as tx:
        community = grid_store.find_community(tx, "440305006011")
        assert community is not None
        assert (community.label, community.version) == ("海月花园社区居委会", 2)


def test_a_division_is_read_under_the_name_of_a_day(database: Database) -> None:
    load(database, DISTRICT)
    load(database, DISTRICT.replace("南头街道", "南头镇"), NOW + timedelta(days=30))

    with database.transaction() as tx:
        assert get_division(tx, "440305001000", date(2026, 4, 8)).name == "南头街道"
        assert get_division(tx, "440305001000", date(2026, 4, 9)).name == "南头镇"
        assert get_division(tx, "440305001000").version == 2


def test_what_has_vanished_from_the_file_is_reported_and_kept(database: Database) -> None:
    load(database, DISTRICT)

    shorter = DISTRICT.replace("440305006011,海月社区居委会,community,440305006000\n", "")

    assert load(database, shorter) == (0, 0, 5, ["440305006011"])
    with database.transaction() as tx:
        assert store.find(tx, "440305006011") is not None


def test_a_file_with_a_fault_loads_nothing(database: Database) -> None:
    with pytest.raises(WrongFile, match="line 8: "):
        load(database, DISTRICT + "440305006012,,community,440305006000\n")

    assert facts(database) == []
    with database.transaction() as tx:
        assert store.list_within(tx, "440305") == []


def test_a_failure_in_the_middle_loads_nothing(database: Database) -> None:
    def stop(done: int, total: int) -> None:
        if done == 4:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        load_divisions(database, read_divisions(DISTRICT.encode()), NOW, stop)

    assert facts(database) == []


def test_progress_is_told_up_to_the_last_division(database: Database) -> None:
    told: list[tuple[int, int]] = []

    load_divisions(database, read_divisions(DISTRICT.encode()), NOW, lambda done, total: told.append((done, total)))

    assert told == [(done, 6) for done in range(1, 7)]


def test_the_tree_is_paged_by_code(district: Database) -> None:
    with district.transaction() as tx:
        first = store.page(tx, parent=None, level=None, after="", limit=4)
        rest = store.page(tx, parent=None, level=None, after=first[-1].code, limit=4)
        streets = store.page(tx, parent="440305000000", level=None, after="", limit=9)
        communities = store.page(tx, parent=None, level="community", after="", limit=9)

    assert [division.code for division in first + rest] == sorted(division.code for division in first + rest)
    assert (len(first), len(rest)) == (4, 2)
    assert [street.name for street in streets] == ["南头街道", "招商街道"]
    assert {community.level for community in communities} == {"community"}


def test_anyone_reads_the_list_and_only_the_loader_writes_it(district: Database) -> None:
    with district.transaction(Access("officer", ("440305",))) as tx:
        assert store.find(tx, "440305006011") is not None
        assert tx.execute("UPDATE divisions SET name = 'x'") == 0
    with (
        pytest.raises(Exception, match="row-level security"),
        district.transaction(Access("officer", ("440305",))) as tx,
    ):
        tx.execute(
            "INSERT INTO divisions (code, name, level, parent_code, version, registered_at) "
            "VALUES ('440305009000', 'x', 'street', '440305000000', 1, now())"
        )
