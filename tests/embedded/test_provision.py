"""What a service's login may do in its database, and nothing more."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg2
import psycopg2.errors
import pytest

from chassis.database import connect
from chassis.errors import DatabaseUnavailable, Misconfigured
from linli import provision as provisioning
from linli.embedded.parts import Embedded
from linli.provision import migrate, provision, service_url
from tests.support.instance import ServiceDatabase

MakeDatabase = Callable[[str], ServiceDatabase]


def run(url: str, sql: str) -> list[tuple[object, ...]]:
    with closing(connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return [tuple(row) for row in cursor.fetchall()] if cursor.description else []


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE mine (a int)",
        "DROP TABLE outbox",
        "ALTER TABLE outbox DISABLE TRIGGER ALL",
        "TRUNCATE outbox",
        "DELETE FROM _yoyo_migration",
        "CREATE DATABASE mine",
        "CREATE ROLE mine",
        "SET ROLE members_owner",
        "COPY outbox TO '/tmp/mine'",
        "SELECT pg_read_file('/etc/passwd')",
    ],
)
def test_a_service_may_touch_rows_only(service_database: MakeDatabase, sql: str) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        run(service_database("members"), sql)


def test_a_service_may_not_enter_anothers_database(service_database: MakeDatabase, embedded: Embedded) -> None:
    members, grievances = service_database("members"), service_database("grievances")
    name = grievances.rpartition("/")[2]

    with pytest.raises(DatabaseUnavailable, match="permission denied for database"):
        connect(members.rpartition("/")[0] + f"/{name}")


def test_what_is_set_up_stays_so_when_done_again(embedded: Embedded) -> None:
    admin_url = embedded.postgres.admin_url
    for _ in range(2):
        provision(admin_url, "statistics", "another-password", "statistics_again")
        applied = migrate(admin_url, "statistics", "statistics_again")

    assert applied == []
    url = service_url(admin_url, "statistics", "another-password", "statistics_again")
    assert run(url, "SELECT count(*) FROM outbox") == [(0,)]
    provision(admin_url, "statistics", embedded.secrets.service_password("statistics"), "statistics_again")


def test_the_chassis_comes_before_the_service(embedded: Embedded) -> None:
    admin_url = embedded.postgres.admin_url
    provision(admin_url, "members", embedded.secrets.service_password("members"), "members_order")

    applied = migrate(admin_url, "members", "members_order")

    chassis, service = (
        sorted(path.stem for path in folder.glob("*.sql")) for folder in provisioning.migration_folders("members")
    )
    assert applied == chassis + service


def test_a_migration_that_fails_leaves_nothing_and_is_tried_again(
    embedded: Embedded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin_url = embedded.postgres.admin_url
    provision(admin_url, "members", embedded.secrets.service_password("members"), "members_failed")
    monkeypatch.setattr(provisioning, "migration_folders", lambda service: [tmp_path])
    migration = tmp_path / "0001_broken.sql"
    migration.write_text("CREATE TABLE half (a int);\nSELECT 1 / 0;\n", "utf-8")

    with pytest.raises(psycopg2.errors.DivisionByZero):
        migrate(admin_url, "members", "members_failed")
    migration.write_text("CREATE TABLE half (a int);\n", "utf-8")

    assert migrate(admin_url, "members", "members_failed") == ["0001_broken"]


def test_two_migrations_of_one_name_are_refused(
    tmp_path: Path, embedded: Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = [tmp_path / "chassis", tmp_path / "service"]
    for folder in folders:
        folder.mkdir()
        (folder / "0001_first.sql").write_text("SELECT 1;\n", "utf-8")
    admin_url = embedded.postgres.admin_url
    provision(admin_url, "members", embedded.secrets.service_password("members"), "members_clash")
    monkeypatch.setattr(provisioning, "migration_folders", lambda service: folders)

    with pytest.raises(Misconfigured, match=r"service/0001_first\.sql has the name of .*chassis/0001_first\.sql"):
        migrate(admin_url, "members", "members_clash")


@pytest.mark.parametrize("name", ["Members", "members; DROP ROLE postgres", "", "1st", 'mem"bers'])
def test_a_name_that_needs_quoting_is_refused(name: str) -> None:
    with pytest.raises(Misconfigured, match="cannot name a database or role"):
        provision("postgresql://nowhere", name, "secret")


def test_a_service_that_does_not_exist_has_no_migrations(embedded: Embedded) -> None:
    with pytest.raises(Misconfigured, match="there is no service 'elections'"):
        migrate(embedded.postgres.admin_url, "elections", "postgres")
