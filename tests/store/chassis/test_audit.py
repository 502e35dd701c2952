"""The audit chain over a real PostgreSQL: nothing is lost, and nobody changes it unseen."""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from typing import Any

import psycopg2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis import audit, metrics, tracing
from chassis.audit import Anchor, AuditReport
from chassis.database import Database, connect
from tests.support.instance import ServiceDatabase

COMMUNITY = "440305001012"
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

Sql = Callable[[str], list[Any]]


@pytest.fixture
def address(service_database: Callable[[str], ServiceDatabase]) -> ServiceDatabase:
    return service_database("members")


@pytest.fixture
def database(address: ServiceDatabase) -> Iterator[Database]:
    with closing(Database(address, service="members", size=8)) as database:
        yield database


@pytest.fixture
def tamper(address: ServiceDatabase) -> Iterator[Sql]:
    """A superuser with the trigger out of the way: who may do anything, and must still be found out."""
    with closing(connect(address.admin_url)) as connection, connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_log DISABLE TRIGGER append_only")

        def run(sql: str) -> list[Any]:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []

        yield run


def write(database: Database, *things: str, **more: Any) -> None:
    for thing in things:
        with database.transaction() as tx:
            audit.record(tx, "officer-1", "dispute.resolve", thing, area=COMMUNITY, **more)


def seal(database: Database) -> int:
    with database.transaction() as tx:
        return audit.seal(tx)


def verify(database: Database, *anchors: Anchor) -> AuditReport:
    with database.transaction() as tx:
        return audit.verify(tx, anchors, batch=3)


def sealed(database: Database, rows: int) -> AuditReport:
    """A sound chain of so many rows."""
    write(database, *(f"dispute/{number}" for number in range(1, rows + 1)))
    seal(database)
    report = verify(database)
    assert (report.intact, report.rows) == (True, rows)
    return report


def test_a_row_says_who_did_what_to_which_thing_where_why_and_when(database: Database) -> None:
    with tracing.server_span("GET /disputes", TRACE), database.transaction() as tx:
        audit.record(tx, "officer-1", "dispute.read", "dispute/7", area=COMMUNITY, purpose="handling", kind="read")

    seal(database)

    with database.transaction() as tx:
        (row,) = tx.rows("SELECT *, clock_timestamp() - at AS age FROM audit_log")
    assert (row.sequence, row.kind, row.actor_id, row.action) == (1, "read", "officer-1", "dispute.read")
    assert (row.thing, row.area, row.purpose) == ("dispute/7", COMMUNITY, "handling")
    assert row.trace_id == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert 0 <= row.age.total_seconds() < 60


def test_a_transaction_that_fails_leaves_no_row(database: Database) -> None:
    with suppress(RuntimeError), database.transaction() as tx:
        audit.record(tx, "officer-1", "dispute.resolve", "dispute/1")
        raise RuntimeError

    assert seal(database) == 0


def test_a_phone_in_a_purpose_is_masked(database: Database) -> None:
    write(database, "dispute/1", purpose="asked by 13800138000", kind="read")

    with database.transaction() as tx:
        assert tx.rows("SELECT purpose FROM audit_pending")[0].purpose == "asked by 138****8000"


def test_an_empty_chain_is_sound(database: Database) -> None:
    assert verify(database) == AuditReport(0, 0, Anchor(0, audit.GENESIS))


def test_rows_not_yet_sealed_are_counted(database: Database) -> None:
    sealed(database, 2)
    write(database, "dispute/3")

    assert verify(database).pending == 1


def test_writers_and_sealers_at_the_same_time_make_one_sound_chain(database: Database) -> None:
    def writer(number: int) -> None:
        write(database, *(f"dispute/{number}-{step}" for step in range(40)))

    def sealer(_: int) -> int:
        return sum(seal(database) for _ in range(40))

    with ThreadPoolExecutor(8) as pool:
        writers = [pool.submit(writer, number) for number in range(5)]
        sealers = [pool.submit(sealer, number) for number in range(2)]
    for each in writers:
        each.result()
    moved = sum(each.result() for each in sealers) + seal(database)

    report = verify(database)
    assert (moved, report.rows, report.pending, report.intact) == (200, 200, 0, True)
    with database.transaction() as tx:
        assert tx.rows("SELECT count(DISTINCT thing) AS things FROM audit_log")[0].things == 200


def test_while_one_seals_another_does_nothing(database: Database) -> None:
    write(database, "dispute/1")

    with database.transaction() as tx:
        assert audit.seal(tx) == 1
        assert seal(database) == 0


def test_a_seal_that_is_rolled_back_moves_nothing(database: Database) -> None:
    write(database, "dispute/1")

    with suppress(RuntimeError), database.transaction() as tx:
        audit.seal(tx)
        raise RuntimeError

    assert seal(database) == 1


def test_sealing_takes_no_more_than_asked(database: Database) -> None:
    write(database, "dispute/1", "dispute/2", "dispute/3")

    with database.transaction() as tx:
        assert audit.seal(tx, at_most=2) == 2

    assert metrics.REGISTRY.get_sample_value("linli_audit_pending_rows") == 1
    assert metrics.REGISTRY.get_sample_value("linli_audit_head_rows") == 2


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    fields=st.tuples(
        *[st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)] * 3,
        *[st.none() | st.sampled_from(["", "-", "0:", "1:-"]) | st.text("-:0123456789é人😀", max_size=8)] * 3,
    )
)
def test_python_and_postgresql_hash_every_row_alike(
    database: Database, fields: tuple[str, str, str, Any, Any, Any]
) -> None:
    with database.transaction() as tx:
        tx.execute(
            "INSERT INTO audit_pending (kind, actor_id, action, thing, area, purpose, trace_id) "
            "VALUES ('read', %s, %s, %s, %s, %s, %s)",
            fields,
        )

    seal(database)

    assert verify(database).intact


SHIFTED_FIELDS = "UPDATE audit_log SET area = purpose, purpose = area WHERE sequence = 4"

TAMPERING = {
    "a field changed": ("UPDATE audit_log SET actor_id = 'somebody' WHERE sequence = 4", "changed", 4),
    "a time changed": ("UPDATE audit_log SET at = at + interval '1 microsecond' WHERE sequence = 4", "changed", 4),
    "a text moved to another field": (SHIFTED_FIELDS, "changed", 4),
    "a hash changed": ("UPDATE audit_log SET hash = sha256(hash) WHERE sequence = 4", "changed", 4),
    "a previous hash changed": ("UPDATE audit_log SET previous_hash = sha256(hash) WHERE sequence = 4", "changed", 4),
    "a row removed": ("DELETE FROM audit_log WHERE sequence = 4", "removed", 4),
    "the first rows removed": ("DELETE FROM audit_log WHERE sequence < 3", "removed", 1),
    "two rows exchanged": (
        "UPDATE audit_log SET sequence = -4 WHERE sequence = 4; UPDATE audit_log SET sequence = 4 WHERE sequence = 5;"
        "UPDATE audit_log SET sequence = 5 WHERE sequence = -4",
        "reordered",
        4,
    ),
}


@pytest.mark.parametrize(("sql", "fault", "sequence"), TAMPERING.values(), ids=TAMPERING.keys())
def test_tampering_is_named_with_its_first_row(
    database: Database, tamper: Sql, sql: str, fault: str, sequence: int
) -> None:
    sealed(database, 7)

    tamper(sql)

    report = verify(database)
    assert (report.fault, report.sequence, report.rows) == (fault, sequence, min(sequence - 1, 6))


def forged(after: int, number: int) -> str:
    """SQL that puts a row with a right hash of its own after another."""
    return f"""
        INSERT INTO audit_log
        SELECT {number}, at, kind, 'forger', action, thing, area, purpose, trace_id, hash, sha256(hash || convert_to(
            audit_field((extract(epoch FROM at) * 1000000)::bigint::text) || audit_field(kind) || audit_field('forger')
            || audit_field(action) || audit_field(thing) || audit_field(area) || audit_field(purpose)
            || audit_field(trace_id), 'UTF8'))
        FROM audit_log WHERE sequence = {after}
    """


def test_a_forged_row_between_others_is_found(database: Database, tamper: Sql) -> None:
    sealed(database, 7)

    tamper("UPDATE audit_log SET sequence = -sequence - 1 WHERE sequence > 3")
    tamper("UPDATE audit_log SET sequence = -sequence WHERE sequence < 0")
    tamper(forged(after=3, number=4))

    report = verify(database)
    assert (report.fault, report.sequence) == ("inserted", 4)


def test_a_row_changed_and_hashed_anew_is_found(database: Database, tamper: Sql) -> None:
    sealed(database, 7)

    tamper("DELETE FROM audit_log WHERE sequence = 4")
    tamper(forged(after=3, number=4))

    report = verify(database)
    assert (report.fault, report.sequence) == ("changed", 4)


def test_a_row_removed_and_the_rest_renumbered_is_found(database: Database, tamper: Sql) -> None:
    sealed(database, 7)

    tamper("DELETE FROM audit_log WHERE sequence = 4")
    tamper("UPDATE audit_log SET sequence = -sequence + 1 WHERE sequence > 4")
    tamper("UPDATE audit_log SET sequence = -sequence WHERE sequence < 0")

    assert verify(database).fault == "changed"


def test_a_tail_cut_off_is_found_with_an_anchor_only(database: Database, tamper: Sql) -> None:
    anchor = sealed(database, 7).head

    tamper("DELETE FROM audit_log WHERE sequence > 5")

    assert verify(database).intact
    report = verify(database, anchor)
    assert (report.fault, report.sequence) == ("cut", 6)


def test_a_chain_made_anew_contradicts_its_anchor(database: Database, tamper: Sql) -> None:
    anchor = sealed(database, 5).head

    tamper("DELETE FROM audit_log WHERE sequence = 5")
    tamper(forged(after=4, number=5))

    assert verify(database).intact
    assert verify(database, anchor).fault == "changed"


def test_an_anchor_of_a_chain_that_grew_still_holds(database: Database) -> None:
    anchor = sealed(database, 3).head
    write(database, "dispute/4")
    seal(database)

    assert verify(database, anchor).intact


def test_the_first_row_of_an_hour_leaves_an_anchor_in_the_log(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "chassis.audit")

    report = sealed(database, 2)

    assert f"audit anchor {report.head}" in caplog.text


@pytest.mark.parametrize("text", ["", "7", "x:" + "0" * 64, "7:abc", "7:" + "z" * 64])
def test_an_anchor_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Anchor.parse(text)


def test_an_anchor_reads_back_from_the_log() -> None:
    anchor = Anchor(7, bytes(range(32)))

    assert Anchor.parse(str(anchor)) == anchor


FORBIDDEN = [
    "INSERT INTO audit_log SELECT * FROM audit_log",
    "UPDATE audit_log SET actor_id = 'x'",
    "DELETE FROM audit_log",
    "TRUNCATE audit_log",
    "DROP TABLE audit_log",
    "ALTER TABLE audit_log DISABLE TRIGGER append_only",
    "UPDATE audit_pending SET actor_id = 'x'",
    "DELETE FROM audit_pending",
    "TRUNCATE audit_pending",
    "INSERT INTO audit_pending (at, kind, actor_id, action, thing) VALUES (now(), 'read', 'a', 'b', 'c')",
    "CREATE OR REPLACE FUNCTION audit_field(value text) RETURNS text LANGUAGE sql AS 'SELECT value'",
    "CREATE TABLE audit_pending_2 ()",
]


@pytest.fixture(scope="module")
def sealed_address(module_database: Callable[[str], ServiceDatabase]) -> ServiceDatabase:
    """A sealed row, for tests that can do nothing to it."""
    address = module_database("members")
    with closing(Database(address, service="members")) as database:
        sealed(database, 1)
    return address


@pytest.mark.parametrize("sql", FORBIDDEN)
def test_the_services_login_cannot_touch_what_is_written(sealed_address: ServiceDatabase, sql: str) -> None:
    with (
        closing(connect(sealed_address)) as connection,
        connection.cursor() as cursor,
        pytest.raises(psycopg2.errors.InsufficientPrivilege),
    ):
        cursor.execute(sql)


@pytest.mark.parametrize("sql", ["UPDATE audit_log SET area = area", "DELETE FROM audit_log", "TRUNCATE audit_log"])
def test_the_owner_is_kept_from_accidents(sealed_address: ServiceDatabase, sql: str) -> None:
    with (
        closing(connect(sealed_address.admin_url, settings={"role": "members_owner"})) as connection,
        connection.cursor() as cursor,
        pytest.raises(psycopg2.errors.RaiseException, match="append-only"),
    ):
        cursor.execute(sql)
