"""What no text of a joint case may hold: the names and phones of those whom its dispute is between.

Kept as keyed fingerprints with their length, so that whoever writes a text can be checked without opening anybody's
data, and the body complained of has nothing of the accuser in any row that it sees.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable

from chassis import privacy
from chassis.errors import FieldError, InvalidInput
from services.grievances.disputes.model import Party, PartyKind, Side

CONTEXT = "joint_case.withheld"
RULE = "信访工作条例 Art. 30, 46: what an accuser gives never reaches the accused"

_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s()（）.·•\-–—_/]+(?=\d)")
_SHORTEST = 2
"""A name of one character would forbid an ordinary word."""


def fingerprints(parties: Iterable[Party]) -> list[bytes]:
    """Of names and phones: the complainant's whatever it is, of the other side only what is a person's."""
    words: set[str] = set()
    for party in parties:
        if party.side is Side.APPLICANT or party.kind is PartyKind.PERSON:
            words.add(privacy.normalised(party.name))
        if party.phone:
            words.update(_spellings(privacy.normalised(party.phone)))
    return sorted(_fingerprint(word) for word in words if len(word) >= _SHORTEST)


def check(withheld: Collection[bytes], **texts: str) -> None:
    """Raises InvalidInput, naming the fields and nothing of what they hold."""
    found = [
        FieldError(
            f"/{field.replace('__', '/')}",
            "this text holds a name or phone of a party; say it without, as the body complained of may read it",
        )
        for field, text in texts.items()
        if _holds(text, withheld)
    ]
    if found:
        raise InvalidInput("; ".join(f"{error.pointer}: {error.detail}" for error in found), found, rule=RULE)


def _holds(text: str, withheld: Collection[bytes]) -> bool:
    known = frozenset(withheld)
    plain = privacy.normalised(text)
    digits = _BETWEEN_DIGITS.sub("", unicodedata.normalize("NFKC", text))
    for length in {fingerprint[0] for fingerprint in known}:
        windows = {plain[at : at + length] for at in range(len(plain) - length + 1)}
        windows |= {run[at : at + length] for run in re.findall(r"\d+", digits) for at in range(len(run) - length + 1)}
        if not known.isdisjoint(map(_fingerprint, windows)):
            return True
    return False


def _spellings(phone: str) -> set[str]:
    """A phone, and a fixed line's without its area code (010, 02x: three digits, others four)."""
    if not phone.startswith("0"):
        return {phone}
    return {phone, phone[3 if phone[1:2] in ("1", "2") else 4 :]}


def _fingerprint(word: str) -> bytes:
    return bytes([min(len(word), 255)]) + privacy.sealer().blind_index(word, CONTEXT)
