"""What can be done with due times: have one in sight, forget it, tell what is due, set how long things may take."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from chassis import areas, audit, outbox
from chassis.calendar import end_of_day
from chassis.database import Transaction
from chassis.errors import FieldError, InvalidInput, NotAllowed, NotFound, StaleVersion
from chassis.identity import Actor
from services.grievances import access
from services.grievances.deadlines import model, store
from services.grievances.deadlines.model import Due, Rule, Thing, Watched
from services.grievances.deadlines.timetables import timetables
from services.grievances.disputes.life_cycle import DUE_RULES
from services.grievances.disputes.model import State
from services.grievances.escalations import handlers as escalations

STATE = "state"
"""The slot of what is due next; others stand beside it."""

AT_MOST = 500
"""Deadlines told in one transaction."""

SETTERS = frozenset({"district_officer"})

Lapse = Callable[[Transaction, UUID, datetime], object]
"""What a slice does when a right on its thing lapses: locks the thing and, if nobody has moved it on, ends it."""


def watch(tx: Transaction, thing: Thing, rule: str, start: datetime, *, slot: str = STATE) -> Due:
    """Have in sight what is due by this rule, counted from `start`; it replaces what was due in the slot.

    Written in the round trip of the commit. The same rule and start again change nothing, whatever has become of the
    rule since: what runs keeps the time it began with.
    """
    due = timetables.current(tx).due(rule, start)
    store.watch(tx, thing, slot, rule, start, due)
    return due


def watch_until(tx: Transaction, thing: Thing, rule: str, last_day: date, start: datetime, *, slot: str = STATE) -> Due:
    """The same for what has a last day of its own; another last day replaces it."""
    due = timetables.current(tx).due_on(rule, last_day)
    store.watch(tx, thing, slot, rule, start, due)
    return due


def settle(tx: Transaction, thing_id: UUID, *, slot: str | None = None) -> None:
    """Nothing is due of it any more: in this slot, or in all. Written in the round trip of the commit."""
    store.settle(tx, thing_id, slot)


def tell_due(tx: Transaction, now: datetime, *, at_most: int = AT_MOST, apart: Collection[str] = ()) -> bool:
    """Tell what has become near, missed, lapsed, or the street's or district's; True when there may be more at once.

    Several processes may do it at a time: each takes rows that no other has. What was due while nobody looked is told
    now, stage by stage, and carries the present as its time: `due_at` says when it was due, but nobody knew before.
    Rights of the kinds in `apart` are left to `lapse`.
    """
    due = store.take_due(tx, now, at_most, apart)
    _tell(tx, due, now)
    return len(due) == at_most


def list_lapsing(tx: Transaction, now: datetime, *, apart: Collection[str], at_most: int = AT_MOST) -> list[Watched]:
    """Rights of these kinds whose time is over, for `lapse`; nothing is locked."""
    return store.list_lapsing(tx, now, apart, at_most)


def lapse(tx: Transaction, right: Watched, now: datetime, *, end: Lapse) -> None:
    """End the thing whose right lapsed and tell it, unless somebody has used the right meanwhile.

    A transaction for each: the thing is locked before its deadline, as every step does it.
    """
    end(tx, right.thing.thing_id, now)
    _tell(tx, store.take_due(tx, now, 1, (), only=right.deadline_id), now)


def _tell(tx: Transaction, due: Collection[Watched], now: datetime) -> None:
    raised, told = [], []
    for watched in due:
        for stage, fact in model.tellings(watched):
            outbox.add(tx, fact, subject=watched.deadline_id, version=stage, area=watched.thing.area, now=now)
            told.append((watched, stage, fact.type.removeprefix("deadline.")))
            if stage >= model.STREET:
                raised.append((watched, model.LEVELS[stage]))
    if told:
        store.add_told(tx, told, now)
    if raised:
        escalations.bring_up(tx, raised, now)


def list_rules(tx: Transaction) -> list[Rule]:
    return sorted(store.read_timetable(tx).rules.values(), key=lambda rule: rule.rule)


def set_rule(tx: Transaction, name: str, to: model.Amounts, *, actor: Actor, version: int) -> Rule:
    """Let things that begin from now on take another time; in other processes within `timetables.KEPT_S` seconds.

    Raises NotFound, NotAllowed for whom the whole district did not appoint, StaleVersion, InvalidInput naming the
    article.
    """
    districts = store.list_districts(tx)
    if not districts:
        raise NotAllowed("no district is known here yet; load its divisions first: linli import divisions")
    for district in districts:
        actor.require(SETTERS, area=district)
    rule = store.find_rule_locked(tx, name)
    if rule is None:
        raise NotFound(f"there is no rule {name!r}; GET /deadline-rules lists them")
    if rule.version != version:
        raise StaleVersion(f"rule {name}", version, rule.version)
    after = model.changed(rule, to)
    store.save_rule(tx, after)
    audit.record(tx, actor.actor_id, "deadline_rule.set", f"deadline-rule/{name}", purpose=_difference(rule, after))
    tx.after_commit(timetables.forget)
    return after


def _difference(before: Rule, after: Rule) -> str:
    names = ("amount", "near_hours", "street_after_days", "district_after_days")
    told = ((name, getattr(before, name), getattr(after, name)) for name in names)
    return ", ".join(f"{name} {old} → {new}" for name, old, new in told if old != new) or "nothing changed"


@dataclass(frozen=True)
class Question:
    """What a list of due times is narrowed to. `thing`: a kind; `thing_id`: one thing, wherever it lies."""

    area: str | None = None
    overdue: bool = False
    near: bool = False
    thing: str | None = None
    rule: str | None = None
    thing_id: UUID | None = None


def list_due(
    tx: Transaction, question: Question, *, actor: Actor, now: datetime, after: store.Key | None, count: int
) -> list[store.Listed]:
    """A page of what is due, the longest due first: of an area, of all areas where the caller works, or of one thing.

    Only of things that the caller may see. Raises NotAllowed for an area in which the caller does not work.
    """
    if question.overdue and question.near:
        detail = "overdue and near exclude each other; leave one of them out"
        raise InvalidInput(detail, [FieldError("?overdue", detail), FieldError("?near", detail)])
    if question.thing_id is not None:
        return store.list_of_thing(tx, question.thing_id, now, after, count)
    scope = access.scope(actor)
    if question.area is not None:
        actor.require(access.SEERS, area=question.area)
        scope = (areas.prefix(question.area),)
    if not scope:
        raise NotAllowed("a list of what is due is for those who work in an area; name the thing_id of your own case")
    return store.list_due(
        tx,
        scope,
        now,
        overdue=question.overdue,
        near=question.near,
        thing=question.thing,
        rule=question.rule,
        after=after,
        count=count,
    )


def recount(tx: Transaction, *, since: date | None = None) -> int:
    """Count again, by the holiday table as it stands, what hangs on it; gives how many due times have moved.

    `since`: all that is due on that day or later; without it, what was counted provisionally. What was told as missed
    or lapsed stays as told, and every time keeps the amount that it began with.
    """
    timetable = store.read_timetable(tx)
    moved = []
    for row in store.list_recountable(tx, timetable, since):
        last, provisional = timetable.counted(row.rule, row.amount, row.started_at)
        due_at = end_of_day(last)
        if (due_at, provisional) != (row.due_at, row.is_provisional):
            moved.append((row, due_at, provisional))
    if moved:
        store.move(tx, moved)
    return sum(row.due_at != due_at for row, due_at, _ in moved)


def watch_forgotten(tx: Transaction, *, after: store.Filed | None = None, at_most: int = AT_MOST) -> store.Filed | None:
    """Have in sight what a version before this one left open without a due time; where to go on, if there may be more.

    It counts from where it would have counted then: what has waited for long is missed at once, and told as such.
    """
    found = store.list_unwatched(tx, after, at_most)
    for row in found:
        thing = Thing("dispute", row.dispute_id, row.area, row.category, row.relation)
        watch(tx, thing, DUE_RULES[State(row.state)], row.started_at)
    return (found[-1].registered_at, found[-1].dispute_id) if len(found) == at_most else None


def days_left(tx: Transaction, today: date) -> int:
    """For how many days more the holiday table speaks; negative when it has ended."""
    return (store.read_timetable(tx).holidays.until - today).days
