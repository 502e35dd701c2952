"""A year of some hundred disputes, played day by day: who was told what, and who had it when.

What is expected is counted by the little reference below, which shares no line with the service.
"""

import csv
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from chassis.calendar import SHANGHAI
from chassis.database import Database
from chassis.identity import Actor, Grant
from services.grievances.disputes import handlers as disputes
from services.grievances.disputes.model import RefusalReason, ReopeningReason, TerminationReason, TicketKind
from tests.store.grievances.deadlines.timer import tell, told

TABLE = Path(__file__).parents[4] / "data" / "holidays.csv"
SEED = 20_261_231
CASES = 240
NEW_YEAR, YEARS_END = date(2026, 1, 6), date(2026, 12, 31)
TICKS = (time(0, 5), time(12, 5))
"""When the timer looks; in between lie the hours at which people work."""

HOTLINE = Actor("hotline-1", (Grant("hotline", "440305001012"),))

TERMS = {
    "dispute.acceptance": ("working", 5, 24, 3, 7),
    "dispute.assignment": ("working", 3, 24, 3, 7),
    "dispute.mediation": ("days", 30, 120, 5, 10),
    "hotline.enquiry": ("working", 1, 4, 1, 2),
    "hotline.ordinary": ("working", 5, 24, 2, 5),
    "hotline.complex": ("working", 15, 48, 3, 7),
}
"""Rule → what its days are, how many, hours before the end, days until the street's and until the district's."""

WAITS = {"registered": "dispute.acceptance", "accepted": "dispute.assignment", "assigned": "dispute.mediation"}

STORIES: dict[str, list[tuple[str, int, int]]] = {
    "forgotten": [],
    "done in time": [("accept", 1, 3), ("assign", 1, 2), ("terminate", 3, 20)],
    "accepted late": [("accept", 6, 25)],
    "assigned late": [("accept", 0, 4), ("assign", 6, 20), ("terminate", 1, 10)],
    "mediated for ever": [("accept", 0, 4), ("assign", 0, 2)],
    "mediated too long": [("accept", 0, 4), ("assign", 0, 2), ("terminate", 28, 60)],
    "refused": [("refuse", 0, 15)],
    "refused and opened again": [("refuse", 0, 10), ("reopen", 5, 30), ("accept", 0, 12)],
    "ended and opened again": [("accept", 0, 2), ("assign", 0, 2), ("terminate", 3, 9), ("reopen", 10, 60)],
}
"""Steps after filing, each so many days (from, to) after the one before."""

AFTER = {"accept": "accepted", "assign": "assigned", "terminate": "terminated", "refuse": "refused"}


@dataclass
class Case:
    """A dispute as the story has it: what is done when; and what has become of it."""

    number: int
    ticket: TicketKind | None
    steps: list[tuple[datetime, str]]
    dispute: Any = None
    states: list[tuple[datetime, str]] = field(default_factory=list)


def cases() -> list[Case]:
    chance = random.Random(SEED)
    days = (YEARS_END - NEW_YEAR).days
    made = []
    for number in range(CASES):
        day = NEW_YEAR + timedelta(days=chance.randrange(days))
        steps = [(_at_work(chance, day), "file")]
        for command, earliest, latest in STORIES[list(STORIES)[number % len(STORIES)]]:
            day += timedelta(days=chance.randint(earliest, latest))
            steps.append((max(_at_work(chance, day), steps[-1][0] + timedelta(minutes=1)), command))
        ticket = list(TicketKind)[number % 3] if number % 4 == 0 else None
        made.append(Case(number, ticket, steps))
    return made


def _at_work(chance: random.Random, day: date) -> datetime:
    return datetime.combine(day, time(chance.choice((9, 10, 11, 14, 16)), chance.randrange(60)), SHANGHAI)


# The reference.

Telling = tuple[int, str, str, str, int, datetime]
"""Case, rule, type, level, version and when."""


def working_days() -> Callable[[date], bool]:
    with TABLE.open(encoding="utf-8") as file:
        kinds = {row["day"]: row["kind"] for row in csv.DictReader(file)}

    def works(day: date) -> bool:
        return kinds.get(str(day), "off" if day.isoweekday() > 5 else "work") == "work"

    return works


def instants(rule: str, start: datetime, works: Callable[[date], bool]) -> list[datetime]:
    """When it is near, missed, the street's and the district's."""
    unit, left, near, street, district = TERMS[rule]
    day = start.astimezone(SHANGHAI).date()
    while left:
        day += timedelta(days=1)
        left -= 1 if unit == "days" or works(day) else 0
    due = datetime.combine(day + timedelta(days=1), time(), SHANGHAI)
    return [due - timedelta(hours=near), due, due + timedelta(days=street), due + timedelta(days=district)]


def waits(case: Case) -> Iterator[tuple[str, datetime, datetime, datetime]]:
    """What the case waited for: the rule, the instant it counts from, and from when until when it waited."""
    end = datetime.combine(YEARS_END + timedelta(days=1), time(), SHANGHAI)
    counted_from = case.states[0][0]
    for (since, state), until in zip(case.states, [*(at for at, _ in case.states[1:]), end], strict=True):
        if state in ("registered", "accepted"):
            counted_from = since
        if state in WAITS:
            yield WAITS[state], counted_from, since, until
    if case.ticket is not None:
        for since, until in open_spells(case, end):
            yield f"hotline.{case.ticket}", since, since, until


def open_spells(case: Case, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """From when until when the case was open: since it was filed, and since each time it was taken up again."""
    since: datetime | None = None
    for at, state in case.states:
        if state in WAITS:
            since = since or at
        elif since is not None:
            yield since, at
            since = None
    if since is not None:
        yield since, end


def expected(case: Case, works: Callable[[date], bool]) -> Iterator[Telling]:
    kinds = [("near", "community"), ("missed", "community"), ("escalated", "street"), ("escalated", "district")]
    for rule, start, since, until in waits(case):
        for version, (true_from, (kind, level)) in enumerate(zip(instants(rule, start, works), kinds, strict=True), 1):
            heard = next_tick(max(true_from, since))
            if heard < until:
                yield case.number, rule, kind, level, version, heard


def next_tick(instant: datetime) -> datetime:
    day = instant.astimezone(SHANGHAI).date()
    ticks = (datetime.combine(day + timedelta(days=more), tick, SHANGHAI) for more in (0, 1) for tick in TICKS)
    return next(tick for tick in ticks if tick >= instant)


# The play.


@dataclass(frozen=True)
class Play:
    """The year, through the handlers."""

    life: Any
    database: Database

    def run(self, stories: list[Case]) -> None:
        by_day: dict[date, list[tuple[datetime, str, Case]]] = {}
        for case in stories:
            for at, command in case.steps:
                by_day.setdefault(at.date(), []).append((at, command, case))
        day = NEW_YEAR
        while day <= YEARS_END:
            morning, noon = (datetime.combine(day, tick, SHANGHAI) for tick in TICKS)
            steps = sorted(by_day.get(day, []), key=lambda step: step[0])
            tell(self.database, morning)
            self._take([step for step in steps if step[0] < noon])
            tell(self.database, noon)
            self._take([step for step in steps if step[0] >= noon])
            day += timedelta(days=1)

    def _take(self, steps: list[tuple[datetime, str, Case]]) -> None:
        for at, command, case in steps:
            case.dispute = getattr(self, f"_{command}")(case, at)
            case.states.append((at, str(case.dispute.state)))

    def _file(self, case: Case, at: datetime) -> Any:
        return self.life.file(HOTLINE if case.ticket else None, now=at, ticket_kind=case.ticket)

    def _accept(self, case: Case, at: datetime) -> Any:
        return self.life.accept(case.dispute, now=at)

    def _assign(self, case: Case, at: datetime) -> Any:
        return self.life.assign(case.dispute, now=at)

    def _terminate(self, case: Case, at: datetime) -> Any:
        reason = TerminationReason.NO_AGREEMENT
        return self.life.step(disputes.terminate, case.dispute, self.life.people.mediator, reason=reason, now=at)

    def _refuse(self, case: Case, at: datetime) -> Any:
        reason = RefusalReason.RESERVED_FOR_AUTHORITY
        return self.life.step(disputes.refuse, case.dispute, None, reason=reason, now=at)

    def _reopen(self, case: Case, at: datetime) -> Any:
        return self.life.step(disputes.reopen, case.dispute, None, reason=ReopeningReason.NEW_FACTS, now=at)


@pytest.fixture
def year(life: Any, database: Database) -> list[Case]:
    """All cases after the year, those filed in it."""
    stories = cases()
    Play(life, database).run(stories)
    return [case for case in stories if case.dispute is not None]


def test_a_year_is_told_as_it_was(year: list[Case], database: Database) -> None:
    works = working_days()
    of_dispute = {str(case.dispute.dispute_id): case.number for case in year}

    heard = [
        (of_dispute[one.thing_id], one.rule, one.type, one.level, one.version, one.time.astimezone(SHANGHAI))
        for one in told(database)
    ]

    right = sorted(telling for case in year for telling in expected(case, works))
    assert sorted(heard) == right
    counts = {kind: sum(telling[2:4] == kind for telling in right) for kind in {telling[2:4] for telling in right}}
    assert len(counts) == 4
    assert min(counts.values()) > 50, "a year in which little happens would show little"
    assert [telling for telling in heard if telling[5] > heard[-1][5]] == [], "told in the order of the year"
    _check_what_came_up(year, database, works)


def _check_what_came_up(year: list[Case], database: Database, works: Callable[[date], bool]) -> None:
    """Who had it when: what came to street and district, since when, and whether it still waits there."""
    came, waiting = set[tuple[UUID, str, str, datetime]](), set[tuple[UUID, str, str]]()
    end = datetime.combine(YEARS_END + timedelta(days=1), time(), SHANGHAI)
    for case in year:
        running = {rule for rule, _, _, until in waits(case) if until == end}
        last = {rule: start for rule, start, _, _ in waits(case)}
        for _, rule, kind, level, version, heard in expected(case, works):
            if kind == "escalated":
                came.add((case.dispute.dispute_id, rule, level, heard))
                if rule in running and heard >= next_tick(instants(rule, last[rule], works)[version - 1]):
                    waiting.add((case.dispute.dispute_id, rule, level))
    with database.transaction() as tx:
        rows = tx.rows("SELECT thing_id, rule, level, raised_at, settled_at FROM escalations")
    assert {(row.thing_id, row.rule, row.level, row.raised_at.astimezone(SHANGHAI)) for row in rows} == came
    assert {(row.thing_id, row.rule, row.level) for row in rows if row.settled_at is None} == waiting
