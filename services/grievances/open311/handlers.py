"""What clients of Open311 can do: read the offer, file, follow. Every rule of filing and seeing holds as elsewhere."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from chassis.database import Transaction
from chassis.errors import NotAllowed, NotFound
from chassis.identity import Actor
from services.grievances import access
from services.grievances.disputes import handlers as disputes
from services.grievances.disputes import store as dispute_store
from services.grievances.disputes.model import Channel, Resolution, TicketKind
from services.grievances.disputes.store import Category
from services.grievances.following import handlers as following
from services.grievances.following.secret import read_case_number
from services.grievances.joint import store as joint
from services.grievances.open311 import definitions, model, store
from services.grievances.open311.definitions import Definition, Service
from services.grievances.open311.intake import Community, Filed, Told, notice, place
from services.grievances.open311.model import Asked, ServiceRequest, wrong


def list_services(tx: Transaction, jurisdiction_id: str | None) -> list[Service]:
    """The categories in use."""
    check_jurisdiction(tx, jurisdiction_id)
    return [definitions.service_of(category) for category in dispute_store.list_categories(tx)]


def get_definition(tx: Transaction, service_code: str, jurisdiction_id: str | None) -> Definition:
    """What this service asks for."""
    check_jurisdiction(tx, jurisdiction_id)
    category = _category(tx, service_code)
    return definitions.definition_of(category, dispute_store.list_relations(tx), store.list_communities(tx))


def check_jurisdiction(tx: Transaction, jurisdiction_id: str | None) -> None:
    """Raise NotFound for another jurisdiction than the district. Left out, it is the district."""
    if jurisdiction_id is None:
        return
    known = store.list_districts(tx)
    if jurisdiction_id not in known:
        right = f"; here it is {' or '.join(known)}" if known else ""
        raise NotFound(f"jurisdiction_id was not found{right}; it may also be left out")


def check_offer(tx: Transaction, jurisdiction_id: str | None, service_code: str) -> None:
    """Raise NotFound for an unknown jurisdiction or service: what else is missing of it, nobody can say then."""
    check_jurisdiction(tx, jurisdiction_id)
    _category(tx, service_code)


def file(
    tx: Transaction,
    told: Told,
    *,
    dispute_id: UUID,
    secret: str,
    actor: Actor,
    now: datetime,
) -> Filed:
    """File what a client tells, as any dispute is filed; a hotline's account files a ticket.

    Raises InvalidInput, and NotAllowed where the caller does not file.
    """
    if told.relation not in [one.relation for one in dispute_store.list_relations(tx)]:
        raise wrong("attribute[relation]", "must be a value of the service definition, for example owner_property")
    community = place(told, store.list_communities(tx))
    command = _command(told, community, is_hotline=_is_hotline(actor, community.code))
    dispute = disputes.register(
        tx, command, dispute_id=dispute_id, actor=actor, now=now, secret_hash=following.hash_of(secret)
    )
    text = notice(dispute.case_number, secret, community, has_media=told.has_media)
    return Filed(dispute_id, community.code, dispute.case_number, text)


def list_requests(
    tx: Transaction, asked: Asked, *, jurisdiction_id: str | None, actor: Actor, now: datetime
) -> list[ServiceRequest]:
    """Those of the areas where the caller works; of who works nowhere, the own ones (ADR 12)."""
    check_jurisdiction(tx, jurisdiction_id)
    if asked.numbers is not None:
        numbers = [number for text in asked.numbers if (number := read_case_number(text))]
        return store.list_requests(tx, store.find_numbered(tx, numbers))
    since, until = model.span(asked.since, asked.until, now)
    if scope := access.scope(actor):
        found = store.find_of_scope(tx, scope, asked, since, until)
    else:
        found = store.find_own(tx, actor.actor_id, asked, since, until)
    return store.list_requests(tx, found)


def get_request(tx: Transaction, reference: str | UUID, *, jurisdiction_id: str | None, actor: Actor) -> ServiceRequest:
    """The one with this case number, or of this dispute, for an account that may see it. Who filed reads what was told.

    Raises NotFound for everyone else.
    """
    check_jurisdiction(tx, jurisdiction_id)
    dispute_id = reference if isinstance(reference, UUID) else _find(tx, reference)
    try:
        dispute = disputes.get_in_detail(tx, dispute_id, actor=actor, purpose=None)
    except NotAllowed as error:
        raise _unknown() from error
    return replace(_standing(tx, dispute_id), description=dispute.summary, decision=dispute.decision)


def get_followed(tx: Transaction, shown: following.Shown, *, jurisdiction_id: str | None) -> ServiceRequest:
    """The one whose number and secret are shown, with what was told."""
    check_jurisdiction(tx, jurisdiction_id)
    dispute, sealed = following.read_case(tx, shown)
    dispute_id = dispute.dispute_id
    decided = dispute.resolution is Resolution.DECISION
    return replace(
        _standing(tx, dispute_id),
        description=dispute_store.opened_summary(sealed),
        decision=joint.find_decision_of_dispute(tx, dispute_id) if decided else None,
    )


def _category(tx: Transaction, service_code: str) -> Category:
    for category in dispute_store.list_categories(tx):
        if category.category == service_code:
            return category
    raise NotFound("service_code was not found; GET services lists those in use")


def _is_hotline(actor: Actor, area: str) -> bool:
    return any(grant.role == "hotline" and grant.reaches(area) for grant in actor.grants)


def _command(told: Told, community: Community, *, is_hotline: bool) -> disputes.Register:
    return disputes.Register(
        area=community.code,
        grid_unit_id=None,
        relation=told.relation,
        category=told.service_code,
        summary=told.summary,
        applicant=told.applicant,
        respondent=told.respondent,
        respondent_body=told.respondent_body,
        ticket_kind=told.ticket_kind or (TicketKind.ORDINARY if is_hotline else None),
        # The hotline speaks for its caller however its tickets come in.
        channel=Channel.HOTLINE if is_hotline else Channel.OPEN311,
    )


def _find(tx: Transaction, case_number: str) -> UUID:
    number = read_case_number(case_number)
    found: Sequence[UUID] = store.find_numbered(tx, [number]) if number else ()
    if not found:
        raise _unknown()
    return found[0]


def _standing(tx: Transaction, dispute_id: UUID) -> ServiceRequest:
    for request in store.list_requests(tx, [dispute_id]):
        return request
    raise _unknown()


def _unknown() -> NotFound:
    return NotFound("there is no service request of this id, or none that the api_key or the secret opens")
