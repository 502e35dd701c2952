"""JSON that means the same to every reader and that PostgreSQL can store: what comes over HTTP and over the broker."""

import json
from math import isinf
from typing import Any

MAX_DEPTH = 32


class NotStrictJson(ValueError):
    """Says what is wrong as words after "the body …"; never holds a piece of it, which may be personal data."""


def parse(body: bytes) -> Any:
    """The value. Raises NotStrictJson.

    Refused beside broken JSON: bytes that are not UTF-8, a name twice in one object, NaN and infinities, NUL and halves
    of surrogate pairs in texts, and more than MAX_DEPTH levels.
    """
    try:
        text = body.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite)
    except UnicodeDecodeError as error:
        raise NotStrictJson(f"is not UTF-8 at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise NotStrictJson(f"is not JSON: {error.msg}, line {error.lineno} column {error.colno}") from error
    except RecursionError as error:
        raise NotStrictJson(f"is nested deeper than {MAX_DEPTH} levels") from error
    except NotStrictJson:
        raise
    except ValueError as error:
        raise NotStrictJson("holds a number that is too long") from error
    if b"\\u" in body:
        _check_texts(value)
    _check_depth(value)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise NotStrictJson("holds the same name twice in one object")
    return found


def _no_constant(name: str) -> None:
    raise NotStrictJson(f"holds {name}, which is no JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if isinf(number):
        raise NotStrictJson("holds a number beyond what can be kept")
    return number


def _check_texts(value: Any) -> None:
    """Escapes can smuggle in what no text of PostgreSQL can hold."""
    for text in _texts(value):
        if "\0" in text:
            raise NotStrictJson("holds a text with the character NUL, which cannot be stored")
        if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
            raise NotStrictJson("holds a text with half of a surrogate pair")


def _texts(value: Any) -> list[str]:
    found, waiting = [], [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            found.append(one)
        elif isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list):
            waiting += one
    return found


def _check_depth(value: Any) -> None:
    layer, depth = [value], 0
    while layer := [one for one in layer if isinstance(one, dict | list)]:
        depth += 1
        if depth > MAX_DEPTH:
            raise NotStrictJson(f"is nested deeper than {MAX_DEPTH} levels")
        layer = [inner for one in layer for inner in (one.values() if isinstance(one, dict) else one)]
