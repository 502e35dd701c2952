"""Statistical division codes: 2-2-2-3-3 digits, province to village level (统计用区划代码)."""

import re

GROUPS = (2, 4, 6, 9, 12)
"""Length of the significant prefix at each level: province, prefecture, county/district, town/street, community."""

LEVELS = ("province", "prefecture", "district", "street", "community")

_CODE = re.compile(r"[1-9][0-9]{11}")


def is_code(text: str) -> bool:
    """Twelve digits that do not start with 0."""
    return _CODE.fullmatch(text) is not None


def prefix(code: str) -> str:
    """The digits that matter: 440305001000 → 440305001. What lies in an area starts with its prefix.

    Raises ValueError when the text is no division code.
    """
    if not is_code(code):
        raise ValueError(f"division code {code!r} must be 12 digits, for example 440305001012")
    return next(code[:length] for length in GROUPS if not code[length:].strip("0"))


def covers(area: str, code: str) -> bool:
    """Whether the division `area` is the division `code` or holds it."""
    return code.startswith(prefix(area))


def level(code: str) -> str:
    """province, prefecture, district, street or community, by the digits alone."""
    return LEVELS[GROUPS.index(len(prefix(code)))]


def parent(code: str) -> str | None:
    """The division one level up; None above a province."""
    at = GROUPS.index(len(prefix(code)))
    return None if at == 0 else code[: GROUPS[at - 1]].ljust(12, "0")


def ancestors(code: str) -> list[str]:
    """The division itself and those above it up to its district: community, street, district."""
    chain = [code]
    while len(prefix(chain[-1])) > len("440305") and (above := parent(chain[-1])) is not None:
        chain.append(above)
    return chain
