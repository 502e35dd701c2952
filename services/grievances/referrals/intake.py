"""How a referral comes in: from a dispute that the community cannot settle, or as a matter of its own."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from chassis.database import Transaction
from chassis.errors import FieldError, InvalidInput, NotAllowed
from chassis.identity import Actor
from services.grievances import access
from services.grievances.departments import store as departments
from services.grievances.disputes import handlers as disputes
from services.grievances.disputes import store as dispute_store
from services.grievances.disputes.model import Body, Side
from services.grievances.places import handlers as places
from services.grievances.referrals import model, rights, store
from services.grievances.referrals.handlers import due, record
from services.grievances.referrals.model import Change, Referral, Round, State
from services.grievances.referrals.store import Told


@dataclass(frozen=True)
class Register:
    """What is referred: a dispute, or a matter of its own with who complains. `matter` may hold personal data."""

    matter: str
    dispute_id: UUID | None = None
    area: str | None = None
    category: str | None = None
    name: str | None = None
    phone: str | None = None
    complainant_id: str | None = None
    accused_id: str | None = None
    body_complained_of: Body | None = None
    department_complained_of: str | None = None
    requested_department: str | None = None


def register(tx: Transaction, command: Register, *, referral_id: UUID, actor: Actor, now: datetime) -> Referral:
    """Register it, whatever it is about: there is no way not to (Art. 22). The one given back has its number.

    Raises InvalidInput for what is not known here, NotFound for a dispute the caller may not see, NotAllowed outside
    the caller's community.
    """
    _check_departments(tx, command)
    of = _of_dispute if command.dispute_id is not None else _of_own_matter
    referral, told = of(tx, command, referral_id, actor, now)
    change = model.register(referral, term=due(tx, State.REGISTERED, Round.HANDLING, now))
    serial = store.add(tx, change.referral, told)
    if serial is None:
        categories = ", ".join(one.category for one in dispute_store.list_categories(tx))
        detail = f"this category is not in use; give one of {categories}"
        raise InvalidInput(detail, [FieldError("/category", detail)])
    record(tx, Change(replace(change.referral, serial=serial), change.fact), "register", actor, now)
    return replace(change.referral, serial=serial)


def _of_dispute(
    tx: Transaction, command: Register, referral_id: UUID, actor: Actor, now: datetime
) -> tuple[Referral, Told]:
    """A dispute's applicant complains; whom the dispute complains of, the referral does too."""
    assert command.dispute_id is not None
    dispute = disputes.get_seen(tx, command.dispute_id, actor=actor)
    parties = {party.side: party for party in dispute_store.list_parties(tx, dispute.dispute_id)}
    applicant, respondent = parties[Side.APPLICANT], parties[Side.RESPONDENT]
    if actor.actor_id not in (dispute.filed_by, applicant.person_id):
        actor.require(access.STEPPERS, area=dispute.area)
    access.record_read(tx, actor, dispute, "referral")
    accused = respondent.person_id if respondent.person_id != applicant.person_id else None
    referral = Referral(
        referral_id=referral_id,
        area=dispute.area,
        category=dispute.category,
        filed_by=actor.actor_id,
        registered_at=now,
        dispute_id=dispute.dispute_id,
        relation=dispute.relation,
        complainant_id=applicant.person_id,
        accused_id=accused,
        body_complained_of=dispute.respondent_body or command.body_complained_of,
        department_complained_of=command.department_complained_of,
        requested_department=command.requested_department,
    )
    return referral, Told(applicant.name, applicant.phone, command.matter)


def _of_own_matter(
    tx: Transaction, command: Register, referral_id: UUID, actor: Actor, now: datetime
) -> tuple[Referral, Told]:
    """A resident complains; who files for others may name the complainant's account."""
    missing = [
        FieldError(f"/{field}", "needed where no dispute_id is given")
        for field, given in (("area", command.area), ("category", command.category), ("complainant", command.name))
        if given is None
    ]
    if missing:
        raise InvalidInput("give a dispute_id, or area, category and complainant", missing)
    assert command.area is not None and command.category is not None and command.name is not None  # noqa: PT018
    _, problems = places.survey(tx, command.area, None)
    if problems:
        raise InvalidInput("; ".join(problem.detail for problem in problems), problems)
    actor.require(rights.REFERRERS, area=command.area)
    referral = Referral(
        referral_id=referral_id,
        area=command.area,
        category=command.category,
        filed_by=actor.actor_id,
        registered_at=now,
        complainant_id=_complainant(command, actor),
        accused_id=command.accused_id,
        body_complained_of=command.body_complained_of,
        department_complained_of=command.department_complained_of,
        requested_department=command.requested_department,
    )
    return referral, Told(command.name, command.phone, command.matter)


def _complainant(command: Register, actor: Actor) -> str | None:
    helps = any(
        grant.role in rights.REFERRERS - {"resident"} and grant.reaches(command.area or "") for grant in actor.grants
    )
    if helps:
        return command.complainant_id
    if command.complainant_id not in (None, actor.actor_id):
        raise NotAllowed("a resident complains in his or her own name; leave complainant.person_id out")
    return actor.actor_id


def _check_departments(tx: Transaction, command: Register) -> None:
    named = {
        "/department_complained_of": command.department_complained_of,
        "/requested_department": command.requested_department,
    }
    detail = "there is no department of this code; GET /departments lists them"
    problems = [FieldError(at, detail) for at, code in named.items() if code and departments.find(tx, code) is None]
    if problems:
        raise InvalidInput(detail, problems)
