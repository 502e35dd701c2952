"""Four levels answer for a place (四级负责, DOMAIN §A 6): one current holder each, history kept, the nearest counts."""

from datetime import date
from uuid import UUID

import pytest

from chassis.errors import InvalidInput, WrongState
from services.members.grid import model as grid
from services.members.grid.model import KINDS, GridUnit
from services.members.tenures import model
from services.members.tenures.model import KINDS_OF, LEVELS, Handover, Holder, Tenure

TODAY = date(2026, 3, 10)
WANG = Holder("account-wang", "王小明", "13800138000")
LI = Holder("account-li", "李大海", None)


def grid_down_to_a_household() -> list[GridUnit]:
    units = [grid.of_community(UUID(int=1), "440305001012", "星海名城社区居委会")]
    for number, kind in enumerate(KINDS[1:], start=2):
        units.append(grid.place_under(units[-1], kind=kind, label=kind, grid_unit_id=UUID(int=number)))
    return units


UNITS = {unit.kind: unit for unit in grid_down_to_a_household()}


def appoint(
    kind: str,
    level: str,
    holder: Holder = WANG,
    *,
    last: Tenure | None = None,
    from_date: date = TODAY,
    number: int = 100,
) -> Handover:
    return model.appoint(
        UNITS[kind], level, holder, last=last, from_date=from_date, today=TODAY, tenure_id=UUID(int=number)
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("level", LEVELS)
def test_a_level_is_held_only_on_its_kinds_of_unit(level: str, kind: str) -> None:
    if kind in KINDS_OF[level]:
        assert appoint(kind, level).started.level == level
    else:
        with pytest.raises(InvalidInput) as caught:
            appoint(kind, level)
        assert [field.pointer for field in caught.value.fields] == ["/level"]


def test_a_new_holder_ends_the_former_on_the_day_of_the_handover() -> None:
    former = appoint("building", "building", WANG, from_date=date(2025, 1, 1)).started

    handover = appoint("building", "building", LI, last=former, from_date=date(2026, 3, 1), number=101)

    assert handover.ended is not None
    assert (handover.ended.until_date, handover.ended.version) == (date(2026, 3, 1), 2)
    assert (handover.started.from_date, handover.started.until_date) == (date(2026, 3, 1), None)


def test_a_holder_who_has_left_is_not_ended_again() -> None:
    former = model.end(appoint("building", "building", from_date=date(2025, 1, 1)).started, on=TODAY, today=TODAY)

    assert appoint("building", "building", LI, last=former).ended is None


@pytest.mark.parametrize("ended", [True, False], ids=["ended", "current"])
def test_two_holders_times_never_overlap(ended: bool) -> None:
    last = appoint("building", "building", from_date=date(2026, 1, 1)).started
    last = model.end(last, on=date(2026, 2, 1), today=TODAY) if ended else last
    earliest = date(2026, 2, 1) if ended else date(2026, 1, 1)

    with pytest.raises(InvalidInput, match=f"another holder until {earliest}"):
        appoint("building", "building", LI, last=last, from_date=date(2025, 12, 31))
    assert appoint("building", "building", LI, last=last, from_date=earliest).started.from_date == earliest


def test_a_tenure_does_not_start_in_the_future() -> None:
    with pytest.raises(InvalidInput, match="lies in the future"):
        appoint("building", "building", from_date=date(2026, 3, 11))


@pytest.mark.parametrize("on", [date(2025, 12, 31), date(2026, 3, 11)], ids=["before its start", "in the future"])
def test_a_tenure_ends_between_its_start_and_today(on: date) -> None:
    tenure = appoint("building", "building", from_date=date(2026, 1, 1)).started

    with pytest.raises(InvalidInput, match="must lie from 2026-01-01"):
        model.end(tenure, on=on, today=TODAY)


def test_ending_twice_is_a_wrong_state() -> None:
    ended = model.end(appoint("building", "building").started, on=TODAY, today=TODAY)

    with pytest.raises(WrongState, match="ended on 2026-03-10"):
        model.end(ended, on=TODAY, today=TODAY)


def leaders(path_to: str, *held: tuple[str, str]) -> dict[str, str]:
    """Level → kind of the unit it was found on, for tenures given as (kind, level)."""
    path = grid.ids_on(UNITS[path_to].path)
    tenures = [appoint(kind, level, number=number).started for number, (kind, level) in enumerate(held, start=100)]
    found = model.leaders_of(path, [tenure for tenure in tenures if tenure.grid_unit_id in path])
    kinds = {unit.grid_unit_id: kind for kind, unit in UNITS.items()}
    return {level: kinds[tenure.grid_unit_id] for level, tenure in found.items()}


ALL_FOUR = [("community", "community"), ("compound", "compound"), ("building", "building"), ("building", "household")]


@pytest.mark.parametrize("place", ["building", "unit", "household"])
def test_a_place_in_a_building_has_its_four_leaders(place: str) -> None:
    assert list(leaders(place, *ALL_FOUR).items()) == [
        ("household", "building"),
        ("building", "building"),
        ("compound", "compound"),
        ("community", "community"),
    ]


def test_the_nearest_holder_counts() -> None:
    held = [*ALL_FOUR, ("unit", "household"), ("household", "household")]

    assert leaders("household", *held)["household"] == "household"
    assert leaders("unit", *held)["household"] == "unit"
    assert leaders("building", *held)["household"] == "building"


@pytest.mark.parametrize(
    ("place", "levels"),
    [
        ("community", ["community"]),
        ("compound", ["compound", "community"]),
        ("building", ["household", "building", "compound", "community"]),
    ],
)
def test_leaders_below_a_place_do_not_answer_for_it(place: str, levels: list[str]) -> None:
    assert list(leaders(place, *ALL_FOUR)) == levels


def test_a_level_that_nobody_holds_is_missing() -> None:
    assert list(leaders("building", ALL_FOUR[0], ALL_FOUR[2])) == ["building", "community"]
