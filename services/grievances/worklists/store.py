"""Lists of disputes as rows give them."""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from chassis import privacy
from chassis.database import Transaction, load_queries
from services.grievances.disputes.model import OPEN_STATES, PartyKind
from services.grievances.disputes.store import NAME, SUMMARY, dispute_of
from services.grievances.worklists.model import Filter, Key, WorkItem

queries = load_queries(Path(__file__).parent)

MOST_DUE = 2000
"""Due times that are read at a time, of which few may be what was asked for."""


def list_newest(
    tx: Transaction, prefixes: Collection[str], narrowed: Filter, *, before: Key | None, count: int
) -> list[WorkItem]:
    """A page of the disputes that lie in these division-code prefixes, newest first."""
    scope = outermost(prefixes)
    rows = queries.list_newest(
        tx.connection,
        communities=[prefix for prefix in scope if len(prefix) == 12],
        streets=[prefix for prefix in scope if len(prefix) == 9],
        wide=[prefix for prefix in scope if len(prefix) < 9],
        **newest_parameters(narrowed, before, count),
    )
    return [_item(row) for row in rows]


def list_own(tx: Transaction, actor_id: str, narrowed: Filter, *, before: Key | None, count: int) -> list[WorkItem]:
    """A page of what this account has filed or others have filed for it, newest first."""
    rows = queries.list_own(tx.connection, account_id=actor_id, **newest_parameters(narrowed, before, count))
    return [_item(row) for row in rows]


def find_numbered(tx: Transaction, number: tuple[str, int, int]) -> WorkItem | None:
    """The dispute of this community, year and serial, if the transaction sees it."""
    area, case_year, serial = number
    row = queries.find_numbered(tx.connection, area=area, case_year=case_year, serial=serial)
    return row and _item(row)


def list_due(
    tx: Transaction,
    prefixes: Collection[str],
    narrowed: Filter,
    *,
    overdue_at: datetime | None,
    after: Key | None,
    count: int,
) -> list[WorkItem]:
    """A page of the open disputes of these prefixes, what is due soonest first."""
    found: list[WorkItem] = []
    asked_for = count
    while len(found) < count:
        rows = _page_of_due(tx, prefixes, narrowed, overdue_at, after, asked_for)
        found += [_item(row) for row in rows if row.dispute_id is not None]
        if len(rows) < asked_for:
            break
        after = rows[-1].due_at, rows[-1].thing_id
        # What few cases are, or who may know of little, is not to wait for many short pages.
        asked_for = min(asked_for * 4, MOST_DUE)
    return found[:count]


def _page_of_due(
    tx: Transaction,
    prefixes: Collection[str],
    narrowed: Filter,
    overdue_at: datetime | None,
    after: Key | None,
    count: int,
) -> list[Any]:
    """So many due times in their order, each with its dispute where that is for the reader and in the filter."""
    instant, thing_id = after or (None, None)
    return list(
        queries.list_due(
            tx.connection,
            prefixes=list(outermost(prefixes)),
            state=narrowed.state,
            category=narrowed.category,
            relation=narrowed.relation,
            channel=narrowed.channel,
            mediator_id=narrowed.mediator_id,
            overdue_at=overdue_at,
            after_instant=instant,
            after_id=thing_id,
            count=count,
        )
    )


class Candidate(NamedTuple):
    """A dispute that words may have found, and the texts, opened, that tell whether they have."""

    item: WorkItem
    texts: tuple[str, ...]


def list_candidates(
    tx: Transaction, prefixes: Collection[str], fingerprints: list[int], *, before: Key | None, count: int
) -> list[Candidate]:
    """The newest disputes of these prefixes that have all these fingerprints."""
    instant, dispute_id = before or (None, None)
    rows = queries.list_candidates(
        tx.connection,
        asked=fingerprints,
        prefixes=list(outermost(prefixes)),
        before_instant=instant,
        before_id=dispute_id,
        count=count,
    )
    return [Candidate(_item(row), _texts(row)) for row in rows]


def outermost(prefixes: Collection[str]) -> set[str]:
    """Those that lie in no other one."""
    return {
        prefix for prefix in prefixes if not any(other != prefix and prefix.startswith(other) for other in prefixes)
    }


def newest_parameters(narrowed: Filter, before: Key | None, count: int) -> dict[str, Any]:
    instant, dispute_id = before or (None, None)
    open_alone = narrowed.only_open or narrowed.state in OPEN_STATES
    return {
        "state": narrowed.state,
        # The same again in the words of the indexes that serve rare states.
        "only_open": open_alone,
        "closed_as": None if open_alone else narrowed.state,
        "category": narrowed.category,
        "relation": narrowed.relation,
        "channel": narrowed.channel,
        "mediator_id": narrowed.mediator_id,
        "before_instant": instant,
        "before_id": dispute_id,
        "count": count,
    }


def _item(row: Any) -> WorkItem:
    return WorkItem(**vars(dispute_of(row)), due_at=row.due_at, due_rule=row.due_rule)


def _texts(row: Any) -> tuple[str, ...]:
    """What was told, and the organisation it is about; a person's name is not searched."""
    sealer = privacy.sealer()
    told = sealer.open(bytes(row.summary_sealed), SUMMARY)
    if row.respondent_kind != PartyKind.ORGANISATION:
        return (told,)
    return told, sealer.open(bytes(row.respondent_sealed), NAME)
