"""What can be done about cases told twice: suggest them, link one to another, work on it by itself again."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.database import Transaction
from chassis.identity import Actor
from services.grievances import access
from services.grievances.disputes import handlers as disputes
from services.grievances.disputes.model import Dispute, ReopeningReason
from services.grievances.duplicates import model, store
from services.grievances.duplicates.model import LookAlike, Similar


@dataclass(frozen=True)
class Related:
    """What may tell the same story as a case, and what is worked on with it already."""

    suggested: list[LookAlike]
    linked: list[Dispute]


def at_intake(tx: Transaction, dispute: Dispute, *, actor: Actor, now: datetime) -> Similar:
    """Cases like the one just filed, as far as the caller sees them; one query over a few of the newest.

    Who works in no area sees only his or her own, so just those with the same phone are looked at.
    """
    in_area = model.IN_AREA_AT_INTAKE if access.scope(actor) else 0
    since, by_phone = now - model.RECENT, model.BY_PHONE_AT_INTAKE
    found = store.list_look_alikes(tx, dispute.dispute_id, since=since, in_area=in_area, by_phone=by_phone)
    ids = tuple(one.dispute.dispute_id for one in model.ranked(found))
    return Similar(len(ids), ids[: model.SHOWN])


def list_related(tx: Transaction, dispute_id: UUID, *, actor: Actor, now: datetime) -> Related:
    """The most likely duplicates of a case, each with what speaks for it, and the cases linked to it."""
    disputes.get_seen(tx, dispute_id, actor=actor)
    found = store.list_look_alikes(
        tx, dispute_id, since=now - model.RECENT, in_area=model.IN_AREA, by_phone=model.BY_PHONE
    )
    return Related(model.ranked(found)[: model.SHOWN], store.list_linked(tx, dispute_id))


def link(tx: Transaction, dispute_id: UUID, *, to: UUID, actor: Actor, version: int, now: datetime) -> Dispute:
    """Work on a case together with another one, on which the caller works as well.

    Both are locked, always in the same order, so that two links at once make no chain and no deadlock.
    """
    locked = {each: disputes.get_for_work(tx, each, actor=actor) for each in sorted({dispute_id, to})}
    dispute = disputes.get_locked(tx, dispute_id, actor=actor, version=version)
    has_linked = store.has_linked(tx, dispute_id)
    change = model.link(dispute, to=locked[to], has_linked=has_linked, by=actor.actor_id, now=now)
    return disputes.keep(tx, change, now)


def unlink(
    tx: Transaction, dispute_id: UUID, *, reason: ReopeningReason, actor: Actor, version: int, now: datetime
) -> Dispute:
    """Work on a linked case by itself again."""
    dispute = disputes.get_locked(tx, dispute_id, actor=actor, version=version)
    return disputes.keep(tx, model.unlink(dispute, reason=reason, by=actor.actor_id, now=now), now)
