"""Rows as CSV (RFC 4180), as Excel opens it: UTF-8 that says so, and no cell that it would run as a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

MEDIA = "text/csv; charset=utf-8"

BYTE_ORDER_MARK = "﻿"
"""Without it Excel takes UTF-8 for the system's own character set."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What begins with one of these is run; an apostrophe before it makes it a text again."""

Cell = str | int | date | None


def lines(header: Sequence[str], pages: Iterable[Iterable[Sequence[Cell]]]) -> Iterator[bytes]:
    """The file in pieces, one for the header and one a page."""
    yield (BYTE_ORDER_MARK + _text([header])).encode()
    for page in pages:
        yield _text(page).encode()


def _text(rows: Iterable[Sequence[Cell]]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows([[_harmless(cell) for cell in row] for row in rows])
    return written.getvalue()


def _harmless(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
