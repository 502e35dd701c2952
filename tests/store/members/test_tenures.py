"""One current holder for each unit and level; names rest sealed, leave masked, and are opened only for a purpose."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.database import Database
from chassis.errors import Conflict, NotAllowed, NotFound, StaleVersion
from chassis.identity import Actor, Grant
from services.members.access import Purpose
from services.members.grid.model import GridUnit
from services.members.tenures import handlers, store
from services.members.tenures.model import Tenure
from tests.store.members.district import AREA, NOW, eyes, officer

Units = dict[str, GridUnit]


def start(
    database: Database, unit: GridUnit, level: str, holder: str, *, now: datetime = NOW, actor: Actor | None = None
) -> Tenure:
    actor = actor or officer()
    with database.transaction(eyes(actor)) as tx:
        command = handlers.Start(unit.grid_unit_id, level, holder, "王小明", "13800138000")
        return handlers.start(tx, command, actor=actor, now=now)


def facts(database: Database) -> list[Any]:
    with database.transaction() as tx:
        return [
            (row.type, row.subject, row.version)
            for row in tx.rows(
                "SELECT type, subject, (envelope::json ->> 'version')::int AS version FROM outbox "
                "WHERE type LIKE 'tenure.%%' ORDER BY position",
                (),
            )
        ]


def history(database: Database, unit: GridUnit) -> list[Tenure]:
    actor = officer()
    with database.transaction(eyes(actor)) as tx:
        return handlers.list_tenures(tx, unit.grid_unit_id, before=None, limit=9, actor=actor)


def leaders(database: Database, unit: GridUnit, actor: Actor, purpose: Purpose | None = None) -> handlers.Leaders:
    with database.transaction(eyes(actor)) as tx:
        return handlers.get_leaders(tx, unit.grid_unit_id, purpose=purpose, actor=actor)


def test_a_new_holder_ends_the_former_and_history_is_kept(district: Database, units: Units) -> None:
    first = start(district, units["building"], "building", "a", now=NOW - timedelta(days=90))
    second = start(district, units["building"], "building", "b")

    assert [(held.holder.holder_id, str(held.until_date)) for held in history(district, units["building"])] == [
        ("b", "None"),
        ("a", "2026-03-10"),
    ]
    assert facts(district) == [
        ("tenure.started", str(first.tenure_id), 1),
        ("tenure.ended", str(first.tenure_id), 2),
        ("tenure.started", str(second.tenure_id), 1),
    ]


def test_a_day_is_one_of_shanghai(district: Database, units: Units) -> None:
    tenure = start(district, units["building"], "building", "a", now=datetime(2026, 3, 10, 16, 30, tzinfo=UTC))

    assert str(tenure.from_date) == "2026-03-11"


def test_the_database_holds_no_two_current_holders_of_a_level(district: Database, units: Units) -> None:
    start(district, units["building"], "building", "a")

    with pytest.raises(Conflict, match="tenures_one_current_holder"), district.transaction() as tx:
        tx.execute(
            "INSERT INTO tenures (tenure_id, grid_unit_id, level, holder_id, holder_name, from_date, area, version, "
            "started_at) SELECT gen_random_uuid(), grid_unit_id, level, 'b', holder_name, from_date, area, 1, now() "
            "FROM tenures"
        )


def test_ending_leaves_the_level_vacant(district: Database, units: Units) -> None:
    tenure, actor = start(district, units["building"], "building", "a"), officer()
    with district.transaction(eyes(actor)) as tx:
        handlers.end(tx, tenure.tenure_id, until_date=None, version=1, actor=actor, now=NOW)

    assert "building" in leaders(district, units["building"], actor).vacant


def test_ending_with_an_older_version_is_stale(district: Database, units: Units) -> None:
    tenure, actor = start(district, units["building"], "building", "a"), officer()

    with pytest.raises(StaleVersion), district.transaction(eyes(actor)) as tx:
        handlers.end(tx, tenure.tenure_id, until_date=None, version=2, actor=actor, now=NOW)


def test_another_communitys_officer_sees_neither_unit_nor_tenure(district: Database, units: Units) -> None:
    tenure, stranger = start(district, units["building"], "building", "a"), officer("440305001013")

    with pytest.raises(NotFound):
        start(district, units["building"], "building", "b", actor=stranger)
    with pytest.raises(NotFound), district.transaction(eyes(stranger)) as tx:
        handlers.end(tx, tenure.tenure_id, until_date=None, version=1, actor=stranger, now=NOW)


@pytest.mark.parametrize("role", ["grid_leader", "mediator"])
def test_only_officers_appoint(district: Database, units: Units, role: str) -> None:
    with pytest.raises(NotAllowed):
        start(district, units["building"], "building", "a", actor=officer(AREA, role))


def test_name_and_phone_rest_sealed(district: Database, units: Units) -> None:
    start(district, units["building"], "building", "a")

    with district.transaction() as tx:
        [row] = tx.rows("SELECT holder_name, holder_phone FROM tenures")
    assert "王小明".encode() not in bytes(row.holder_name)
    assert b"13800138000" not in bytes(row.holder_phone)


def test_leaders_are_the_nearest_holders_masked(district: Database, units: Units) -> None:
    for kind, level, holder in [
        ("community", "community", "d"),
        ("compound", "compound", "c"),
        ("building", "building", "b"),
        ("building", "household", "far"),
        ("unit", "household", "near"),
    ]:
        start(district, units[kind], level, holder)

    found = leaders(district, units["household"], officer(AREA, "mediator"))

    assert [(held.level, held.holder.holder_id) for held in found.leaders] == [
        ("household", "near"),
        ("building", "b"),
        ("compound", "c"),
        ("community", "d"),
    ]
    assert {(held.holder.name, held.holder.phone) for held in found.leaders} == {("王**", "138****8000")}
    assert found.vacant == ()


def reads(database: Database) -> list[Any]:
    with database.transaction() as tx:
        return tx.rows("SELECT actor_id, action, thing, area, purpose FROM audit_pending WHERE kind = 'read'")


def test_an_officer_who_states_a_purpose_sees_names_and_leaves_a_trace(district: Database, units: Units) -> None:
    start(district, units["building"], "building", "a")

    found = leaders(district, units["building"], officer(), Purpose.CONTACT)

    assert [(held.holder.name, held.holder.phone) for held in found.leaders] == [("王小明", "13800138000")]
    [row] = reads(district)
    assert (row.actor_id, row.action, row.area, row.purpose) == ("officer", "leaders.read", AREA, "contact")
    assert row.thing == f"grid_unit/{units['building'].grid_unit_id}"


def test_a_masked_view_leaves_no_trace(district: Database, units: Units) -> None:
    start(district, units["building"], "building", "a")

    leaders(district, units["building"], officer())

    assert reads(district) == []


@pytest.mark.parametrize("role", ["grid_leader", "mediator"])
def test_a_purpose_opens_nothing_to_other_roles(district: Database, units: Units, role: str) -> None:
    with pytest.raises(NotAllowed):
        leaders(district, units["building"], officer(AREA, role), Purpose.CONTACT)


def test_a_leader_bound_to_a_building_sees_who_answers_above_it(district: Database, units: Units) -> None:
    start(district, units["community"], "community", "d")
    leader = Actor("leader", (Grant("grid_leader", AREA, units["building"].path),))

    assert [held.level for held in leaders(district, units["household"], leader).leaders] == ["community"]
    with pytest.raises(NotAllowed):
        leaders(district, units["compound"], leader)


def test_a_holder_without_a_phone_has_none(district: Database, units: Units) -> None:
    actor = officer()
    with district.transaction(eyes(actor)) as tx:
        command = handlers.Start(units["building"].grid_unit_id, "building", "a", "李大海")
        tenure = handlers.start(tx, command, actor=actor, now=NOW)
        kept = store.find(tx, tenure.tenure_id)

    assert kept is not None
    assert kept.holder.phone is None
