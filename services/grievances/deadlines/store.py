"""Rules, holidays and due times as rows."""

from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import uuid_utils.compat

from chassis.calendar import Holidays
from chassis.database import Transaction, load_queries
from services.grievances.deadlines.model import Due, Rule, Thing, Timetable, Unit

queries = load_queries(Path(__file__).parent)


def read_timetable(tx: Transaction) -> Timetable:
    """Rules and holidays as they stand now."""
    rules = {
        row.rule: Rule(
            row.rule,
            row.amount,
            Unit(row.unit),
            row.is_duty,
            row.near_hours,
            row.street_after_days,
            row.district_after_days,
            row.law_maximum,
            row.source,
        )
        for row in queries.list_rules(tx.connection)
    }
    days = list(queries.list_holidays(tx.connection))
    last_year = queries.last_holiday_year(tx.connection)
    holidays = Holidays(
        off=frozenset(row.day for row in days if not row.is_working),
        worked=frozenset(row.day for row in days if row.is_working),
        until=date(last_year, 12, 31) if last_year else date.min,
    )
    return Timetable(rules, holidays)


def watch(tx: Transaction, thing: Thing, slot: str, rule: str, started_at: datetime, due: Due) -> None:
    """Keep the due time, in the round trip of the commit."""
    tx.at_commit(
        queries.watch.sql,
        {
            "thing_id": thing.thing_id,
            "slot": slot,
            "thing": thing.kind,
            "deadline_id": uuid_utils.compat.uuid7(),
            "rule": rule,
            "area": thing.area,
            "category": thing.category,
            "relation": thing.relation,
            "started_at": started_at,
            "due_at": due.due_at,
            "near_at": due.near_at,
        },
    )


def settle(tx: Transaction, thing_id: UUID, slot: str | None) -> None:
    """Forget what was due, in the round trip of the commit."""
    tx.at_commit(queries.settle.sql, {"thing_id": thing_id, "slot": slot})
