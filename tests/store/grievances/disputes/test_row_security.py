"""The second lock: what a transaction with somebody's eyes can see and change, whatever the handlers forget."""

from collections.abc import Iterator
from contextlib import closing

import psycopg2.errors
import pytest

from chassis.database import SYSTEM, Access, Database, connect
from services.grievances.access import eyes
from tests.store.grievances.ground import opened
from tests.store.grievances.life import Life, People
from tests.support.instance import Fill, MakeDatabase

TABLES = ("disputes", "dispute_parties", "sessions", "agreements", "agreement_signatures")

NOBODY = Access("nobody", ())
ANOTHER_COMMUNITY = Access("officer-9", ("440305006011",))
COMMUNITY = Access("officer-1", ("440305001012",))
STREET = Access("officer-2", ("440305001",))


def fill(life: Life) -> Database:
    """Something in each table."""
    life.resolve(life.mediating(), command=life.written_agreement())
    return life.database


@pytest.fixture(scope="module")
def full(module_database: MakeDatabase, ground: Fill) -> Iterator[Database]:
    """For tests that leave everything as it is."""
    with opened(module_database("grievances", ground)) as database:
        yield fill(Life(database))


@pytest.fixture
def own(life: Life) -> Database:
    """For tests that write."""
    return fill(life)


def seen(database: Database, access: Access) -> dict[str, int]:
    with database.transaction(access) as tx:
        return {table: tx.rows(f"SELECT count(*) AS n FROM {table}")[0].n for table in TABLES}


def changed(database: Database, access: Access) -> dict[str, int]:
    touch = {
        "disputes": "UPDATE disputes SET version = version",
        "agreements": "UPDATE agreements SET version = version",
    }
    with database.transaction(access) as tx:
        return {table: tx.execute(sql) for table, sql in touch.items()}


@pytest.mark.parametrize("access", [NOBODY, ANOTHER_COMMUNITY])
def test_who_has_no_part_in_it_sees_and_changes_nothing(full: Database, access: Access) -> None:
    assert set(seen(full, access).values()) == {0}
    assert set(changed(full, access).values()) == {0}


@pytest.mark.parametrize("access", [COMMUNITY, STREET, SYSTEM])
def test_the_community_and_what_lies_above_see_it(full: Database, access: Access) -> None:
    assert seen(full, access) == {
        "disputes": 1,
        "dispute_parties": 2,
        "sessions": 1,
        "agreements": 1,
        "agreement_signatures": 4,
    }


def test_who_filed_sees_it_and_cannot_change_it(full: Database) -> None:
    resident = eyes(People.resident)

    assert seen(full, resident)["disputes"] == 1
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), full.transaction(resident) as tx:
        tx.execute("UPDATE disputes SET version = version + 1")


@pytest.mark.parametrize(
    "says",
    [
        "state = 'refused', reason_code = 'party_refused'",
        "state = 'terminated', reason_code = 'party_ended'",
        "confirmed_at = now()",
        "state = 'accepted', reason_code = 'not_confirmed'",
    ],
)
def test_who_filed_says_what_the_law_leaves_to_a_party(own: Database, says: str) -> None:
    """人民调解法 Art. 17, 23, 31."""
    with own.transaction(eyes(People.resident)) as tx:
        assert tx.execute(f"UPDATE disputes SET {says}") == 1


@pytest.mark.parametrize("column", ["area", "filed_by", "serial", "registered_at", "summary_sealed", "respondent_body"])
def test_nobody_moves_or_rewrites_a_case(full: Database, column: str) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), full.transaction(SYSTEM) as tx:
        tx.execute(f"UPDATE disputes SET {column} = {column}")


def test_who_filed_adds_no_signature(own: Database) -> None:
    resident = eyes(People.resident)

    with pytest.raises(psycopg2.errors.InsufficientPrivilege), own.transaction(resident) as tx:
        tx.execute("INSERT INTO agreement_signatures SELECT agreement_id, 'another', now() FROM agreements")
    with own.transaction(COMMUNITY) as tx:
        assert tx.execute("INSERT INTO agreement_signatures SELECT agreement_id, 'another', now() FROM agreements") == 1


def test_another_resident_of_the_community_sees_nothing(full: Database) -> None:
    assert set(seen(full, eyes(People.neighbour)).values()) == {0}


def test_a_connection_that_has_not_said_who_it_is_sees_nothing(full: Database) -> None:
    with closing(connect(full.url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM disputes")
        assert cursor.fetchone() == (0,)


def test_nobody_moves_a_dispute_out_of_the_own_area(full: Database) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), full.transaction(COMMUNITY) as tx:
        tx.execute("UPDATE disputes SET area = '440305006011'")


def test_nobody_files_in_the_name_of_another_elsewhere(full: Database) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), full.transaction(ANOTHER_COMMUNITY) as tx:
        tx.execute(
            "INSERT INTO dispute_parties (dispute_id, side, area, filed_by, kind, name_sealed) "
            "VALUES (gen_random_uuid(), 'applicant', '440305001012', 'resident-1', 'person', '')"
        )


@pytest.mark.parametrize("table", [*TABLES, "case_serials", "categories"])
def test_not_even_the_service_can_remove_a_row(full: Database, table: str) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), full.transaction(SYSTEM) as tx:
        tx.execute(f"DELETE FROM {table}")


@pytest.mark.parametrize("table", ["dispute_parties", "sessions", "agreements", "agreement_signatures"])
@pytest.mark.parametrize("access", [COMMUNITY, SYSTEM])
def test_what_is_evidence_stays_as_written(full: Database, access: Access, table: str) -> None:
    column = "signer" if table == "agreement_signatures" else "area"

    with pytest.raises(psycopg2.errors.InsufficientPrivilege), full.transaction(access) as tx:
        tx.execute(f"UPDATE {table} SET {column} = {column}")


@pytest.mark.parametrize("statement", ["DELETE FROM deadlines", "UPDATE deadlines SET next_at = NULL"])
@pytest.mark.parametrize(
    ("access", "is_allowed"),
    [
        (NOBODY, False),
        (ANOTHER_COMMUNITY, False),
        (COMMUNITY, True),
        (STREET, True),
        (SYSTEM, True),
        # By withdrawing the own case, for example.
        (eyes(People.resident), True),
    ],
)
def test_nothing_due_is_moved_or_forgotten_by_who_has_no_part_in_it(
    own: Database, access: Access, statement: str, is_allowed: bool
) -> None:
    with own.transaction() as tx:
        [due] = tx.rows("SELECT count(*) AS n FROM deadlines")

    with own.transaction(access) as tx:
        assert tx.execute(statement) == (due.n if is_allowed else 0)
    assert due.n > 0
