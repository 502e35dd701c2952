"""What can be done with committees: form one, hire a mediator, end an appointment, see who may be named."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from chassis import areas, outbox
from chassis.calendar import local_day
from chassis.database import Transaction
from chassis.errors import Conflict, FieldError, InvalidInput, NotAllowed, NotFound, StaleVersion
from chassis.identity import Actor
from chassis.privacy import mask_name
from services.grievances import access
from services.grievances.committees import model, store
from services.grievances.committees.model import Appointment, Committee, EndReason, Formed, Person
from services.grievances.places import store as places


@dataclass(frozen=True)
class Form:
    """A committee as it was elected; the last day of its term is three years on, unless it is given to be checked."""

    committee_id: UUID
    area: str
    formed_on: date
    term_ends_on: date | None
    members: Sequence[Person]


def form(tx: Transaction, command: Form, *, actor: Actor, now: datetime) -> Formed:
    """Begin a committee's term and end that of the one before it, whose mediators are named for no more cases.

    Raises InvalidInput for what Art. 8, 9 or 14 forbids or a place that has no committee, NotAllowed outside the
    caller's area, Conflict where a later one is formed already.
    """
    actor.require(access.OFFICERS, area=command.area)
    _refuse_own_gift(actor, command.members)
    _refuse_colleagues(tx, command.area, command.members, actor)
    _check_place(tx, command.area)
    committee = Committee(
        committee_id=command.committee_id,
        area=command.area,
        formed_on=command.formed_on,
        term_ends_on=command.term_ends_on or model.years_after(command.formed_on, model.TERM_YEARS),
    )
    before = store.find_current(tx, command.area)
    formed = model.form(committee, command.members, before=before, today=local_day(now))
    if before is not None:
        _end_term(tx, before, committee.formed_on, now)
    store.add(tx, formed, actor.actor_id)
    fact = model.fact_of_forming(formed.committee)
    outbox.add(tx, fact, subject=committee.committee_id, version=1, area=committee.area, now=now)
    _tell(tx, formed.members, now)
    return Formed(formed.committee, [masked(member) for member in formed.members])


def hire(tx: Transaction, committee_id: UUID, person: Person, *, actor: Actor, now: datetime) -> Appointment:
    """The committee hires one more mediator, until its own term ends.

    Raises NotFound, NotAllowed, WrongState once the term is over, InvalidInput for who is not of age, Conflict for who
    mediates for it already.
    """
    committee = store.find(tx, committee_id)
    if committee is None:
        raise NotFound(f"there is no committee {committee_id} that you may see; GET /committees lists those you may")
    actor.require(access.OFFICERS, area=committee.area)
    _refuse_own_gift(actor, [person])
    _refuse_colleagues(tx, committee.area, [person], actor)
    hired = model.hire(committee, person, today=local_day(now))
    if any(one.account_id == person.account_id for one in store.list_of_committee(tx, committee_id)):
        raise Conflict(f"this account mediates for the committee of {committee.area} already", rule=model.MEDIATORS)
    store.appoint(tx, [hired], actor.actor_id)
    _tell(tx, [hired], now)
    return masked(hired)


def end(
    tx: Transaction, appointment_id: UUID, *, reason: EndReason, actor: Actor, version: int, now: datetime
) -> Appointment:
    """Enter that somebody has left or was dismissed: by an officer of the area, or as asked by that very person.

    Raises NotFound, NotAllowed, StaleVersion, WrongState.
    """
    appointment = store.find_locked(tx, appointment_id)
    if appointment is None:
        raise NotFound(f"there is no appointment {appointment_id} that you may see; GET /mediators lists those you may")
    _require_say(actor, appointment, reason)
    if appointment.version != version:
        raise StaleVersion(f"appointment {appointment_id}", version, appointment.version)
    ended = model.end(appointment, reason=reason, on=local_day(now))
    store.end(tx, [ended], reason=reason, on=local_day(now))
    _tell(tx, [ended], now)
    return masked(ended)


def list_committees(tx: Transaction, area: str, *, actor: Actor) -> list[Committee]:
    """The current committees that serve an area, its own first. Raises NotAllowed outside the caller's area."""
    _require_presence(actor, area)
    return store.list_current(tx, areas.ancestors(area))


def list_mediators(tx: Transaction, area: str, *, actor: Actor, now: datetime) -> list[Appointment]:
    """Whom the committee may name, or the parties choose, for a case of this area (Art. 19), masked.

    Whoever may file there may look: the parties choose among them. Raises NotAllowed elsewhere.
    """
    _require_presence(actor, area)
    return [masked(one) for one in store.list_mediators(tx, areas.ancestors(area), local_day(now))]


def require_mediator(tx: Transaction, account_id: str, *, area: str, pointer: str, now: datetime) -> None:
    """Raise InvalidInput unless the account is in the register of this community's committee or of one above it."""
    if not store.is_mediator(tx, account_id, area, local_day(now)):
        raise model.not_a_mediator(area, pointer)


def masked(appointment: Appointment) -> Appointment:
    """As everyone sees a mediator: 陈**."""
    return replace(appointment, name=mask_name(appointment.name))


def _require_presence(actor: Actor, area: str) -> None:
    """Raise NotAllowed for who neither works nor files in the area; part of a grid is enough."""
    if not any(grant.role in access.READERS and areas.covers(grant.area, area) for grant in actor.grants):
        actor.require(access.READERS, area=area)


def _refuse_own_gift(actor: Actor, persons: Sequence[Person]) -> None:
    """A mediator is nobody's staff where the workstation is complained of: nobody makes that of oneself."""
    if any(person.account_id == actor.actor_id for person in persons):
        raise NotAllowed("nobody enters himself or herself as a mediator; another officer of the area or street must")


def _refuse_colleagues(tx: Transaction, area: str, persons: Sequence[Person], actor: Actor) -> None:
    """Nor do two colleagues make it of each other: who is known to hold an office here is entered from above."""
    if not access.works_only_in(actor, area):
        return
    if store.list_holding_office(tx, [person.account_id for person in persons], area):
        raise NotAllowed(
            f"one of these accounts holds an office of {area}; the street or the district enters it as a mediator, for "
            "a mediator is nobody's staff",
            rule=access.RECUSAL,
        )


def _check_place(tx: Transaction, area: str) -> None:
    level = places.find_ground(tx, area, None).level
    if level not in model.LEVELS:
        known = f"is a {level}" if level else "is not a division known here"
        detail = f"area {area} {known}; a mediation committee belongs to a community or a street"
        raise InvalidInput(detail, [FieldError("/area", detail)], rule=f"{model.SIZE}, 34")


def _end_term(tx: Transaction, committee: Committee, on: date, now: datetime) -> None:
    """End a committee with all who mediate for it."""
    left = store.list_of_committee(tx, committee.committee_id)
    ended = [model.end(one, reason=EndReason.TERM_ENDED, on=on) for one in left]
    store.end_committee(tx, committee.committee_id, on)
    store.end(tx, ended, reason=EndReason.TERM_ENDED, on=on)
    _tell(tx, ended, now)


def _require_say(actor: Actor, appointment: Appointment, reason: EndReason) -> None:
    """One may leave; only an officer enters what somebody else asked for, or a dismissal."""
    if reason is EndReason.OWN_REQUEST and actor.actor_id == appointment.account_id:
        return
    if actor.actor_id == appointment.account_id:
        raise NotAllowed("of one's own appointment one may only ask for the end: reason_code own_request")
    actor.require(access.OFFICERS, area=appointment.area)


def _tell(tx: Transaction, appointments: Sequence[Appointment], now: datetime) -> None:
    for one in appointments:
        outbox.add(tx, model.fact_of(one), subject=one.appointment_id, version=one.version, area=one.area, now=now)
