"""However the broker cuts, repeats and shuffles the facts, the figures are the same."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.database import Database
from chassis.envelope import Event, to_json
from chassis.inbox.delivery import Delivery
from chassis.inbox.effects import Inbox
from chassis.inbox.subscriptions import Subscription, Subscriptions
from services.statistics import handlers, schemas, store
from services.statistics.model import COUNTED, POINTS, Figures, total
from tests.store.statistics.facts import (
    DAXIN,
    DISTRICT,
    HAIYUE,
    MARCH,
    NANTOU,
    TREE,
    XINGHAI,
    ZHAOSHANG,
    Told,
    division_event,
    events,
)

STEPS = ["dispute.assigned", "dispute.reassigned", "dispute.unassigned", "dispute.mediated"]
KINDS = [name.removeprefix("dispute.") for name in [*COUNTED, *STEPS] if name.startswith("dispute.")]
CATEGORIES = ("noise", "parking", "waste")

lives = st.lists(
    st.tuples(
        st.sampled_from([XINGHAI, DAXIN, HAIYUE]),
        st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 500)), min_size=1, max_size=8),
    ),
    min_size=1,
    max_size=6,
)
"""Disputes, each with its area and its facts in the order of their versions."""


@pytest.fixture(scope="module")
def database(module_database: Callable[[str], str]) -> Iterator[Database]:
    database = Database(module_database("statistics"), service="statistics", size=2)
    yield database
    database.close()


def facts_of(lives: list[tuple[str, list[tuple[str, int]]]]) -> list[Event]:
    made: list[Event] = []
    for number, (area, steps) in enumerate(lives):
        told = events(
            [
                Told(
                    kind,
                    area,
                    hours,
                    days_open=hours // 24,
                    category=CATEGORIES[number % len(CATEGORIES)],
                    satisfaction=hours % 6 or None if kind == "confirmed" else None,
                )
                for kind, hours in steps
            ],
            first_id=100 * number + 1,
        )
        made += [
            replace(event, subject=f"dispute-{number}", version=version) for version, event in enumerate(told, start=1)
        ]
    return made


def expected(facts: list[Event], areas: set[str], category: str | None = None) -> Figures:
    told = [event for event in facts if event.area in areas and category in (None, event.data["category"])]
    names = Counter(COUNTED.get(event.type) for event in told)
    points = Counter(event.data["satisfaction"] for event in told)
    days = [event.data["days_open"] for event in told if event.type == "dispute.resolved"]
    return Figures(
        **{name: names[name] for name in COUNTED.values()},
        **{f"satisfaction_{number}": points[number] for number in POINTS},
        days_to_resolve_sum=sum(days),
        days_to_resolve_count=len(days),
    )


def inbox_over(database: Database, source: str) -> Inbox:
    subscription = {
        "grievances": Subscription(
            "grievances",
            tuple(f"dispute.{kind}" for kind in KINDS),
            handlers.count,
            schemas.DisputeFact(),
            batch=True,
            in_sequence=True,
        ),
        "members": Subscription(
            "members", ("division.registered",), handlers.learn_divisions, schemas.DivisionRegistered(), batch=True
        ),
    }[source]
    hours = count()
    begun = datetime.now(UTC)
    return Inbox(
        database,
        Subscriptions("statistics", source, [subscription]),
        clock=lambda: begun + timedelta(hours=next(hours)),  # whatever was put off is due at the next look
    )


def delivered(event: Event) -> Delivery:
    return Delivery(to_json(event).encode(), "application/cloudevents+json")


def forget(database: Database) -> None:
    with database.transaction() as tx:
        for table in _TABLES:
            tx.execute(f"DELETE FROM {table}")
        tx.execute("DELETE FROM failed_events")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lives=lives, seed=st.integers(0, 2**32), late=st.booleans())
def test_cut_repeated_and_shuffled_facts_give_the_same_figures(
    database: Database, lives: list[tuple[str, list[tuple[str, int]]]], seed: int, late: bool
) -> None:
    forget(database)
    random, facts = Random(seed), facts_of(lives)
    queue = sorted(facts * 2, key=lambda event: random.random())
    grievances, members = inbox_over(database, "grievances"), inbox_over(database, "members")
    tree = [delivered(replace(division_event(one), event_id=UUID(int=9000 + at))) for at, one in enumerate(TREE)]

    if not late:
        members.apply(tree)
    while queue:
        size = random.randint(1, 9)
        batch, queue = queue[:size], queue[size:]
        grievances.apply([delivered(event) for event in batch])
        if random.random() < 0.3:
            grievances.retry_due()
    if late:
        members.apply(tree)
        members.apply(tree)
    while grievances.retry_due():
        pass

    with database.transaction() as tx:
        found = {area: total(store.sum_by_branch(tx, area, {"now": MARCH})["now"].values()) for area in _AREAS}
        by_category = {
            (area, part.words[0]): part.now
            for area in _AREAS
            for part in store.sum_by_word(tx, area, "category", MARCH)
            if part.now != Figures()
        }
        listed = [fact["event_id"] for fact in store.list_newest_facts(tx, DISTRICT, 30)]
    assert found == {area: expected(facts, within) for area, within in _AREAS.items()}
    assert by_category == {
        (area, category): sums
        for area, within in _AREAS.items()
        for category in CATEGORIES
        if (sums := expected(facts, within, category)) != Figures()
    }
    newest = sorted(facts, key=lambda event: (event.time, event.event_id), reverse=True)[:30]
    assert listed == [event.event_id for event in newest]


_TABLES = (
    "divisions",
    "figures_by_day",
    "figures_by_month",
    "breakdown_by_day",
    "breakdown_by_month",
    "newest_facts",
    "inbox",
    "subject_versions",
)
_AREAS = {
    XINGHAI: {XINGHAI},
    NANTOU: {XINGHAI, DAXIN},
    ZHAOSHANG: {HAIYUE},
    DISTRICT: {XINGHAI, DAXIN, HAIYUE},
}
