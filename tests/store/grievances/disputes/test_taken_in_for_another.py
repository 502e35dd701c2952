"""Who takes a case in for somebody is not the complainant, and may be the very one who is complained of."""

from collections.abc import Callable
from typing import Any

import pytest
import uuid_utils.compat

from chassis.database import Access, Database
from chassis.errors import NotAllowed
from chassis.identity import Actor
from services.grievances.access import eyes
from services.grievances.comments import handlers as comments
from services.grievances.comments.handlers import Write
from services.grievances.disputes.model import Body, Dispute, Relation
from services.grievances.following import handlers as following
from services.grievances.following.handlers import NOBODY, Shown
from services.grievances.following.secret import secret_of
from services.grievances.timeline import handlers as timeline
from tests.store.grievances.joint.bodies import OFFICE, Bodies

SECRET = secret_of(7)
WORDS = "王小明：他们威胁我，电话13800138000"

Read = Callable[[Dispute, Actor], list[str | None]]


def _comments(database: Database, dispute: Dispute, actor: Actor) -> list[str | None]:
    with database.transaction(eyes(actor)) as tx:
        found = comments.list_comments(tx, dispute.dispute_id, actor=actor, purpose=None, before=None, count=9)
        return [one.text for one in found]


def _timeline(database: Database, dispute: Dispute, actor: Actor) -> list[str | None]:
    with database.transaction(eyes(actor)) as tx:
        found, _ = timeline.list_entries(tx, dispute.dispute_id, actor=actor, purpose=None, after=None, count=99)
        return [one.text for one in found if one.kind == "comment.written"]


@pytest.fixture
def taken_in(life: Any, database: Database) -> Dispute:
    """By a grid leader; then the complainant has written to it."""
    changes = {"respondent": OFFICE, "relation": Relation.OWNER_PROPERTY, "respondent_body": Body.PROPERTY_OFFICE}
    dispute: Dispute = life.file(life.people.leader, **changes)
    secret_hash = following.hash_of(SECRET)
    with database.transaction() as tx:
        tx.execute("UPDATE disputes SET secret_hash = %s WHERE dispute_id = %s", (secret_hash, dispute.dispute_id))
    _write(life, database, dispute)
    return dispute


def _write(life: Any, database: Database, dispute: Dispute) -> None:
    with database.transaction(NOBODY) as tx:
        case = following.get_shown(tx, Shown(dispute.case_number, SECRET))
        written: dict[str, Any] = {"comment_id": uuid_utils.compat.uuid7(), "now": life.now}
        comments.write_as_complainant(tx, case, WORDS, account=None, **written)


@pytest.mark.parametrize("read", [_comments, _timeline])
def test_what_the_complainant_writes_is_not_told_to_who_took_it_in(
    life: Any, database: Database, taken_in: Dispute, read: Any
) -> None:
    assert read(database, taken_in, life.people.leader) == [None]


@pytest.mark.parametrize("read", [_comments, _timeline])
def test_nor_that_anything_is_written_where_that_one_acts_for_the_body_complained_of(
    life: Any, database: Database, taken_in: Dispute, read: Any
) -> None:
    """信访工作条例 Art. 30, 46, and again past all handlers."""
    leader = life.people.leader
    Bodies(database, life).give(Body.PROPERTY_OFFICE, leader.actor_id)

    assert read(database, taken_in, leader) == []
    with database.transaction(Access(leader.actor_id, ())) as tx:
        assert tx.rows("SELECT FROM comments") == []


def test_it_takes_nothing_from_who_shows_the_secret(life: Any, database: Database, taken_in: Dispute) -> None:
    Bodies(database, life).give(Body.PROPERTY_OFFICE, life.people.leader.actor_id)

    _write(life, database, taken_in)

    with database.transaction(NOBODY) as tx:
        followed = following.get_followed(tx, Shown(taken_in.case_number, SECRET), now=taken_in.registered_at)
    assert [one.text for one in followed.comments] == [WORDS, WORDS]


def test_whose_own_case_it_is_reads_and_writes_it_with_the_account(life: Any, database: Database) -> None:
    people = life.people
    dispute = life.file(people.leader, applicant=life.applicant(person_id=people.neighbour.actor_id))

    with database.transaction(eyes(people.neighbour)) as tx:
        asked: dict[str, Any] = {"comment_id": uuid_utils.compat.uuid7(), "actor": people.neighbour, "now": life.now}
        comments.write(tx, dispute.dispute_id, Write(WORDS), **asked)

    assert _comments(database, dispute, people.neighbour) == _timeline(database, dispute, people.neighbour) == [WORDS]
    assert _comments(database, dispute, people.leader) == [None]


def test_who_files_a_case_that_complains_of_the_own_account_says_nothing_as_its_complainant(
    life: Any, database: Database
) -> None:
    people = life.people
    dispute = life.file(people.mediator, respondent=life.respondent(person_id=people.mediator.actor_id))

    with database.transaction(eyes(people.mediator)) as tx, pytest.raises(NotAllowed):
        following.get_own(tx, dispute.dispute_id, actor=people.mediator, version=1)
