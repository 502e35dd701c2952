"""A district's division file: CSV with the columns code, name, level and parent_code, in UTF-8 or GB 18030."""

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

from chassis.errors import InvalidInput
from services.members.divisions.model import Division, Line, Problem, find_problems, tree

COLUMNS = ("code", "name", "level", "parent_code")
MAX_BYTES = 16 * 1024 * 1024
MAX_TOLD = 50
"""Problems told of one file at most; the rest are counted."""

_IDEOGRAPH = re.compile("[\u4e00-\u9fff]")


class WrongDivisionFile(InvalidInput):
    """The file cannot be loaded; nothing was. `problems` holds them all, the message the first ones by line."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        told = [f"line {problem.line}: {problem.detail}" for problem in self.problems[:MAX_TOLD]]
        more = [f"… and {count - MAX_TOLD} more"] if count > MAX_TOLD else []
        summary = f"{count} problem{'s' if count > 1 else ''} in the file; nothing was loaded"
        super().__init__("\n".join([summary, *told, *more]))


def read_file(path: Path) -> list[Division]:
    """The divisions of a file, parents before children. Raises WrongDivisionFile; OSError when it cannot be opened."""
    with path.open("rb") as file:
        return read_divisions(file.read(MAX_BYTES + 1))


def read_divisions(content: bytes) -> list[Division]:
    """The divisions in the bytes of a file, parents before children. Raises WrongDivisionFile with all its problems."""
    if len(content) > MAX_BYTES:
        raise WrongDivisionFile([Problem(1, f"the file has more than {MAX_BYTES // 1024 // 1024} MB")])
    lines, problems = _read_lines(_decode(content))
    problems = sorted([*problems, *find_problems(lines)], key=lambda problem: problem.line)
    if not lines and not problems:
        problems = [Problem(1, "no division below the header")]
    if problems:
        raise WrongDivisionFile(problems)
    return tree(lines)


def _decode(content: bytes) -> str:
    """UTF-8 or GB 18030, with or without a byte order mark."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        first_wrong = content.count(b"\n", 0, error.start) + 1
    # GB 18030 reads nearly any bytes, so UTF-8 with a broken byte would come out as nonsense. Real GB 18030 hardly ever
    # forms an ideograph of UTF-8, so a text with more ideographs than wrong places is UTF-8 that broke.
    guess = content.decode("utf-8", "replace")
    if len(_IDEOGRAPH.findall(guess)) > guess.count("\ufffd"):
        raise WrongDivisionFile([Problem(first_wrong, "not valid UTF-8 here; save the file again")])
    try:
        return content.decode("gb18030").removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise WrongDivisionFile([Problem(first_wrong, "the text must be UTF-8 or GB 18030")]) from None


def _read_lines(text: str) -> tuple[list[Line], list[Problem]]:
    """The lines below the header, and those that are no lines of this table."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    lines: list[Line] = []
    problems: list[Problem] = []
    header: list[str] | None = None
    number = 1
    try:
        for cells in reader:
            values = [cell.strip() for cell in cells]
            if any(values):
                if header is None:
                    header = values
                    if wrong := _wrong_header(header, number):
                        return [], wrong
                elif len(values) != len(header):
                    problems.append(Problem(number, f"{len(values)} values; the header has {len(header)} columns"))
                else:
                    lines.append(Line(number, **dict(zip(header, values, strict=True))))
            number = reader.line_num + 1
    except csv.Error as error:
        problems.append(Problem(number, f"not CSV: {error}"))
    if header is None and not problems:
        problems.append(Problem(1, f"the file is empty; its first line must be {','.join(COLUMNS)}"))
    return lines, problems


def _wrong_header(header: Sequence[str], number: int) -> list[Problem]:
    right = f"the columns are {', '.join(COLUMNS)}"
    missing = [Problem(number, f"column {name} is missing; {right}") for name in COLUMNS if name not in header]
    unknown = [Problem(number, f"column {name!r} is unknown; {right}") for name in header if name not in COLUMNS]
    twice = [Problem(number, f"column {name} is there twice") for name in COLUMNS if header.count(name) > 1]
    return [*missing, *unknown, *twice]
