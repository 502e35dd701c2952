"""Organisations as rows."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from chassis.database import Transaction, load_queries
from services.members.organisations.model import Organisation

queries = load_queries(Path(__file__).parent)


def add(tx: Transaction, organisation: Organisation, now: datetime) -> None:
    queries.add_organisation(
        tx.connection,
        organisation_id=organisation.organisation_id,
        name=organisation.name,
        kind=organisation.kind,
        area=organisation.area,
        parent_id=organisation.parent_id,
        version=organisation.version,
        registered_at=now,
    )


def find(tx: Transaction, organisation_id: UUID) -> Organisation | None:
    row = queries.find_organisation(tx.connection, organisation_id=organisation_id)
    return None if row is None else Organisation(*row)


def find_named(tx: Transaction, area: str, name: str) -> Organisation | None:
    row = queries.find_named(tx.connection, area=area, name=name)
    return None if row is None else Organisation(*row)


def page(tx: Transaction, prefix: str, *, kind: str | None, before: UUID | None, limit: int) -> list[Organisation]:
    """The latest entered first."""
    rows = queries.page_organisations(tx.connection, prefix=prefix, kind=kind, before=before, limit=limit)
    return [Organisation(*row) for row in rows]


def list_kinds_by_community(tx: Transaction, prefix: str) -> dict[str, list[str]]:
    """Every community in the area, those without any organisation included."""
    return {row.code: row.kinds for row in queries.list_kinds_by_community(tx.connection, prefix=prefix)}
