"""Committees and appointments as rows; names are sealed on the way in and opened on the way out."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from chassis import privacy
from chassis.database import Transaction, load_queries
from services.grievances.committees.model import Appointment, Committee, EndReason, Formed, Kind, Position

queries = load_queries(Path(__file__).parent, prepared=("is_mediator",))

NAME = "mediator.name"
"""The context that names are sealed for."""


def find_current(tx: Transaction, area: str) -> Committee | None:
    """The committee of this area whose term has not been ended, locked; its members are not counted."""
    row = queries.find_current_committee(tx.connection, area=area)
    return row and Committee(*row)


def find(tx: Transaction, committee_id: UUID) -> Committee | None:
    """A committee, locked; its members are not counted."""
    row = queries.find_committee(tx.connection, committee_id=committee_id)
    return row and Committee(*row)


def list_current(tx: Transaction, areas: Sequence[str]) -> list[Committee]:
    """The current committees of these areas, the nearest first."""
    return [Committee(*row) for row in queries.list_committees(tx.connection, areas=list(areas))]


def add(tx: Transaction, formed: Formed, by: str) -> None:
    committee, members = formed
    queries.add_committee(
        tx.connection,
        committee_id=committee.committee_id,
        area=committee.area,
        formed_on=committee.formed_on,
        term_ends_on=committee.term_ends_on,
        formed_by=by,
    )
    appoint(tx, members, by)


def appoint(tx: Transaction, appointments: Sequence[Appointment], by: str) -> None:
    """Store appointments that begin together: of one committee, one kind and one day."""
    sealer, first = privacy.sealer(), appointments[0]
    queries.add_appointments(
        tx.connection,
        committee_id=first.committee_id,
        area=first.area,
        kind=first.kind,
        since=first.since,
        term_ends_on=first.term_ends_on,
        appointed_by=by,
        appointment_ids=[one.appointment_id for one in appointments],
        account_ids=[one.account_id for one in appointments],
        positions=[one.position for one in appointments],
        women=[one.is_woman for one in appointments],
        name_seals=[sealer.seal(one.name, NAME) for one in appointments],
    )


def end_committee(tx: Transaction, committee_id: UUID, on: date) -> None:
    queries.end_committee(tx.connection, committee_id=committee_id, ended_on=on)


def end(tx: Transaction, appointments: Sequence[Appointment], *, reason: EndReason, on: date) -> None:
    """Store that these are over; the rows must be locked, or ended together with their committee."""
    ids = [one.appointment_id for one in appointments]
    queries.end_appointments(tx.connection, appointment_ids=ids, ended_on=on, end_reason=reason)


def find_locked(tx: Transaction, appointment_id: UUID) -> Appointment | None:
    row = queries.lock_appointment(tx.connection, appointment_id=appointment_id)
    return row and _appointment_of(row)


def list_of_committee(tx: Transaction, committee_id: UUID) -> list[Appointment]:
    """Who still mediates for a committee."""
    return [_appointment_of(row) for row in queries.list_of_committee(tx.connection, committee_id=committee_id)]


def list_mediators(tx: Transaction, areas: Sequence[str], today: date) -> list[Appointment]:
    """Who may be named in these areas today, the nearest committee's first."""
    return [_appointment_of(row) for row in queries.list_mediators(tx.connection, areas=list(areas), today=today)]


def list_holding_office(tx: Transaction, account_ids: Sequence[str], area: str) -> list[str]:
    """Which of these accounts are known to hold an office of this community."""
    rows = queries.list_holding_office(tx.connection, account_ids=list(account_ids), area=area)
    return [row.account_id for row in rows]


def is_mediator(tx: Transaction, account_id: str, area: str, today: date) -> bool:
    """Whether this account may be named for a case of this community today."""
    found: bool = queries.is_mediator(tx.connection, account_id=account_id, area=area, today=today)
    return found


def _appointment_of(row: Any) -> Appointment:
    return Appointment(
        appointment_id=row.appointment_id,
        committee_id=row.committee_id,
        area=row.area,
        account_id=row.account_id,
        kind=Kind(row.kind),
        name=privacy.sealer().open(row.name_sealed, NAME),
        since=row.since,
        term_ends_on=row.term_ends_on,
        position=row.position and Position(row.position),
        is_woman=row.is_woman,
        ended_on=row.ended_on,
        end_reason=row.end_reason and EndReason(row.end_reason),
        version=row.version,
    )
