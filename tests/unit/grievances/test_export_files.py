"""Files that offices open: what a row says, and that CSV and XLSX hold exactly that, whatever is in it."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from chassis.errors import InvalidInput
from services.grievances.exports import csv_file, xlsx_file
from services.grievances.exports.model import COLUMNS, Asked, Format, Row, cells, described, filename, narrow

NOW = datetime(2026, 3, 20, 2, tzinfo=UTC)
ROW = Row(
    dispute_id=UUID(int=1),
    case_number="440305001012-2026-0001",
    area="440305001012",
    area_name="星海名城",
    category_zh="噪声",
    relation_zh="业主与业主",
    state="mediating",
    channel="hotline",
    registered_at=datetime(2026, 3, 9, 16, tzinfo=UTC),
    closed_at=None,
    due_at=datetime(2026, 3, 19, 16, tzinfo=UTC),
    resolution=None,
    satisfaction=None,
)
NAMES = ["案号 Case number", "状态 State"]
WIDTHS = (("案号 Case number", 26), ("日期 Day", 14), ("天数 Days", 9))


def said(row: Row) -> dict[str, Any]:
    return {column.name.split()[0]: cell for column, cell in zip(COLUMNS, cells(row, NOW), strict=True)}


def test_what_a_row_says() -> None:
    assert said(ROW) == {
        "案号": "440305001012-2026-0001",
        "区划代码": "440305001012",
        "社区": "星海名城",
        "类别": "噪声",
        "关系": "业主与业主",
        "状态": "调解中",
        "来源": "热线工单",
        "登记日期": date(2026, 3, 10),
        "办结日期": None,
        "历时天数": 10,
        "期限": date(2026, 3, 19),
        "是否逾期": "是",
        "化解方式": None,
        "满意度": None,
    }


def test_what_is_closed_is_not_overdue_and_counts_no_further_days() -> None:
    closed = replace(
        ROW, state="resolved", resolution="decision", closed_at=datetime(2026, 3, 12, tzinfo=UTC), due_at=None
    )

    told = said(replace(closed, satisfaction=4))

    assert [told[name] for name in ("状态", "化解方式", "办结日期", "历时天数", "期限", "是否逾期", "满意度")] == [
        "已作出决定",
        "作出决定",
        date(2026, 3, 12),
        2,
        None,
        "否",
        4,
    ]


def test_the_last_day_in_time_is_not_overdue() -> None:
    assert said(replace(ROW, due_at=NOW))["是否逾期"] == "是"
    assert said(replace(ROW, due_at=NOW.replace(second=1)))["是否逾期"] == "否"


def test_days_are_shanghais_and_both_are_included() -> None:
    narrowed = narrow(Asked(first_day=date(2026, 3, 1), last_day=date(2026, 3, 2)), NOW)

    assert narrowed.since == datetime(2026, 2, 28, 16, tzinfo=UTC)
    assert narrowed.until == datetime(2026, 3, 2, 16, tzinfo=UTC)


def test_nothing_that_is_registered_later_is_in_it() -> None:
    assert narrow(Asked(last_day=date(2027, 1, 1)), NOW).until == NOW.replace(microsecond=1)


def test_days_reversed_are_refused() -> None:
    with pytest.raises(InvalidInput, match="from 2026-03-02 must not be after to 2026-03-01"):
        narrow(Asked(first_day=date(2026, 3, 2), last_day=date(2026, 3, 1)), NOW)


def test_only_what_is_open_is_overdue() -> None:
    assert narrow(Asked(only_overdue=True), NOW).only_open


def test_the_file_is_named_by_place_and_day() -> None:
    assert filename(Asked(area="440305001012"), Format.CSV, NOW) == "纠纷台账-440305001012-2026-03-20.csv"
    assert filename(Asked(), Format.XLSX, NOW) == "纠纷台账-全部-2026-03-20.xlsx"


def test_the_audit_is_told_what_was_asked_for() -> None:
    asked = Asked(area="440305001012", only_open=True, first_day=date(2026, 1, 1))

    assert described(asked, Format.CSV) == "format csv, area 440305001012, only_open True, first_day 2026-01-01"


def read_csv(*pages: list[Any]) -> tuple[str, list[list[str]]]:
    raw = b"".join(csv_file.lines(NAMES, pages)).decode()
    return raw, list(csv.reader(io.StringIO(raw.removeprefix("﻿"), newline="")))


def test_a_csv_says_that_it_is_utf_8_and_ends_its_lines_as_the_standard_has_it() -> None:
    raw, rows = read_csv([["甲", "调解中"]], [["乙", None]])

    assert raw == "﻿案号 Case number,状态 State\r\n甲,调解中\r\n乙,\r\n"
    assert rows == [NAMES, ["甲", "调解中"], ["乙", ""]]


def test_quotes_commas_and_line_breaks_stay_in_their_cell() -> None:
    cell = '他说"好",\r\n然后\n签了'

    assert read_csv([[cell, "x"]])[1][1] == [cell, "x"]


@pytest.mark.parametrize("begin", list("=+-@\t\r"))
def test_no_cell_of_a_csv_is_run_as_a_formula(begin: str) -> None:
    assert read_csv([[f"{begin}1+1", 5]])[1][1] == [f"'{begin}1+1", "5"]


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=5))
def test_every_text_comes_back_from_a_csv(rows: list[list[str]]) -> None:
    expected = [[f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell for cell in row] for row in rows]

    assert read_csv(rows)[1][1:] == expected


def workbook(*pages: list[Any], at_most: int = 1000) -> Any:
    return load_workbook(io.BytesIO(b"".join(xlsx_file.pieces(WIDTHS, pages, at_most=at_most))))


def test_a_workbook_has_typed_cells_under_a_frozen_header() -> None:
    sheet = workbook([["甲", date(2026, 3, 10), 12]], [["乙", None, 0]]).active

    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["案号 Case number", "日期 Day", "天数 Days"],
        ["甲", datetime(2026, 3, 10), 12],  # noqa: DTZ001 - Excel knows no zones
        ["乙", None, 0],
    ]
    assert (sheet["B2"].is_date, sheet["B2"].number_format) == (True, "yyyy-mm-dd")
    assert (sheet["A2"].data_type, sheet["C2"].data_type) == ("s", "n")
    assert sheet.freeze_panes == "A2"
    assert [sheet.column_dimensions[letter].width for letter in "ABC"] == [26, 14, 9]
    assert sheet["A1"].font.bold


@pytest.mark.parametrize("text", ["=1+1", "<&>\"'", " 两端有空格 ", "第一行\n第二行", "𬭎"])
def test_a_text_in_a_workbook_is_that_text_and_no_formula(text: str) -> None:
    cell = workbook([[text, None, None]]).active["A2"]

    assert (cell.value, cell.data_type) == (text, "s")


def test_what_xml_cannot_hold_is_left_out() -> None:
    assert workbook([["a\x00b\x1f￾c", None, None]]).active["A2"].value == "abc"


def test_an_empty_workbook_has_its_header() -> None:
    assert [row[0].value for row in workbook().active.iter_rows()] == ["案号 Case number"]


@pytest.mark.parametrize(("rows", "sheets"), [(2, [2]), (3, [2, 1]), (5, [2, 2, 1])])
def test_more_rows_than_a_sheet_has_go_on_in_the_next(rows: int, sheets: list[int]) -> None:
    book = workbook([[f"{number}", None, number] for number in range(rows)], at_most=2)

    assert [sheet.max_row - 1 for sheet in book] == sheets
    assert [row[2].value for sheet in book for row in sheet.iter_rows(min_row=2)] == list(range(rows))
    assert book.sheetnames == ["纠纷台账", "纠纷台账 2", "纠纷台账 3"][: len(sheets)]


def test_a_workbook_is_sound_xml_in_every_part() -> None:
    whole = b"".join(xlsx_file.pieces(WIDTHS, [[["甲", date(2026, 3, 10), 1]]]))

    with ZipFile(io.BytesIO(whole)) as package:
        assert package.testzip() is None
        for name in package.namelist():
            ElementTree.fromstring(package.read(name))  # noqa: S314
        assert re.search(b"<dimension", package.read("xl/worksheets/sheet1.xml")) is None


def test_pieces_come_as_the_rows_do_and_closing_ends_the_rows() -> None:
    seen: list[str] = []

    def pages() -> Iterator[list[list[Any]]]:
        try:
            for number in range(1000):
                seen.append(f"page {number}")
                yield [[f"{number}-{at}", None, at] for at in range(500)]
        finally:
            seen.append("closed")

    source = pages()
    pieces = xlsx_file.pieces(WIDTHS, source)
    first = next(pieces)
    pieces.close()
    source.close()

    assert first.startswith(b"PK")
    assert seen[-1] == "closed"
    assert len(seen) < 5
