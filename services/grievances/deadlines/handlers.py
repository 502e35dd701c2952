"""What other slices ask for: have a due time in sight, forget it again."""

from datetime import date, datetime
from uuid import UUID

from chassis.database import Transaction
from services.grievances.deadlines import store
from services.grievances.deadlines.model import Due, Thing
from services.grievances.deadlines.timetables import timetables

STATE = "state"
"""The slot of what is due next; others stand beside it."""


def watch(tx: Transaction, thing: Thing, rule: str, start: datetime, *, slot: str = STATE) -> Due:
    """Have in sight what is due by this rule, counted from `start`; it replaces what was due in the slot.

    Written in the round trip of the commit. The same again changes nothing.
    """
    due = timetables.current(tx).due(rule, start)
    store.watch(tx, thing, slot, rule, start, due)
    return due


def watch_until(tx: Transaction, thing: Thing, rule: str, last_day: date, start: datetime, *, slot: str = STATE) -> Due:
    """The same for what has a last day of its own."""
    due = timetables.current(tx).due_on(rule, last_day)
    store.watch(tx, thing, slot, rule, start, due)
    return due


def settle(tx: Transaction, thing_id: UUID, *, slot: str | None = None) -> None:
    """Nothing is due of it any more: in this slot, or in all. Written in the round trip of the commit."""
    store.settle(tx, thing_id, slot)
