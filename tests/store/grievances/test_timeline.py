"""A case's timeline: each entry says what happened, by whom as a part in the case, and what more; in its order."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg2.errors
import pytest
import uuid_utils.compat

from chassis.database import Database, connect
from chassis.errors import NotAllowed, NotFound
from chassis.identity import Actor
from services.grievances.access import Purpose, eyes
from services.grievances.comments import handlers as comments
from services.grievances.disputes import handlers as disputes
from services.grievances.disputes.model import Body, Dispute, Relation, ReopeningReason
from services.grievances.duplicates import handlers as duplicates
from services.grievances.escalations import handlers as escalations
from services.grievances.following import handlers as following
from services.grievances.following.model import Feedback
from services.grievances.following.secret import secret_of
from services.grievances.notes import handlers as notes
from services.grievances.timeline import handlers
from services.grievances.timeline.model import Entry
from tests.store.grievances.agreements.papers import BOUND, Papers, promise
from tests.store.grievances.deadlines.timer import at, tell
from tests.store.grievances.joint.bodies import Bodies, seated

Line = tuple[str, str | None, str | None]
SECRET = secret_of(7)


@pytest.fixture
def read(database: Database, life: Any) -> Any:
    """The whole timeline of a case, as an officer sees it unless said."""

    def entries(
        dispute_id: UUID,
        actor: Actor | None = None,
        *,
        purpose: Purpose | None = None,
        after: Any = None,
        count: int = 99,
    ) -> tuple[list[Entry], Any]:
        actor = actor or life.people.officer
        with database.transaction(eyes(actor)) as tx:
            return handlers.list_entries(tx, dispute_id, actor=actor, purpose=purpose, after=after, count=count)

    return entries


@pytest.fixture
def lines(read: Any) -> Any:
    def told(dispute_id: UUID, actor: Actor | None = None) -> list[Line]:
        return [(one.kind, one.by, one.detail_zh) for one in read(dispute_id, actor)[0]]

    return told


def later(life: Any, minutes: int) -> Any:
    return life.now + timedelta(minutes=minutes)


def test_mediation_from_registration_to_performance(life: Any, database: Database, lines: Any) -> None:
    papers = Papers(database, life)
    agreement = papers.in_effect(promise())
    agreement = papers.perform(agreement, 1, now=BOUND + timedelta(minutes=30))
    agreement = papers.ask_court(agreement, now=BOUND + timedelta(hours=1))
    papers.decide(agreement, "confirmed", now=BOUND + timedelta(hours=2))
    papers.visit(agreement.dispute, "partly", now=BOUND + timedelta(hours=3))

    assert lines(agreement.dispute_id) == [
        ("dispute.registered", "complainant", None),
        ("dispute.accepted", "officer", None),
        ("dispute.assigned", "officer", None),
        ("session.held", "mediator", "第1次；于2026-03-10"),
        ("agreement.drafted", "officer", None),
        ("agreement.signed", "complainant", "申请人；签名；于2026-03-11"),
        ("agreement.signed", "respondent", "被申请人；签名；于2026-03-13"),
        ("agreement.signed", "mediator", "人民调解员；签名；于2026-03-14"),
        ("agreement.signed", "committee", "人民调解委员会；盖章；于2026-03-16"),
        ("agreement.in_effect", "parties", "自2026-03-16起生效"),
        ("dispute.resolved", "officer", None),
        ("agreement.performed", "officer", "第1项；于2026-03-16"),
        ("agreement.confirmation_requested", "parties", "于2026-03-16"),
        ("agreement.confirmation_decided", "court", "确认有效；于2026-03-16"),
        ("visit.held", "officer", "部分履行；于2026-03-16"),
    ]


def test_a_draft_that_is_withdrawn(life: Any, database: Database, lines: Any) -> None:
    papers = Papers(database, life)
    agreement = papers.withdraw(papers.draft(life.mediating(), life.people.mediator), life.people.mediator)

    assert lines(agreement.dispute_id)[-2:] == [
        ("agreement.drafted", "mediator", None),
        ("agreement.withdrawn", "mediator", None),
    ]


def test_every_change_of_the_mediator_with_its_reason(life: Any, database: Database, read: Any) -> None:
    dispute = life.reassign(life.assigned(), now=later(life, 1))
    dispute = life.unassign(dispute, life.people.officer, now=later(life, 2))

    shown = read(dispute.dispute_id)[0][-2:]
    own = read(dispute.dispute_id, life.people.resident)[0][-2:]

    assert [(one.kind, one.by, one.account, one.detail_zh) for one in shown] == [
        ("dispute.reassigned", "officer", "mediator-1", "调解员是近亲属"),
        ("dispute.unassigned", "officer", "officer-1", "当事人不接受调解员"),
    ]
    assert [(one.told.get("from_id"), one.told.get("to_id")) for one in shown] == [
        ("mediator-1", "mediator-2"),
        ("mediator-2", None),
    ]
    assert not any({"from_id", "to_id"} & one.told.keys() or one.account for one in own)


def test_what_ends_a_case_and_what_opens_it_again(life: Any, lines: Any) -> None:
    refused = life.refuse(life.file(), now=later(life, 1))
    registered = life.step(disputes.reopen, refused, None, reason=ReopeningReason.PARTIES_WILLING, now=later(life, 2))
    mediating = life.meet(
        life.assign(life.accept(registered, now=later(life, 3)), now=later(life, 4)), now=later(life, 5)
    )
    life.terminate(mediating, now=later(life, 6))

    told = lines(refused.dispute_id)

    assert [told[at] for at in (1, 2, 6)] == [
        ("dispute.refused", "officer", "当事人拒绝调解"),
        ("dispute.reopened", "officer", "双方愿意再次调解"),
        ("dispute.terminated", "mediator", "未达成协议"),
    ]


def test_what_the_complainant_says_is_by_the_complainant(life: Any, database: Database, lines: Any) -> None:
    dispute = life.resolve(life.mediating(), now=later(life, 1))
    with database.transaction(eyes(life.people.resident)) as tx:
        case = following.get_own(tx, dispute.dispute_id, actor=life.people.resident, version=dispute.version)
        comment_id = uuid_utils.compat.uuid7()
        said = Feedback(True, 4, "谢谢")
        following.hear(tx, case, said, account="resident-1", comment_id=comment_id, now=later(life, 2))

    assert lines(dispute.dispute_id)[-4:] == [
        ("agreement.in_effect", "parties", "自2026-03-10起生效"),
        ("dispute.resolved", "mediator", None),
        ("comment.written", "complainant", None),
        ("dispute.confirmed", "complainant", "满意度4分"),
    ]


def test_with_the_secret_alone_it_is_the_complainant_as_well(life: Any, database: Database, lines: Any) -> None:
    """A grid leader took it in for somebody: what is then said with number and secret is not the leader's word."""
    dispute = life.file(life.people.leader)
    with database.transaction(eyes(life.people.officer)) as tx:
        following.renew_secret(tx, dispute.dispute_id, secret=SECRET, actor=life.people.officer, now=later(life, 1))
    with database.transaction(following.NOBODY) as tx:
        case = following.get_shown(tx, following.Shown(dispute.case_number, SECRET))
        following.withdraw(tx, case, account=None, now=later(life, 2))

    assert lines(dispute.dispute_id) == [
        ("dispute.registered", "grid_leader", None),
        ("secret.renewed", "officer", None),
        ("dispute.refused", "complainant", "当事人拒绝调解"),
    ]


def test_comments_show_their_texts_to_who_may_read_them(life: Any, database: Database, read: Any) -> None:
    dispute = life.assigned()
    for minutes, actor, text, to_both in (
        (1, life.people.resident, "又漏水了", True),
        (2, life.people.mediator, "周五检测", True),
        (3, life.people.officer, "双方情绪激动", False),
    ):
        with database.transaction(eyes(actor)) as tx:
            comments.write(
                tx,
                dispute.dispute_id,
                comments.Write(text, to_both),
                comment_id=uuid_utils.compat.uuid7(),
                actor=actor,
                now=later(life, minutes),
            )

    def shown(actor: Actor | None = None, purpose: Purpose | None = None) -> list[Any]:
        entries = read(dispute.dispute_id, actor, purpose=purpose)[0]
        return [(one.by, one.detail_zh, one.text) for one in entries if one.kind == "comment.written"]

    assert shown() == [("complainant", None, None), ("mediator", None, None), ("officer", "内部留言", None)]
    assert shown(purpose=Purpose.REVIEW) == [
        ("complainant", None, "又漏水了"),
        ("mediator", None, "周五检测"),
        ("officer", "内部留言", "双方情绪激动"),
    ]
    assert shown(life.people.resident) == [("complainant", None, "又漏水了"), ("mediator", None, "周五检测")]
    with pytest.raises(NotAllowed):
        shown(life.people.colleague, Purpose.REVIEW)
    with database.transaction() as tx:
        reads = tx.rows("SELECT actor_id, purpose FROM audit_pending WHERE kind = 'read' ORDER BY entry_id")
    assert reads == [("officer-1", "review"), ("resident-1", "own filing")]


def test_due_times_near_missed_and_brought_up(life: Any, database: Database, lines: Any) -> None:
    dispute = life.file(life.people.resident)
    for instant in ("2026-03-17T09:00", "2026-03-18T09:00", "2026-03-21T09:00", "2026-03-25T09:00"):
        tell(database, at(instant))
    with database.transaction(eyes(life.people.street)) as tx:
        [raised, _] = escalations.list_of_thing(tx, dispute.dispute_id)
        escalations.instruct(
            tx, raised.escalation_id, instruction="三日内受理", actor=life.people.street, now=at("2026-03-25T10:00")
        )
    life.accept(dispute, now=at("2026-03-26T09:00"))

    assert lines(dispute.dispute_id)[1:] == [
        ("deadline.near", "clock", "决定是否受理；期限至2026-03-17"),
        ("deadline.missed", "clock", "决定是否受理；期限至2026-03-17"),
        ("deadline.escalated", "clock", "决定是否受理；街道；期限至2026-03-17"),
        ("deadline.escalated", "clock", "决定是否受理；区；期限至2026-03-17"),
        ("escalation.instructed", "officer", "决定是否受理；街道"),
        ("dispute.accepted", "officer", None),
    ]
    assert ("escalation.instructed", "officer", "决定是否受理；街道") not in lines(
        dispute.dispute_id, life.people.resident
    )


def test_a_right_of_its_agreement_that_lapses(life: Any, database: Database, lines: Any) -> None:
    agreement = Papers(database, life).in_effect()
    tell(database, at("2026-04-20T09:00"))

    assert lines(agreement.dispute_id)[-2:] == [
        ("deadline.near", "clock", "申请司法确认；期限至2026-04-15"),
        ("deadline.lapsed", "clock", "申请司法确认；期限至2026-04-15"),
    ]


def test_joint_governance_from_convening_to_the_decision(life: Any, database: Database, lines: Any) -> None:
    bodies = Bodies(database, life)
    bodies.fill()
    case = bodies.convene(bodies.accepted())
    for minute, body in enumerate(Body, start=1):
        bodies = replace(bodies, life=replace(life, now=later(life, minute)))
        bodies.answer(case, body)
    bodies = replace(bodies, life=replace(life, now=later(life, 10)))
    task = bodies.give_task(case, Body.PROPERTY_OFFICE)
    bodies = replace(bodies, life=replace(life, now=later(life, 11)))
    bodies.finish(task, seated(Body.PROPERTY_OFFICE))
    bodies.decide(case, now=later(life, 12))
    assert case.dispute_id is not None

    assert lines(case.dispute_id, life.people.officer)[2:] == [
        ("joint.convened", "officer", None),
        *(
            ("joint.answered", "body", f"{name}")
            for name in ("社区党委", "社区工作站", "居委会", "业委会", "物业服务企业")
        ),
        ("joint.task_given", "officer", "物业服务企业；期限至2026-04-10"),
        ("joint.task_done", "body", "物业服务企业"),
        ("joint.decided", "officer", "于2026-03-10；可于2026-05-09前申请复查"),
        ("dispute.resolved", "officer", None),
    ]


def test_joint_governance_that_ends_with_its_dispute(life: Any, database: Database, lines: Any) -> None:
    bodies = Bodies(database, life)
    dispute = bodies.accepted(None, relation=Relation.OWNER_OWNER, respondent=life.filing.respondent)
    bodies.convene(dispute, life.people.officer)
    life.refuse(dispute, now=later(life, 5))

    assert lines(dispute.dispute_id)[-3:] == [
        ("joint.convened", "officer", None),
        ("dispute.refused", "officer", "当事人拒绝调解"),
        ("joint.ended", "officer", None),
    ]


def test_linked_cases_name_each_other_to_who_works_on_both(life: Any, database: Database, lines: Any) -> None:
    first, second = life.file(), life.file()
    life.step(duplicates.link, second, None, to=first.dispute_id, now=later(life, 1))

    assert lines(second.dispute_id)[-1] == ("dispute.linked", "officer", f"案号{first.case_number}")
    assert lines(first.dispute_id)[-1] == ("dispute.linked_here", "officer", f"案号{second.case_number}")


def test_whoever_filed_one_case_learns_of_no_other(life: Any, lines: Any) -> None:
    first, second = life.file(), life.file(life.people.neighbour)
    life.step(duplicates.link, second, None, to=first.dispute_id, now=later(life, 1))

    assert lines(second.dispute_id, life.people.neighbour)[-1] == ("dispute.linked", "officer", None)
    assert [line[0] for line in lines(first.dispute_id, life.people.resident)] == ["dispute.registered"]


def test_a_case_that_came_from_a_note(life: Any, database: Database, lines: Any) -> None:
    officer, leader = life.people.officer, life.people.leader
    with database.transaction(eyes(leader)) as tx:
        command = notes.Take(life.filing.area, life.filing.grid_unit_id, None, "三栋希望装灯")
        note = notes.take(tx, command, note_id=uuid_utils.compat.uuid7(), actor=leader, now=life.now)
    with database.transaction(eyes(officer)) as tx:
        _, dispute = notes.become_case(
            tx,
            note.note_id,
            replace(life.filing, area="", grid_unit_id=None, summary=""),
            dispute_id=uuid_utils.compat.uuid7(),
            secret_hash=b"h" * 16,
            actor=officer,
            version=note.version,
            now=later(life, 1),
        )

    assert lines(dispute.dispute_id, life.people.mediator) == [
        ("note.taken", "officer", None),
        ("note.became_case", "officer", None),
        ("dispute.registered", "officer", None),
    ]


def test_whoever_filed_or_is_a_party_has_no_account_in_it(life: Any, read: Any) -> None:
    dispute = life.accept(life.file())

    assert [(one.kind, one.account) for one in read(dispute.dispute_id)[0]] == [
        ("dispute.registered", None),
        ("dispute.accepted", "officer-1"),
    ]


def test_pages_follow_one_another_without_a_gap(life: Any, read: Any) -> None:
    dispute: Dispute = life.resolve(life.mediating())
    whole, nothing = read(dispute.dispute_id)

    paged, after = [], None
    while True:
        page, after = read(dispute.dispute_id, after=after, count=2)
        paged += page
        if after is None:
            break

    assert paged == whole
    assert nothing is None
    assert len(whole) == 6


def test_a_case_older_than_its_steps_begins_with_its_registration(life: Any, service_address: Any, lines: Any) -> None:
    dispute = life.mediating()
    with closing(connect(service_address.admin_url)) as connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM dispute_steps")

    assert lines(dispute.dispute_id) == [
        ("dispute.registered", "complainant", None),
        ("session.held", "mediator", "第1次；于2026-03-10"),
    ]


@pytest.mark.parametrize("who", ["neighbour", "elsewhere"])
def test_who_may_not_see_the_case_sees_no_timeline(life: Any, read: Any, who: str) -> None:
    dispute = life.assigned()

    with pytest.raises(NotFound):
        read(dispute.dispute_id, getattr(life.people, who))


def test_the_accused_sees_none_whatever_the_office(life: Any, read: Any) -> None:
    dispute = life.file(respondent=life.respondent(person_id="officer-1"))

    with pytest.raises(NotFound):
        read(dispute.dispute_id)


def test_what_was_told_of_due_times_stays_and_shows_with_its_case(life: Any, database: Database) -> None:
    life.file()
    tell(database, at("2026-03-17T09:00"))

    for sql in ("UPDATE deadlines_told SET stage = 9", "DELETE FROM deadlines_told"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege), database.transaction() as tx:
            tx.execute(sql)
    with (
        pytest.raises(psycopg2.errors.InsufficientPrivilege, match="row-level security"),
        database.transaction(eyes(life.people.officer)) as tx,
    ):
        tx.execute(
            "INSERT INTO deadlines_told SELECT gen_random_uuid(), 1, what, thing, thing_id, rule, due_at, told_at "
            "FROM deadlines_told"
        )
    for actor, seen in ((life.people.officer, 1), (life.people.resident, 1), (life.people.neighbour, 0)):
        with database.transaction(eyes(actor)) as tx:
            assert len(tx.rows("SELECT FROM deadlines_told")) == seen
