"""Tables that come as CSV files, in UTF-8 or GB 18030: each line with its number, and all that is wrong with it."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from chassis.errors import InvalidInput

MAX_BYTES = 16 * 1024 * 1024
MAX_TOLD = 50
"""Problems told of one file at most; the rest are counted."""

_IDEOGRAPH = re.compile("[\u4e00-\u9fff]")


class Problem(Protocol):
    """What is wrong on one line, and what would be right."""

    @property
    def line(self) -> int: ...

    @property
    def detail(self) -> str: ...


@dataclass(frozen=True)
class WrongLine:
    """A line that is none of the table's."""

    line: int
    detail: str


@dataclass(frozen=True)
class Row:
    """One line below the header: what stands in each column, without the spaces around it."""

    line: int
    values: Mapping[str, str]


class WrongFile(InvalidInput):
    """The file cannot be loaded; nothing was. `problems` holds them all, the message the first ones by line."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        told = [f"line {problem.line}: {problem.detail}" for problem in self.problems[:MAX_TOLD]]
        more = [f"… and {count - MAX_TOLD} more"] if count > MAX_TOLD else []
        summary = f"{count} problem{'s' if count > 1 else ''} in the file; nothing was loaded"
        super().__init__("\n".join([summary, *told, *more]))


def read_bytes(path: Path) -> bytes:
    """What a file holds, and a byte more than `read_table` takes of a larger one. OSError when it cannot be opened."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def read_table(content: bytes, columns: Sequence[str]) -> tuple[list[Row], list[WrongLine]]:
    """The lines below the header, and those that are no lines of a table with these columns, in any order.

    Raises WrongFile where no line can be read at all.
    """
    if len(content) > MAX_BYTES:
        raise WrongFile([WrongLine(1, f"the file has more than {MAX_BYTES // 1024 // 1024} MB")])
    reader = csv.reader(io.StringIO(_decode(content), newline=""), strict=True)
    rows: list[Row] = []
    problems: list[WrongLine] = []
    header: list[str] | None = None
    number = 1
    try:
        for cells in reader:
            values = [cell.strip() for cell in cells]
            if any(values):
                if header is None:
                    header = values
                    if wrong := _wrong_header(header, columns, number):
                        return [], wrong
                elif len(values) != len(header):
                    problems.append(WrongLine(number, f"{len(values)} values; the header has {len(header)} columns"))
                else:
                    rows.append(Row(number, dict(zip(header, values, strict=True))))
            number = reader.line_num + 1
    except csv.Error as error:
        problems.append(WrongLine(number, f"not CSV: {error}"))
    if header is None and not problems:
        problems.append(WrongLine(1, f"the file is empty; its first line must be {','.join(columns)}"))
    return rows, problems


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
        raise WrongFile([WrongLine(first_wrong, "not valid UTF-8 here; save the file again")])
    try:
        return content.decode("gb18030").removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise WrongFile([WrongLine(first_wrong, "the text must be UTF-8 or GB 18030")]) from None


def _wrong_header(header: Sequence[str], columns: Sequence[str], number: int) -> list[WrongLine]:
    right = f"the columns are {', '.join(columns)}"
    missing = [WrongLine(number, f"column {name} is missing; {right}") for name in columns if name not in header]
    unknown = [WrongLine(number, f"column {name!r} is unknown; {right}") for name in header if name not in columns]
    twice = [WrongLine(number, f"column {name} is there twice") for name in columns if header.count(name) > 1]
    return [*missing, *unknown, *twice]
