"""Rules, holidays and due times as rows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import uuid_utils.compat

from chassis.calendar import Holidays, end_of_day
from chassis.database import Transaction, load_queries
from services.grievances.deadlines import model
from services.grievances.deadlines.model import Due, Rule, Thing, Timetable, Unit, Watched

queries = load_queries(Path(__file__).parent)

Key = tuple[datetime, UUID]
"""Where a page ends: the last one's due_at and id."""

Filed = tuple[datetime, UUID]
"""A dispute's place in the order they were filed: registered_at and id."""


@dataclass(frozen=True)
class Listed:
    """A due time as a list shows it. `state`: waiting, near, missed or lapsed; `level`: who is responsible now."""

    deadline_id: UUID
    thing: str
    thing_id: UUID
    slot: str
    rule: str
    area: str
    category: str | None
    relation: str | None
    started_at: datetime
    due_at: datetime
    state: str
    level: str
    provisional: bool

    @property
    def last_day(self) -> date:
        return model.last_day(self.due_at)


def read_timetable(tx: Transaction) -> Timetable:
    """Rules and holidays as they stand now."""
    rules = {row.rule: _rule_of(row) for row in queries.list_rules(tx.connection)}
    days = list(queries.list_holidays(tx.connection))
    last_year = queries.last_holiday_year(tx.connection)
    holidays = Holidays(
        off=frozenset(row.day for row in days if not row.is_working),
        worked=frozenset(row.day for row in days if row.is_working),
        until=date(last_year, 12, 31) if last_year else date.min,
    )
    return Timetable(rules, holidays)


def find_rule_locked(tx: Transaction, rule: str) -> Rule | None:
    row = queries.lock_rule(tx.connection, rule=rule)
    return row and _rule_of(row)


def save_rule(tx: Transaction, rule: Rule) -> None:
    """Write what a district may set, in the round trip of the commit. The row must be locked by `find_rule_locked`."""
    names = ("rule", "amount", "near_hours", "street_after_days", "district_after_days", "version")
    tx.at_commit(queries.save_rule.sql, {name: getattr(rule, name) for name in names})


def list_districts(tx: Transaction) -> list[str]:
    return [row.code for row in queries.list_districts(tx.connection)]


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
            "dispute_id": thing.dispute_id,
            "started_at": started_at,
            "due_at": due.due_at,
            "near_at": due.near_at,
            "street_at": due.street_at,
            "district_at": due.district_at,
            "amount": due.amount,
            "is_provisional": due.provisional,
        },
    )


def settle(tx: Transaction, thing_id: UUID, slot: str | None) -> None:
    """Forget what was due, in the round trip of the commit."""
    tx.at_commit(queries.settle.sql, {"thing_id": thing_id, "slot": slot})


def take_due(
    tx: Transaction, now: datetime, at_most: int, apart: Collection[str], *, only: UUID | None = None
) -> list[Watched]:
    """Move what is due to the stage it has reached; what another process has in hand is not waited for."""
    rows = queries.take_due(tx.connection, now=now, at_most=at_most, apart=list(apart), only=only)
    return [_watched_of(row) for row in rows]


def add_told(tx: Transaction, told: Sequence[tuple[Watched, int, str]], now: datetime) -> None:
    """Keep for the timelines that these stages were told, in the round trip of the commit."""
    tx.at_commit(
        queries.add_told.sql,
        {
            "deadline_ids": [watched.deadline_id for watched, _, _ in told],
            "stages": [stage for _, stage, _ in told],
            "whats": [what for _, _, what in told],
            "things": [watched.thing.kind for watched, _, _ in told],
            "thing_ids": [watched.thing.thing_id for watched, _, _ in told],
            "rules": [watched.rule for watched, _, _ in told],
            "due_instants": [watched.due_at for watched, _, _ in told],
            "told_at": now,
        },
    )


def list_lapsing(tx: Transaction, now: datetime, apart: Collection[str], at_most: int) -> list[Watched]:
    rows = queries.list_lapsing(tx.connection, now=now, apart=list(apart), at_most=at_most)
    return [_watched_of(row) for row in rows]


def list_due(
    tx: Transaction,
    prefixes: Collection[str],
    now: datetime,
    *,
    overdue: bool,
    near: bool,
    thing: str | None,
    rule: str | None,
    after: Key | None,
    count: int,
) -> list[Listed]:
    """A page of what is due in these division-code prefixes, the longest due first, of what the reader may know of."""
    found: list[Listed] = []
    asked_for = count
    while len(found) < count:
        instant, deadline_id = after or (None, None)
        rows = list(
            queries.list_due(
                tx.connection,
                prefixes=list(prefixes),
                now=now,
                is_overdue=overdue,
                is_near=near,
                thing=thing,
                rule=rule,
                after_instant=instant,
                after_id=deadline_id,
                count=asked_for,
            )
        )
        found += [_listed_of(row, now) for row in rows if row.is_seen]
        if len(rows) < asked_for:
            break
        after = rows[-1].due_at, rows[-1].deadline_id
        # Who may know of little is not to wait for many short pages.
        asked_for = min(asked_for * 4, 2000)
    return found[:count]


def list_of_thing(tx: Transaction, thing_id: UUID, now: datetime, after: Key | None, count: int) -> list[Listed]:
    """What is due of one thing, where the transaction's eyes see the thing."""
    instant, deadline_id = after or (None, None)
    rows = queries.list_of_thing(
        tx.connection, thing_id=thing_id, after_instant=instant, after_id=deadline_id, count=count
    )
    return [_listed_of(row, now) for row in rows]


def list_recountable(tx: Transaction, timetable: Timetable, since: date | None) -> list[Any]:
    """Rows of due times that hang on the holiday table: those due on a day or later, or else the provisional ones."""
    rules = [rule.rule for rule in timetable.rules.values() if rule.asks_the_calendar]
    instant = since and end_of_day(since - timedelta(days=1))
    return list(queries.list_recountable(tx.connection, rules=rules, since=instant))


def move(tx: Transaction, moved: Sequence[tuple[Any, datetime, bool]]) -> None:
    """Give rows of `list_recountable` another due time and say whether it is provisional."""
    rows = [row for row, _, _ in moved]
    queries.move_due(
        tx.connection,
        thing_ids=[row.thing_id for row in rows],
        slots=[row.slot for row in rows],
        deadline_ids=[row.deadline_id for row in rows],
        due_instants=[due_at for _, due_at, _ in moved],
        provisionals=[provisional for _, _, provisional in moved],
    )


def list_unwatched(tx: Transaction, after: Filed | None, at_most: int) -> list[Any]:
    """Open disputes of which nothing is due, locked, in the order they were filed, after that one.

    Their id, area, category, relation, state, registered_at and started_at.
    """
    instant, dispute_id = after or (None, None)
    return list(queries.list_unwatched(tx.connection, after_instant=instant, after_id=dispute_id, at_most=at_most))


def _rule_of(row: Any) -> Rule:
    return Rule(**{**row._asdict(), "unit": Unit(row.unit)})


def _watched_of(row: Any) -> Watched:
    thing = Thing(row.thing, row.thing_id, row.area, row.category, row.relation)
    return Watched(row.deadline_id, thing, row.rule, row.due_at, row.is_duty, row.told, row.reached)


def _listed_of(row: Any, now: datetime) -> Listed:
    state = "near" if row.stage else "waiting"
    if row.due_at <= now:
        state = "lapsed" if row.street_at is None else "missed"
    return Listed(
        row.deadline_id,
        row.thing,
        row.thing_id,
        row.slot,
        row.rule,
        row.area,
        row.category,
        row.relation,
        row.started_at,
        row.due_at,
        state,
        model.LEVELS.get(row.stage, "community"),
        row.is_provisional,
    )
