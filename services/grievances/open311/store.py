"""Disputes, communities and changes of the offer, as Open311 asks for them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from chassis.database import Transaction, load_queries
from services.grievances.disputes.model import Resolution, State
from services.grievances.disputes.store import LEVELS
from services.grievances.following.model import Level, Standing, in_charge
from services.grievances.open311.intake import Community
from services.grievances.open311.model import Asked, ServiceRequest
from services.grievances.worklists.store import outermost

queries = load_queries(Path(__file__).parent)


def list_districts(tx: Transaction) -> list[str]:
    return [row.code for row in queries.list_districts(tx.connection)]


def list_communities(tx: Transaction) -> list[Community]:
    return [Community(*row) for row in queries.list_communities(tx.connection)]


def get_changed_at(tx: Transaction) -> datetime:
    """When categories, relations or communities were last changed."""
    changed_at: datetime = queries.get_changed_at(tx.connection)
    return changed_at


def find_of_scope(
    tx: Transaction, prefixes: Collection[str], asked: Asked, since: datetime, until: datetime
) -> list[UUID]:
    """A page of what lies in these division-code prefixes, newest first."""
    scope = outermost(prefixes)
    rows = queries.find_of_scope(
        tx.connection,
        communities=[prefix for prefix in scope if len(prefix) == 12],
        streets=[prefix for prefix in scope if len(prefix) == 9],
        wide=[prefix for prefix in scope if len(prefix) < 9],
        reach=asked.page * asked.page_size,
        **_narrowed(asked, since, until),
    )
    return [row.dispute_id for row in rows]


def find_own(tx: Transaction, actor_id: str, asked: Asked, since: datetime, until: datetime) -> list[UUID]:
    """A page of what this account has filed, newest first."""
    rows = queries.find_own(tx.connection, account_id=actor_id, **_narrowed(asked, since, until))
    return [row.dispute_id for row in rows]


def find_numbered(tx: Transaction, numbers: Sequence[tuple[str, int, int]]) -> list[UUID]:
    """Those of these case numbers that the transaction sees."""
    areas, years, serials = ([number[at] for number in numbers] for at in range(3))
    rows = queries.find_numbered(tx.connection, areas=areas, years=years, serials=serials)
    return [row.dispute_id for row in rows]


def list_requests(tx: Transaction, dispute_ids: Sequence[UUID]) -> list[ServiceRequest]:
    """How these disputes stand, newest first; those that the transaction does not see are left out."""
    rows = queries.list_requests(tx.connection, dispute_ids=list(dispute_ids))
    return [_request_of(row) for row in rows]


def _narrowed(asked: Asked, since: datetime, until: datetime) -> dict[str, Any]:
    return {
        "services": asked.services and list(asked.services),
        "is_closed": asked.is_closed,
        "since": since,
        "until": until,
        "skip": (asked.page - 1) * asked.page_size,
        "count": asked.page_size,
    }


def _request_of(row: Any) -> ServiceRequest:
    state = State(row.state)
    level = in_charge(state, LEVELS.get(row.stage or 0))
    names = {Level.COMMUNITY: row.community_name, Level.STREET: row.street_name, Level.DISTRICT: row.district_name}
    return ServiceRequest(
        dispute_id=row.dispute_id,
        service_request_id=f"{row.area}-{row.case_year}-{row.serial:04d}",
        service_code=row.category,
        service_name=row.category_name,
        address_id=row.area,
        address=row.community_name,
        requested_at=row.registered_at,
        changed_at=row.closed_at or row.taken_at or row.registered_at,
        due_at=row.due_at,
        standing=Standing(
            state=state,
            reason_code=row.reason_code,
            resolution=row.resolution and Resolution(row.resolution),
            closed_at=row.closed_at,
            in_charge=level,
            due=(),
        ),
        division=names[level] if level else None,
        is_confirmed=row.confirmed_at is not None,
    )
