"""What is missed of an agreement, a promise, a joint answer or a task brings the dispute up that it belongs to."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from chassis.database import Database
from chassis.errors import NotAllowed
from chassis.identity import Actor, Grant
from services.grievances.access import eyes
from services.grievances.disputes import handlers as disputes
from services.grievances.disputes.model import Body, Dispute, ReassignmentReason, ReopeningReason
from services.grievances.escalations import handlers as escalations
from services.grievances.escalations.model import Escalation
from services.grievances.joint import handlers as joint
from tests.store.grievances.agreements.papers import TERMS, Papers, promise
from tests.store.grievances.deadlines.timer import at, tell
from tests.store.grievances.joint.bodies import Bodies, seated
from tests.store.grievances.life import NOW, Life

STREET = Actor("street-1", (Grant("street_officer", "440305001000"),))


def signing(life: Any) -> Dispute:
    """A draft that nobody signs: 15 days from 10 March, five more to the street (c)."""
    dispute: Dispute = life.mediating()
    Papers(life.database, life).draft(dispute)
    return dispute


def performance(life: Any) -> Dispute:
    """A promise that is not kept: until 31 March, five days more to the street (人民调解法 Art. 31)."""
    command = life.written_agreement()
    command = type(command)(command.form, TERMS, None, command.signatures, obligations=[promise()])
    dispute: Dispute = life.resolve(life.mediating(), command=command)
    return dispute


def answer(life: Any) -> Dispute:
    """Bodies that do not answer: ten days from 10 March, three more to the street (c)."""
    dispute: Dispute = life.assigned()
    Bodies(life.database, life).convene(dispute, life.people.officer)
    return dispute


def task(life: Any) -> Dispute:
    """A task that is not done until 10 April, three days more to the street (c)."""
    bodies = Bodies(life.database, life)
    dispute: Dispute = life.assigned()
    case = bodies.convene(dispute, life.people.officer)
    bodies.give_task(case, Body.WORKSTATION, life.people.officer)
    for body in Body:
        bodies.answer(case, body, life.people.officer)
    return dispute


PARTS: dict[str, tuple[Callable[[Any], Dispute], datetime]] = {
    "agreement.signing": (signing, at("2026-03-31T00:00")),
    "agreement.performance": (performance, at("2026-04-06T00:00")),
    "joint.answer": (answer, at("2026-03-24T00:00")),
    # The mediation itself is missed meanwhile, and comes up a day later.
    "joint.task": (task, at("2026-04-14T00:00")),
}
EVERY_PART = pytest.mark.parametrize("rule", PARTS)


def level(database: Database, dispute: Dispute) -> str | None:
    with database.transaction(eyes(STREET)) as tx:
        return disputes.get_seen(tx, dispute.dispute_id, actor=STREET).escalated_to


def take_over(life: Any, dispute: Dispute) -> Dispute:
    """What the street can do then: replace a mediator, or take up again what is not performed."""
    if dispute.is_open:
        unable = {"successor_id": "mediator-3", "reason": ReassignmentReason.UNABLE}
        reassigned: Dispute = life.reassign(dispute, STREET, **unable)
        return reassigned
    reopened: Dispute = life.step(disputes.reopen, dispute, STREET, reason=ReopeningReason.NOT_PERFORMED)
    return reopened


@EVERY_PART
def test_what_came_up_of_a_part_gives_the_street_a_say_in_its_dispute(life: Any, database: Database, rule: str) -> None:
    begin, comes_up = PARTS[rule]
    dispute = begin(life)
    tell(database, comes_up - timedelta(hours=1))

    assert level(database, dispute) is None
    with pytest.raises(NotAllowed):
        take_over(life, dispute)
    tell(database, comes_up)

    assert level(database, dispute) == "street"
    assert take_over(life, dispute).version == dispute.version + 1


def test_what_is_done_at_last_leaves_the_street_no_say(life: Any, database: Database) -> None:
    papers, dispute = Papers(database, life), performance(life)
    tell(database, PARTS["agreement.performance"][1])

    papers.perform(papers.read(dispute.dispute_id), 1, STREET, now=at("2026-04-06T09:00"))

    assert level(database, dispute) is None
    with pytest.raises(NotAllowed):
        take_over(life, dispute)


def test_what_a_version_before_this_one_wrote_has_its_dispute(life: Any, database: Database) -> None:
    """The function that the migration asked is the one that the policies ask."""
    for begin, _ in PARTS.values():
        begin(life)

    with database.transaction() as tx:
        rows = tx.rows("SELECT thing, dispute_id, dispute_behind(thing, thing_id) AS behind FROM deadlines")

    assert {row.thing for row in rows} == {"dispute", "agreement", "obligation", "joint_case", "joint_task"}
    assert all((row.dispute_id == row.behind) and ((row.behind is None) == (row.thing == "dispute")) for row in rows)


TOUCHES = ("DELETE FROM deadlines", "UPDATE deadlines SET next_at = NULL")


class _TakenBack(Exception):
    """No error: so that nothing is kept."""


def count(database: Database, actor: Actor, sql: str) -> int:
    """How many rows a statement touches with the actor's eyes; it is taken back."""
    touched = 0
    try:
        with database.transaction(eyes(actor)) as tx:
            touched = tx.execute(sql)
            raise _TakenBack
    except _TakenBack:
        return touched


class About(Life):
    """Files disputes that complain of officer-9, who works in the community."""

    def file(self, actor: Actor | None = None, now: datetime = NOW, **changes: Any) -> Dispute:
        return super().file(actor, now, **{"respondent": self.respondent(person_id="officer-9"), **changes})


@pytest.mark.parametrize("touch", TOUCHES)
@EVERY_PART
def test_the_accused_makes_nothing_of_a_part_forgotten(life: Any, database: Database, rule: str, touch: str) -> None:
    """信访工作条例 Art. 28."""
    accused, colleague = (Actor(account, life.people.officer.grants) for account in ("officer-9", "officer-8"))

    PARTS[rule][0](About(database))

    assert count(database, accused, f"{touch} WHERE thing <> 'dispute'") == 0
    assert count(database, colleague, f"{touch} WHERE thing <> 'dispute'") > 0


@pytest.mark.parametrize("touch", TOUCHES)
def test_the_body_complained_of_settles_its_own_answer_and_task_and_no_other(
    life: Any, database: Database, touch: str
) -> None:
    bodies = Bodies(database, life)
    bodies.fill()
    case = bodies.convene(bodies.accepted())
    for body in Body:
        bodies.give_task(case, body)
    accused = seated(Body.PROPERTY_OFFICE, "community_officer", "mediator")
    other = seated(Body.RESIDENTS_COMMITTEE, "community_officer")

    assert count(database, accused, f"{touch} WHERE thing = 'joint_case'") == 1
    assert count(database, accused, f"{touch} WHERE thing = 'joint_task'") == 1
    assert count(database, accused, f"{touch} WHERE thing = 'dispute'") == 0
    assert count(database, other, f"{touch} WHERE thing <> 'dispute'") == 10


def orders(database: Database, escalation: Escalation, actor: Actor) -> Escalation:
    with database.transaction(eyes(actor)) as tx:
        now = at("2026-04-20T09:00")
        return escalations.instruct(tx, escalation.escalation_id, instruction="三日内办结。", actor=actor, now=now)


def came_up(database: Database, actor: Actor) -> list[Escalation]:
    with database.transaction(eyes(actor)) as tx:
        return escalations.list_escalations(tx, actor=actor, area=None, level=None, is_open=None, after=None, count=9)


class OfStreet(Life):
    """Files disputes in which an officer of the street is the applicant, as whom a grid leader files."""

    def file(self, actor: Actor | None = None, now: datetime = NOW, **changes: Any) -> Dispute:
        applicant = self.applicant(person_id=STREET.actor_id)
        return super().file(actor or self.people.leader, now, **{"applicant": applicant, **changes})


@EVERY_PART
def test_nobody_orders_what_is_to_be_done_in_the_own_cause(database: Database, rule: str) -> None:
    """信访工作条例 Art. 28."""
    PARTS[rule][0](OfStreet(database))
    tell(database, at("2026-04-20T00:00"))

    mine, colleague = came_up(database, STREET), Actor("street-9", STREET.grants)

    assert rule in {one.rule for one in mine}
    for escalation in mine:
        with pytest.raises(NotAllowed):
            orders(database, escalation, STREET)
    assert count(database, STREET, "UPDATE escalations SET answered_by = 'x'") == 0
    for escalation in mine:
        assert orders(database, escalation, colleague).instruction


def test_an_answer_settles_what_was_due_of_the_body(life: Any, database: Database) -> None:
    """The policies let through what handlers settle, with the eyes of who answers."""
    bodies = Bodies(database, life)
    bodies.fill()
    case = bodies.convene(bodies.accepted())
    task_id = bodies.give_task(case, Body.PROPERTY_OFFICE)

    bodies.answer(case, Body.PROPERTY_OFFICE)
    shown: joint.Shown = bodies.finish(task_id, seated(Body.PROPERTY_OFFICE))

    with database.transaction() as tx:
        left = {row.slot for row in tx.rows("SELECT slot FROM deadlines WHERE thing <> 'dispute'")}
    assert left == set(Body) - {Body.PROPERTY_OFFICE}
    assert shown.answered == [Body.PROPERTY_OFFICE]
