"""A resolved dispute's leaders are told once for each level, and never whose dispute it was (DOMAIN §A 6)."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from services.members.grid import model as grid
from services.members.grid.model import GridUnit
from services.members.notices import model
from services.members.notices.model import Notice, Resolution
from services.members.tenures.model import LEVELS, Holder, Tenure

NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)
COMMUNITY = grid.of_community(UUID(int=1), "440305001012", "星海名城社区居委会")
BUILDING = grid.place_under(COMMUNITY, kind="building", label="3栋", grid_unit_id=UUID(int=2))
RESOLUTION = Resolution(UUID(int=8), UUID(int=9), "parking", "440305001012", UUID(int=2), NOW)


def leaders(**holders: str) -> dict[str, Tenure]:
    return {
        level: Tenure(
            UUID(int=50), UUID(int=2), level, Holder(holder, "王小明", None), date(2026, 1, 1), None, COMMUNITY.area
        )
        for level, holder in holders.items()
    }


def write(held: dict[str, Tenure], units: Sequence[GridUnit] = (COMMUNITY, BUILDING)) -> list[Notice]:
    ids = [UUID(int=100 + number) for number in range(len(held))]
    return model.write(RESOLUTION, held, units, notice_ids=ids, now=NOW)


def test_four_levels_are_four_notices() -> None:
    notices = write(leaders(household="a", building="b", compound="c", community="d"))

    assert [(notice.level, notice.recipient_id) for notice in notices] == list(zip(LEVELS, "abcd", strict=True))


def test_a_holder_of_two_levels_gets_one_notice_for_each() -> None:
    notices = write(leaders(household="a", building="a"))

    assert [(notice.level, notice.recipient_id) for notice in notices] == [("household", "a"), ("building", "a")]


def test_the_fact_says_which_levels_were_told() -> None:
    fact = model.fact(RESOLUTION, write(leaders(building="b", community="d")))

    assert (fact.levels, fact.count) == (("building", "community"), 2)


@pytest.mark.parametrize(
    ("level", "place", "grid_unit_id"),
    [
        ("household", "星海名城社区居委会 3栋 2单元 501", UUID(int=4)),
        ("building", "星海名城社区居委会 3栋 2单元 501", UUID(int=4)),
        ("compound", "星海名城社区居委会 3栋", UUID(int=2)),
        ("community", "星海名城社区居委会 3栋", UUID(int=2)),
    ],
)
def test_pipl_art_6_the_upper_two_levels_are_not_told_the_door(level: str, place: str, grid_unit_id: UUID) -> None:
    unit = grid.place_under(BUILDING, kind="unit", label="2单元", grid_unit_id=UUID(int=3))
    household = grid.place_under(unit, kind="household", label="501", grid_unit_id=UUID(int=4))

    notices = write(
        leaders(household="a", building="b", compound="c", community="d"), [COMMUNITY, BUILDING, unit, household]
    )

    told = {notice.level: notice for notice in notices}[level]
    assert (told.place, told.grid_unit_id) == (place, grid_unit_id)


def test_a_notice_tells_the_place_and_the_category_and_has_no_room_for_a_name() -> None:
    [notice] = write(leaders(community="d"))

    assert (notice.place, notice.category) == ("星海名城社区居委会 3栋", "parking")
    assert not {field.name for field in fields(notice)} & {"name", "party", "phone", "applicant", "respondent", "text"}
