"""What can be done with registered referrals: take them through the law's terms to the last answer, read them."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from chassis import areas, audit, outbox, privacy
from chassis.calendar import local_day
from chassis.database import Transaction
from chassis.errors import NotAllowed, NotFound, StaleVersion
from chassis.identity import ANONYMOUS, Actor
from services.grievances import access
from services.grievances.deadlines import handlers as deadlines
from services.grievances.deadlines.model import Thing
from services.grievances.deadlines.timetables import timetables
from services.grievances.departments import store as departments
from services.grievances.departments.model import Department
from services.grievances.disputes.model import ReassignmentReason
from services.grievances.referrals import model, rights, store
from services.grievances.referrals.model import Change, Command, Referral, Round, State, Term
from services.grievances.referrals.store import Answer, Step, Told

OBJECTION = "objection"
"""The slot of the working days in which a department can object."""


def sort(
    tx: Transaction,
    referral_id: UUID,
    *,
    department_code: str,
    reason: str | None,
    actor: Actor,
    version: int,
    now: datetime,
) -> Referral:
    """Give it to the department in charge; `reason` where the district decides against an objection."""
    referral = get_locked(tx, referral_id, Command.SORT, actor=actor, version=version, now=now)
    rights.require_sorter(actor, referral)
    change = model.sort(
        referral,
        departments.find(tx, department_code),
        complained_of=_department(tx, referral.department_complained_of),
        by=actor.actor_id,
        decides=rights.decides(actor, referral) and bool(reason),
        term=due(tx, State.SORTED, Round.HANDLING, now),
        objection_due_at=timetables.current(tx).due(model.OBJECTION_RULE, now).due_at,
    )
    after = _keep(tx, change, Command.SORT, actor, now, words=reason)
    store.hand_over(tx, after, now)
    return after


def object_(tx: Transaction, referral_id: UUID, *, reason: str, actor: Actor, version: int, now: datetime) -> Referral:
    """The department says in detail why it is not in charge, and gives it back."""
    referral = get_locked(tx, referral_id, Command.OBJECT, actor=actor, version=version, now=now)
    rights.require_department(actor, referral)
    term = due(tx, State.REGISTERED, Round.HANDLING, now)
    change = model.object_(referral, by=actor.actor_id, now=now, term=term)
    after = _keep(tx, change, Command.OBJECT, actor, now, words=reason, department_code=referral.department_code)
    store.give_back(tx, referral, now)
    return after


def decline(
    tx: Transaction,
    referral_id: UUID,
    *,
    reason: model.DeclineReason,
    explanation: str,
    actor: Actor,
    version: int,
    now: datetime,
) -> Referral:
    """Who sorts, or the department it was given to, says which other procedure decides it."""
    referral = get_locked(tx, referral_id, Command.DECLINE, actor=actor, version=version, now=now)
    (rights.require_department if referral.state is State.SORTED else rights.require_sorter)(actor, referral)
    change = model.decline(referral, reason=reason, by=actor.actor_id, now=now)
    return _keep(tx, change, Command.DECLINE, actor, now, words=explanation, reason_code=reason)


def accept(
    tx: Transaction, referral_id: UUID, *, handler_id: str | None, actor: Actor, version: int, now: datetime
) -> Referral:
    """The department in charge gives notice that it handles it; who asks does, unless another one is named."""
    referral = get_locked(tx, referral_id, Command.ACCEPT, actor=actor, version=version, now=now)
    rights.require_department(actor, referral)
    term = due(tx, State.ACCEPTED, Round.HANDLING, now)
    change = model.accept(referral, handler_id=handler_id or actor.actor_id, by=actor.actor_id, term=term)
    return _keep(tx, change, Command.ACCEPT, actor, now, named_id=change.referral.handler_id)


def extend(
    tx: Transaction,
    referral_id: UUID,
    *,
    days: int,
    approver_id: str,
    reason: str,
    actor: Actor,
    version: int,
    now: datetime,
) -> Referral:
    """More time, once, which a head of the department has approved."""
    referral = get_locked(tx, referral_id, Command.EXTEND, actor=actor, version=version, now=now)
    rights.require_handler(actor, referral)
    at_most = timetables.current(tx).rules[model.EXTENSION_RULE].amount or 0
    change = model.extend(referral, days=days, at_most=at_most, approver_id=approver_id, by=actor.actor_id, now=now)
    return _keep(tx, change, Command.EXTEND, actor, now, words=reason, named_id=approver_id)


def recuse(
    tx: Transaction,
    referral_id: UUID,
    *,
    successor_id: str,
    reason: ReassignmentReason,
    actor: Actor,
    version: int,
    now: datetime,
) -> Referral:
    """Who handles it withdraws, or a head of the department takes it away; a successor has it at once."""
    referral = get_locked(tx, referral_id, Command.RECUSE, actor=actor, version=version, now=now)
    rights.require_handler(actor, referral, or_head=True)
    change = model.recuse(referral, successor_id=successor_id, reason=reason, by=actor.actor_id)
    return _keep(tx, change, Command.RECUSE, actor, now, named_id=successor_id, reason_code=reason)


@dataclass(frozen=True)
class Reply:
    """The written answer 信访处理意见书. `answer` may hold personal data; received today unless said."""

    answer: str
    document_number: str
    answered_on: date
    received_on: date | None = None


def answer(tx: Transaction, referral_id: UUID, reply: Reply, *, actor: Actor, version: int, now: datetime) -> Referral:
    """Keep the written answer, which names how it can be contested and until when; a re-review closes it for good.

    The time to contest it runs from the day on which it is recorded here, never shorter than from when it was received.
    """
    referral = get_locked(tx, referral_id, Command.ANSWER, actor=actor, version=version, now=now)
    rights.require_answerer(actor, referral)
    received_on = reply.received_on or local_day(now)
    change = model.answer(
        referral,
        answered_on=reply.answered_on,
        received_on=received_on,
        by=actor.actor_id,
        now=now,
        # Of a re-review nothing follows; the model knows.
        term=due(tx, State.ANSWERED, min(referral.round, Round.REVIEW, key=list(Round).index), now),
    )
    after = _keep(tx, change, Command.ANSWER, actor, now)
    _store_answer(tx, referral, after, replace(reply, received_on=received_on), actor, now)
    if (closed := model.close(after, now=now)) is not None:
        after = _keep(tx, closed, Command.CLOSE, actor, now)
    return after


def contest(
    tx: Transaction, referral_id: UUID, *, grounds: str | None, actor: Actor, version: int, now: datetime
) -> Referral:
    """Who complained asks for a review 复查, or after that for a re-review 复核."""
    referral = get_locked(tx, referral_id, Command.CONTEST, actor=actor, version=version, now=now)
    rights.require_complainant(actor, referral)
    return _contest(tx, referral, actor, grounds, now)


def contest_followed(tx: Transaction, dispute_id: UUID, number: str, *, grounds: str | None, now: datetime) -> Referral:
    """The same for who has shown the dispute's number and secret. Raises NotFound for the referral of another one."""
    known = {referral.number: referral.referral_id for referral in store.list_of_dispute(tx, dispute_id)}
    referral = store.find_locked(tx, known[number]) if number in known else None
    if referral is None:
        raise NotFound("this case has no referral of this number; GET /follow/{case_number}/referrals lists them")
    referral = model.as_of(referral, now)
    model.check_state(referral, Command.CONTEST)
    return _contest(tx, referral, ANONYMOUS, grounds, now)


def withdraw(tx: Transaction, referral_id: UUID, *, actor: Actor, version: int, now: datetime) -> Referral:
    """Who complained does not want it to go on."""
    referral = get_locked(tx, referral_id, Command.WITHDRAW, actor=actor, version=version, now=now)
    rights.require_complainant(actor, referral)
    change = model.withdraw(referral, by=actor.actor_id, now=now)
    return _keep(tx, change, Command.WITHDRAW, actor, now)


def lapse(tx: Transaction, thing_id: UUID, now: datetime) -> Referral | None:
    """Close what nobody contested in time, for the timer of due times; the same again changes nothing.

    None where nothing is to be closed: it went on meanwhile, or only the days for objecting are over. A reader is shown
    the closed referral from the same instant on, whether or not this has been called (`model.as_of`).
    """
    referral = store.find_locked(tx, thing_id)
    change = referral and model.close(referral, now=now)
    if not change:
        return None
    return _keep(tx, change, Command.CLOSE, _TIMER, now, taken_at=change.referral.closed_at)


def get_locked(
    tx: Transaction, referral_id: UUID, command: Command, *, actor: Actor, version: int, now: datetime
) -> Referral:
    """The referral for this change: locked, as it stands now, at the version the caller has read.

    Raises NotFound where the caller may see none, StaleVersion, WrongState.
    """
    referral = store.find_locked(tx, referral_id)
    if referral is None or rights.is_hidden(referral, actor):
        raise _unknown(referral_id)
    referral = model.as_of(referral, now)
    if referral.version != version:
        raise StaleVersion(f"referral {referral.number}", version, referral.version)
    model.check_state(referral, command)
    return referral


@dataclass(frozen=True, kw_only=True)
class ReferralInDetail(Referral):
    """A referral with who complains, masked or opened; `matter` only where it may be read."""

    complainant: dict[str, str | None]
    matter: str | None


def get_in_detail(
    tx: Transaction, referral_id: UUID, *, actor: Actor, purpose: rights.Purpose | None, now: datetime
) -> ReferralInDetail:
    """Masked without a purpose; with one, opened as far as the purpose needs, and audited.

    Who complains reads his or her own words without a purpose (PIPL Art. 45); that is audited too.
    """
    referral, row = _seen(tx, referral_id, actor, now)
    told = store.told(row)
    own = actor.actor_id == referral.complainant_id
    if purpose is not None:
        rights.opens_matter(tx, actor, referral, purpose)
    elif own:
        rights.record_read(tx, actor, referral, "own matter")
    shown = purpose is not None and rights.shows_person(actor, referral, purpose)
    person = {"name": told.name, "phone": told.phone} if own or shown else _masked(told)
    return ReferralInDetail(
        **vars(referral), complainant=person, matter=told.matter if own or purpose is not None else None
    )


@dataclass(frozen=True)
class Progress:
    """How far a referral has come (Art. 21), without anybody's name: what who complains may ask for at any time."""

    referral: Referral
    department: Department | None
    steps: tuple[Step, ...]

    notice: str = model.NO_RETALIATION


def get_progress(tx: Transaction, referral_id: UUID, *, actor: Actor, now: datetime) -> Progress:
    """For who complains, and for those who see the referral anyway."""
    return _progress(tx, _seen(tx, referral_id, actor, now)[0], now)


def list_of_dispute(tx: Transaction, dispute_id: UUID, *, now: datetime) -> list[Progress]:
    """How far the referrals of a dispute have come; for whom the caller has checked that the dispute is theirs."""
    return [_progress(tx, model.as_of(referral, now), now) for referral in store.list_of_dispute(tx, dispute_id)]


def list_followed(tx: Transaction, dispute_id: UUID, *, now: datetime) -> list[Progress]:
    """The same for who has shown the number and secret of the dispute; audited as read by secret."""
    found = list_of_dispute(tx, dispute_id, now=now)
    for progress in found:
        thing = f"referral/{progress.referral.referral_id}"
        area = progress.referral.area
        audit.record(tx, ANONYMOUS.actor_id, "referral.read_by_secret", thing, area=area, purpose="own", kind="read")
    return found


def list_answers(
    tx: Transaction, referral_id: UUID, *, actor: Actor, purpose: rights.Purpose | None, now: datetime
) -> list[Answer]:
    """The written answers, for who complains; for others their words only for a purpose. Audited."""
    referral, _ = _seen(tx, referral_id, actor, now)
    return store.list_answers(tx, referral_id, opened=_opened(tx, referral, actor, purpose))


def list_steps(
    tx: Transaction, referral_id: UUID, *, actor: Actor, purpose: rights.Purpose | None, now: datetime
) -> list[Step]:
    """Every step and hand-over with who took it, for the offices; their reasons only for a purpose. Audited.

    Which account complains is told to nobody who may not see the name.
    """
    referral, _ = _seen(tx, referral_id, actor, now)
    if not rights.holds(referral, actor):
        actor.require(access.SEERS, area=referral.area)
    opened = purpose is not None
    if purpose is not None:
        rights.opens_matter(tx, actor, referral, purpose)
    steps = store.list_steps(tx, referral_id, opened=opened)
    if purpose is not None and rights.shows_person(actor, referral, purpose):
        return steps
    return [replace(step, taken_by=None) if step.taken_by == referral.complainant_id else step for step in steps]


def list_referrals(
    tx: Transaction,
    *,
    actor: Actor,
    own: bool,
    area: str | None,
    department: str | None,
    dispute_id: UUID | None = None,
    state: State | None,
    now: datetime,
    before: store.Key | None,
    count: int,
) -> list[Referral]:
    """A page, newest first: one's own, of an area, with a department; by default what the caller works on.

    `dispute_id`: only what that dispute led to.

    Raises NotAllowed for an area where the caller does not work, or a department the caller does not act for.
    """
    scope, acted_for = access.scope(actor), departments.codes_of(tx, actor.actor_id)
    if area is not None:
        actor.require(access.SEERS, area=area)
        scope = (areas.prefix(area),)
    if department is not None and not scope and department not in acted_for:
        raise NotAllowed(f"department {department} is not one that you act for; GET /referrals lists what you may see")
    chosen = [department] if department is not None else None
    found = store.list_page(
        tx,
        own=own or not (scope or acted_for),
        actor_id=actor.actor_id,
        prefixes=scope if scope and not own else None,
        departments=chosen if scope or own else chosen or (acted_for or None),
        dispute_id=dispute_id,
        state=state,
        now=now,
        before=before,
        count=count,
    )
    return [model.as_of(referral, now) for referral in found]


def _contest(tx: Transaction, referral: Referral, actor: Actor, grounds: str | None, now: datetime) -> Referral:
    following = model.NEXT_ROUND.get(referral.round, Round.REREVIEW)
    term = due(tx, State.CONTESTED, following, now)
    change = model.contest(referral, by=actor.actor_id, now=now, term=term)
    return _keep(tx, change, Command.CONTEST, actor, now, words=grounds)


def _department(tx: Transaction, code: str | None) -> Department | None:
    return departments.find(tx, code) if code else None


def _store_answer(
    tx: Transaction, before: Referral, after: Referral, reply: Reply, actor: Actor, now: datetime
) -> None:
    assert before.answering_level is not None and before.department_code is not None  # noqa: PT018
    written = Answer(
        round=before.round,
        answering_level=before.answering_level,
        department_code=before.department_code,
        answer=reply.answer,
        document_number=reply.document_number,
        answered_on=reply.answered_on,
        received_on=reply.received_on or local_day(now),
        appeal_until=after.appeal_until,
    )
    store.add_answer(tx, before.referral_id, written, recorded_by=actor.actor_id, now=now)


def _keep(tx: Transaction, change: Change, command: Command, actor: Actor, now: datetime, **step: Any) -> Referral:
    """Save the changed referral with its step and fact and watch what is due next, in the round trip of the commit."""
    store.save(tx, change.referral)
    return record(tx, change, command, actor, now, **step)


def record(tx: Transaction, change: Change, command: str, actor: Actor, now: datetime, **step: Any) -> Referral:
    """Keep the step, tell the fact and watch what is due next; for a referral that is itself stored already."""
    referral, fact = change
    taken: dict[str, Any] = {
        "version": referral.version,
        "step": command,
        "taken_at": now,
        "taken_by": actor.actor_id,
        "department_code": referral.department_code,
        "round": referral.round,
        "due_at": referral.term.due_at if referral.term else None,
    }
    store.add_step(tx, referral.referral_id, Step(**taken | step))
    outbox.add(tx, fact, subject=referral.referral_id, version=referral.version, area=referral.area, now=now)
    _watch(tx, referral)
    return referral


def _watch(tx: Transaction, referral: Referral) -> None:
    """Keep in sight what is due, and the days for objecting; of a closed referral, nothing is."""
    thing = Thing(
        "referral",
        referral.referral_id,
        referral.area,
        referral.category if referral.dispute_id else None,
        referral.relation,
    )
    if referral.term is None:
        deadlines.settle(tx, referral.referral_id)
        return
    rule, start, _ = referral.term
    if rule == model.EXTENSION_RULE:
        deadlines.watch_until(tx, thing, rule, referral.term.last_day, start)
    else:
        deadlines.watch(tx, thing, rule, start)
    if referral.objection_due_at is not None:
        deadlines.watch(tx, thing, model.OBJECTION_RULE, start, slot=OBJECTION)
    elif referral.state in (State.REGISTERED, State.ACCEPTED):
        deadlines.settle(tx, referral.referral_id, slot=OBJECTION)


def due(tx: Transaction, state: State, of_round: Round, now: datetime) -> Term:
    """What is due from now on in this state of this round."""
    rule = model.DUE_RULES[state, of_round]
    return Term(rule, now, timetables.current(tx).due(rule, now).due_at)


def _seen(tx: Transaction, referral_id: UUID, actor: Actor, now: datetime) -> tuple[Referral, Any]:
    found = store.find(tx, referral_id)
    if found is None or rights.is_hidden(found[0], actor):
        raise _unknown(referral_id)
    return model.as_of(found[0], now), found[1]


def _opened(tx: Transaction, referral: Referral, actor: Actor, purpose: rights.Purpose | None) -> bool:
    if actor.actor_id == referral.complainant_id:
        rights.record_read(tx, actor, referral, "own matter")
        return True
    if purpose is not None:
        rights.opens_matter(tx, actor, referral, purpose)
    return purpose is not None


def _progress(tx: Transaction, referral: Referral, now: datetime) -> Progress:
    steps = store.list_steps(tx, referral.referral_id, opened=False)
    if referral.closed_at is not None and steps[-1].version < referral.version:
        # The time is over, though no timer has said so yet.
        over = replace(
            steps[-1], version=referral.version, step=Command.CLOSE, taken_at=referral.closed_at, due_at=None
        )
        steps.append(over)
    return Progress(referral, _department(tx, referral.department_code), tuple(steps))


def _masked(told: Told) -> dict[str, str | None]:
    return {
        "name": privacy.mask_name(told.name),
        "phone": privacy.mask_phone(told.phone) if told.phone else None,
    }


def _unknown(referral_id: UUID) -> NotFound:
    return NotFound(f"there is no referral {referral_id} that you may see; GET /referrals lists those you may")


_TIMER = Actor("system", ())
"""Closes what nobody contested in time."""
