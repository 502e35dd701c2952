"""What can be done with notices: tell the leaders of a place, read one's own."""

from datetime import datetime
from uuid import UUID

import uuid_utils.compat

from chassis import outbox
from chassis.database import Transaction
from chassis.errors import NotFound
from chassis.identity import Actor
from services.members.grid import store as grid_store
from services.members.grid.model import GridUnit, ids_on
from services.members.notices import model, store
from services.members.notices.model import Notice, Resolution
from services.members.tenures import store as tenures_store
from services.members.tenures.model import leaders_of


def notify_leaders(tx: Transaction, resolution: Resolution, now: datetime) -> list[Notice]:
    """Tell the current holders of the four levels (四级负责) that a dispute in their place is resolved, once each.

    Without a place, or with one that is not in the grid of the dispute's own community, that community's leader is
    told. The fact names the levels that were; those without a holder are missing from it. The same event again does
    nothing.
    """
    version = store.begin(tx, resolution, now)
    if version is None:
        return []
    units = _place(tx, resolution)
    path = [unit.grid_unit_id for unit in units]
    leaders = leaders_of(path, tenures_store.list_current(tx, path))
    notices = model.write(resolution, leaders, units, notice_ids=[uuid_utils.compat.uuid7() for _ in leaders], now=now)
    if notices:
        store.add(tx, resolution, notices)
    fact = model.fact(resolution, notices)
    outbox.add(tx, fact, subject=resolution.dispute_id, version=version, area=resolution.area, now=now)
    return notices


def list_notices(tx: Transaction, *, unread: bool, before: UUID | None, limit: int, actor: Actor) -> list[Notice]:
    """The caller's own, the newest first."""
    return store.page(tx, actor.actor_id, unread=unread, before=before, limit=limit)


def count_unread(tx: Transaction, *, actor: Actor) -> int:
    return store.count_unread(tx, actor.actor_id)


def mark_read(tx: Transaction, notice_id: UUID, *, actor: Actor, now: datetime) -> Notice:
    """Note that the caller has read it; a second time changes nothing. Raises NotFound for anybody else's."""
    notice = store.mark_read(tx, notice_id, actor.actor_id, now)
    if notice is None:
        raise NotFound(f"no notice {notice_id} in your inbox")
    return notice


def _place(tx: Transaction, resolution: Resolution) -> list[GridUnit]:
    """The units from the community's own down to the dispute's place; the community's alone when it names none there.

    The fact's area is what its publisher answers for: a place elsewhere is not believed.
    """
    unit = grid_store.find(tx, resolution.grid_unit_id) if resolution.grid_unit_id else None
    if unit is None or unit.area != resolution.area:
        community = grid_store.find_community(tx, resolution.area)
        return [community] if community else []
    return grid_store.list_by_ids(tx, ids_on(unit.path))
