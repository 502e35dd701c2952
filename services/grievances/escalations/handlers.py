"""What can be done with escalations: bring something up, see what has come, order what is to be done."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import uuid_utils.compat

from chassis import areas, audit
from chassis.database import Transaction
from chassis.errors import NotAllowed, NotFound
from chassis.identity import Actor
from services.grievances import access
from services.grievances.deadlines.model import Watched
from services.grievances.disputes import store as disputes
from services.grievances.disputes.model import check_no_part
from services.grievances.escalations import model, store
from services.grievances.escalations.model import Escalation
from services.grievances.referrals import store as referrals


def bring_up(tx: Transaction, raised: Sequence[tuple[Watched, str]], now: datetime) -> None:
    """Put missed duties before these levels, in the round trip of the commit."""
    store.add(tx, [_escalation(watched, level, now) for watched, level in raised], now)


def _escalation(watched: Watched, level: str, now: datetime) -> Escalation:
    thing = watched.thing
    return Escalation(
        escalation_id=uuid_utils.compat.uuid7(),
        deadline_id=watched.deadline_id,
        level=level,
        thing=thing.kind,
        thing_id=thing.thing_id,
        rule=watched.rule,
        area=thing.area,
        category=thing.category,
        relation=thing.relation,
        due_at=watched.due_at,
        raised_at=now,
    )


def list_escalations(
    tx: Transaction,
    *,
    actor: Actor,
    area: str | None,
    level: str | None,
    is_open: bool | None,
    after: store.Key | None,
    count: int,
) -> list[Escalation]:
    """A page of what has come up to a level, the longest waiting first; without one, to the caller's own level.

    Only of things the caller may see: what complains of the caller's body is not among them. Raises NotAllowed for an
    area in which the caller is no officer of the street or the district.
    """
    if level is None:
        level = model.DISTRICT if actor.has("district_officer") else model.STREET
    if area is not None:
        actor.require(access.ABOVE, area=area)
    # A grant bound to a part of a grid reaches nothing whose place in the grid is not known.
    held = (grant for grant in actor.grants if grant.role in access.ABOVE and not grant.grid_path)
    scope = tuple(areas.prefix(grant.area) for grant in held) if area is None else (areas.prefix(area),)
    return store.list_in_scope(tx, scope, level, is_open, after=after, count=count)


def get(tx: Transaction, escalation_id: UUID, *, actor: Actor) -> Escalation:
    """One escalation with what was ordered, for who works where it lies; that it was opened is audited."""
    found = store.find(tx, escalation_id)
    if found is None:
        raise _unknown(escalation_id)
    escalation, sealed = found
    actor.require(access.SEERS, area=escalation.area)
    if sealed is None:
        return escalation
    audit.record(
        tx,
        actor.actor_id,
        "escalation.read",
        f"escalation/{escalation_id}",
        area=escalation.area,
        purpose="instruction",
        kind="read",
    )
    return replace(escalation, instruction=store.opened(sealed))


def instruct(tx: Transaction, escalation_id: UUID, *, instruction: str, actor: Actor, now: datetime) -> Escalation:
    """Order what is to be done 督办意见, once; those who work on the thing read it.

    Raises NotFound where the caller may see none, NotAllowed for an officer of a lower level or with a part in the
    case, Conflict when it has its instruction or is settled.
    """
    found = store.find(tx, escalation_id)
    if found is None:
        raise _unknown(escalation_id)
    actor.require(model.OFFICERS[found[0].level], area=found[0].area)
    _check_no_part(tx, found[0], actor)
    escalation = store.find_locked(tx, escalation_id)
    if escalation is None:
        raise _unknown(escalation_id)
    model.check_open(escalation)
    after = replace(escalation, answered_by=actor.actor_id, answered_at=now)
    store.answer(tx, after, instruction)
    return replace(after, instruction=instruction)


def list_of_thing(tx: Transaction, thing_id: UUID) -> list[Escalation]:
    """All that was brought up of a thing, for its timeline; without what was ordered."""
    return store.list_of_thing(tx, thing_id)


def _check_no_part(tx: Transaction, escalation: Escalation, actor: Actor) -> None:
    """Raise NotAllowed for who has a part in what was missed: nobody orders what is to be done in the own cause."""
    if escalation.thing == "referral":
        referral = referrals.find(tx, escalation.thing_id)
        if referral is not None and referral[0].complainant_id == actor.actor_id:
            raise NotAllowed("who complains in a referral orders nothing in it", rule=access.RECUSAL)
        return
    own = escalation.thing == "dispute"
    dispute_id = escalation.thing_id if own else store.find_dispute_behind(tx, escalation)
    dispute = dispute_id and disputes.find(tx, dispute_id)
    if dispute:
        check_no_part(dispute[0], actor.actor_id)


def _unknown(escalation_id: UUID) -> NotFound:
    return NotFound(f"there is no escalation {escalation_id} that you may see; GET /escalations lists those you may")
