"""What can be done with joint cases: convene one, answer, give and do tasks, decide, read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from chassis import areas, audit, outbox
from chassis.calendar import local_day
from chassis.database import Transaction
from chassis.errors import NotAllowed, NotFound, StaleVersion
from chassis.identity import Actor
from services.grievances import access
from services.grievances.deadlines import handlers as deadlines
from services.grievances.deadlines.model import Thing
from services.grievances.deadlines.timetables import timetables
from services.grievances.disputes import handlers as disputes
from services.grievances.disputes import life_cycle
from services.grievances.disputes import model as dispute_model
from services.grievances.disputes import store as disputes_store
from services.grievances.disputes.model import Body, Dispute
from services.grievances.joint import model, store, withheld
from services.grievances.joint.endings import keep
from services.grievances.joint.model import Action, Answer, AppealRoute, Decision, JointCase, Standing, Task
from services.grievances.seats import handlers as seats
from services.grievances.seats import store as seats_store


@dataclass(frozen=True)
class Decide:
    """A decision as who is in charge gives it."""

    decided_on: date
    decision: str
    document_number: str
    appeal_route: AppealRoute


@dataclass(frozen=True)
class Shown:
    """A joint case as its reader may see it.

    To the body complained of: the question, its own answer and tasks, and the decision; nothing that leads to the
    dispute, who filed it, who mediates it or what the others say. `dispute_id` shows to who works on disputes there.
    `task_id`: the task that was just given.
    """

    joint_case_id: UUID
    dispute_id: UUID | None
    area: str
    body_complained_of: Body | None
    state: model.State
    version: int
    convened_at: datetime
    answer_due_at: datetime
    answered: Sequence[Body]
    question: str | None = None
    answers: Sequence[Answer] = ()
    tasks: Sequence[Task] = ()
    decision: Decision | None = None
    task_id: UUID | None = None


def convene(
    tx: Transaction,
    dispute_id: UUID,
    *,
    question: str,
    joint_case_id: UUID,
    actor: Actor,
    version: int,
    now: datetime,
) -> Shown:
    """Ask the five bodies about a dispute, in a question written anew for them; each has its answer due."""
    dispute = disputes.get_locked(tx, dispute_id, actor=actor, version=version)
    access.require_work(actor, dispute, roles=access.COMMITTEE)
    dispute_model.check_no_part(dispute, actor.actor_id)
    model.check_convening(dispute)
    # Opened by the program for the comparison alone; nobody is shown anything.
    fingerprints = withheld.fingerprints(disputes_store.list_parties(tx, dispute_id))
    withheld.check(fingerprints, question=question)
    thing = Thing("joint_case", joint_case_id, dispute.area, dispute.category, dispute.relation, dispute_id)
    due = [deadlines.watch(tx, thing, "joint.answer", now, slot=body) for body in Body]
    case = JointCase(
        joint_case_id=joint_case_id,
        dispute_id=dispute_id,
        area=dispute.area,
        category=dispute.category,
        relation=dispute.relation,
        body_complained_of=dispute.respondent_body,
        convened_by=actor.actor_id,
        convened_at=now,
        answer_due_at=due[0].due_at,
        withheld=tuple(fingerprints),
        question=question,
    )
    change = model.convene(case)
    store.add(tx, case)
    outbox.add(tx, change.fact, subject=joint_case_id, version=case.version, area=case.area, now=now)
    return _shown(case, actor, frozenset())


def answer(tx: Transaction, joint_case_id: UUID, *, body: Body, answer: str, actor: Actor, now: datetime) -> Shown:
    """Keep what a body answers."""
    case, standing = _locked(tx, joint_case_id, actor)
    given = Answer(body, actor.actor_id, now, recorded_for_it=body not in standing.bodies, answer=answer)
    has_account = seats_store.has_account(tx, case.area, body)
    change = model.answer(case, body, standing, has_account=has_account)
    withheld.check(case.withheld, answer=answer)
    store.add_answer(tx, case, given)
    deadlines.settle(tx, joint_case_id, slot=body)
    keep(tx, change, now)
    return _shown(change.case, actor, standing.bodies)


def give_task(
    tx: Transaction,
    joint_case_id: UUID,
    *,
    task_id: UUID,
    body: Body,
    what: str,
    due_on: date,
    actor: Actor,
    now: datetime,
) -> Shown:
    """Give a body a task, and have its last day in sight."""
    case, standing = _locked(tx, joint_case_id, actor)
    task = Task(task_id, body, due_on, actor.actor_id, now, what=what)
    change = model.give_task(case, task, standing, today=local_day(now))
    withheld.check(case.withheld, what=what)
    store.add_task(tx, case, task)
    thing = Thing("joint_task", task_id, case.area, case.category, case.relation, case.dispute_id)
    deadlines.watch_until(tx, thing, "joint.task", due_on, now)
    keep(tx, change, now)
    return replace(_shown(change.case, actor, standing.bodies), task_id=task_id)


def finish_task(tx: Transaction, task_id: UUID, *, record: str, actor: Actor, now: datetime) -> Shown:
    """Record that a task is done."""
    joint_case_id = store.find_of_task(tx, task_id)
    if joint_case_id is None:
        raise _unknown_task(task_id)
    case, standing = _locked(tx, joint_case_id, actor)
    task = next((task for task in store.list_tasks(tx, joint_case_id) if task.task_id == task_id), None)
    if task is None:
        raise _unknown_task(task_id)
    change = model.finish_task(case, task, standing)
    withheld.check(case.withheld, record=record)
    store.save_done(tx, replace(task, record=record, done_by=actor.actor_id, done_at=now))
    deadlines.settle(tx, task_id)
    keep(tx, change, now)
    return _shown(change.case, actor, standing.bodies)


def decide(
    tx: Transaction, joint_case_id: UUID, command: Decide, *, actor: Actor, version: int, now: datetime
) -> Shown:
    """Decide the dispute: it is resolved with the joint case. Tasks that were given are still to be done."""
    case, standing = _seen(tx, joint_case_id, actor)
    model.check_in_charge(case, standing, Action.DECIDE)
    # The dispute before its joint case: so every step locks them.
    dispute = disputes.get_for_work(tx, case.dispute_id, actor=actor)
    case, standing = _locked(tx, joint_case_id, actor)
    if case.version != version:
        raise StaleVersion(case.name, version, case.version)
    decision = Decision(
        joint_case_id=joint_case_id,
        decided_on=command.decided_on,
        decision=command.decision,
        document_number=command.document_number,
        appeal_route=command.appeal_route,
        appeal_until=_last_day(tx, command),
        decided_by=actor.actor_id,
    )
    change = model.decide(case, decision, dispute, standing, now=now)
    _check_words(case, command)
    resolved = life_cycle.decide(dispute, by=actor.actor_id, now=now)
    store.add_decision(tx, case, decision, now)
    deadlines.settle(tx, joint_case_id)
    keep(tx, change, now)
    disputes.keep(tx, resolved._replace(dispute=replace(resolved.dispute, joint_case_id=None)), now)
    return _shown(change.case, actor, standing.bodies)


def find_decision(tx: Transaction, dispute_id: UUID) -> Decision | None:
    """The decision that a dispute came to last, for the complainant and whoever else may see the dispute."""
    return store.find_decision_of_dispute(tx, dispute_id)


def get_in_detail(tx: Transaction, joint_case_id: UUID, *, actor: Actor) -> Shown:
    """A joint case with its texts, as its reader may see them; every reading is audited."""
    case, standing = _seen(tx, joint_case_id, actor)
    audit.record(
        tx,
        actor.actor_id,
        "joint_case.read",
        f"joint_case/{joint_case_id}",
        area=case.area,
        purpose="joint governance",
        kind="read",
    )
    accused = case.body_complained_of in standing.bodies
    own = {case.body_complained_of} if accused else set(Body)
    return replace(
        _shown(case, actor, standing.bodies),
        question=case.question,
        answers=[given for given in store.list_answers(tx, joint_case_id) if given.body in own],
        tasks=[task for task in store.list_tasks(tx, joint_case_id) if task.body in own],
        decision=store.find_decision(tx, joint_case_id),
    )


def list_joint_cases(
    tx: Transaction,
    *,
    actor: Actor,
    area: str | None,
    mine: bool,
    dispute_id: UUID | None = None,
    before: store.Key | None,
    count: int,
) -> list[Shown]:
    """A page, newest first: where the caller works or has a seat; `mine`: only where the caller speaks for a body.

    `dispute_id`: only those of a dispute that the caller sees.
    Raises NotAllowed for an area in which the caller neither works nor has a seat.
    """
    scope = access.scope(actor)
    communities = set(seats_store.bodies_of(tx, actor.actor_id))
    if area is not None:
        communities = {community for community in communities if areas.covers(area, community)}
        reached = any(areas.prefix(area).startswith(prefix) for prefix in scope)
        scope = (areas.prefix(area),) if reached else ()
        if not reached and not communities:
            actor.require(access.SEERS, area=area)
    if mine:
        own = {prefix for prefix in scope if areas.is_code(prefix) and seats.spoken_for(tx, actor, prefix)}
        scope, communities = (), communities | own
    cases = store.list_page(tx, scope, communities, dispute_id=dispute_id, before=before, count=count)
    bodies = {community: seats.spoken_for(tx, actor, community) for community in {case.area for case in cases}}
    return [_shown(case, actor, bodies[case.area]) for case in cases]


def _locked(tx: Transaction, joint_case_id: UUID, actor: Actor) -> tuple[JointCase, Standing]:
    return _known(tx, store.find_locked(tx, joint_case_id), joint_case_id, actor)


def _seen(tx: Transaction, joint_case_id: UUID, actor: Actor) -> tuple[JointCase, Standing]:
    return _known(tx, store.find(tx, joint_case_id), joint_case_id, actor)


def _known(tx: Transaction, case: JointCase | None, joint_case_id: UUID, actor: Actor) -> tuple[JointCase, Standing]:
    """The case and what the actor is to it. Raises NotFound for who neither speaks for a body nor sees the dispute."""
    if case is not None:
        bodies = seats.spoken_for(tx, actor, case.area)
        found = None if case.body_complained_of in bodies else disputes_store.find(tx, case.dispute_id)
        dispute = found and found[0]
        standing = Standing(bodies, in_charge=dispute is not None and _is_in_charge(actor, dispute))
        if bodies or (dispute is not None and _works_there(actor, case.area) and not access.is_hidden(dispute, actor)):
            return case, standing
    raise NotFound(f"there is no joint case {joint_case_id} that you may see; GET /joint-cases lists those you may")


def _is_in_charge(actor: Actor, dispute: Dispute) -> bool:
    try:
        access.require_work(actor, dispute, roles=access.COMMITTEE)
        dispute_model.check_no_part(dispute, actor.actor_id)
    except NotAllowed:
        return False
    return True


def _works_there(actor: Actor, area: str) -> bool:
    return any(area.startswith(prefix) for prefix in access.scope(actor))


def _shown(case: JointCase, actor: Actor, bodies: frozenset[Body]) -> Shown:
    accused = case.body_complained_of in bodies
    return Shown(
        joint_case_id=case.joint_case_id,
        dispute_id=case.dispute_id if _works_there(actor, case.area) and not accused else None,
        area=case.area,
        body_complained_of=case.body_complained_of,
        state=case.state,
        version=case.version,
        convened_at=case.convened_at,
        answer_due_at=case.answer_due_at,
        answered=[body for body in case.answered if not accused or body == case.body_complained_of],
    )


def _last_day(tx: Transaction, command: Decide) -> date:
    """A term that ends on a day off ends on the next working day (民法典 Art. 203)."""
    last = command.decided_on + timedelta(days=command.appeal_route.within_days)
    return timetables.current(tx).holidays.first_working_day(last)


def _check_words(case: JointCase, command: Decide) -> None:
    withheld.check(
        case.withheld,
        decision=command.decision,
        document_number=command.document_number,
        appeal_route__body=command.appeal_route.body,
        appeal_route__how=command.appeal_route.how,
    )


def _unknown_task(task_id: UUID) -> NotFound:
    return NotFound(f"there is no task {task_id} that you may see; GET /joint-cases lists the cases you may")
