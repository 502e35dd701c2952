"""An empty workbook of some sheets, made by openpyxl in a process of its own: `python -m … SHEETS < columns.json`.

The service takes its parts and writes the rows itself, as they come: openpyxl would keep a whole sheet, in memory or in
a file, before the first byte goes out. So nothing of it lives in the service.
"""

import io
import json
import sys
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter


def workbook(sheets: int, columns: list[tuple[str, int]]) -> bytes:
    """Each sheet has the header, frozen, and one row with a date, from which the style of dates is learnt."""
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for number in range(1, sheets + 1):
        sheet: Any = book.create_sheet("纠纷台账" if number == 1 else f"纠纷台账 {number}")
        sheet.append([name for name, _ in columns])
        sheet.freeze_panes = "A2"
        for place, (_, width) in enumerate(columns, start=1):
            sheet.column_dimensions[get_column_letter(place)].width = width
            header = sheet.cell(1, place)
            header.font, header.alignment = Font(bold=True), Alignment(horizontal="center")
        sheet.append([date(2026, 1, 1)])
        sheet.cell(2, 1).number_format = "yyyy-mm-dd"
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def main() -> None:
    sys.stdout.buffer.write(workbook(int(sys.argv[1]), json.load(sys.stdin)))


if __name__ == "__main__":
    main()
