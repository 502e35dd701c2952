"""What a word is, and when a text holds what was asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import InvalidInput
from services.grievances.search.model import holds, parts, sure_words, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("垃圾站", {"垃圾", "圾站"}),
        ("站", {"站"}),
        ("3栋502室", {"3", "栋", "502", "室"}),
        ("ＡＢ12 电梯", {"ab12", "电梯"}),
        ("电梯，停运", {"电梯", "停运"}),
        ("……", set()),
    ],
)
def test_words_are_bigrams_and_runs(text: str, expected: set[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize("asked", ["", "  ", "梯", "电梯 停", "，", "a b c d e f g h i"])
def test_what_is_no_word_is_refused(asked: str) -> None:
    with pytest.raises(InvalidInput):
        parts(asked)


def test_parts_are_told_apart_by_spaces() -> None:
    assert parts("电梯　停运 电梯") == ("电梯", "停运")


@given(st.text("电梯停运垃圾站a1 ，", min_size=2, max_size=12), st.text("电梯停运垃圾站", max_size=5), st.data())
def test_a_text_that_holds_a_part_of_whole_chinese_words_has_its_sure_words(
    text: str, more: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(text)))
    asked = ("电梯停运",)

    told = text[:at] + "电梯停运" + more + text[at:]

    assert holds(told, asked)
    assert sure_words(asked) <= words(told)
