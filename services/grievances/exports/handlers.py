"""What can be done with exports: begin one, read its pages, note how it ended."""

from dataclasses import dataclass
from datetime import datetime

from chassis import areas, audit
from chassis.database import Access, Transaction
from chassis.errors import NotAllowed
from chassis.identity import Actor
from services.grievances import access
from services.grievances.exports import model, store
from services.grievances.exports.model import Asked, Format, Key, Narrowed, Row

PAGE = 500
"""Rows in one short transaction: a caller that reads slowly holds neither a connection nor old row versions."""


@dataclass(frozen=True)
class Export:
    """An export that has begun: who reads what, and what the audit calls it."""

    access: Access
    narrowed: Narrowed
    places: tuple[str, ...]
    actor_id: str
    area: str | None
    described: str


def eyes(actor: Actor) -> Access:
    """See what lies where the actor is an officer; a grant bound to a part of a grid shows none."""
    held = (grant for grant in actor.grants if grant.role in access.OFFICERS and not grant.grid_path)
    return Access(actor.actor_id, tuple(dict.fromkeys(areas.prefix(grant.area) for grant in held)))


def begin(tx: Transaction, asked: Asked, form: Format, *, actor: Actor, now: datetime) -> Export:
    """Of an area, or of all areas where the caller is an officer; audited before the first row is read.

    Raises NotAllowed for an area in which the caller is no officer, InvalidInput.
    """
    narrowed = model.narrow(asked, now)
    own = eyes(actor)
    if asked.area is not None:
        actor.require(access.OFFICERS, area=asked.area)
    elif not own.areas:
        raise NotAllowed(f"an export is for a {', '.join(sorted(access.OFFICERS))}; work lists show what is yours")
    scope = own.areas if asked.area is None else (areas.prefix(asked.area),)
    export = Export(
        access=own,
        narrowed=narrowed,
        places=tuple(store.list_places(tx, scope)),
        actor_id=actor.actor_id,
        area=asked.area,
        described=model.described(asked, form),
    )
    _audit(tx, export, "dispute.export", export.described)
    return export


def list_page(tx: Transaction, export: Export, place: str, after: Key | None) -> list[Row]:
    """The next rows of a place; fewer than PAGE when there are no more.

    A dispute that changes while the export runs is as it was when its page was read: each row is true by itself, and
    none is given twice or left out, but their sum is no state of one instant.
    """
    return store.list_rows(tx, place, export.narrowed, after=after, count=PAGE)


def end(tx: Transaction, export: Export, rows: int, *, is_whole: bool) -> None:
    """Note how many rows went out, and whether the caller took them all."""
    told = f"{rows} rows, {'all of them' if is_whole else 'then it broke off'}; {export.described}"
    _audit(tx, export, "dispute.exported", told)


def _audit(tx: Transaction, export: Export, action: str, purpose: str) -> None:
    audit.record(tx, export.actor_id, action, "disputes", area=export.area, purpose=purpose, kind="read")
