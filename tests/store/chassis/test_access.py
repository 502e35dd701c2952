"""Row security over a real PostgreSQL: who has said nothing about themselves sees nothing (DESIGN §3)."""

from collections.abc import Callable, Iterator
from contextlib import closing

import psycopg2
import pytest

from chassis.database import SYSTEM, Access, Database, connect
from tests.support.instance import ServiceDatabase

TABLE = """
SET ROLE statistics_owner;
CREATE TABLE place (area text NOT NULL, filed_by text NOT NULL);
ALTER TABLE place ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_area ON place USING (visible_area(area) OR filed_by = current_setting('linli.actor', true))
"""
XINGHAI, DAXIN, HAIYUE = "440305001012", "440305001003", "440305006011"


@pytest.fixture(scope="module")
def address(module_database: Callable[[str], ServiceDatabase]) -> ServiceDatabase:
    address = module_database("statistics")
    with closing(connect(address.admin_url)) as admin, admin.cursor() as cursor:
        cursor.execute(TABLE)
        for area in (XINGHAI, DAXIN, HAIYUE):
            cursor.execute("INSERT INTO place VALUES (%s, 'resident-1')", (area,))
    return address


@pytest.fixture
def database(address: ServiceDatabase) -> Iterator[Database]:
    with closing(Database(address, service="statistics", size=2)) as database:
        yield database


def seen(database: Database, access: Access) -> list[str]:
    with database.transaction(access) as tx:
        return [row.area for row in tx.rows("SELECT area FROM place ORDER BY area")]


@pytest.mark.parametrize(
    ("areas", "found"),
    [
        ((), []),
        (("",), [DAXIN, XINGHAI, HAIYUE]),
        (("440305",), [DAXIN, XINGHAI, HAIYUE]),
        (("440305001",), [DAXIN, XINGHAI]),
        ((XINGHAI,), [XINGHAI]),
        ((XINGHAI, HAIYUE), [XINGHAI, HAIYUE]),
        (("440304",), []),
    ],
)
def test_an_area_is_seen_by_those_whose_prefix_it_begins_with(
    database: Database, areas: tuple[str, ...], found: list[str]
) -> None:
    assert seen(database, Access("leader-1", areas)) == found


@pytest.mark.parametrize("area", [",", "*", "440305001,", "440305%", " ", "４４０"])
def test_what_is_no_prefix_of_a_code_opens_nothing(area: str) -> None:
    with pytest.raises(ValueError, match="areas are prefixes of division codes"):
        Access("leader-1", (XINGHAI, area))


def test_ones_own_is_seen_without_any_area(database: Database) -> None:
    assert seen(database, Access("resident-1", ())) == [DAXIN, XINGHAI, HAIYUE]


def test_consumers_and_commands_see_everything(database: Database) -> None:
    assert seen(database, SYSTEM) == [DAXIN, XINGHAI, HAIYUE]


def test_a_connection_that_has_said_nothing_sees_nothing(address: ServiceDatabase) -> None:
    with closing(connect(address)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT area FROM place")

        assert cursor.fetchall() == []


def test_what_one_transaction_may_see_the_next_on_the_same_connection_may_not(database: Database) -> None:
    assert seen(database, Access("leader-1", ("440305",)))
    assert seen(database, Access("leader-2", ())) == []


def test_what_may_not_be_seen_cannot_be_written(database: Database) -> None:
    def write() -> None:
        with database.transaction(Access("leader-1", (XINGHAI,))) as tx:
            tx.execute("INSERT INTO place VALUES (%s, 'somebody')", (HAIYUE,))

    with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="row-level security"):
        write()


def test_the_services_login_can_neither_lift_nor_change_a_policy(database: Database) -> None:
    def lift() -> None:
        with database.transaction() as tx:
            tx.execute("ALTER TABLE place DISABLE ROW LEVEL SECURITY")

    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        lift()
