"""A district's file is loaded whole or not at all, and what is wrong with it is told line by line."""

from pathlib import Path

import pytest

from chassis.tables import MAX_TOLD, WrongFile
from services.members.divisions.file import COLUMNS, read_divisions, read_file
from services.members.divisions.model import Division

NANSHAN = Path(__file__).parents[3] / "data" / "nanshan.csv"

HEADER = "code,name,level,parent_code\n"
DISTRICT = "440305000000,南山区,district,\n"
STREET = "440305001000,南头街道,street,440305000000\n"
COMMUNITY = "440305001012,星海名城社区居委会,community,440305001000\n"
GOOD = HEADER + DISTRICT + STREET + COMMUNITY


def refusal(text: str) -> WrongFile:
    with pytest.raises(WrongFile) as caught:
        read_divisions(text.encode())
    return caught.value


def told(text: str) -> list[tuple[int, str]]:
    return [(problem.line, problem.detail) for problem in refusal(text).problems]


def test_nanshan_is_one_district_with_9_streets_and_108_communities() -> None:
    divisions = read_file(NANSHAN)

    levels = [division.level for division in divisions]
    assert [levels.count(level) for level in ("district", "street", "community")] == [1, 9, 108]
    assert Division("440305006011", "海月社区居委会", "community", "440305006000") in divisions


def test_parents_come_before_children_whatever_the_order_of_the_file() -> None:
    divisions = read_divisions((HEADER + COMMUNITY + STREET + DISTRICT).encode())

    assert [division.level for division in divisions] == ["district", "street", "community"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_utf_8_with_and_without_a_byte_order_mark_and_gb_18030_are_read(encoding: str) -> None:
    text = NANSHAN.read_text("utf-8")

    divisions = read_divisions(text.encode(encoding))

    assert divisions == read_file(NANSHAN)


def test_columns_may_stand_in_any_order_and_blank_lines_and_spaces_do_not_matter() -> None:
    lines = [
        "level,parent_code,code,name",
        "",
        'district,,440305000000," 南山区 "',
        "",
        "street,440305000000, 440305001000,南头街道",
    ]
    text = "\r\n".join(lines)

    divisions = read_divisions(text.encode())

    assert [division.name for division in divisions] == ["南山区", "南头街道"]


@pytest.mark.parametrize(
    ("district", "rows"),
    [
        pytest.param(
            "441900000000,东莞市,district,",
            ["441900003000,东城街道,street,441900000000", "441900003001,花园新村社区,community,441900003000"],
            id="a city without counties",
        ),
        pytest.param(
            "110105000000,朝阳区,district,",
            ["110105001000,建外街道,street,110105000000", "110105001001,永安里东社区,community,110105001000"],
            id="a municipality's district",
        ),
        pytest.param(
            "652201000000,哈密市,district,",
            [
                "652201102000,二堡镇,street,652201000000",
                "652201102201,二堡村,community,652201102000",
                "652201204000,天山乡,street,652201000000",
                "652201204298,水亭村,community,652201204000",
            ],
            id="towns, townships and villagers' committees",
        ),
        pytest.param(
            "469001000000,五指山市,district,",
            ["469001100000,通什镇,street,469001000000", "469001100498,农场居,community,469001100000"],
            id="a county under its province, and a place like a residents' committee",
        ),
    ],
)
def test_any_other_district_of_the_same_columns_is_read(district: str, rows: list[str]) -> None:
    divisions = read_divisions((HEADER + "\n".join([district, *rows])).encode())

    assert len(divisions) == 1 + len(rows)


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        pytest.param(
            "", [(1, "the file is empty; its first line must be code,name,level,parent_code")], id="empty file"
        ),
        pytest.param(
            " \n\n", [(1, "the file is empty; its first line must be code,name,level,parent_code")], id="blank"
        ),
        pytest.param(HEADER, [(1, "no division below the header")], id="only a header"),
        pytest.param(
            "code,name,level\n" + DISTRICT,
            [(1, "column parent_code is missing; the columns are code, name, level, parent_code")],
            id="missing column",
        ),
        pytest.param(
            "code,name,level,parent_code,density\n",
            [(1, "column 'density' is unknown; the columns are code, name, level, parent_code")],
            id="unknown column",
        ),
        pytest.param("code,name,level,parent_code,name\n", [(1, "column name is there twice")], id="column twice"),
        pytest.param(
            GOOD + "440305001013,安乐社区居委会,community\n",
            [(5, "3 values; the header has 4 columns")],
            id="too few values",
        ),
        pytest.param(
            GOOD + "44030500101,安乐,community,440305001000\n",
            [(5, "code '44030500101' must be 12 digits, for example 440305001012")],
            id="11 digits",
        ),
        pytest.param(
            GOOD + "4.40305E+11,安乐,community,440305001000\n",
            [(5, "code '4.40305E+11' must be 12 digits, for example 440305001012")],
            id="a spreadsheet's idea of a code",
        ),
        pytest.param(
            GOOD + "４40305001013,安乐,community,440305001000\n",
            [(5, "code '４40305001013' must be 12 digits, for example 440305001012")],
            id="a full-width digit",
        ),
        pytest.param(
            GOOD + "440305001013,安乐,street,440305000000\n",
            [(5, "code 440305001013 is a community by its digits, but level says street")],
            id="digits contradict level",
        ),
        pytest.param(
            GOOD + "440305001013,安乐,village,440305001000\n",
            [(5, "level 'village' must be one of district, street, community")],
            id="unknown level",
        ),
        pytest.param(GOOD + COMMUNITY, [(5, "code 440305001012 is already on line 4")], id="duplicate code"),
        pytest.param(GOOD + "440305001013,,community,440305001000\n", [(5, "name is empty")], id="empty name"),
        pytest.param(
            GOOD + "440305001013,安\x00乐,community,440305001000\n",
            [(5, "name must be at most 100 printable characters")],
            id="a NUL in a name",
        ),
        pytest.param(
            GOOD + "440305001013,安乐,community,\n",
            [(5, "parent_code is empty; a community lies in a street")],
            id="no parent",
        ),
        pytest.param(
            GOOD + "440305002001,南光,community,440305002000\n",
            [(5, "parent_code 440305002000 is on no line of this file")],
            id="unknown parent",
        ),
        pytest.param(
            GOOD + "440305001013,安乐,community,440305000000\n",
            [(5, "parent 440305000000 is a district; a community lies in a street")],
            id="parent two levels up",
        ),
        pytest.param(
            GOOD + "440305002001,南光,community,440305001000\n",
            [(5, "by its digits 440305002001 lies in 440305002000, not in 440305001000")],
            id="another street's digits",
        ),
        pytest.param(
            GOOD + "440304000000,福田区,district,\n",
            [(5, "a second district; the one on line 2 is the root, and a file holds one")],
            id="two roots",
        ),
        pytest.param(
            HEADER + "440305000000,南山区,district,440300000000\n",
            [(2, "the district is the root: parent_code must be empty, not 440300000000")],
            id="a root with a parent",
        ),
        pytest.param(
            HEADER + "440000000000,广东省,district,\n",
            [(2, "code 440000000000 is a whole province; a file starts at its district")],
            id="a province",
        ),
        pytest.param(
            HEADER + STREET,
            [
                (2, "parent_code 440305000000 is on no line of this file"),
                (2, "no line has the level district; a file holds one district with all of it"),
            ],
            id="no root",
        ),
        pytest.param(
            GOOD + '440305001013,"安乐,community,440305001000\n', [(5, "not CSV: unexpected end of data")], id="quote"
        ),
    ],
)
def test_each_fault_is_told_with_its_line(text: str, problems: list[tuple[int, str]]) -> None:
    assert told(text) == problems


def test_all_faults_are_told_at_once_in_the_order_of_the_lines() -> None:
    text = HEADER + DISTRICT + "440305001000,,street,440305000000\n4403,x,community,440305001000\n" + DISTRICT

    assert [line for line, _ in told(text)] == [3, 4, 5, 5]


def test_a_cell_over_two_lines_does_not_shift_the_line_numbers() -> None:
    text = HEADER + DISTRICT + '440305001000,"南头\n街道",street,440305000000\n440305002000,,street,440305000000\n'

    assert [line for line, _ in told(text)] == [3, 5]


def test_the_message_lists_the_first_faults_and_counts_the_rest() -> None:
    text = HEADER + DISTRICT + "1,x,street,440305000000\n" * (MAX_TOLD + 7)

    lines = str(refusal(text)).splitlines()

    assert lines[0].endswith("problems in the file; nothing was loaded")
    assert len(lines) == 1 + MAX_TOLD + 1
    assert lines[1].startswith("line 3: ")


@pytest.mark.parametrize(
    ("content", "line"),
    [
        pytest.param(GOOD.encode()[:-40] + b"\xff\n", 4, id="UTF-8 cut in the middle of a character"),
        pytest.param(b"\xff\xfe" + GOOD.encode("utf-16-le"), 1, id="UTF-16"),
        pytest.param(b"\x89PNG\r\n\x1a\n\xff\xff\xff", 1, id="not a text"),
    ],
)
def test_bytes_that_are_no_text_are_refused_rather_than_read_as_nonsense(content: bytes, line: int) -> None:
    with pytest.raises(WrongFile) as caught:
        read_divisions(content)

    assert [problem.line for problem in caught.value.problems] == [line]


def test_the_columns_are_those_of_the_sample() -> None:
    assert NANSHAN.read_text("utf-8").splitlines()[0].split(",") == list(COLUMNS)
