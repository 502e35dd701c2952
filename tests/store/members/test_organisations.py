"""Organisations are established in one's own area and read by all; coverage counts every community once."""

from uuid import uuid4

import pytest

from chassis.database import Database
from chassis.errors import Conflict, InvalidInput, NotAllowed, NotFound
from chassis.identity import Actor
from services.members.divisions.file import read_divisions
from services.members.divisions.handlers import load_divisions
from services.members.organisations import handlers
from services.members.organisations.model import Organisation
from tests.store.members.district import AREA, DISTRICT, NOW, eyes, officer


def register(
    database: Database,
    name: str,
    kind: str,
    area: str = AREA,
    parent: Organisation | None = None,
    actor: Actor | None = None,
) -> Organisation:
    actor = actor or officer("440305000000", "district_officer")
    with database.transaction(eyes(actor)) as tx:
        command = handlers.Register(name, kind, area, parent and parent.organisation_id)
        return handlers.register(tx, command, actor=actor, now=NOW)


def test_coverage_counts_each_community_under_its_highest_organisation(district: Database) -> None:
    committee = register(district, "海月社区党委", "committee", "440305006011")
    register(district, "海月第一支部", "branch", "440305006011", committee)
    register(district, "星海名城社区党总支", "general_branch")

    with district.transaction() as tx:
        found = handlers.get_coverage(tx, "440305000000")
        street = handlers.get_coverage(tx, "440305006000")

    assert (found.committee, found.general_branch, found.branch, found.none, found.communities) == (1, 1, 0, 1, 3)
    assert (street.committee, street.communities) == (1, 1)


def test_coverage_of_an_unknown_division_is_not_found(district: Database) -> None:
    with pytest.raises(NotFound), district.transaction() as tx:
        handlers.get_coverage(tx, "440304000000")


def test_a_community_officer_may_stand_a_branch_under_the_streets_committee(district: Database) -> None:
    street = register(district, "南头街道党工委", "committee", "440305001000")

    branch = register(district, "星海名城第一支部", "branch", parent=street, actor=officer())

    assert branch.parent_id == street.organisation_id


def test_an_officer_establishes_only_in_their_own_area(district: Database) -> None:
    with pytest.raises(NotAllowed):
        register(district, "海月社区党委", "committee", "440305006011", actor=officer())


def test_a_name_stands_once_in_a_division(district: Database) -> None:
    register(district, "星海名城社区党总支", "general_branch")

    with pytest.raises(Conflict, match="already bears this name"):
        register(district, "星海名城社区党总支", "branch")


def test_an_unknown_division_and_an_unknown_parent_are_told_by_field(district: Database) -> None:
    with pytest.raises(InvalidInput) as area:
        register(district, "党委", "committee", "440305099001")
    with pytest.raises(InvalidInput) as parent:
        register(district, "支部", "branch", parent=Organisation(uuid4(), "x", "branch", AREA, None))

    assert [field.pointer for error in (area, parent) for field in error.value.fields] == ["/area", "/parent_id"]


def test_organisations_are_listed_by_area_and_kind(district: Database) -> None:
    register(district, "南头街道党工委", "committee", "440305001000")
    register(district, "星海名城社区党总支", "general_branch")

    with district.transaction(eyes(officer("440305006011"))) as tx:
        found = handlers.list_organisations(tx, area="440305001000", kind=None, before=None, limit=9)
        of_kind = handlers.list_organisations(tx, area=None, kind="committee", before=None, limit=9)

    assert [organisation.name for organisation in found] == ["星海名城社区党总支", "南头街道党工委"]
    assert [organisation.name for organisation in of_kind] == ["南头街道党工委"]


def test_98_communities_with_10_committees_and_39_general_branches_leave_49_others(database: Database) -> None:
    communities = [f"440305001{number:03}" for number in range(1, 99)]
    lines = [*DISTRICT.splitlines()[:3], *(f"{code},社区{code},community,440305001000" for code in communities)]
    load_divisions(database, read_divisions("\n".join(lines).encode()), NOW)
    kinds = ["committee"] * 10 + ["general_branch"] * 39

    for code, kind in zip(communities, kinds, strict=False):
        register(database, "社区党组织", kind, code)

    with database.transaction() as tx:
        found = handlers.get_coverage(tx, "440305000000")
    assert (found.committee, found.general_branch, found.branch + found.none, found.communities) == (10, 39, 49, 98)


def test_beneath_the_handlers_the_database_refuses_another_area_too(district: Database) -> None:
    district_officer = officer("440305000000", "district_officer")
    command = handlers.Register("星海名城社区党总支", "general_branch", AREA)

    with (
        pytest.raises(Exception, match="row-level security"),
        district.transaction(eyes(officer("440305006011"))) as tx,
    ):
        handlers.register(tx, command, actor=district_officer, now=NOW)
