"""Rows as XLSX (ECMA-376), typed, in a stream of any length: a zip whose sheets are written as the rows come."""

import io
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import chain, islice
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from chassis.errors import LinliError

MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

ROWS_OF_A_SHEET = 1_048_575
"""As many as Excel has, without the header's; more go on in the next sheet."""

AT_A_TIME = 500
LEVEL = 3
"""Of compression: a tenth of the text's size; more costs time and gains little."""

SKELETON_S = 30
DAY_ZERO = date(1899, 12, 30)
"""From which Excel counts days."""

Cell = str | int | date | None
Row = Sequence[Cell]
Columns = tuple[tuple[str, int], ...]
"""Each with its name and its width."""


@dataclass(frozen=True)
class Skeleton:
    """An empty workbook: what stands before and after a sheet's rows, the number of the style of dates, and all other
    parts by their names."""

    before: bytes
    after: bytes
    date_style: str
    parts: tuple[tuple[str, bytes], ...]


def pieces(columns: Columns, pages: Iterable[Iterable[Row]], *, at_most: int = ROWS_OF_A_SHEET) -> Iterator[bytes]:
    """The file in pieces, about one a page. Closed before its end, it leaves nothing behind."""
    taken = _Taken()
    rows = chain.from_iterable(pages)
    skeleton = _skeleton(1, columns)
    with ZipFile(taken, "w", ZIP_DEFLATED, compresslevel=LEVEL) as package:
        sheets, first = 0, next(rows, None)
        while first is not None or sheets == 0:
            sheets += 1
            with package.open(_sheet(sheets), "w") as sheet:
                sheet.write(skeleton.before)
                left = islice(chain(() if first is None else (first,), rows), at_most)
                number = 2
                while some := list(islice(left, AT_A_TIME)):
                    sheet.write("".join(_row(number + at, row, skeleton) for at, row in enumerate(some)).encode())
                    number += len(some)
                    yield taken.take()
                sheet.write(skeleton.after)
            first = next(rows, None)
        for name, part in _skeleton(sheets, columns).parts:
            package.writestr(name, part)
    yield taken.take()


def _row(number: int, row: Row, skeleton: Skeleton) -> str:
    cells = "".join(_cell(f"{letter}{number}", cell, skeleton) for letter, cell in zip(LETTERS, row, strict=False))
    return f'<row r="{number}">{cells}</row>'


def _cell(place: str, cell: Cell, skeleton: Skeleton) -> str:
    """A text is a text, whatever it begins with: nothing is run."""
    if cell is None:
        return ""
    if isinstance(cell, date):
        return f'<c r="{place}" s="{skeleton.date_style}"><v>{(cell - DAY_ZERO).days}</v></c>'
    if isinstance(cell, int):
        return f'<c r="{place}"><v>{cell}</v></c>'
    text = escape(_UNKNOWN_TO_XML.sub("", cell))
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_UNKNOWN_TO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f￾￿]")


def _sheet(number: int) -> str:
    return f"xl/worksheets/sheet{number}.xml"


@cache
def _skeleton(sheets: int, columns: Columns) -> Skeleton:
    """Made once for each number of sheets, which is nearly always one; a few kilobytes."""
    command = [sys.executable, "-I", "-X", "utf8", "-m", "services.grievances.exports.skeleton", str(sheets)]
    given = json.dumps(columns).encode()
    made = subprocess.run(command, input=given, capture_output=True, timeout=SKELETON_S, check=False, env={})
    if made.returncode != 0:
        raise LinliError(f"an empty workbook could not be made: {made.stderr.decode(errors='replace')[-500:]}")
    with ZipFile(io.BytesIO(made.stdout)) as package:
        names = [name for name in package.namelist() if not name.startswith("xl/worksheets/")]
        sheet = package.read(_sheet(1)).decode()
        parts = tuple((name, package.read(name)) for name in names)
    found = _ROWS.search(sheet)
    if found is None:
        raise LinliError("an empty workbook has another form than it had; see xlsx_file")
    # How far it reaches is known at its end alone; whoever reads it counts for himself.
    before = re.sub(r"<dimension [^>]*/>", "", sheet[: found.start("example")])
    return Skeleton(before.encode(), sheet[found.end("example") :].encode(), found["style"], parts)


_ROWS = re.compile(r'<sheetData><row .*?</row>(?P<example><row .*? s="(?P<style>\d+)".*?</row>)</sheetData>', re.DOTALL)


class _Taken(io.RawIOBase):
    """Where the zip is written to: it is told that nobody can go back, so it never tries."""

    def __init__(self) -> None:
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._written += data
        return len(data)

    def take(self) -> bytes:
        """What was written since the last time."""
        taken = bytes(self._written)
        self._written.clear()
        return taken
