"""The secret of a case: hard to guess, easy to read aloud, and a slip of the pen is noticed before it counts."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import Malformed
from services.grievances.following.secret import (
    ALPHABET,
    CHARACTERS,
    SECRET_BITS,
    read_case_number,
    read_secret,
    secret_of,
)

NUMBERS = st.integers(0, 2**SECRET_BITS - 1)
PLACES = st.integers(0, CHARACTERS - 1)
SHOWN = "7K3M-9QXZ-0A1B-2C3D-4E5F-6G7F"


def test_a_secret_holds_a_hundred_bits_and_more() -> None:
    assert SECRET_BITS >= 100


@given(NUMBERS)
def test_a_secret_is_six_groups_without_letters_that_look_alike(number: int) -> None:
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}", secret_of(number))


@given(NUMBERS, NUMBERS)
def test_two_numbers_make_two_secrets(one: int, other: int) -> None:
    assert (secret_of(one) == secret_of(other)) is (one == other)


@pytest.mark.parametrize(
    "typed",
    [
        SHOWN,
        SHOWN.lower(),
        SHOWN.replace("-", ""),
        f"  {SHOWN.replace('-', ' ')} ",
        SHOWN.replace("0", "O").replace("1", "I"),
        SHOWN.replace("0", "o").replace("1", "l"),
    ],
)
def test_one_secret_is_read_however_it_is_typed(typed: str) -> None:
    assert read_secret(typed) == SHOWN.replace("-", "")


@given(NUMBERS, PLACES, st.integers(1, 31))
def test_one_wrong_character_is_noticed(number: int, place: int, off: int) -> None:
    plain = secret_of(number).replace("-", "")
    wrong = ALPHABET[(ALPHABET.index(plain[place]) + off) % 32]

    with pytest.raises(Malformed, match="mistyped"):
        read_secret(plain[:place] + wrong + plain[place + 1 :])


@given(NUMBERS, PLACES, PLACES)
def test_two_exchanged_characters_are_noticed(number: int, one: int, other: int) -> None:
    characters = list(secret_of(number).replace("-", ""))
    if characters[one] == characters[other]:
        return
    characters[one], characters[other] = characters[other], characters[one]

    with pytest.raises(Malformed, match="mistyped"):
        read_secret("".join(characters))


@pytest.mark.parametrize("typed", ["", "7K3M", SHOWN + "7", SHOWN[:-1], SHOWN.replace("7", "U"), "王" * 24, "7" * 5000])
def test_what_cannot_be_a_secret_is_refused_without_a_piece_of_it(typed: str) -> None:
    with pytest.raises(Malformed, match="has 24 letters and digits") as refused:
        read_secret(typed)

    assert not typed or typed not in refused.value.detail


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("440305001012-2026-0007", ("440305001012", 2026, 7)),
        ("440305001012-2026-12345", ("440305001012", 2026, 12345)),
        ("440305001012-2026-00007", None),
        ("440305001012-2026-7", None),
        ("440305001012-2026-0007 ", None),
        ("440305001012-2026-1234567890", None),
        ("040305001012-2026-0007", None),
        ("王小明", None),
    ],
)
def test_a_case_number_is_read_in_its_one_spelling(text: str, read: object) -> None:
    assert read_case_number(text) == read
