"""The order of places in a grid, and their paths."""

from uuid import UUID

import pytest

from chassis.errors import InvalidInput
from services.members.grid import model
from services.members.grid.model import KINDS, GridUnit

COMMUNITY = model.of_community(UUID(int=1), "440305001012", "星海名城社区居委会")


def under(parent: GridUnit, kind: str, label: str = "3栋", number: int = 2) -> GridUnit:
    return model.place_under(parent, kind=kind, label=label, grid_unit_id=UUID(int=number))


def test_a_path_leads_from_the_community_down_to_the_unit_itself() -> None:
    building = under(under(COMMUNITY, "compound", "一期"), "building", number=3)

    assert model.ids_on(building.path) == [UUID(int=1), UUID(int=2), UUID(int=3)]
    assert building.path == f"/{UUID(int=1)}/{UUID(int=2)}/{UUID(int=3)}"


def test_a_place_lies_in_the_community_of_its_parent() -> None:
    assert under(COMMUNITY, "compound").area == "440305001012"


@pytest.mark.parametrize("parent", KINDS[1:])
@pytest.mark.parametrize("kind", KINDS[1:])
def test_a_place_lies_only_in_a_larger_kind(parent: str, kind: str) -> None:
    outer = under(COMMUNITY, parent)

    if KINDS.index(kind) > KINDS.index(parent):
        assert under(outer, kind, number=3).kind == kind
    else:
        with pytest.raises(InvalidInput) as caught:
            under(outer, kind, number=3)
        assert [field.pointer for field in caught.value.fields] == ["/kind"]


def test_a_communitys_own_unit_is_not_added_by_hand() -> None:
    with pytest.raises(InvalidInput) as caught:
        under(COMMUNITY, "community")

    assert "comes with its division" in caught.value.fields[0].detail


@pytest.mark.parametrize("label", ["", "栋" * 61, "3\n栋", "3\x00栋"])
def test_a_label_is_short_and_printable(label: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        under(COMMUNITY, "building", label)

    assert [field.pointer for field in caught.value.fields] == ["/label"]
