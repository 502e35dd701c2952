"""A resolution reaches the four current holders once each, and only the recipient ever sees a notice."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.database import Access, Database
from chassis.errors import NotFound
from chassis.identity import Actor, Grant
from services.members.grid import store as grid_store
from services.members.grid.model import GridUnit
from services.members.notices import handlers
from services.members.notices.model import Notice, Resolution
from services.members.tenures import handlers as tenures
from tests.store.members.district import AREA, NOW, eyes, officer

Units = dict[str, GridUnit]
FOUR = ["household", "building", "compound", "community"]


@pytest.fixture
def held(district: Database, units: Units) -> Units:
    """All four levels, each by its own person; the household leader answers for the whole building."""
    for kind, level in [("building", "household"), ("building", "building"), ("compound", "compound")]:
        appoint(district, units[kind], level, f"{level}-leader")
    appoint(district, units["community"], "community", "community-leader")
    return units


def appoint(database: Database, unit: GridUnit, level: str, holder: str, area: str = AREA) -> None:
    with database.transaction() as tx:
        tenures.start(
            tx, tenures.Start(unit.grid_unit_id, level, holder, "王小明", "13800138000"), actor=officer(area), now=NOW
        )


def resolution(unit: GridUnit | None, dispute_id: UUID | None = None, area: str = AREA) -> Resolution:
    return Resolution(uuid4(), dispute_id or uuid4(), "parking", area, unit and unit.grid_unit_id, NOW)


def notify(database: Database, resolved: Resolution) -> list[Notice]:
    with database.transaction() as tx:
        return handlers.notify_leaders(tx, resolved, NOW)


def told(database: Database) -> list[dict[str, Any]]:
    with database.transaction() as tx:
        rows = tx.rows("SELECT envelope FROM outbox WHERE type = 'leaders.notified' ORDER BY position")
    return [json.loads(row.envelope) for row in rows]


def person(actor_id: str) -> Actor:
    return Actor(actor_id, (Grant("grid_leader", AREA),))


def inbox(database: Database, actor: Actor, *, unread: bool = False) -> list[Notice]:
    with database.transaction(eyes(actor)) as tx:
        return handlers.list_notices(tx, unread=unread, before=None, limit=9, actor=actor)


def test_a_dispute_resolved_in_a_building_reaches_its_four_holders(district: Database, held: Units) -> None:
    resolved = resolution(held["building"])

    notify(district, resolved)

    assert [len(inbox(district, person(f"{level}-leader"))) for level in FOUR] == [1, 1, 1, 1]
    [notice] = inbox(district, person("building-leader"))
    assert (notice.dispute_id, notice.place) == (resolved.dispute_id, "星海名城社区居委会 一期 3栋")
    [fact] = told(district)
    assert (fact["subject"], fact["version"], fact["area"]) == (str(resolved.dispute_id), 1, AREA)
    assert fact["data"] == {"dispute_id": str(resolved.dispute_id), "levels": FOUR, "count": 4}


def test_the_same_event_twice_gives_four_notices_once(district: Database, held: Units) -> None:
    resolved = resolution(held["building"])

    first, second = notify(district, resolved), notify(district, resolved)

    assert (len(first), second, len(told(district))) == (4, [], 1)


def test_a_dispute_resolved_again_after_reopening_is_told_again(district: Database, held: Units) -> None:
    dispute_id = uuid4()
    for _ in range(2):
        notify(district, resolution(held["building"], dispute_id))

    assert [fact["version"] for fact in told(district)] == [1, 2]
    assert len(inbox(district, person("community-leader"))) == 2


def test_after_a_handover_the_new_holder_is_told_and_the_former_is_not(district: Database, held: Units) -> None:
    appoint(district, held["building"], "building", "successor")

    notify(district, resolution(held["building"]))

    assert (len(inbox(district, person("successor"))), len(inbox(district, person("building-leader")))) == (1, 0)


def test_a_holder_of_two_levels_gets_a_notice_for_each(district: Database, held: Units) -> None:
    appoint(district, held["compound"], "compound", "building-leader")

    notify(district, resolution(held["building"]))

    assert {notice.level for notice in inbox(district, person("building-leader"))} == {"building", "compound"}


@pytest.mark.parametrize(
    ("kind", "levels"),
    [("household", FOUR), ("unit", FOUR), ("compound", ["compound", "community"]), ("community", ["community"])],
)
def test_the_fact_names_the_levels_that_were_told(
    district: Database, held: Units, kind: str, levels: list[str]
) -> None:
    notify(district, resolution(held[kind]))

    assert [(fact["data"]["levels"], fact["data"]["count"]) for fact in told(district)] == [(levels, len(levels))]


def test_without_a_place_the_communitys_leader_is_told(district: Database, held: Units) -> None:
    notify(district, resolution(None))

    assert [fact["data"]["levels"] for fact in told(district)] == [["community"]]


def test_each_level_keeps_the_place_as_closely_as_it_answers_for_it(district: Database, held: Units) -> None:
    notify(district, resolution(held["household"]))

    found = {level: inbox(district, person(f"{level}-leader"))[0] for level in FOUR}
    assert [(found[level].place, found[level].grid_unit_id) for level in FOUR] == [
        *[("星海名城社区居委会 一期 3栋 2单元 501", held["household"].grid_unit_id)] * 2,
        *[("星海名城社区居委会 一期 3栋", held["building"].grid_unit_id)] * 2,
    ]


def test_a_place_in_another_community_is_not_believed(district: Database, held: Units) -> None:
    with district.transaction() as tx:
        elsewhere = grid_store.find_community(tx, "440305006011")
    assert elsewhere is not None
    appoint(district, elsewhere, "community", "haiyue-leader", "440305006011")

    notify(district, resolution(held["building"], area="440305006011"))

    assert [fact["data"]["levels"] for fact in told(district)] == [["community"]]
    [notice] = inbox(district, person("haiyue-leader"))
    assert (notice.area, notice.place) == ("440305006011", "海月社区居委会")
    assert [inbox(district, person(f"{level}-leader")) for level in FOUR] == [[]] * 4


def test_where_nobody_holds_anything_the_fact_says_so(district: Database) -> None:
    resolved = resolution(None, area="440305006011")

    assert notify(district, resolved) == []
    assert [fact["data"]["levels"] for fact in told(district)] == [[]]
    assert notify(district, resolved) == []
    assert len(told(district)) == 1


def test_unread_notices_are_counted_and_reading_twice_changes_nothing(district: Database, held: Units) -> None:
    notify(district, resolution(held["building"]))
    notify(district, resolution(held["building"]))
    leader = person("building-leader")
    notice_id = inbox(district, leader)[0].notice_id

    for minutes in (5, 50):
        with district.transaction(eyes(leader)) as tx:
            notice = handlers.mark_read(tx, notice_id, actor=leader, now=NOW + timedelta(minutes=minutes))
            assert notice.read_at == NOW + timedelta(minutes=5)

    with district.transaction(eyes(leader)) as tx:
        assert handlers.count_unread(tx, actor=leader) == 1
    assert notice_id not in {notice.notice_id for notice in inbox(district, leader, unread=True)}


def test_nobody_reads_anothers_notice_not_even_a_district_officer(district: Database, held: Units) -> None:
    notify(district, resolution(held["building"]))
    notice_id = inbox(district, person("building-leader"))[0].notice_id
    stranger = Actor("stranger", (Grant("district_officer", "440305000000"),))

    with pytest.raises(NotFound), district.transaction(eyes(stranger)) as tx:
        handlers.mark_read(tx, notice_id, actor=stranger, now=NOW)
    with district.transaction(eyes(stranger)) as tx:
        assert tx.rows("SELECT notice_id FROM notices") == []
        assert tx.rows("SELECT event_id FROM notifications") == []


def test_only_the_consumer_writes_notices(district: Database, held: Units) -> None:
    notify(district, resolution(held["building"]))

    with pytest.raises(Exception, match="row-level security"), district.transaction(Access("a", ("440305",))) as tx:
        tx.execute("INSERT INTO notifications VALUES (gen_random_uuid(), gen_random_uuid(), 1, now())")


def test_the_newest_come_first_and_a_page_goes_on_before_the_last(district: Database, held: Units) -> None:
    for _ in range(3):
        notify(district, resolution(held["building"]))
    leader = person("building-leader")

    with district.transaction(eyes(leader)) as tx:
        first = handlers.list_notices(tx, unread=False, before=None, limit=2, actor=leader)
        rest = handlers.list_notices(tx, unread=False, before=first[-1].notice_id, limit=2, actor=leader)

    ids = [notice.notice_id for notice in first + rest]
    assert len(ids) == 3
    assert ids == sorted(ids, reverse=True)
