"""Categories of few cases are told together, so that none of them tells of one case (DOMAIN D; ADR 0013)."""

from hypothesis import given
from hypothesis import strategies as st

from services.statistics.model import FEWEST, Figures, Part, folded, total


def part(word: str, now: int, before: int = 0) -> Part:
    return Part((word,), Figures(registered=now), Figures(registered=before))


def words(parts: list[Part]) -> list[tuple[str, ...]]:
    return [one.words for one in folded(parts)]


def test_parts_of_five_cases_and_more_stand_alone() -> None:
    assert words([part("noise", 5, 9), part("parking", 40, 5), part("waste", 7)]) == [
        ("noise",),
        ("parking",),
        ("waste",),
    ]


def test_small_parts_are_told_together() -> None:
    assert words([part("noise", 4), part("parking", 40), part("waste", 2)]) == [("noise", "waste"), ("parking",)]


def test_a_part_that_was_small_a_year_before_is_small() -> None:
    assert words([part("noise", 9, 3), part("parking", 40, 40), part("waste", 7, 2)]) == [
        ("noise", "waste"),
        ("parking",),
    ]


def test_the_next_smallest_joins_one_that_the_sum_would_give_away() -> None:
    assert words([part("noise", 4), part("parking", 40), part("waste", 6)]) == [("noise", "waste"), ("parking",)]


def test_two_that_are_too_small_together_take_a_third() -> None:
    assert words([part("noise", 1), part("other", 1), part("parking", 40), part("waste", 6)]) == [
        ("noise", "other", "waste"),
        ("parking",),
    ]


def test_what_is_small_as_a_whole_is_told_as_one() -> None:
    assert words([part("noise", 1), part("parking", 2)]) == [("noise", "parking")]


def test_nothing_has_no_parts() -> None:
    assert folded([]) == []


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=9))
def test_each_part_has_five_cases_or_none_and_the_sums_stay(counts: list[tuple[int, int]]) -> None:
    parts = [part(f"word_{number}", *both) for number, both in enumerate(counts)]

    told = folded(parts)

    assert total(one.now for one in told) == total(one.now for one in parts)
    assert total(one.before for one in told) == total(one.before for one in parts)
    assert sorted(word for one in told for word in one.words) == sorted(word for one in parts for word in one.words)
    if len(told) > 1:
        assert all(count >= FEWEST or not count for one in told for count in (one.now.most, one.before.most))
