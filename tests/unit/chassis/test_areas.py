"""Division codes: 2-2-2-3-3 digits."""

import pytest

from chassis import areas


@pytest.mark.parametrize(
    ("code", "prefix", "level"),
    [
        ("440000000000", "44", "province"),
        ("440300000000", "4403", "prefecture"),
        ("440305000000", "440305", "district"),
        ("440305001000", "440305001", "street"),
        ("440305400000", "440305400", "street"),
        ("440305001012", "440305001012", "community"),
    ],
)
def test_the_significant_prefix_follows_the_groups_of_digits(code: str, prefix: str, level: str) -> None:
    assert (areas.prefix(code), areas.level(code)) == (prefix, level)


@pytest.mark.parametrize(
    "text", ["", "44030500101", "4403050010120", "44030500101a", "040305001012", "４４０３０５００１０１２"]
)
def test_what_is_no_code_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="must be 12 digits"):
        areas.prefix(text)


@pytest.mark.parametrize(
    ("area", "code", "holds"),
    [
        ("440305000000", "440305001012", True),
        ("440305001000", "440305001012", True),
        ("440305001012", "440305001012", True),
        ("440305001012", "440305001000", False),
        ("440305002000", "440305001012", False),
        ("440306000000", "440305001012", False),
    ],
)
def test_an_area_covers_what_lies_in_it(area: str, code: str, holds: bool) -> None:
    assert areas.covers(area, code) is holds


def test_a_community_lies_in_its_street_and_district() -> None:
    assert areas.ancestors("440305001012") == ["440305001012", "440305001000", "440305000000"]


def test_a_city_without_districts_ends_its_chain_at_the_city() -> None:
    assert areas.ancestors("441900003001") == ["441900003001", "441900003000", "441900000000"]
