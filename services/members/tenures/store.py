"""Tenures as rows; the holder's name and phone rest sealed."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID

from chassis import privacy
from chassis.database import Transaction, load_queries
from services.members.tenures.model import Holder, Tenure

queries = load_queries(Path(__file__).parent, prepared=("list_current",))

_NAME, _PHONE = "tenure.holder_name", "tenure.holder_phone"


class _Row(Protocol):
    tenure_id: UUID
    grid_unit_id: UUID
    level: str
    holder_id: str
    holder_name: memoryview
    holder_phone: memoryview | None
    from_date: date
    until_date: date | None
    area: str
    version: int


def add(tx: Transaction, tenure: Tenure, now: datetime) -> None:
    sealer, holder = privacy.sealer(), tenure.holder
    queries.add_tenure(
        tx.connection,
        tenure_id=tenure.tenure_id,
        grid_unit_id=tenure.grid_unit_id,
        level=tenure.level,
        holder_id=holder.holder_id,
        holder_name=sealer.seal(holder.name, _NAME),
        holder_phone=None if holder.phone is None else sealer.seal(holder.phone, _PHONE),
        from_date=tenure.from_date,
        area=tenure.area,
        version=tenure.version,
        started_at=now,
    )


def save_end(tx: Transaction, tenure: Tenure) -> None:
    queries.end_tenure(tx.connection, tenure_id=tenure.tenure_id, until_date=tenure.until_date, version=tenure.version)


def find(tx: Transaction, tenure_id: UUID) -> Tenure | None:
    return _tenure(queries.find_tenure(tx.connection, tenure_id=tenure_id))


def find_locked(tx: Transaction, tenure_id: UUID) -> Tenure | None:
    return _tenure(queries.lock_tenure(tx.connection, tenure_id=tenure_id))


def find_last(tx: Transaction, grid_unit_id: UUID, level: str) -> Tenure | None:
    return _tenure(queries.find_last(tx.connection, grid_unit_id=grid_unit_id, level=level))


def list_current(tx: Transaction, grid_unit_ids: Sequence[UUID]) -> list[Tenure]:
    rows = queries.list_current(tx.connection, grid_unit_ids=list(grid_unit_ids))
    return [_opened(row) for row in rows]


def page(tx: Transaction, grid_unit_id: UUID, *, before: UUID | None, limit: int) -> list[Tenure]:
    """A unit's tenures, the latest entered first."""
    rows = queries.page_of_unit(tx.connection, grid_unit_id=grid_unit_id, before=before, limit=limit)
    return [_opened(row) for row in rows]


def _tenure(row: _Row | None) -> Tenure | None:
    return None if row is None else _opened(row)


def _opened(row: _Row) -> Tenure:
    sealer = privacy.sealer()
    phone = None if row.holder_phone is None else sealer.open(bytes(row.holder_phone), _PHONE)
    return Tenure(
        tenure_id=row.tenure_id,
        grid_unit_id=row.grid_unit_id,
        level=row.level,
        holder=Holder(row.holder_id, sealer.open(bytes(row.holder_name), _NAME), phone),
        from_date=row.from_date,
        until_date=row.until_date,
        area=row.area,
        version=row.version,
    )
