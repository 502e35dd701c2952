"""An escalation: a missed duty that is still not done is now the work of the level above as well."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.errors import Conflict

STREET, DISTRICT = "street", "district"

OFFICERS = {STREET: frozenset({"street_officer", "district_officer"}), DISTRICT: frozenset({"district_officer"})}
"""Who may order something at a level: its own officers, and those above it."""


@dataclass(frozen=True)
class Escalation:
    """One deadline at one level. `instruction`: what was ordered 督办意见; None where it was not opened or not given.

    `settled_at`: when the thing moved on; nothing waits above any more.
    """

    escalation_id: UUID
    deadline_id: UUID
    level: str
    thing: str
    thing_id: UUID
    rule: str
    area: str
    category: str | None
    relation: str | None
    due_at: datetime
    raised_at: datetime
    answered_by: str | None = None
    answered_at: datetime | None = None
    settled_at: datetime | None = None
    instruction: str | None = None

    @property
    def is_open(self) -> bool:
        return self.settled_at is None


def check_open(escalation: Escalation) -> None:
    """An instruction is given once, and only while the duty is still not done. Raises Conflict."""
    name = f"escalation {escalation.escalation_id}"
    if escalation.settled_at is not None:
        raise Conflict(f"{name} is settled: what was due has been done or replaced; there is nothing to order")
    if escalation.answered_at is not None:
        raise Conflict(f"{name} already has its instruction; read it with GET /escalations/{escalation.escalation_id}")
