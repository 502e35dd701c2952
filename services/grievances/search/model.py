"""What a word is in Chinese text, and whether a text holds what was asked for.

Chinese has no spaces, so a word is any two characters in a row (bigrams 二元分词): 垃圾站 is 垃圾 and 圾站. Latin words
and numbers are words as they are, and found as a whole.
"""

import re
import unicodedata

from chassis.errors import FieldError, InvalidInput

MOST_PARTS = 8

_RUNS = re.compile(r"[㐀-鿿豈-﫿\U00020000-\U0003ffff]+|[0-9a-z]+")
_HAN = re.compile(r"[㐀-鿿豈-﫿\U00020000-\U0003ffff]")


def plain(text: str) -> str:
    """One spelling for what is written in several: full and half width, upper and lower case."""
    return unicodedata.normalize("NFKC", text).casefold()


def words(text: str) -> frozenset[str]:
    """The words of a text: bigrams of Chinese, runs of letters and digits."""
    found: set[str] = set()
    for run in _RUNS.findall(plain(text)):
        if _HAN.match(run):
            found.update(run[at : at + 2] for at in range(max(len(run) - 1, 1)))
        else:
            found.add(run)
    return frozenset(found)


def parts(asked: str) -> tuple[str, ...]:
    """What a searcher asked for, part by part; each must occur as it stands.

    Raises InvalidInput for a part that is no word: a single Chinese character, or signs alone.
    """
    found = tuple(dict.fromkeys(plain(asked).split()))
    if not found or len(found) > MOST_PARTS:
        raise _wrong(f"give 1 to {MOST_PARTS} parts with spaces between them, for example 电梯 停运")
    for part in found:
        if not any(map(_is_whole, words(part))):
            raise _wrong(
                "each part needs two Chinese characters next to each other, or a letter or digit; "
                f"part {found.index(part) + 1} of {len(found)} has neither"
            )
    return found


def sure_words(asked: tuple[str, ...]) -> frozenset[str]:
    """The words that a text must have to hold all these parts; a character alone may stand in a longer word there."""
    return frozenset(word for part in asked for word in words(part) if _is_whole(word))


def holds(text: str, asked: tuple[str, ...]) -> bool:
    """Whether the text really holds every part."""
    opened = plain(text)
    return all(part in opened for part in asked)


def _is_whole(word: str) -> bool:
    return len(word) > 1 or not _HAN.match(word)


def _wrong(detail: str) -> InvalidInput:
    return InvalidInput(detail, [FieldError("?q", detail)])
