"""Seats as rows."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from chassis import areas
from chassis.database import Transaction, load_queries
from services.grievances.disputes.model import Body
from services.grievances.seats.model import Seat

queries = load_queries(Path(__file__).parent)

Key = tuple[date, UUID]
"""Where a page ends: the last seat's first day and id."""


def add(tx: Transaction, seat: Seat) -> None:
    """Store a seat. Raises Conflict, at the end of the transaction, where the account has this seat already."""
    queries.add_seat(
        tx.connection,
        seat_id=seat.seat_id,
        area=seat.area,
        body=seat.body,
        account_id=seat.account_id,
        since=seat.since,
        recorded_by=seat.recorded_by,
    )


def find_locked(tx: Transaction, seat_id: UUID) -> Seat | None:
    row = queries.lock_seat(tx.connection, seat_id=seat_id)
    return row and _seat_of(row)


def save_end(tx: Transaction, seat: Seat) -> None:
    tx.at_commit(queries.end_seat.sql, {"seat_id": seat.seat_id, "ended_on": seat.ended_on})


def list_of_area(tx: Transaction, area: str, *, after: Key | None, count: int) -> list[Seat]:
    """A page of the seats in a division and all that lies in it."""
    since, seat_id = after or (None, None)
    rows = queries.list_seats(
        tx.connection, prefix=areas.prefix(area), after_since=since, after_id=seat_id, count=count
    )
    return [_seat_of(row) for row in rows]


def bodies_of(tx: Transaction, account_id: str) -> dict[str, frozenset[Body]]:
    """Community → the bodies of it that the account has a seat of."""
    found: dict[str, set[Body]] = {}
    for row in queries.list_bodies_of_account(tx.connection, account_id=account_id):
        found.setdefault(row.area, set()).add(Body(row.body))
    return {area: frozenset(bodies) for area, bodies in found.items()}


def has_account(tx: Transaction, area: str, body: Body) -> bool:
    return bool(queries.has_account(tx.connection, area=area, body=body))


def is_free(tx: Transaction, account_id: str, area: str, *, holds_office: bool) -> bool:
    """Whether the account is nobody's staff in this community, holding an office there or not."""
    row = queries.find_freedom(tx.connection, account_id=account_id, area=area)
    return bool(row.in_any_office or (row.without_office and not holds_office))


def _seat_of(row: Any) -> Seat:
    return Seat(
        seat_id=row.seat_id,
        area=row.area,
        body=Body(row.body),
        account_id=row.account_id,
        since=row.since,
        recorded_by=row.recorded_by,
        ended_on=row.ended_on,
    )
