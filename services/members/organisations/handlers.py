"""What can be done with party organisations: establish them, list them, see how far they cover the communities."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import uuid_utils.compat

from chassis import areas, outbox
from chassis.database import Transaction
from chassis.errors import Conflict, FieldError, InvalidInput, NotFound
from chassis.identity import Actor
from services.members.access import OFFICERS
from services.members.divisions import handlers as divisions
from services.members.divisions import store as divisions_store
from services.members.organisations import model, store
from services.members.organisations.model import Coverage, Organisation


@dataclass(frozen=True)
class Register:
    """A new organisation in a division."""

    name: str
    kind: str
    area: str
    parent_id: UUID | None = None


def register(tx: Transaction, command: Register, *, actor: Actor, now: datetime) -> Organisation:
    """Raises NotAllowed outside the caller's area, InvalidInput for an unknown division or a parent that cannot lead
    it, Conflict when the division already has an organisation of this name."""
    actor.require(OFFICERS, area=command.area)
    if divisions_store.find(tx, command.area) is None:
        raise _invalid("/area", f"no division {command.area} in this district; for example 440305001012")
    parent = store.find(tx, command.parent_id) if command.parent_id else None
    if command.parent_id and parent is None:
        raise _invalid("/parent_id", f"no organisation {command.parent_id}")
    organisation = model.establish(
        uuid_utils.compat.uuid7(), name=command.name.strip(), kind=command.kind, area=command.area, parent=parent
    )
    if (same := store.find_named(tx, organisation.area, organisation.name)) is not None:
        raise Conflict(f"{same.kind} {same.organisation_id} already bears this name in division {same.area}")
    store.add(tx, organisation, now)
    outbox.add(
        tx,
        model.fact(organisation),
        subject=organisation.organisation_id,
        version=organisation.version,
        area=organisation.area,
        now=now,
    )
    return organisation


def get_organisation(tx: Transaction, organisation_id: UUID) -> Organisation:
    """Raises NotFound."""
    organisation = store.find(tx, organisation_id)
    if organisation is None:
        raise NotFound(f"no organisation {organisation_id}")
    return organisation


def list_organisations(
    tx: Transaction, *, area: str | None, kind: str | None, before: UUID | None, limit: int
) -> list[Organisation]:
    """One page of the organisations of an area, the latest entered first."""
    return store.page(tx, areas.prefix(area) if area else "", kind=kind, before=before, limit=limit)


def get_coverage(tx: Transaction, area: str) -> Coverage:
    """Raises NotFound for an unknown division."""
    division = divisions.get_division(tx, area)
    return model.coverage(division.code, store.list_kinds_by_community(tx, areas.prefix(division.code)))


def _invalid(pointer: str, detail: str) -> InvalidInput:
    return InvalidInput(detail, [FieldError(pointer, detail)])
