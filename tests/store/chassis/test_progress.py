"""What the processes of a service note for each other of how far its sources' facts are in effect."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from chassis.behind import rows
from chassis.behind.measure import Noted
from chassis.database import Database
from tests.support.instance import ServiceDatabase

NOON = datetime(2026, 3, 10, 4, tzinfo=UTC)
HERE, THERE = UUID(int=1), UUID(int=2)
SOURCES = ["grievances", "members"]


@pytest.fixture
def database(service_database: Callable[[str], ServiceDatabase]) -> Iterator[Database]:
    database = Database(service_database("statistics").url, service="statistics", size=2)
    yield database
    database.close()


def note(database: Database, as_of: datetime | None, by: UUID, in_hand: int | None) -> None:
    with database.transaction() as tx:
        rows.note(tx, "grievances", as_of, by, in_hand)


def read(database: Database, by: UUID = HERE) -> dict[str, Noted]:
    with database.transaction() as tx:
        return rows.read(tx, SOURCES, by)


def keep(database: Database, source: str, first_seen_at: datetime) -> None:
    with database.transaction() as tx:
        tx.execute(
            "INSERT INTO failed_events (event_id, source, state, reason, detail, body, first_seen_at) "
            "VALUES (gen_random_uuid(), %s, 'dead', 'json', '', '', %s)",
            (source, first_seen_at),
        )


def test_of_a_source_of_which_nothing_was_noted_nothing_is_known(database: Database) -> None:
    assert read(database) == {source: Noted() for source in SOURCES}


def test_what_the_process_that_consumes_has_in_hand_is_known_to_the_others(database: Database) -> None:
    note(database, NOON, THERE, 300)

    assert read(database, HERE)["grievances"] == Noted(NOON, in_hand=300)
    assert read(database, THERE)["grievances"] == Noted(NOON, in_hand=0)


def test_what_was_noted_long_ago_is_no_longer_in_hand(database: Database) -> None:
    note(database, NOON, THERE, 300)
    with database.transaction() as tx:
        tx.execute("UPDATE progress SET noted_at = noted_at - interval '2 minutes'")

    assert read(database)["grievances"] == Noted(NOON)


def test_a_process_that_does_not_consume_leaves_what_is_in_hand_alone(database: Database) -> None:
    note(database, NOON, THERE, 300)
    note(database, NOON + timedelta(seconds=9), HERE, None)

    assert read(database)["grievances"] == Noted(NOON + timedelta(seconds=9), in_hand=300)


@pytest.mark.parametrize("in_hand", [None, 0])
def test_the_time_only_moves_forward(database: Database, in_hand: int | None) -> None:
    note(database, NOON, THERE, 0)
    note(database, NOON - timedelta(seconds=9), HERE, in_hand)
    note(database, None, HERE, in_hand)

    assert read(database)["grievances"].as_of == NOON


def test_what_is_kept_is_counted_by_its_source(database: Database) -> None:
    for seconds in (5, 3, 9):
        keep(database, "grievances", NOON + timedelta(seconds=seconds))
    keep(database, "elsewhere", NOON)

    found = read(database)

    assert (found["grievances"].kept, found["members"].kept) == (3, 0)
    assert found["grievances"].kept_oldest_at == NOON + timedelta(seconds=5)
