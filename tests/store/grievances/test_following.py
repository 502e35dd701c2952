"""Number and secret open one case and nothing else; what the complainant says, with them or with an account."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import psycopg2.errors
import pytest
import uuid_utils.compat

from chassis.database import SYSTEM, Access, Database
from chassis.errors import Conflict, Malformed, NotAllowed, NotFound, StaleVersion
from chassis.identity import Actor, Grant
from services.grievances.access import eyes
from services.grievances.comments import handlers as comments
from services.grievances.comments.handlers import Write
from services.grievances.disputes import handlers as disputes
from services.grievances.disputes.model import Body, Dispute, Relation, TicketKind
from services.grievances.following import handlers
from services.grievances.following.handlers import NOBODY, Shown
from services.grievances.following.model import Feedback, Followed
from services.grievances.following.secret import secret_of
from tests.store.grievances.joint.bodies import OFFICE, SEATERS, Bodies

Facts = Callable[[], list[tuple[str, int]]]

SECRET, OTHER_SECRET = secret_of(7), secret_of(8)
NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)
LATER = datetime(2026, 3, 11, 2, tzinfo=UTC)
TABLES = ("disputes", "dispute_parties", "dispute_steps", "sessions", "agreements", "comments", "case_secrets_renewed")


@pytest.fixture
def file(life: Any, database: Database) -> Callable[..., Dispute]:
    """Files a dispute with this secret."""

    def filed(actor: Actor | None = None, secret: str = SECRET, **changes: Any) -> Dispute:
        actor = actor or life.people.resident
        command = disputes.Register(**{**vars(life.filing), **changes})
        with database.transaction(eyes(actor)) as tx:
            return disputes.register(
                tx,
                command,
                dispute_id=uuid_utils.compat.uuid7(),
                actor=actor,
                now=life.now,
                secret_hash=handlers.hash_of(secret),
            )

    return filed


@pytest.fixture
def follow(database: Database) -> Callable[..., Followed]:
    def followed(case_number: str, secret: str | None = SECRET) -> Followed:
        with database.transaction(NOBODY) as tx:
            return handlers.get_followed(tx, Shown(case_number, secret), now=LATER)

    return followed


@pytest.fixture
def say(database: Database) -> Callable[..., Dispute]:
    """Says something of a case, having shown its number and secret."""

    def said(dispute: Dispute, what: Feedback | None, secret: str = SECRET) -> Dispute:
        with database.transaction(NOBODY) as tx:
            case = handlers.get_shown(tx, Shown(dispute.case_number, secret))
            if what is None:
                return handlers.withdraw(tx, case, account=None, now=LATER)
            return handlers.hear(tx, case, what, account=None, comment_id=uuid_utils.compat.uuid7(), now=LATER)

    return said


def rows(database: Database, sql: str) -> list[Any]:
    with database.transaction() as tx:
        return tx.rows(sql)


def test_number_and_secret_show_how_the_case_stands(life: Any, file: Any, follow: Any, database: Database) -> None:
    life.accept(file(), now=LATER)

    seen = follow("440305001012-2026-0001")

    assert (seen.state_zh, seen.in_charge_zh, seen.may_confirm) == ("已受理", "社区", False)
    assert [(term.rule, term.due_on) for term in seen.due] == [("dispute.assignment", date(2026, 3, 16))]
    assert [(step.step_zh, step.taken_at) for step in seen.steps] == [("登记", NOW), ("受理", LATER)]
    assert rows(database, "SELECT actor_id, action, kind, area FROM audit_pending WHERE kind = 'read'") == [
        ("anonymous", "dispute.read_by_secret", "read", "440305001012")
    ]


@pytest.mark.parametrize(
    ("number", "secret"),
    [
        ("440305001012-2026-0001", OTHER_SECRET),
        ("440305001012-2026-0002", SECRET),
        ("440305001012-2026-0003", SECRET),
        ("440305001013-2026-0001", SECRET),
        ("440305001012-2027-0001", SECRET),
        ("440305001012-2026-00001", SECRET),
        ("' OR true --", SECRET),
    ],
)
def test_a_wrong_number_and_a_wrong_secret_are_told_alike(file: Any, follow: Any, number: str, secret: str) -> None:
    file()
    file(secret=OTHER_SECRET)

    with pytest.raises(NotFound) as refused:
        follow(number, secret)

    assert refused.value.detail == handlers.unknown_case().detail


def test_a_mistyped_or_missing_secret_is_told_before_anything_is_looked_up(follow: Any) -> None:
    for secret in (None, "", SECRET[:-1] + "Z"):
        with pytest.raises(Malformed):
            follow("440305001012-2026-0001", secret)


def test_a_case_without_a_secret_is_opened_by_none(life: Any, follow: Any) -> None:
    dispute = life.file()

    with pytest.raises(NotFound):
        follow(dispute.case_number)


def test_a_wrong_secret_opens_no_eyes(life: Any, file: Any, database: Database) -> None:
    dispute = file()

    with database.transaction(NOBODY) as tx:
        with pytest.raises(NotFound):
            handlers.get_followed(tx, Shown(dispute.case_number, OTHER_SECRET), now=LATER)
        assert {table: tx.rows(f"SELECT count(*) AS n FROM {table}")[0].n for table in TABLES} == dict.fromkeys(
            TABLES, 0
        )


def test_the_secret_opens_one_case_alone(life: Any, file: Any, database: Database) -> None:
    """Whoever filed may have filed others: a grid leader or the hotline has, for many people."""
    leader = life.people.leader
    one, other = file(leader), file(leader, OTHER_SECRET)

    with database.transaction(NOBODY) as tx:
        handlers.get_shown(tx, Shown(one.case_number, SECRET))
        seen = {table: {row.dispute_id for row in tx.rows(f"SELECT dispute_id FROM {table}")} for table in TABLES[:3]}
        assert set(map(frozenset, seen.values())) == {frozenset({one.dispute_id})}
        assert (
            tx.execute(
                "UPDATE disputes SET state = 'refused', reason_code = 'party_refused' WHERE dispute_id = %s",
                (other.dispute_id,),
            )
            == 0
        )
    with database.transaction(eyes(leader)) as tx:
        assert len(tx.rows("SELECT FROM disputes")) == 2


def test_only_a_keyed_hash_of_the_secret_is_kept(file: Any, database: Database) -> None:
    file()

    (kept,) = rows(database, "SELECT secret_hash FROM disputes")

    assert len(kept.secret_hash) == 16
    assert bytes(kept.secret_hash) != handlers.hash_of(OTHER_SECRET)
    assert not rows(database, f"SELECT FROM disputes AS d WHERE d::text LIKE '%{SECRET[:9]}%'")


@pytest.mark.parametrize(
    ("steps", "state", "article"),
    [
        ((), "refused", "Art. 17"),
        (("accept",), "refused", "Art. 17"),
        (("accept", "assign"), "terminated", "Art. 23"),
        (("accept", "assign", "meet"), "terminated", "Art. 23"),
    ],
)
def test_who_shows_the_secret_takes_the_case_back(
    life: Any, file: Any, say: Any, follow: Any, steps: tuple[str, ...], state: str, article: str
) -> None:
    dispute = file()
    for step in steps:
        dispute = getattr(life, step)(dispute)

    say(dispute, None)

    seen = follow(dispute.case_number)
    assert (seen.state, seen.in_charge, seen.due) == (state, None, ())
    assert seen.other_routes_zh == ("仲裁", "行政途径", "诉讼")


def test_who_shows_the_secret_confirms_and_comments(
    life: Any, file: Any, say: Any, follow: Any, facts: Facts, database: Database
) -> None:
    dispute = life.resolve(life.meet(life.assign(life.accept(file()))))

    say(dispute, Feedback(True, 4, "王小明谢谢大家"))

    seen = follow(dispute.case_number)
    assert (seen.state_zh, seen.satisfaction, seen.confirmed_at, seen.may_confirm) == ("已化解", 4, LATER, False)
    assert [(one.author, one.text, one.author_id) for one in seen.comments] == [("complainant", "王小明谢谢大家", None)]
    assert facts()[-2:] == [("comment.added", 1), ("dispute.confirmed", 6)]
    assert rows(database, "SELECT FROM comments AS c WHERE c::text LIKE '%谢谢%'") == []


def test_who_shows_the_secret_says_that_it_is_not_resolved(life: Any, file: Any, say: Any, follow: Any) -> None:
    dispute = life.resolve(life.meet(life.assign(life.accept(file()))))

    say(dispute, Feedback(False, comment="又开始了"))

    seen = follow(dispute.case_number)
    assert (seen.state, seen.reason_zh, seen.in_charge) == ("accepted", "申请人未确认", "community")
    assert [step.step for step in seen.steps][-2:] == ["resolved", "reopened"]


def test_who_shows_the_secret_reads_the_decision_and_how_to_appeal(
    life: Any, file: Any, say: Any, follow: Any, database: Database
) -> None:
    """信访工作条例 Art. 32, 35: in writing, with the way to appeal; who does not agree appeals."""
    bodies = Bodies(database, life)
    dispute = file(respondent=OFFICE, relation=Relation.OWNER_PROPERTY, respondent_body=Body.PROPERTY_OFFICE)
    case = bodies.convene(life.accept(dispute, SEATERS))

    assert follow(dispute.case_number).decision is None
    bodies.decide(case, now=datetime(2026, 3, 21, 2, tzinfo=UTC), decided_on=date(2026, 3, 21))

    seen = follow(dispute.case_number)
    assert (seen.state_zh, seen.may_confirm) == ("已作出决定", True)
    assert seen.decision is not None
    assert (seen.decision.decision, seen.decision.document_number) == ("四月底前修复。", "12号")
    assert (seen.decision.appeal_route.body, seen.decision.appeal_until) == ("南头街道办事处", date(2026, 5, 20))
    with pytest.raises(Conflict, match="appeals, as the decision says"):
        say(dispute, Feedback(False))


def as_filer(database: Database, dispute: Dispute, actor: Actor, said: Feedback | None, version: int) -> Dispute:
    with database.transaction(Access(actor.actor_id, ())) as tx:
        own = handlers.get_own(tx, dispute.dispute_id, actor=actor, version=version)
        if said is None:
            return handlers.withdraw(tx, own, account=actor.actor_id, now=LATER)
        account, comment_id = actor.actor_id, uuid_utils.compat.uuid7()
        return handlers.hear(tx, own, said, account=account, comment_id=comment_id, now=LATER)


def test_the_account_that_filed_confirms_and_takes_back_at_the_version_it_has_read(
    life: Any, database: Database
) -> None:
    people = life.people
    resolved, open_one = life.resolve(life.mediating()), life.file()

    with pytest.raises(StaleVersion):
        as_filer(database, resolved, people.resident, Feedback(True), version=4)
    confirmed = as_filer(database, resolved, people.resident, Feedback(True, 5), version=5)
    taken_back = as_filer(database, open_one, people.resident, None, version=1)

    assert (confirmed.version, confirmed.satisfaction) == (6, 5)
    assert (taken_back.state, taken_back.reason_code) == ("refused", "party_refused")


@pytest.mark.parametrize("who", ["neighbour", "mediator", "officer", "street"])
def test_nobody_else_speaks_for_who_filed(life: Any, database: Database, facts: Facts, who: str) -> None:
    dispute = life.resolve(life.mediating())
    before = facts()

    for said in (Feedback(True, 5), Feedback(False), None):
        with pytest.raises(NotFound, match="that you have filed"):
            as_filer(database, dispute, getattr(life.people, who), said, version=dispute.version)
    assert facts() == before


@pytest.mark.parametrize("who", ["mediator", "officer", "leader"])
def test_staff_that_took_it_in_does_not_say_it_for_the_applicant_who_does_by_secret(
    life: Any, file: Any, say: Any, database: Database, facts: Facts, who: str
) -> None:
    staff = getattr(life.people, who)
    dispute = file(staff)
    before = facts()

    with pytest.raises(NotAllowed, match="with case number and secret"):
        as_filer(database, dispute, staff, None, version=1)
    with pytest.raises(NotAllowed, match="with case number and secret"), database.transaction(eyes(staff)) as tx:
        comments.write(tx, dispute.dispute_id, Write("…"), comment_id=UUID(int=1), actor=staff, now=NOW)
    assert facts() == before
    assert say(dispute, None).state == "refused"


def test_the_hotline_speaks_for_its_caller(life: Any, file: Any, database: Database) -> None:
    hotline = Actor("hotline-1", (Grant("hotline", "440305000000"),))
    dispute = file(hotline, ticket_kind=TicketKind.ORDINARY)

    assert as_filer(database, dispute, hotline, None, version=1).state == "refused"


def renew(database: Database, dispute: Dispute, actor: Actor) -> None:
    with database.transaction(eyes(actor)) as tx:
        handlers.renew_secret(tx, dispute.dispute_id, secret=OTHER_SECRET, actor=actor, now=LATER)


@pytest.mark.parametrize("who", ["mediator", "officer"])
def test_a_renewed_secret_stops_the_one_before_and_shows(
    life: Any, file: Any, follow: Any, database: Database, who: str
) -> None:
    dispute = life.assign(life.accept(file()))

    renew(database, dispute, getattr(life.people, who))

    with pytest.raises(NotFound):
        follow(dispute.case_number)
    seen = follow(dispute.case_number, OTHER_SECRET)
    assert [step.step_zh for step in seen.steps][-1] == "更换查询码"
    assert rows(database, "SELECT renewed_by FROM case_secrets_renewed")[0].renewed_by.startswith(who)


@pytest.mark.parametrize("who", ["resident", "neighbour", "colleague", "street", "elsewhere"])
def test_nobody_renews_a_secret_without_working_on_the_case(
    life: Any, file: Any, follow: Any, database: Database, who: str
) -> None:
    dispute = life.assign(life.accept(file()))

    with pytest.raises((NotAllowed, NotFound)):
        renew(database, dispute, getattr(life.people, who))
    assert follow(dispute.case_number).state == "assigned"


def test_who_filed_by_office_renews_no_secret(life: Any, file: Any, database: Database) -> None:
    dispute = file(life.people.officer)

    with pytest.raises(NotAllowed, match="a colleague with no part in it"):
        renew(database, dispute, life.people.officer)


@pytest.mark.parametrize("table", ["dispute_steps", "case_secrets_renewed", "comments"])
@pytest.mark.parametrize("change", ["UPDATE {} SET dispute_id = dispute_id", "DELETE FROM {}"])
def test_what_was_done_and_written_stays(database: Database, table: str, change: str) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), database.transaction(SYSTEM) as tx:
        tx.execute(change.format(table))


def test_taking_it_back_by_secret_ends_its_joint_case(life: Any, file: Any, say: Any, database: Database) -> None:
    bodies = Bodies(database, life)
    dispute = file(respondent=OFFICE, relation=Relation.OWNER_PROPERTY, respondent_body=Body.PROPERTY_OFFICE)
    bodies.convene(life.accept(dispute, SEATERS))

    assert say(dispute, None).state == "refused"
    assert rows(database, "SELECT state FROM joint_cases") == [("ended",)]
