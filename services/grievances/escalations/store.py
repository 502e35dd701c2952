"""Escalations as rows; what is ordered is sealed on the way in."""

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from chassis import privacy
from chassis.database import Transaction, load_queries
from services.grievances.escalations.model import Escalation

queries = load_queries(Path(__file__).parent)

INSTRUCTION = "escalation.instruction"
"""The context that an instruction is sealed for."""

Key = tuple[datetime, UUID]
"""Where a page ends: the last one's raised_at and id."""


def add(tx: Transaction, raised: Sequence[Escalation], now: datetime) -> None:
    """Store what has come up, in the round trip of the commit."""
    tx.at_commit(
        queries.add_escalations.sql,
        {
            "escalation_ids": [one.escalation_id for one in raised],
            "deadline_ids": [one.deadline_id for one in raised],
            "levels": [one.level for one in raised],
            "things": [one.thing for one in raised],
            "thing_ids": [one.thing_id for one in raised],
            "rules": [one.rule for one in raised],
            "areas": [one.area for one in raised],
            "categories": [one.category for one in raised],
            "relations": [one.relation for one in raised],
            "due_instants": [one.due_at for one in raised],
            "raised_at": now,
        },
    )


def find(tx: Transaction, escalation_id: UUID) -> tuple[Escalation, bytes | None] | None:
    """The escalation and its sealed instruction; None where the transaction sees none."""
    row = queries.find_escalation(tx.connection, escalation_id=escalation_id)
    return row and (_escalation_of(row), row.instruction_sealed and bytes(row.instruction_sealed))


def find_locked(tx: Transaction, escalation_id: UUID) -> Escalation | None:
    row = queries.lock_escalation(tx.connection, escalation_id=escalation_id)
    return row and _escalation_of(row)


def find_dispute_behind(tx: Transaction, escalation: Escalation) -> UUID | None:
    """The dispute to which what was missed belongs; None where it belongs to none."""
    found: UUID | None = queries.find_dispute_behind(
        tx.connection, thing=escalation.thing, thing_id=escalation.thing_id
    )
    return found


def answer(tx: Transaction, escalation: Escalation, instruction: str) -> None:
    """Write what is ordered, in the round trip of the commit. The row must be locked by `find_locked`."""
    tx.at_commit(
        queries.answer_escalation.sql,
        {
            "escalation_id": escalation.escalation_id,
            "instruction_sealed": privacy.sealer().seal(instruction, INSTRUCTION),
            "answered_by": escalation.answered_by,
            "answered_at": escalation.answered_at,
        },
    )


def opened(sealed: bytes) -> str:
    return privacy.sealer().open(sealed, INSTRUCTION)


def list_in_scope(
    tx: Transaction, prefixes: Collection[str], level: str, is_open: bool | None, *, after: Key | None, count: int
) -> list[Escalation]:
    """A page of what has come up to a level in these division-code prefixes, the longest waiting first."""
    instant, escalation_id = after or (None, None)
    rows = queries.list_escalations(
        tx.connection,
        prefixes=list(prefixes),
        level=level,
        is_open=is_open,
        after_instant=instant,
        after_id=escalation_id,
        count=count,
    )
    return [_escalation_of(row) for row in rows]


def list_of_thing(tx: Transaction, thing_id: UUID) -> list[Escalation]:
    return [_escalation_of(row) for row in queries.list_of_thing(tx.connection, thing_id=thing_id)]


def _escalation_of(row: Any) -> Escalation:
    return Escalation(**{name: value for name, value in row._asdict().items() if name != "instruction_sealed"})
