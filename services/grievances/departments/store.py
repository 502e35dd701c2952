"""Departments and their seats as rows."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from chassis.database import Transaction, load_queries
from services.grievances.departments.model import Department, Level, Position, Seat

queries = load_queries(Path(__file__).parent)


def list_departments(tx: Transaction) -> list[Department]:
    return [_department(row) for row in queries.list_departments(tx.connection)]


def find(tx: Transaction, code: str) -> Department | None:
    row = queries.find_department(tx.connection, code=code)
    return row and _department(row)


def add(tx: Transaction, department: Department) -> None:
    """Keep a new department. Raises Conflict, with the transaction, for a code that is taken."""
    queries.add_department(
        tx.connection,
        code=department.code,
        name_zh=department.name_zh,
        name_en=department.name_en,
        level=department.level,
        area=department.area,
    )


def put_in_use(tx: Transaction, code: str, in_use: bool) -> None:
    queries.put_in_use(tx.connection, code=code, in_use=in_use)


def list_seats(tx: Transaction, code: str) -> list[Seat]:
    return [_seat(row) for row in queries.list_seats(tx.connection, code=code)]


def codes_of(tx: Transaction, account_id: str) -> list[str]:
    """The departments that this account acts for now."""
    return [row.code for row in queries.list_codes_of(tx.connection, account_id=account_id)]


def find_seat(tx: Transaction, seat_id: UUID) -> Seat | None:
    row = queries.find_seat(tx.connection, seat_id=seat_id)
    return row and _seat(row)


def add_seat(tx: Transaction, seat: Seat, *, area: str, recorded_by: str) -> None:
    """Keep a new seat. Raises Conflict, with the transaction, for who already has one there."""
    queries.add_seat(
        tx.connection,
        seat_id=seat.seat_id,
        code=seat.code,
        area=area,
        account_id=seat.account_id,
        position=seat.position,
        since=seat.since,
        recorded_by=recorded_by,
    )


def end_seat(tx: Transaction, seat_id: UUID, ended_on: date) -> None:
    queries.end_seat(tx.connection, seat_id=seat_id, ended_on=ended_on)


def _department(row: Any) -> Department:
    return Department(row.code, row.name_zh, row.name_en, Level(row.level), row.area, row.in_use)


def _seat(row: Any) -> Seat:
    return Seat(row.seat_id, row.code, row.account_id, Position(row.position), row.since, row.ended_on)
