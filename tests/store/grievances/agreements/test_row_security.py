"""The second lock under agreements: what a transaction with somebody's eyes sees and writes past the handlers."""

from collections.abc import Iterator
from typing import Any

import psycopg2.errors
import pytest

from chassis.database import SYSTEM, Access, Database
from services.grievances.access import eyes
from services.grievances.agreements.model import Signer
from tests.store.grievances.agreements.papers import Papers, promise
from tests.store.grievances.ground import opened
from tests.store.grievances.life import Life
from tests.support.instance import Fill, MakeDatabase

TABLES = (
    "agreements",
    "agreement_signatures",
    "agreement_ends",
    "obligations",
    "performances",
    "judicial_confirmations",
    "judicial_decisions",
    "visits",
)

NOBODY = Access("nobody", ())
ANOTHER_COMMUNITY = Access("officer-9", ("440305006011",))
COMMUNITY = Access("officer-1", ("440305001012",))
STREET = Access("officer-2", ("440305001",))

DENIED = psycopg2.errors.InsufficientPrivilege
REFUSES = pytest.mark.parametrize("access", [COMMUNITY, SYSTEM], ids=["community", "system"])


@pytest.fixture
def papers(database: Database, life: Any) -> Papers:
    return Papers(database, life)


@pytest.fixture(scope="module")
def full(module_database: MakeDatabase, ground: Fill) -> Iterator[Database]:
    """One row in each table, four of them signatures, for tests that leave everything as it is."""
    with opened(module_database("grievances", ground)) as database:
        papers = Papers(database, Life(database))
        agreement = papers.perform(papers.in_effect(promise()), 1)
        papers.decide(papers.ask_court(agreement), "confirmed")
        papers.visit(agreement.dispute, "yes")
        yield database


def seen(database: Database, access: Access) -> dict[str, int]:
    with database.transaction(access) as tx:
        return {table: tx.rows(f"SELECT count(*) AS n FROM {table}")[0].n for table in TABLES}


def write(database: Database, access: Access, sql: str) -> int:
    with database.transaction(access) as tx:
        return tx.execute(sql)


@pytest.mark.parametrize("access", [NOBODY, ANOTHER_COMMUNITY])
def test_who_has_no_part_in_it_sees_nothing(full: Database, access: Access) -> None:
    assert set(seen(full, access).values()) == {0}


@pytest.mark.parametrize("access", [COMMUNITY, STREET, SYSTEM, Access("resident-1", ())])
def test_the_community_what_lies_above_and_who_filed_see_it(full: Database, access: Access) -> None:
    assert seen(full, access) == dict.fromkeys(TABLES, 1) | {"agreement_signatures": 4}


def test_the_accused_sees_nothing_of_it_by_office(papers: Papers, life: Any) -> None:
    """信访工作条例 Art. 30, 46."""
    accused = life.people.street
    filed = life.file(respondent=life.respondent(person_id=accused.actor_id))
    agreement = papers.in_effect(promise(), dispute=life.meet(life.assign(life.accept(filed))))
    papers.visit(papers.perform(agreement, 1).dispute, "yes")

    assert set(seen(papers.database, eyes(accused)).values()) == {0}


@pytest.mark.parametrize("table", TABLES)
@REFUSES
def test_nothing_of_it_is_removed(full: Database, access: Access, table: str) -> None:
    with pytest.raises(DENIED):
        write(full, access, f"DELETE FROM {table}")


COLUMNS = {
    "agreements": ("terms_sealed", "reached_on", "effective_on", "form", "steps_before", "recorded_at", "area"),
    "agreement_signatures": ("signer", "signed_on", "means"),
    "agreement_ends": ("outcome", "effective_on"),
    "obligations": ("what_sealed", "due_on", "owed_by"),
    "performances": ("performed_on",),
    "judicial_confirmations": ("applied_on", "court"),
    "judicial_decisions": ("outcome", "decided_on"),
    "visits": ("performed", "record_sealed", "held_on"),
}


@pytest.mark.parametrize(("table", "column"), [(table, one) for table, columns in COLUMNS.items() for one in columns])
@REFUSES
def test_what_is_evidence_stays_as_written(full: Database, access: Access, table: str, column: str) -> None:
    with pytest.raises(DENIED):
        write(full, access, f"UPDATE {table} SET {column} = {column}")


@pytest.mark.parametrize("access", [NOBODY, ANOTHER_COMMUNITY])
def test_the_books_of_an_agreement_are_kept_by_who_works_on_it(full: Database, access: Access) -> None:
    assert write(full, access, "UPDATE agreements SET version = version") == 0
    assert write(full, COMMUNITY, "UPDATE agreements SET version = version") == 1


END = "INSERT INTO agreement_ends SELECT agreement_id, '{}', {}, 'officer-1', now() FROM agreements"


@pytest.mark.parametrize("count", [0, 3])
@pytest.mark.parametrize("effective_on", ["'2026-03-14'", "'2026-03-16'"])
@REFUSES
def test_art_29_nothing_binds_before_all_have_signed(
    papers: Papers, life: Any, access: Access, count: int, effective_on: str
) -> None:
    agreement = papers.draft(life.mediating())
    for signer in list(Signer)[:count]:
        agreement = papers.sign(agreement, signer)

    with pytest.raises(DENIED):
        write(papers.database, access, END.format("in_effect", effective_on))


SIGN = "INSERT INTO agreement_signatures SELECT agreement_id, 'committee', '2026-03-16', 'seal' FROM agreements"


@REFUSES
def test_art_29_it_binds_from_the_day_of_the_last_signature(papers: Papers, life: Any, access: Access) -> None:
    agreement = papers.draft(life.mediating())
    for signer in list(Signer)[:3]:
        agreement = papers.sign(agreement, signer)
    write(papers.database, access, SIGN)

    with pytest.raises(DENIED):
        write(papers.database, access, END.format("in_effect", "'2026-03-15'"))
    assert write(papers.database, access, END.format("in_effect", "'2026-03-16'")) == 1


@REFUSES
def test_what_was_withdrawn_is_not_signed(papers: Papers, life: Any, access: Access) -> None:
    papers.withdraw(papers.draft(life.mediating()))

    with pytest.raises(DENIED):
        write(papers.database, access, SIGN)


PROMISE = "INSERT INTO obligations SELECT gen_random_uuid(), agreement_id, 1, 'both', '', '2026-04-01' FROM agreements"


@REFUSES
def test_nobody_adds_a_promise_to_what_was_signed(papers: Papers, life: Any, access: Access) -> None:
    papers.sign(papers.draft(life.mediating()), Signer.APPLICANT)

    with pytest.raises(DENIED):
        write(papers.database, access, PROMISE)


PERFORM = "INSERT INTO performances SELECT obligation_id, '2026-03-16', 'officer-1', now() FROM obligations"
ASK = "INSERT INTO judicial_confirmations SELECT agreement_id, '2026-03-16', '法院', 'officer-1', now() FROM agreements"


@pytest.mark.parametrize("sql", [PERFORM, ASK])
@REFUSES
def test_nothing_follows_from_what_does_not_bind(papers: Papers, life: Any, access: Access, sql: str) -> None:
    papers.draft(life.mediating(), promises=[promise()])

    with pytest.raises(DENIED):
        write(papers.database, access, sql)


def test_the_secret_of_one_case_opens_nothing_of_another(papers: Papers, life: Any) -> None:
    """Both were taken in by one account; 信访工作条例 Art. 46."""
    for _ in range(2):
        agreement = papers.perform(papers.in_effect(promise()), 1)
        papers.visit(papers.decide(papers.ask_court(agreement), "confirmed").dispute, "yes")

    with papers.database.transaction(Access("resident-1", ())) as tx:
        tx.execute("SELECT set_config('linli.case', %s, true)", (str(agreement.dispute_id),))
        found = {table: tx.rows(f"SELECT count(*) AS n FROM {table}")[0].n for table in TABLES}

    assert found == dict.fromkeys(TABLES, 1) | {"agreement_signatures": 4}


@pytest.mark.parametrize("area", ["440305001012", "440305006011"])
def test_a_visit_belongs_to_the_dispute_of_its_agreement(papers: Papers, life: Any, area: str) -> None:
    papers.in_effect()
    other = life.file()
    sql = VISIT.replace("dispute_id, agreement_id, area", f"'{other.dispute_id}'::uuid, agreement_id, '{area}'")

    with pytest.raises(DENIED):
        write(papers.database, COMMUNITY, sql)


DECIDE = "INSERT INTO judicial_decisions SELECT agreement_id, 'confirmed', '2026-03-16', 'x', now() FROM agreements"
VISIT = (
    "INSERT INTO visits SELECT gen_random_uuid(), dispute_id, agreement_id, area, '2026-03-16', 'yes', '', "
    "'officer-1', now() FROM agreements"
)
WITHDRAW = END.format("withdrawn", "NULL")


@pytest.mark.parametrize("sql", [PERFORM, ASK, VISIT])
def test_who_filed_it_records_nothing(papers: Papers, life: Any, sql: str) -> None:
    papers.in_effect(promise())

    with pytest.raises(DENIED):
        write(papers.database, eyes(life.people.resident), sql)
    assert write(papers.database, COMMUNITY, sql) == 1


@pytest.mark.parametrize("sql", [SIGN, WITHDRAW])
def test_who_filed_it_neither_signs_nor_withdraws_in_the_books(papers: Papers, life: Any, sql: str) -> None:
    papers.draft(life.mediating())

    with pytest.raises(DENIED):
        write(papers.database, eyes(life.people.resident), sql)
    assert write(papers.database, COMMUNITY, sql) == 1


def test_who_filed_it_records_no_decision(papers: Papers, life: Any) -> None:
    papers.ask_court(papers.in_effect())

    with pytest.raises(DENIED):
        write(papers.database, eyes(life.people.resident), DECIDE)
    assert write(papers.database, COMMUNITY, DECIDE) == 1
