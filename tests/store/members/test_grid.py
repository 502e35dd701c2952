"""Places stand once among their siblings, and nobody sees or changes another community's."""

from uuid import UUID

import pytest

from chassis.database import Database
from chassis.errors import Conflict, NotAllowed, NotFound
from chassis.identity import Actor, Grant
from services.members.grid import handlers, store
from services.members.grid.model import GridUnit
from tests.store.members.district import AREA, NOW, eyes, officer

Units = dict[str, GridUnit]


def register(
    database: Database, actor: Actor, parent: GridUnit, kind: str = "building", label: str = "4栋"
) -> GridUnit:
    with database.transaction(eyes(actor)) as tx:
        command = handlers.Register(parent_id=parent.grid_unit_id, kind=kind, label=label)
        return handlers.register(tx, command, actor=actor, now=NOW)


def listed(database: Database, actor: Actor, parent_id: UUID | None = None, kind: str | None = None) -> list[str]:
    with database.transaction(eyes(actor)) as tx:
        units = handlers.list_units(tx, actor=actor, area=AREA, kind=kind, parent_id=parent_id, after="", limit=100)
    return [unit.label for unit in units]


def test_a_place_is_kept_as_it_was_registered(district: Database, units: Units) -> None:
    with district.transaction() as tx:
        assert store.find(tx, units["household"].grid_unit_id) == units["household"]


def test_labels_differ_among_siblings(district: Database, units: Units) -> None:
    with pytest.raises(Conflict, match="already bears this label in this compound"):
        register(district, officer(), units["compound"], label="3栋")


def test_the_same_label_may_stand_elsewhere(district: Database, units: Units) -> None:
    second = register(district, officer(), units["community"], kind="compound", label="二期")

    assert register(district, officer(), second, label="3栋").label == "3栋"


@pytest.mark.parametrize(
    ("role", "area"),
    [("community_officer", AREA), ("street_officer", "440305001000"), ("district_officer", "440305000000")],
)
def test_officers_keep_the_grid_of_what_lies_in_their_area(
    district: Database, units: Units, role: str, area: str
) -> None:
    assert register(district, officer(area, role), units["compound"]).area == AREA


@pytest.mark.parametrize("role", ["grid_leader", "mediator", "resident"])
def test_no_other_role_adds_places(district: Database, units: Units, role: str) -> None:
    with pytest.raises(NotAllowed):
        register(district, officer(AREA, role), units["compound"])


def test_another_communitys_officer_does_not_even_see_the_parent(district: Database, units: Units) -> None:
    with pytest.raises(NotFound):
        register(district, officer("440305006011"), units["compound"])


def test_a_community_sees_itself_and_a_street_its_communities(district: Database, units: Units) -> None:
    assert listed(district, officer()) == ["星海名城社区居委会", "一期", "3栋", "2单元", "501"]
    assert listed(district, officer("440305001000", "street_officer"), kind="building") == ["3栋"]
    assert listed(district, officer("440305006011")) == []


def test_a_leader_reads_their_own_part_of_the_grid(district: Database, units: Units) -> None:
    leader = Actor("leader", (Grant("grid_leader", AREA, units["unit"].path),))

    assert listed(district, leader) == ["2单元", "501"]
    with district.transaction(eyes(leader)) as tx:
        assert handlers.get_unit(tx, units["household"].grid_unit_id, actor=leader) == units["household"]
        with pytest.raises(NotAllowed):
            handlers.get_unit(tx, units["building"].grid_unit_id, actor=leader)


def test_a_path_that_ends_within_an_id_reaches_nothing(district: Database, units: Units) -> None:
    path = units["unit"].path
    leader = Actor("leader", (Grant("grid_leader", AREA, path[:-1]),))

    assert listed(district, leader) == []
    assert listed(district, Actor("leader", (Grant("grid_leader", AREA, f"{path}/"),))) == ["2单元", "501"]


def test_what_lies_directly_in_a_place_is_listed(district: Database, units: Units) -> None:
    register(district, officer(), units["compound"], label="10栋")

    assert listed(district, officer(), parent_id=units["compound"].grid_unit_id) == ["3栋", "10栋"]


def test_a_page_goes_on_after_the_last_path(district: Database, units: Units) -> None:
    actor = officer()
    with district.transaction(eyes(actor)) as tx:
        query = {"actor": actor, "area": None, "kind": None, "parent_id": None}
        first = handlers.list_units(tx, **query, after="", limit=2)  # type: ignore[arg-type]
        rest = handlers.list_units(tx, **query, after=first[-1].path, limit=9)  # type: ignore[arg-type]

    assert [unit.kind for unit in first + rest] == ["community", "compound", "building", "unit", "household"]


def test_beneath_the_handlers_the_database_refuses_another_area_too(district: Database, units: Units) -> None:
    neighbour, district_officer = officer("440305006011"), officer("440305000000", "district_officer")
    with district.transaction() as tx:
        elsewhere = store.find_community(tx, "440305001013")
    assert elsewhere is not None

    command = handlers.Register(parent_id=elsewhere.grid_unit_id, kind="building", label="1栋")
    with pytest.raises(NotFound), district.transaction(eyes(neighbour)) as tx:
        handlers.register(tx, command, actor=district_officer, now=NOW)
    with district.transaction(eyes(neighbour)) as tx:
        assert tx.execute("UPDATE grid_units SET label = 'x' WHERE area <> '440305006011'") == 0
        assert tx.execute("DELETE FROM tenures") == 0
