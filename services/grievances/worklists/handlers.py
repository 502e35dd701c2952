"""Lists, each within the caller's scope; row security leaves out what is about the caller before a page is cut."""

from dataclasses import replace

from chassis import areas, audit
from chassis.database import Transaction
from chassis.errors import NotAllowed
from chassis.identity import Actor
from services.grievances import access
from services.grievances.following.secret import read_case_number
from services.grievances.search import model as search
from services.grievances.search.store import fingerprints
from services.grievances.worklists import store
from services.grievances.worklists.model import Asked, Filter, Key, Order, WorkItem, check

CANDIDATES = 50
"""Looked at in one go; words that many cases share are nearly always really there."""

ROUNDS = 20


def list_disputes(
    tx: Transaction, asked: Asked, *, actor: Actor, after: Key | None, count: int
) -> tuple[list[WorkItem], Key | None]:
    """A page of at most `count`, and where the next one begins, if there is one.

    Of an area, of all areas where the caller works, or of one's own cases; who works nowhere is shown those. Raises
    NotAllowed for an area in which the caller does not work, InvalidInput for what does not go together.
    """
    scope = access.scope(actor)
    if asked.case_number is not None:
        check(asked)
        return _numbered(tx, asked, asked.case_number), None
    asked = replace(asked, own=asked.own or (not scope and asked.area is None))
    check(asked)
    if asked.own:
        found = store.list_own(tx, actor.actor_id, asked.narrowed, before=after, count=count + 1)
        return _cut(found, count, Order.NEWEST)
    if asked.area is not None:
        actor.require(access.SEERS, area=asked.area)
        scope = (areas.prefix(asked.area),)
    if asked.words:
        return _found(tx, asked, scope, actor, after, count)
    if asked.order is Order.DUE:
        found = store.list_due(tx, scope, asked.narrowed, overdue_at=asked.overdue_at, after=after, count=count + 1)
    else:
        found = store.list_newest(tx, scope, asked.narrowed, before=after, count=count + 1)
    return _cut(found, count, asked.order)


def _numbered(tx: Transaction, asked: Asked, case_number: str) -> list[WorkItem]:
    """The case of a number, if the transaction sees it and it is what else was asked for."""
    number = read_case_number(case_number)
    item = number and store.find_numbered(tx, number)
    if not item or (asked.area is not None and not item.area.startswith(areas.prefix(asked.area))):
        return []
    in_time = asked.overdue_at is None or (item.due_at is not None and item.due_at <= asked.overdue_at)
    return [item] if in_time and _passes(item, asked.narrowed) else []


def _found(
    tx: Transaction, asked: Asked, scope: tuple[str, ...], actor: Actor, after: Key | None, count: int
) -> tuple[list[WorkItem], Key | None]:
    """What words find tells what was told, so only officers search an area; and each search is audited.

    A page may be short, or even empty, and have a next one: then much was looked at that has the words apart.
    """
    for prefix in scope:
        try:
            actor.require(access.OFFICERS, area=prefix.ljust(12, "0"))
        except NotAllowed as error:
            raise NotAllowed("only officers search what was told in an area; leave q out") from error
    area = scope[0].ljust(12, "0") if len(scope) == 1 else None
    audit.record(tx, actor.actor_id, "dispute.search", "disputes", area=area, purpose="search", kind="read")
    sure = fingerprints(search.sure_words(asked.words))
    found: list[WorkItem] = []
    for _ in range(ROUNDS):
        candidates = store.list_candidates(tx, scope, sure, before=after, count=CANDIDATES)
        for item, texts in candidates:
            after = (item.registered_at, item.dispute_id)
            if _passes(item, asked.narrowed) and search.holds("\n".join(texts), asked.words):
                found.append(item)
                if len(found) == count:
                    return found, after
        if len(candidates) < CANDIDATES:
            return found, None
    return found, after


def _passes(item: WorkItem, narrowed: Filter) -> bool:
    wanted = (
        (narrowed.state, item.state),
        (narrowed.category, item.category),
        (narrowed.relation, item.relation),
        (narrowed.channel, item.channel),
        (narrowed.mediator_id, item.mediator_id),
    )
    return all(asked in (None, own) for asked, own in wanted) and (item.is_open or not narrowed.only_open)


def _cut(found: list[WorkItem], count: int, order: Order) -> tuple[list[WorkItem], Key | None]:
    page = found[:count]
    if len(found) <= count:
        return page, None
    instant = page[-1].due_at if order is Order.DUE else page[-1].registered_at
    assert instant is not None  # a list by due times holds only what is due
    return page, (instant, page[-1].dispute_id)
