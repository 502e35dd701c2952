"""Party organisations: who may lead whom, and the coverage of communities (组织全覆盖, DOMAIN §A 7)."""

from uuid import UUID

import pytest

from chassis.errors import InvalidInput
from services.members.organisations.model import KINDS, PARENTS_OF, Organisation, coverage, establish

STREET, COMMUNITY, OTHER = "440305001000", "440305001012", "440305006011"


def parent_of(kind: str, area: str = STREET) -> Organisation:
    return Organisation(UUID(int=1), "上级", kind, area, None)


@pytest.mark.parametrize("above", KINDS)
@pytest.mark.parametrize("kind", KINDS)
def test_an_organisation_stands_only_under_one_that_can_lead_it(kind: str, above: str) -> None:
    def establish_it() -> Organisation:
        return establish(UUID(int=2), name="党组织", kind=kind, area=COMMUNITY, parent=parent_of(above))

    if above in PARENTS_OF[kind]:
        assert establish_it().parent_id == UUID(int=1)
    else:
        with pytest.raises(InvalidInput) as caught:
            establish_it()
        assert [field.pointer for field in caught.value.fields] == ["/parent_id"]


def test_a_group_needs_its_branch() -> None:
    with pytest.raises(InvalidInput, match="no group can be established"):
        establish(UUID(int=2), name="第一党小组", kind="group", area=COMMUNITY, parent=None)


def test_a_parent_stands_in_a_division_that_holds_the_childs() -> None:
    with pytest.raises(InvalidInput) as caught:
        establish(UUID(int=2), name="支部", kind="branch", area=COMMUNITY, parent=parent_of("committee", OTHER))

    assert "does not hold 440305001012" in caught.value.fields[0].detail


def communities(*groups: tuple[int, list[str]]) -> dict[str, list[str]]:
    kinds = [kinds for count, kinds in groups for _ in range(count)]
    return {f"440305{number:06}": found for number, found in enumerate(kinds, start=1001)}


def test_nanshan_10_committees_39_general_branches_and_49_others_are_98_communities() -> None:
    found = coverage(
        "440305000000", communities((10, ["committee", "branch"]), (39, ["general_branch"]), (49, ["branch"]))
    )

    assert (found.committee, found.general_branch, found.branch, found.none) == (10, 39, 49, 0)
    assert found.communities == 98


def test_60_of_60_communities_with_a_branch_are_full_coverage() -> None:
    found = coverage("652201000000", communities((60, ["branch"])))

    assert (found.branch, found.communities) == (60, 60)


def test_each_community_counts_once_under_the_highest_it_has() -> None:
    found = coverage("440305000000", communities((1, ["branch", "group", "committee", "general_branch"])))

    assert (found.committee, found.general_branch, found.branch, found.none) == (1, 0, 0, 0)


def test_a_group_alone_covers_no_community() -> None:
    assert coverage("440305000000", communities((2, ["group"]), (1, []))).none == 3
