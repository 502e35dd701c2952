"""Lists of disputes: newest first, page by page, within the caller's scope, along an index."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest

from chassis.database import Database, connect
from chassis.errors import InvalidInput, NotAllowed
from chassis.identity import Actor, Grant
from services.grievances.access import eyes
from services.grievances.disputes.model import Dispute, State
from services.grievances.worklists import handlers, store
from services.grievances.worklists.model import Asked, Filter, Key, Order, WorkItem

XINGHAI, BEITOU, HAIYUE = "440305001012", "440305001013", "440305006011"
STREET, DISTRICT = "440305001000", "440305000000"
START = datetime(2026, 3, 1, tzinfo=UTC)


def listed(
    database: Database, actor: Actor, count: int = 100, after: Key | None = None, **asked: Any
) -> list[WorkItem]:
    return page(database, actor, count, after, **asked)[0]


def page(
    database: Database, actor: Actor, count: int, after: Key | None = None, **asked: Any
) -> tuple[list[WorkItem], Key | None]:
    with database.transaction(eyes(actor)) as tx:
        return handlers.list_disputes(tx, Asked(**asked), actor=actor, after=after, count=count)


@pytest.fixture
def nine(life: Any) -> list[Dispute]:
    """Three disputes in each of three communities, one an hour in turn, filed by an officer of the district."""
    officer = Actor("district-1", (Grant("community_officer", DISTRICT),))
    return [
        life.file(officer, now=START + timedelta(hours=hour), area=area, grid_unit_id=None, category=category)
        for hour, (area, category) in enumerate(
            (area, category) for category in ("noise", "repair", "parking") for area in (XINGHAI, BEITOU, HAIYUE)
        )
    ]


@pytest.mark.parametrize(
    ("grants", "areas"),
    [
        (["440305001012"], {XINGHAI}),
        (["440305001012", "440305006011"], {XINGHAI, HAIYUE}),
        (["440305001000"], {XINGHAI, BEITOU}),
        (["440305001000", "440305001012"], {XINGHAI, BEITOU}),
        (["440305000000"], {XINGHAI, BEITOU, HAIYUE}),
        (["440300000000"], {XINGHAI, BEITOU, HAIYUE}),
        (["440306000000"], set()),
    ],
)
def test_a_list_holds_what_lies_in_the_callers_areas(
    database: Database, nine: list[Dispute], grants: list[str], areas: set[str]
) -> None:
    actor = Actor("someone", tuple(Grant("street_officer", area) for area in grants))

    found = listed(database, actor)

    assert [one.dispute_id for one in found] == [one.dispute_id for one in reversed(nine) if one.area in areas]


def test_pages_follow_each_other_without_gap_or_repeat(database: Database, nine: list[Dispute]) -> None:
    actor = Actor("someone", (Grant("district_officer", DISTRICT),))
    found = pages(database, actor)

    assert [len(one) for one in found] == [2, 2, 2, 2, 1]
    assert [one.dispute_id for page in found for one in page] == [one.dispute_id for one in reversed(nine)]


def pages(database: Database, actor: Actor, **asked: Any) -> list[list[WorkItem]]:
    found, more = page(database, actor, 2, **asked)
    gathered = [found]
    while more is not None:
        found, more = page(database, actor, 2, more, **asked)
        gathered.append(found)
    return gathered


def test_what_is_due_first_is_listed_first(database: Database, nine: list[Dispute], life: Any) -> None:
    """Acceptance is due five working days after filing, mediation thirty days after acceptance."""
    officer = Actor("someone", (Grant("community_officer", DISTRICT),))
    accepted = life.accept(nine[0], officer, now=START + timedelta(days=20))
    closed = life.refuse(nine[1], officer)

    found = [one for part in pages(database, officer, order=Order.DUE) for one in part]

    waiting = [one.dispute_id for one in nine[2:]]
    assert [one.dispute_id for one in found] == [*waiting, accepted.dispute_id]
    assert closed.dispute_id not in [one.dispute_id for one in found]
    assert {one.due_rule for one in found} == {"dispute.acceptance", "dispute.assignment"}


def test_only_what_is_late_is_overdue(database: Database, nine: list[Dispute], life: Any) -> None:
    officer = Actor("someone", (Grant("community_officer", DISTRICT),))
    late, in_time = START + timedelta(days=30), START + timedelta(days=1)

    assert len(listed(database, officer, order=Order.DUE, overdue_at=late)) == 9
    assert listed(database, officer, order=Order.DUE, overdue_at=in_time) == []


def test_a_list_shows_what_is_due_of_each(database: Database, life: Any) -> None:
    filed = life.file()
    refused = life.refuse(life.file())

    found = {one.dispute_id: one for one in listed(database, life.people.officer)}

    assert (found[filed.dispute_id].due_rule, found[refused.dispute_id].due_at) == ("dispute.acceptance", None)


@pytest.mark.parametrize(
    ("narrowed", "count"),
    [
        (Filter(only_open=True), 1),
        (Filter(state=State.REFUSED), 1),
        (Filter(relation="owner_owner"), 2),
        (Filter(relation="owner_property"), 0),
        (Filter(channel="resident"), 2),
        (Filter(channel="hotline"), 0),
        (Filter(mediator_id="mediator-1"), 1),
        (Filter(mediator_id="mediator-2"), 0),
    ],
)
def test_a_list_is_narrowed_by_each_trait(database: Database, life: Any, narrowed: Filter, count: int) -> None:
    life.assigned()
    life.refuse(life.file())

    assert len(listed(database, life.people.officer, narrowed=narrowed)) == count


def test_a_list_is_narrowed_by_area_state_and_category(database: Database, nine: list[Dispute], life: Any) -> None:
    officer = Actor("someone", (Grant("community_officer", DISTRICT),))
    accepted = life.accept(nine[4], officer)
    refused = life.refuse(nine[5], officer)

    def found(**asked: Any) -> list[str]:
        return [one.case_number for one in listed(database, officer, **asked)]

    assert len(found(area=STREET)) == 6
    assert found(narrowed=Filter(state=State.ACCEPTED)) == [accepted.case_number]
    assert found(narrowed=Filter(state=State.REFUSED)) == [refused.case_number]
    assert found(area=BEITOU, narrowed=Filter(category="repair")) == [accepted.case_number]
    assert found(narrowed=Filter(state=State.REGISTERED, category="repair"), area=BEITOU) == []


def test_a_resident_lists_the_own_filings_alone(database: Database, nine: list[Dispute], life: Any) -> None:
    own = life.file(now=START)

    assert [one.dispute_id for one in listed(database, life.people.resident)] == [own.dispute_id]
    assert listed(database, life.people.neighbour) == []
    with pytest.raises(NotAllowed):
        listed(database, life.people.resident, area=XINGHAI)


def test_an_officer_can_ask_for_the_own_filings(database: Database, nine: list[Dispute], life: Any) -> None:
    own = life.file(life.people.officer)

    assert [one.dispute_id for one in listed(database, life.people.officer, own=True)] == [own.dispute_id]


def test_a_grant_bound_to_a_part_of_the_grid_lists_nothing_but_the_own(
    database: Database, nine: list[Dispute], life: Any
) -> None:
    bound = Actor("mediator-7", (Grant("mediator", XINGHAI, "/c/b"),))
    own = life.file(bound)

    assert [one.dispute_id for one in listed(database, bound)] == [own.dispute_id]


def test_own_filings_have_no_area(database: Database, life: Any) -> None:
    with pytest.raises(InvalidInput, match="own and area exclude each other; leave one of them out"):
        listed(database, life.people.officer, own=True, area=XINGHAI)


@pytest.mark.parametrize(
    "asked",
    [
        {"words": ("电梯",), "order": Order.DUE},
        {"own": True, "order": Order.DUE},
        {"own": True, "words": ("电梯",)},
        {"case_number": "440305001012-2026-0001", "words": ("电梯",)},
        {"case_number": "440305001012-2026-0001", "own": True},
    ],
)
def test_what_does_not_go_together_is_refused(database: Database, life: Any, asked: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match="leave"):
        listed(database, life.people.officer, **asked)


@pytest.mark.parametrize("asked", [{"words": ("电梯",)}, {"order": Order.DUE}])
def test_who_works_nowhere_is_told_what_a_list_of_own_filings_cannot_do(
    database: Database, life: Any, asked: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput, match="own cases"):
        listed(database, life.people.resident, **asked)


def test_a_case_number_finds_its_case_for_whoever_sees_it(database: Database, nine: list[Dispute], life: Any) -> None:
    own, people = life.file(now=START), life.people

    def found(actor: Actor, of: Dispute, **asked: Any) -> list[UUID]:
        return [one.dispute_id for one in listed(database, actor, case_number=of.case_number, **asked)]

    assert found(people.officer, own) == found(people.resident, own) == [own.dispute_id]
    assert found(people.officer, own, area=XINGHAI, narrowed=Filter(only_open=True)) == [own.dispute_id]
    assert found(people.officer, own, area=HAIYUE) == []
    assert found(people.officer, own, narrowed=Filter(state=State.REFUSED)) == []
    assert found(people.officer, nine[2]) == found(people.neighbour, own) == []
    assert listed(database, people.officer, case_number="440305001012-2026-9999") == []


def test_another_communitys_list_is_refused(database: Database, nine: list[Dispute], life: Any) -> None:
    with pytest.raises(NotAllowed, match=HAIYUE):
        listed(database, life.people.officer, area=HAIYUE)


MANY = """
INSERT INTO disputes (dispute_id, area, case_year, serial, relation, category, summary_sealed, filed_by, registered_at,
    state, version, session_count)
SELECT gen_random_uuid(), '440305' || lpad((1 + g % 9)::text, 3, '0') || lpad((g % 108)::text, 3, '0'), 2020, g,
    'owner_owner', (ARRAY['noise', 'repair', 'parking', 'other'])[1 + g % 4], '', 'r' || (g % 5000),
    '2020-01-01'::timestamptz + g * interval '10 min',
    CASE WHEN g > 19800 THEN 'mediating' WHEN g % 20 = 0 THEN 'refused' ELSE 'resolved' END, 5, 1
FROM generate_series(1, 20000) AS g
"""


def test_no_list_scans_the_table(database: Database, service_address: Any) -> None:
    with closing(connect(service_address.admin_url)) as admin, admin.cursor() as cursor:
        cursor.execute(MANY)
        cursor.execute("ANALYZE disputes")
    officer = Actor("o", (Grant("district_officer", DISTRICT),))

    for state, category in product((None, *State), (None, "noise", "waste")):
        narrowed = Filter(state=state, category=category)
        for prefix in ("440305002001", "440305002", "440305"):
            plan = plan_of(database, officer, prefix, narrowed)
            assert "Seq Scan on disputes" not in plan, (prefix, narrowed, plan)


def plan_of(database: Database, actor: Actor, prefix: str, narrowed: Filter) -> str:
    asked = {
        "communities": [prefix] if len(prefix) == 12 else [],
        "streets": [prefix] if len(prefix) == 9 else [],
        "wide": [prefix] if len(prefix) < 9 else [],
        **store.newest_parameters(narrowed, (datetime(2020, 3, 1, tzinfo=UTC), UUID(int=1)), 21),
    }
    with database.transaction(eyes(actor)) as tx:
        return "\n".join(row[0] for row in tx.rows(f"EXPLAIN {store.queries.list_newest.sql}", asked))


DUE = """
INSERT INTO deadlines (thing_id, slot, thing, deadline_id, rule, area, started_at, due_at, next_at, dispute_id)
SELECT gen_random_uuid(), 'judicial_confirmation', 'agreement', gen_random_uuid(), 'agreement.judicial_confirmation',
    '440305001012', '2020-01-01', '2020-02-01'::timestamptz + g * interval '1 minute', '2020-02-01', gen_random_uuid()
FROM generate_series(1, 20000) AS g
"""


def test_a_list_by_what_is_due_reads_past_nothing_else_that_is_due(
    database: Database, service_address: Any, nine: list[Dispute]
) -> None:
    """Every agreement leaves a right for a month: there are many more of them than open disputes."""
    with closing(connect(service_address.admin_url)) as admin, admin.cursor() as cursor:
        cursor.execute(DUE)
        cursor.execute("ANALYZE deadlines, disputes")
    officer = Actor("o", (Grant("district_officer", DISTRICT),))
    asked = dict.fromkeys(("state", "category", "relation", "channel", "mediator_id", "overdue_at"))
    asked |= {"prefixes": ["440305"], "after_instant": None, "after_id": None, "count": 21}

    with database.transaction(eyes(officer)) as tx:
        (row,) = tx.rows(f"EXPLAIN (ANALYZE, FORMAT JSON) {store.queries.list_due.sql}", asked)

    read = rows_read(row[0][0]["Plan"], "deadlines")
    assert len(listed(database, officer, order=Order.DUE)) == len(nine) <= read
    assert read <= 2 * len(nine), row[0]


def rows_read(plan: dict[str, Any], table: str) -> float:
    """Rows of a table that the plan looked at, those that it left out among them."""
    own = 0.0
    if plan.get("Relation Name") == table:
        left_out = sum(value for name, value in plan.items() if name.startswith("Rows Removed by"))
        own = (plan["Actual Rows"] + left_out) * plan["Actual Loops"]
    return own + sum(rows_read(one, table) for one in plan.get("Plans", ()))
