"""When things come in: the year's volume, its peaks and its lows."""

from datetime import date

import pytest

from linli.simulation import shape
from linli.simulation.days import Calendar
from linli.simulation.parts import PARTS, PROFILES, Part

YEAR = 2026
COUNTED = [part for part in PARTS if part.figures]


def counts(part: Part, days: Calendar, profile: str = "s3") -> dict[date, int]:
    return shape.counts(part.shape, days, YEAR, part.a_year[profile])


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_the_days_of_a_year_add_up_to_its_volume(part: Part, profile: str, days: Calendar) -> None:
    assert sum(counts(part, days, profile).values()) == part.a_year[profile]


@pytest.mark.parametrize(("volume", "right"), [(0, 0), (0.4, 0), (1, 1), (37, 37), (43.45, 43)])
def test_a_small_share_of_the_volume_is_whole_cases(volume: float, right: int, days: Calendar) -> None:
    found = shape.counts(shape.TICKETS, days, YEAR, volume)

    assert sum(found.values()) == right
    assert min(found.values()) >= 0


@pytest.mark.parametrize("part", COUNTED, ids=lambda part: part.name)
def test_the_rainy_months_have_more_than_the_dry_ones_and_june_most(part: Part, days: Calendar) -> None:
    found = counts(part, days)
    months = {month: sum(n for day, n in found.items() if day.month == month) for month in range(1, 13)}

    rainy = {month: months.pop(month) for month in shape.RAINY_MONTHS}

    assert max(rainy, key=rainy.__getitem__) == 6
    assert min(rainy.values()) > max(months.values())


@pytest.mark.parametrize("part", COUNTED, ids=lambda part: part.name)
def test_the_spring_festival_is_the_lowest_week(part: Part, days: Calendar) -> None:
    found = counts(part, days)
    weeks: dict[int, int] = {}
    for day, number in found.items():
        weeks[day.isocalendar().week] = weeks.get(day.isocalendar().week, 0) + number

    whole = {week: number for week, number in weeks.items() if 1 < week < 53}

    first, last = days.festivals[YEAR]
    assert min(whole, key=whole.__getitem__) in {first.isocalendar().week, last.isocalendar().week}


def test_a_holiday_is_a_sunday_and_a_worked_saturday_is_none(days: Calendar) -> None:
    weight = shape.MEDIATIONS.weight

    national_day, sunday = date(2026, 10, 1), date(2026, 10, 18)
    worked, wednesday = date(2026, 10, 10), date(2026, 10, 14)

    assert weight(national_day, days) == weight(sunday, days)
    assert weight(worked, days) == weight(wednesday, days) > weight(sunday, days)


def test_a_year_without_a_table_has_weekends_and_no_festival(days: Calendar) -> None:
    found = shape.counts(shape.TICKETS, days, 2031, 41_000)

    assert sum(found.values()) == 41_000
    assert found[date(2031, 1, 24)] == pytest.approx(found[date(2031, 1, 10)], abs=1)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_every_shape_knows_twelve_months_seven_days_and_twenty_four_hours(part: Part) -> None:
    assert (len(part.shape.months), len(part.shape.weekdays), len(part.shape.hours)) == (12, 7, 24)
