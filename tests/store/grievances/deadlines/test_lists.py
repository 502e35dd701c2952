"""What is due is listed to those who may see the thing, the longest due first."""

from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from chassis.database import Database, connect
from chassis.errors import InvalidInput, NotAllowed
from chassis.identity import Actor, Grant
from services.grievances.access import eyes
from services.grievances.deadlines import handlers, store
from services.grievances.disputes.model import Body
from tests.store.grievances.deadlines.timer import at, tell

XINGHAI, BEITOU, HAIYUE = "440305001012", "440305001013", "440305006011"
FILED = at("2026-03-10T10:00")
NOW = at("2026-03-18T08:00")
DISTRICT = Actor("district-1", (Grant("district_officer", "440305000000"),))


def due(database: Database, actor: Actor, now: Any = NOW, **asked: Any) -> list[store.Listed]:
    more = {name: asked.pop(name) for name in ("after", "count") if name in asked}
    with database.transaction(eyes(actor)) as tx:
        question = handlers.Question(**asked)
        return handlers.list_due(tx, question, actor=actor, now=now, **{"after": None, "count": 100, **more})


@pytest.fixture
def four(life: Any, database: Database) -> list[Any]:
    """Two in 星海名城, one in 北头, one in 海月; the later the filing, the later due."""
    officer = Actor("filer", (Grant("community_officer", "440305000000"),))
    filed = [
        life.file(officer, now=FILED + timedelta(days=days), area=area, grid_unit_id=None)
        for days, area in enumerate((XINGHAI, BEITOU, HAIYUE, XINGHAI))
    ]
    tell(database, NOW)
    return filed


def things(found: list[store.Listed]) -> list[Any]:
    return [one.thing_id for one in found]


def test_the_longest_due_comes_first_in_the_callers_areas(life: Any, database: Database, four: list[Any]) -> None:
    ids = [one.dispute_id for one in four]

    assert things(due(database, DISTRICT)) == ids
    assert things(due(database, DISTRICT, area="440305001000")) == [ids[0], ids[1], ids[3]]
    assert things(due(database, life.people.street)) == [ids[0], ids[1], ids[3]]
    assert things(due(database, life.people.mediator)) == [ids[0], ids[3]]
    assert things(due(database, life.people.elsewhere)) == [ids[2]]


def test_a_list_shows_how_far_each_has_come(database: Database, four: list[Any]) -> None:
    found = due(database, DISTRICT)

    assert [(one.state, one.level, str(one.last_day)) for one in found] == [
        ("missed", "community", "2026-03-17"),
        ("near", "community", "2026-03-18"),
        ("waiting", "community", "2026-03-19"),
        ("waiting", "community", "2026-03-20"),
    ]


def test_a_list_is_narrowed(database: Database, four: list[Any]) -> None:
    ids = [one.dispute_id for one in four]

    assert things(due(database, DISTRICT, overdue=True)) == [ids[0]]
    assert things(due(database, DISTRICT, near=True)) == [ids[1]]
    assert things(due(database, DISTRICT, thing_id=ids[2])) == [ids[2]]
    assert len(due(database, DISTRICT, thing="dispute", rule="dispute.acceptance")) == 4
    assert due(database, DISTRICT, thing="referral") == []
    assert due(database, DISTRICT, rule="dispute.mediation") == []
    with pytest.raises(InvalidInput, match="exclude each other"):
        due(database, DISTRICT, overdue=True, near=True)


def test_pages_follow_each_other_without_gap_or_repeat(database: Database, four: list[Any]) -> None:
    pages, after = [], None

    while page := due(database, DISTRICT, after=after, count=3):
        pages.append(page)
        after = (page[-1].due_at, page[-1].deadline_id)

    assert [len(page) for page in pages] == [3, 1]
    assert things(pages[0] + pages[1]) == [one.dispute_id for one in four]


def test_who_filed_asks_when_the_own_case_is_due(life: Any, database: Database) -> None:
    """信访工作条例 Art. 21: progress can be asked for."""
    own = life.file(now=FILED)

    assert things(due(database, life.people.resident, thing_id=own.dispute_id)) == [own.dispute_id]
    assert due(database, life.people.neighbour, thing_id=own.dispute_id) == []
    with pytest.raises(NotAllowed, match="name the thing_id"):
        due(database, life.people.resident)


def test_a_list_shows_nothing_of_what_complains_of_the_callers_body(life: Any, database: Database) -> None:
    """信访工作条例 Art. 28, 30: that something is due would tell the accused of it."""
    against = life.file(now=FILED, respondent_body=Body.WORKSTATION)

    assert due(database, life.people.officer) == []
    assert due(database, life.people.officer, thing_id=against.dispute_id) == []
    assert things(due(database, life.people.street)) == [against.dispute_id]


def test_a_page_is_full_however_much_of_it_is_hidden(life: Any, database: Database) -> None:
    """And what is hidden leaves no gap by which it could be counted."""
    hidden = [
        life.file(now=FILED + timedelta(minutes=minutes), respondent_body=Body.WORKSTATION) for minutes in range(7)
    ]
    shown = [life.file(now=FILED + timedelta(days=days)) for days in (1, 2, 3)]

    assert things(due(database, life.people.officer, count=2)) == [one.dispute_id for one in shown[:2]]
    assert len(due(database, life.people.street)) == len(hidden) + len(shown)


def test_another_communitys_list_is_refused(life: Any, database: Database) -> None:
    with pytest.raises(NotAllowed, match=HAIYUE):
        due(database, life.people.officer, area=HAIYUE)


MANY = """
INSERT INTO deadlines (
    thing_id, slot, thing, deadline_id, rule, area, started_at, due_at, next_at, street_at, district_at
)
SELECT gen_random_uuid(), 'state', 'dispute', gen_random_uuid(), 'dispute.mediation',
    (ARRAY['440305001012', '440305001013', '440305006011'])[1 + g % 3], now(), now() + g * interval '1 minute',
    now() + g * interval '1 minute', now(), now()
FROM generate_series(1, 20000) AS g
"""


def test_neither_the_timer_nor_a_list_scans_the_table(database: Database, service_address: Any) -> None:
    with closing(connect(service_address.admin_url)) as admin, admin.cursor() as cursor:
        cursor.execute(MANY)
        cursor.execute("ANALYZE deadlines")
    asked = {
        "prefixes": ["440305"],
        "now": NOW,
        "is_overdue": False,
        "is_near": False,
        "thing": None,
        "rule": None,
        "after_instant": NOW,
        "after_id": None,
        "count": 21,
    }

    with database.transaction(eyes(DISTRICT)) as tx:
        listing = plan(tx, store.queries.list_due.sql, asked)
    with database.transaction() as tx:
        taking = plan(tx, store.queries.take_due.sql, {"now": NOW, "at_most": 500, "apart": [], "only": None})

    assert "Seq Scan on deadlines" not in listing
    assert "deadlines_of_area" in listing
    assert "Seq Scan on deadlines" not in taking
    assert "deadlines_next" in taking


def plan(tx: Any, sql: str, asked: dict[str, Any]) -> str:
    return "\n".join(row[0] for row in tx.rows(f"EXPLAIN {sql}", asked))
