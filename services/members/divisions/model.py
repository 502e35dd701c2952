"""The rules of the division tree: a district, its streets (towns, townships), and their communities (villages).

The 12 digits say it all: 2-2-2 for province, prefecture and county, 3 for the street, 3 for the community. A city
without counties, such as 东莞 (441900…), stands in the file as its own district.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from chassis import areas
from chassis.errors import NotFound
from services.members import events

LEVELS = ("district", "street", "community")
MAX_NAME = 100

_LEVEL_BY_DIGITS = {"prefecture": "district", "district": "district", "street": "street", "community": "community"}


@dataclass(frozen=True)
class Division:
    """One node of the tree; `parent_code` is None for the district alone."""

    code: str
    name: str
    level: str
    parent_code: str | None
    version: int = 1


@dataclass(frozen=True)
class DivisionVersion:
    """The name a division has borne since a day; the next version ends it."""

    code: str
    version: int
    name: str
    since: date


@dataclass(frozen=True)
class Line:
    """One line of a division file, as it was written there."""

    number: int
    code: str
    name: str
    level: str
    parent_code: str


@dataclass(frozen=True)
class Problem:
    """What is wrong on one line, and what would be right."""

    line: int
    detail: str


@dataclass(frozen=True)
class Comparison:
    """A file against what is known. `changed` carry their next version; `vanished` are known but not in the file."""

    new: tuple[Division, ...]
    changed: tuple[Division, ...]
    unchanged: tuple[Division, ...]
    vanished: tuple[Division, ...]


def find_problems(lines: Sequence[Line]) -> list[Problem]:
    """Everything that keeps these lines from being one district's tree, in the order of the lines."""
    first_of: dict[str, Line] = {}
    for line in lines:
        first_of.setdefault(line.code, line)
    root = next((line for line in lines if line.level == "district"), None)
    found = []
    for line in lines:
        wrong_code = _wrong_code(line)
        told = (
            wrong_code,
            _wrong_name(line),
            _duplicate(line, first_of[line.code]),
            _second_root(line, root),
            None if wrong_code else _wrong_parent(line, first_of),
        )
        found += [Problem(line.number, detail) for detail in told if detail]
    if lines and root is None:
        found.append(
            Problem(lines[0].number, "no line has the level district; a file holds one district with all of it")
        )
    return found


def _wrong_code(line: Line) -> str | None:
    if not (line.code.isascii() and areas.is_code(line.code)):
        return f"code {line.code!r} must be 12 digits, for example 440305001012"
    if line.level not in LEVELS:
        return f"level {line.level!r} must be one of {', '.join(LEVELS)}"
    by_digits = _LEVEL_BY_DIGITS.get(areas.level(line.code))
    if by_digits is None:
        return f"code {line.code} is a whole province; a file starts at its district"
    if by_digits != line.level:
        return f"code {line.code} is a {by_digits} by its digits, but level says {line.level}"
    return None


def _wrong_name(line: Line) -> str | None:
    if not line.name:
        return "name is empty"
    if len(line.name) > MAX_NAME or not line.name.isprintable():
        return f"name must be at most {MAX_NAME} printable characters"
    return None


def _duplicate(line: Line, first: Line) -> str | None:
    return None if line is first or not line.code else f"code {line.code} is already on line {first.number}"


def _second_root(line: Line, root: Line | None) -> str | None:
    if line.level != "district" or root is None or line is root:
        return None
    return f"a second district; the one on line {root.number} is the root, and a file holds one"


def _wrong_parent(line: Line, first_of: Mapping[str, Line]) -> str | None:
    if line.level == "district":
        return (
            f"the district is the root: parent_code must be empty, not {line.parent_code}" if line.parent_code else None
        )
    above = LEVELS[LEVELS.index(line.level) - 1]
    if not line.parent_code:
        return f"parent_code is empty; a {line.level} lies in a {above}"
    parent = first_of.get(line.parent_code)
    if parent is None:
        return f"parent_code {line.parent_code} is on no line of this file"
    if parent.level != above:
        return f"parent {line.parent_code} is a {parent.level}; a {line.level} lies in a {above}"
    if line.parent_code != (right := areas.parent(line.code)):
        return f"by its digits {line.code} lies in {right}, not in {line.parent_code}"
    return None


def tree(lines: Iterable[Line]) -> list[Division]:
    """The divisions of lines without problems: the district, then its streets, then their communities, each by code."""
    divisions = [Division(line.code, line.name, line.level, line.parent_code or None) for line in lines]
    return sorted(divisions, key=lambda division: (LEVELS.index(division.level), division.code))


def compare(known: Mapping[str, Division], listed: Sequence[Division]) -> Comparison:
    """What a file would change. Only a name can change: level and parent follow from the code."""
    renamed = [
        replace(division, version=known[division.code].version + 1)
        for division in listed
        if division.code in known and division.name != known[division.code].name
    ]
    codes, renamed_codes = {division.code for division in listed}, {division.code for division in renamed}
    return Comparison(
        new=tuple(division for division in listed if division.code not in known),
        changed=tuple(renamed),
        unchanged=tuple(known[d.code] for d in listed if d.code in known and d.code not in renamed_codes),
        vanished=tuple(division for code, division in sorted(known.items()) if code not in codes),
    )


def as_of(versions: Sequence[DivisionVersion], day: date) -> DivisionVersion:
    """The version in force on a day. Raises NotFound for a day before the first one.

    A division that a reorganisation (撤并) has ended stays, so that an old report can still be read.
    """
    in_force = [version for version in versions if version.since <= day]
    if not in_force:
        first = min(versions, key=lambda version: version.since)
        raise NotFound(f"division {first.code} is known since {first.since}, not yet on {day}")
    return max(in_force, key=lambda version: version.version)


def fact(division: Division) -> events.DivisionRegistered:
    return events.DivisionRegistered(division.code, division.name, division.level, division.parent_code)
