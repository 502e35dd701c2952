"""Case number and secret 查询码, with which whoever filed follows a case without an account.

A secret is 24 characters in six groups, `7K3M-…`: letters and digits of Crockford's base 32, so without I, L, O and U,
and in its last place a check character. Spaces, hyphens and lower case do not matter, O is read as 0, I and L as 1.
"""

import re

from chassis.errors import Malformed

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHARACTERS = 24
GROUP = 4
SECRET_BITS = 5 * (CHARACTERS - 1)
"""115: a thousand million guesses a second take a thousand million million years for all of them."""

_READ_AS = str.maketrans("OIL", "011", " -\t")
_CASE_NUMBER = re.compile(r"([1-9][0-9]{11})-([0-9]{4})-([0-9]{4}|[1-9][0-9]{4,8})")


def secret_of(number: int) -> str:
    """The secret that a random number of SECRET_BITS makes, in its groups."""
    values = [number >> shift & 31 for shift in range(SECRET_BITS - 5, -1, -5)]
    text = "".join(ALPHABET[value] for value in (*values, _check(values)))
    return "-".join(text[at : at + GROUP] for at in range(0, CHARACTERS, GROUP))


def read_secret(text: str) -> str:
    """The one spelling of what somebody typed. Raises Malformed, without a piece of it, for what cannot be a secret.

    That tells nobody whether a case has this secret: anyone can reckon the check character.
    """
    plain = text.upper().translate(_READ_AS)
    if len(plain) != CHARACTERS or not set(plain) <= set(ALPHABET):
        raise Malformed(f"a case's secret has {CHARACTERS} letters and digits, in {CHARACTERS // GROUP} groups")
    *values, check = (ALPHABET.index(character) for character in plain)
    if _check(values) != check:
        raise Malformed("the secret was mistyped: its last character does not fit the others; compare it again")
    return plain


def _check(values: list[int]) -> int:
    """The remainder of a polynomial over GF(32): it tells of any one wrong character and of any two exchanged."""
    check = 0
    for value in (*values, 0):
        check = (check << 1 ^ (check >> 4) * 0b100101) ^ value
    return check


def read_case_number(text: str) -> tuple[str, int, int] | None:
    """Community, year and serial of 440305001012-2026-0007; None for what is no case number."""
    match = _CASE_NUMBER.fullmatch(text)
    return match and (match[1], int(match[2]), int(match[3]))
