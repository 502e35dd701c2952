"""What loading a file again would change, and how a division is read as of a day."""

from datetime import date

import pytest

from chassis.errors import NotFound
from services.members.divisions.handlers import Loaded
from services.members.divisions.model import Division, DivisionVersion, as_of, compare

DISTRICT = Division("440305000000", "南山区", "district", None)
STREET = Division("440305001000", "南头街道", "street", "440305000000", version=3)
KNOWN = {division.code: division for division in (DISTRICT, STREET)}


def test_the_same_file_again_changes_nothing() -> None:
    found = compare(KNOWN, [DISTRICT, STREET])

    assert (found.new, found.changed, found.vanished) == ((), (), ())
    assert found.unchanged == (DISTRICT, STREET)


def test_another_name_is_the_next_version() -> None:
    found = compare(KNOWN, [DISTRICT, Division("440305001000", "南头镇", "street", "440305000000")])

    assert found.changed == (Division("440305001000", "南头镇", "street", "440305000000", version=4),)


def test_what_the_file_no_longer_lists_is_reported() -> None:
    assert compare(KNOWN, [DISTRICT]).vanished == (STREET,)


def test_what_was_not_known_is_new_at_version_1() -> None:
    shekou = Division("440305005000", "蛇口街道", "street", "440305000000")

    assert compare(KNOWN, [DISTRICT, STREET, shekou]).new == (shekou,)


VERSIONS = [
    DivisionVersion("440305001000", 1, "南头镇", date(2001, 1, 1)),
    DivisionVersion("440305001000", 2, "南头街道", date(2004, 7, 1)),
]


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2001, 1, 1), "南头镇"),
        (date(2004, 6, 30), "南头镇"),
        (date(2004, 7, 1), "南头街道"),
        (date(2026, 1, 1), "南头街道"),
    ],
)
def test_a_division_bears_the_name_of_its_day(day: date, name: str) -> None:
    assert as_of(VERSIONS, day).name == name


def test_before_its_first_day_a_division_is_not_known() -> None:
    with pytest.raises(NotFound, match="known since 2001-01-01"):
        as_of(VERSIONS, date(2000, 12, 31))


def test_a_load_says_what_it_did_and_what_it_kept() -> None:
    told = str(Loaded(new=1, changed=2, unchanged=115, vanished=(STREET,)))

    assert told.splitlines() == [
        "1 new, 2 changed, 115 unchanged",
        "no longer in the file, kept: 440305001000 南头街道",
    ]
