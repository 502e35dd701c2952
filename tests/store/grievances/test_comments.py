"""Who writes to a case, who reads what; twice: as the handlers say it, and as the database does without them."""

from typing import Any
from uuid import UUID

import psycopg2.errors
import pytest
import uuid_utils.compat

from chassis.database import SYSTEM, Database
from chassis.errors import InvalidInput, NotAllowed, NotFound
from chassis.identity import Actor
from services.grievances.access import Purpose, eyes
from services.grievances.comments import handlers
from services.grievances.comments.handlers import Write
from services.grievances.comments.model import Comment
from services.grievances.disputes.model import Dispute

TO_BOTH, INTERNAL = Write("检测已约在周五，电话13800138000"), Write("双方情绪激动", visible_to_complainant=False)


def write(database: Database, dispute: Dispute, actor: Actor, command: Write, now: Any) -> Comment:
    with database.transaction(eyes(actor)) as tx:
        comment_id = uuid_utils.compat.uuid7()
        return handlers.write(tx, dispute.dispute_id, command, comment_id=comment_id, actor=actor, now=now)[0]


def read(database: Database, dispute: Dispute, actor: Actor, purpose: Purpose | None = None) -> list[str | None]:
    with database.transaction(eyes(actor)) as tx:
        found = handlers.list_comments(tx, dispute.dispute_id, actor=actor, purpose=purpose, before=None, count=10)
    return [comment.text for comment in found]


@pytest.fixture
def talked(life: Any, database: Database) -> Dispute:
    """A case to which the complainant, a mediator and, among themselves, an officer have written."""
    dispute: Dispute = life.assigned()
    write(database, dispute, life.people.resident, Write("今天又漏水了"), life.now)
    write(database, dispute, life.people.mediator, TO_BOTH, life.now)
    write(database, dispute, life.people.officer, INTERNAL, life.now)
    return dispute


def test_whoever_filed_reads_what_is_meant_for_both_sides(life: Any, talked: Dispute, database: Database) -> None:
    assert read(database, talked, life.people.resident) == [TO_BOTH.text, "今天又漏水了"]


@pytest.mark.parametrize("who", ["mediator", "officer", "street"])
def test_who_works_on_it_reads_all_for_a_purpose_and_without_one_no_words(
    life: Any, talked: Dispute, database: Database, who: str
) -> None:
    actor = getattr(life.people, who)

    assert read(database, talked, actor) == [None] * 3
    assert read(database, talked, actor, Purpose.MEDIATION) == [INTERNAL.text, TO_BOTH.text, "今天又漏水了"]


def test_every_reading_of_words_is_audited(life: Any, talked: Dispute, database: Database) -> None:
    read(database, talked, life.people.resident)
    read(database, talked, life.people.mediator, Purpose.CONTACT)

    with database.transaction() as tx:
        audited = tx.rows("SELECT actor_id, purpose FROM audit_pending WHERE kind = 'read' ORDER BY entry_id")
    assert audited == [("resident-1", "own filing"), ("mediator-1", "contact")]


@pytest.mark.parametrize("who", ["neighbour", "elsewhere"])
def test_who_has_no_part_in_it_writes_and_reads_nothing(
    life: Any, talked: Dispute, database: Database, who: str
) -> None:
    actor = getattr(life.people, who)

    with pytest.raises(NotFound):
        write(database, talked, actor, TO_BOTH, life.now)
    with pytest.raises(NotFound):
        read(database, talked, actor)


def test_the_street_does_not_write_before_it_is_in_charge(life: Any, talked: Dispute, database: Database) -> None:
    with pytest.raises(NotAllowed):
        write(database, talked, life.people.street, TO_BOTH, life.now)


def test_whoever_filed_writes_nothing_that_the_own_eyes_do_not_see(life: Any, database: Database) -> None:
    with pytest.raises(InvalidInput, match="leave it out"):
        write(database, life.file(), life.people.resident, INTERNAL, life.now)


@pytest.mark.parametrize("office", ["mediator", "officer", "street"])
def test_the_accused_reads_and_writes_nothing(life: Any, database: Database, office: str) -> None:
    """信访工作条例 Art. 30, 46."""
    accused = getattr(life.people, office)
    dispute = life.file(respondent=life.respondent(person_id=accused.actor_id))
    write(database, dispute, life.people.resident, Write("今天又漏水了"), life.now)

    for access in (eyes(accused), SYSTEM):
        with database.transaction(access) as tx, pytest.raises(NotFound):
            handlers.list_comments(tx, dispute.dispute_id, actor=accused, purpose=None, before=None, count=10)
        with database.transaction(access) as tx, pytest.raises(NotFound):
            handlers.write(tx, dispute.dispute_id, TO_BOTH, comment_id=UUID(int=1), actor=accused, now=life.now)


SEEN = {"resident": 2, "mediator": 3, "officer": 3, "street": 3, "neighbour": 0, "elsewhere": 0}


@pytest.mark.parametrize(("who", "count"), SEEN.items())
def test_the_database_shows_to_each_what_is_meant_for_them(
    life: Any, talked: Dispute, database: Database, who: str, count: int
) -> None:
    with database.transaction(eyes(getattr(life.people, who))) as tx:
        assert len(tx.rows("SELECT FROM comments")) == count


def test_the_database_hides_every_comment_and_step_from_the_accused(life: Any, database: Database) -> None:
    accused = life.people.officer
    dispute = life.file(respondent=life.respondent(person_id=accused.actor_id))
    write(database, dispute, life.people.resident, Write("今天又漏水了"), life.now)

    with database.transaction(eyes(accused)) as tx:
        assert [len(tx.rows(f"SELECT FROM {table}")) for table in ("comments", "dispute_steps")] == [0, 0]


@pytest.mark.parametrize(
    ("who", "author", "filed_by"),
    [
        ("officer", "complainant", "resident-1"),
        ("neighbour", "complainant", "resident-2"),
        ("resident", "worker", "resident-1"),
        ("elsewhere", "worker", "resident-1"),
        ("officer", "worker", "officer-1"),
    ],
)
def test_the_database_lets_nobody_write_as_another(
    life: Any, talked: Dispute, database: Database, who: str, author: str, filed_by: str
) -> None:
    actor = getattr(life.people, who)

    with pytest.raises(psycopg2.errors.InsufficientPrivilege), database.transaction(eyes(actor)) as tx:
        tx.execute(
            "INSERT INTO comments (comment_id, dispute_id, area, filed_by, author, author_id, visible_to_complainant, "
            "written_at, text_sealed) VALUES (gen_random_uuid(), %s, '440305001012', %s, %s, 'x', true, now(), '')",
            (talked.dispute_id, filed_by, author),
        )


def test_no_word_lies_open(talked: Dispute, database: Database) -> None:
    with database.transaction() as tx:
        for table in ("comments", "outbox"):
            for (text,) in tx.rows(f"SELECT t::text FROM {table} AS t"):
                assert not any(word in text for word in ("漏水", "检测", "情绪", "13800138000"))
