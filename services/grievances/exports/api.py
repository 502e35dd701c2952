"""HTTP entrypoint of exports."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime
from typing import Any

from chassis.database import Database
from chassis.http import Answer, Request, endpoint
from services.grievances import access
from services.grievances.exports import csv_file, handlers, schemas, xlsx_file
from services.grievances.exports.handlers import Export
from services.grievances.exports.model import COLUMNS, Asked, Cell, Format, cells, filename

MEDIA = {Format.CSV: csv_file.MEDIA, Format.XLSX: xlsx_file.MEDIA}


class ExportsApi:
    """Take a register of disputes away as a file."""

    database: Database

    @endpoint(
        "GET",
        "/disputes/export",
        roles=access.OFFICERS,
        query=schemas.ExportQuery,
        media=tuple(MEDIA.values()),
        tag="disputes",
        summary="Disputes as a file, CSV or XLSX, of any length",
    )
    def export_disputes(self, request: Request) -> Answer:
        """One row a dispute of the areas where you are an officer, the oldest first; nobody's personal data. Audited.

        A dispute that changes meanwhile is as it was when its part was read.

        GET /disputes/export?format=xlsx&area=440305001000&from=2026-01-01&overdue=true
        """
        query = dict(request.query)
        form = Format(query.pop("format"))
        asked = Asked(only_open=query.pop("open"), only_overdue=query.pop("overdue"), **query)
        with self.database.transaction(handlers.eyes(request.actor)) as tx:
            export = handlers.begin(tx, asked, form, actor=request.actor, now=request.now)
        pages = _pages(self.database, export, request.now)
        return request.stream(_file(form, pages), MEDIA[form], filename=filename(asked, form, request.now))


Page = list[list[Cell]]


def _pages(database: Database, export: Export, now: datetime) -> Iterator[Page]:
    """Every page in a transaction of its own; at the end, or wherever it breaks off, the audit is told."""
    rows, is_whole = 0, False
    try:
        for place in export.places:
            after, is_last = None, False
            while not is_last:
                with database.transaction(export.access) as tx:
                    page = handlers.list_page(tx, export, place, after)
                rows += len(page)
                is_last = len(page) < handlers.PAGE
                after = page[-1].key if page else None
                yield [cells(row, now) for row in page]
        is_whole = True
    finally:
        with database.transaction(export.access) as tx:
            handlers.end(tx, export, rows, is_whole=is_whole)


def _file(form: Format, pages: Any) -> Iterator[bytes]:
    """The pages are closed with the file, by whom it is closed: the last words of both go to the database."""
    with closing(pages), closing(_pieces(form, pages)) as pieces:
        yield from pieces


def _pieces(form: Format, pages: Iterable[Page]) -> Any:
    if form is Format.CSV:
        return csv_file.lines([column.name for column in COLUMNS], pages)
    return xlsx_file.pieces(tuple((column.name, column.width) for column in COLUMNS), pages)
