"""A joint case from its convening to its end: what is due, what is told, what each reader sees."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.database import Database, connect
from chassis.errors import Conflict, InvalidInput, NotAllowed, NotFound, Refused, StaleVersion, WrongState
from chassis.identity import Actor, Grant
from services.grievances.access import eyes
from services.grievances.disputes import handlers as disputes
from services.grievances.disputes.model import Body
from services.grievances.joint import handlers as joint
from services.grievances.joint.model import State
from tests.store.grievances.joint.bodies import DISTRICT_OFFICER, SEATERS, XINGHAI, Bodies, seated

OWNERS, OFFICE = seated(Body.OWNERS_COMMITTEE), seated(Body.PROPERTY_OFFICE)


@pytest.fixture
def bodies(database: Database, life: Any) -> Bodies:
    return Bodies(database, life)


def due(database: Database) -> list[tuple[str, str, str]]:
    with database.transaction() as tx:
        rows = tx.rows("SELECT thing, slot, rule FROM deadlines WHERE thing LIKE 'joint%' ORDER BY thing, slot")
    return [(row.thing, row.slot, row.rule) for row in rows]


def test_from_convening_to_a_decision(
    bodies: Bodies, database: Database, facts: Callable[[], list[tuple[str, int]]]
) -> None:
    case = bodies.heard()
    task = bodies.give_task(case, Body.PROPERTY_OFFICE)
    decided = bodies.decide(case)
    bodies.finish(task, OFFICE)

    assert decided.state is State.DECIDED
    assert [fact for fact in facts() if fact[0].startswith("joint.")] == [
        ("joint.convened", 1),
        *(("joint.answered", version) for version in range(2, 7)),
        ("joint.task_given", 7),
        ("joint.decided", 8),
        ("joint.task_done", 9),
    ]
    assert facts()[-2] == ("dispute.resolved", 3)


def test_the_complainant_reads_the_decision_and_the_way_to_appeal(
    bodies: Bodies, life: Any, database: Database
) -> None:
    case = bodies.decide(bodies.heard())
    assert case.dispute_id is not None
    resident = life.people.resident

    with database.transaction(eyes(resident)) as tx:
        shown = disputes.get_in_detail(tx, case.dispute_id, actor=resident, purpose=None)
        found = joint.find_decision(tx, case.dispute_id)

    assert (shown.state, shown.resolution) == ("resolved", "decision")
    assert shown.decision is not None
    assert shown.decision == found
    assert (shown.decision.decision, shown.decision.decided_on) == ("四月底前修复。", date(2026, 3, 10))
    # 60 days end on Saturday 9 May 2026, which is worked; so the term ends that day (民法典 Art. 203).
    assert shown.decision.appeal_until == date(2026, 5, 9)
    assert shown.decision.appeal_route.body == "南头街道办事处"


def test_each_body_has_its_answer_due_and_each_task_its_last_day(bodies: Bodies, database: Database) -> None:
    bodies.fill([Body.OWNERS_COMMITTEE])
    case = bodies.convene(bodies.accepted())
    assert due(database) == [("joint_case", body, "joint.answer") for body in sorted(Body)]

    bodies.answer(case, Body.OWNERS_COMMITTEE)
    task = bodies.give_task(case, Body.OWNERS_COMMITTEE)
    open_answers = [("joint_case", body, "joint.answer") for body in sorted(Body) if body != "owners_committee"]
    assert due(database) == [*open_answers, ("joint_task", "state", "joint.task")]

    bodies.finish(task, OWNERS)
    assert due(database) == open_answers


def test_after_the_decision_tasks_are_still_due_and_answers_no_more(
    bodies: Bodies, life: Any, database: Database
) -> None:
    case = bodies.convene(bodies.accepted())
    bodies.give_task(case, Body.PROPERTY_OFFICE)

    bodies.decide(case, now=case.answer_due_at)

    assert due(database) == [("joint_task", "state", "joint.task")]


@pytest.mark.parametrize("ended_by", ["refused by the officer", "resolved by agreement"])
def test_a_joint_case_ends_with_its_dispute(
    bodies: Bodies, life: Any, database: Database, facts: Callable[[], list[tuple[str, int]]], ended_by: str
) -> None:
    dispute = bodies.accepted()
    case = bodies.convene(dispute, life.people.officer)
    task = bodies.give_task(case, Body.PROPERTY_OFFICE, life.people.officer)

    if ended_by == "refused by the officer":
        life.refuse(dispute)
    else:
        life.resolve(life.meet(life.assign(dispute)))

    assert due(database) == []
    assert [fact for fact in facts() if fact[0].startswith("joint.")][-1] == ("joint.ended", 3)
    assert bodies.read(case, SEATERS).state is State.ENDED
    for step in (lambda: bodies.finish(task, SEATERS), lambda: bodies.decide(case, now=case.answer_due_at)):
        with pytest.raises(WrongState):
            step()


def test_who_filed_ends_it_by_ending_the_mediation(bodies: Bodies, life: Any, database: Database) -> None:
    """人民调解法 Art. 17: said with the complainant's own eyes, who works nowhere and has no seat."""
    dispute = bodies.accepted()
    case = bodies.convene(dispute)

    with database.transaction(eyes(life.people.resident)) as tx:
        tx.execute("UPDATE joint_cases SET state = 'ended', version = version + 1")
    assert bodies.read(case, SEATERS).state is State.ENDED


def test_a_reopened_dispute_is_put_before_the_bodies_anew(bodies: Bodies, life: Any) -> None:
    dispute = bodies.accepted()
    first = bodies.convene(dispute, life.people.officer)
    with pytest.raises(Conflict, match=str(first.joint_case_id)):
        bodies.convene(dispute, life.people.officer)

    life.refuse(dispute)
    again = life.accept(bodies.life.step(disputes.reopen, _at(life, dispute), None, reason="parties_willing"))
    assert bodies.convene(again, life.people.officer).joint_case_id != first.joint_case_id


def _at(life: Any, dispute: Any) -> Any:
    with life.database.transaction() as tx:
        return disputes.get_seen(tx, dispute.dispute_id, actor=SEATERS)


def test_every_body_sees_the_case_and_the_one_complained_of_nothing_that_leads_to_the_accuser(bodies: Bodies) -> None:
    case = bodies.heard()
    for body in (Body.PROPERTY_OFFICE, Body.OWNERS_COMMITTEE):
        bodies.give_task(case, body)

    accused = bodies.read(case, OFFICE)
    other = bodies.read(case, OWNERS)
    street = bodies.read(case, SEATERS)

    assert [given.body for given in accused.answers] == ["property_office"]
    assert [task.body for task in accused.tasks] == ["property_office"]
    assert (accused.dispute_id, accused.answered, accused.question) == (
        None,
        ["property_office"],
        "何时检测、由谁维修？",
    )
    assert (len(other.answers), len(other.tasks), other.dispute_id) == (5, 2, None)
    assert (len(street.answers), street.dispute_id) == (5, case.dispute_id)
    assert not {"filed_by", "mediator_id", "convened_by"} & asdict(accused).keys()


@pytest.mark.parametrize("role", ["community_officer", "mediator", "street_officer"])
def test_no_office_shows_the_body_complained_of_more(bodies: Bodies, role: str) -> None:
    case = bodies.heard()
    accused = seated(Body.PROPERTY_OFFICE, role, area=XINGHAI if role != "street_officer" else "440305001000")

    shown = bodies.read(case, accused)

    assert ([given.body for given in shown.answers], shown.dispute_id) == (["property_office"], None)
    [listed] = bodies.list_of(accused)
    assert (listed.dispute_id, listed.answered) == (None, ["property_office"])


def test_lists_show_where_one_works_or_has_a_seat(bodies: Bodies, life: Any) -> None:
    case = bodies.heard()
    elsewhere = Actor("officer-9", (Grant("community_officer", "440305006011"),))

    for actor in (OWNERS, OFFICE, SEATERS, life.people.officer):
        assert [shown.joint_case_id for shown in bodies.list_of(actor)] == [case.joint_case_id]
    assert bodies.list_of(SEATERS, mine=True) == []
    assert len(bodies.list_of(OWNERS, mine=True, area=XINGHAI)) == 1
    assert len(bodies.list_of(life.people.officer, mine=True)) == 1, "without a seat it is the workstation's own staff"
    assert bodies.list_of(elsewhere) == []
    with pytest.raises(NotAllowed):
        bodies.list_of(elsewhere, area=XINGHAI)
    assert bodies.list_of(life.people.neighbour) == []
    with pytest.raises(NotFound):
        bodies.read(case, life.people.neighbour)


def test_by_its_dispute_a_joint_case_is_found_only_by_who_sees_the_dispute(bodies: Bodies, life: Any) -> None:
    """信访工作条例 Art. 30: to others the list must not tell which dispute a joint case is about."""
    case = bodies.heard()
    dispute_id = bodies.read(case, life.people.officer).dispute_id

    assert [one.joint_case_id for one in bodies.list_of(life.people.officer, dispute_id=dispute_id)] == [
        case.joint_case_id
    ]
    for actor in (OWNERS, OFFICE):
        assert bodies.list_of(actor)
        assert bodies.list_of(actor, dispute_id=dispute_id) == []
    assert bodies.list_of(life.people.officer, dispute_id=UUID(int=1)) == []


def test_a_former_seat_shows_nothing(bodies: Bodies, database: Database) -> None:
    case = bodies.heard()
    with database.transaction() as tx:
        tx.execute("UPDATE seats SET ended_on = since WHERE account_id = 'of-owners_committee'")

    with pytest.raises(NotFound):
        bodies.read(case, OWNERS)


def test_reading_is_audited(bodies: Bodies, service_address: Any) -> None:
    case = bodies.heard()
    bodies.read(case, OFFICE)

    with closing(connect(service_address.admin_url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT actor_id, thing, kind FROM audit_pending WHERE action = 'joint_case.read'")
        assert cursor.fetchall() == [("of-property_office", f"joint_case/{case.joint_case_id}", "read")]


TEXTS: dict[str, Callable[[Bodies, Any, str], object]] = {
    "question": lambda bodies, case, text: bodies.convene(bodies.accepted(), question=text),
    "answer": lambda bodies, case, text: bodies.answer(case, Body.OWNERS_COMMITTEE, SEATERS, text=text),
    "what": lambda bodies, case, text: bodies.give_task(case, Body.OWNERS_COMMITTEE, what=text),
    "record": lambda bodies, case, text: bodies.finish(bodies.give_task(case, Body.OWNERS_COMMITTEE), SEATERS, text),
    "decision": lambda bodies, case, text: bodies.decide(case, decision=text, now=case.answer_due_at),
}


@pytest.mark.parametrize("field", TEXTS)
def test_no_text_holds_a_name_or_phone_of_a_party(bodies: Bodies, field: str) -> None:
    """信访工作条例 Art. 30, 46. The applicant is 王小明, 13800138000."""
    case = bodies.convene(bodies.accepted())

    for text in ("王小明家漏水", "请回电138-0013-8000"):
        with pytest.raises(InvalidInput) as refused:
            TEXTS[field](bodies, case, text)
        assert [error.pointer for error in refused.value.fields] == [f"/{field}"]
    TEXTS[field](bodies, case, "三栋二单元漏水")


def test_nobody_in_the_own_cause_convenes_or_decides(bodies: Bodies, life: Any) -> None:
    officer = life.people.officer
    mine = bodies.accepted(None, relation="owner_government")
    with pytest.raises(NotFound):
        bodies.convene(mine, life.people.elsewhere)

    filed = life.file(officer, relation="owner_government")
    other = Actor("officer-7", officer.grants)
    accepted = life.accept(filed, other)
    with pytest.raises(NotAllowed):
        bodies.convene(accepted, officer)
    case = bodies.convene(accepted, other)
    with pytest.raises(NotAllowed):
        bodies.decide(case, officer, now=case.answer_due_at)


def test_a_stale_version_decides_nothing(bodies: Bodies, database: Database) -> None:
    case = bodies.heard()
    bodies.give_task(case, Body.PROPERTY_OFFICE)

    command = joint.Decide(date(2026, 3, 10), "修复", "12号", joint.AppealRoute("街道", 60, "书面"))

    with database.transaction(eyes(SEATERS)) as tx, pytest.raises(StaleVersion):
        joint.decide(tx, case.joint_case_id, command, actor=SEATERS, version=6, now=bodies.life.now)


def test_a_decision_waits_until_the_bodies_were_heard(bodies: Bodies) -> None:
    case = bodies.convene(bodies.accepted())

    with pytest.raises(Conflict, match="still to answer"):
        bodies.decide(case, now=case.answer_due_at - timedelta(seconds=1))
    assert bodies.decide(case, now=case.answer_due_at).state is State.DECIDED


def test_the_district_decides_where_a_body_is_complained_of(bodies: Bodies) -> None:
    assert bodies.decide(bodies.heard(), DISTRICT_OFFICER).state is State.DECIDED


def test_where_no_body_is_complained_of_the_community_keeps_its_case(bodies: Bodies, life: Any) -> None:
    dispute = bodies.accepted(None, relation="owner_government")

    with pytest.raises(Refused):
        bodies.convene(dispute, SEATERS)
    assert bodies.convene(dispute, life.people.officer).body_complained_of is None
