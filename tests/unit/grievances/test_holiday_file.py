"""A holiday file is read whole or not at all, and what is wrong with it is told line by line."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from chassis.tables import WrongFile
from services.grievances.holidays import model
from services.grievances.holidays.file import read_file, read_years

TABLE = Path(__file__).parents[3] / "data" / "holidays.csv"
LINES = TABLE.read_text("utf-8").splitlines()
OF_2026 = "\n".join([LINES[0], *(line for line in LINES if line.startswith("2026"))])


def told(text: str) -> list[tuple[int, str]]:
    with pytest.raises(WrongFile) as refused:
        read_years(text.encode(), "test")
    return [(problem.line, problem.detail) for problem in refused.value.problems]


def test_two_years_are_shipped() -> None:
    years = read_file(TABLE, "test")

    assert [(year.year, year.off, year.worked) for year in years] == [(2025, 18, 5), (2026, 19, 6)]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_what_offices_save_is_read(encoding: str) -> None:
    assert read_years(OF_2026.encode(encoding), "test") == read_file(TABLE, "test")[1:]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("day,kind\n", [(1, "column name is missing; the columns are day, kind, name")]),
        ("day,kind,name\n", [(1, "no day below the header")]),
        (
            OF_2026 + "\n2026-02-30,off,春节",
            [(27, "day '2026-02-30' must be a date such as 2026-10-01")],
        ),
        (OF_2026 + "\n20261001,off,国庆节", [(27, "day '20261001' must be a date such as 2026-10-01")]),
        (OF_2026 + "\n2026-12-25,closed,x", [(27, "kind 'closed' must be off or work")]),
        (
            OF_2026 + "\n2026-02-15,off,春节",
            [(27, "2026-02-15 is a Sunday, off anyway; list weekdays that are off, or correct the date")],
        ),
        (
            OF_2026 + "\n2026-02-27,work,春节",
            [(27, "2026-02-27 is a Friday, worked anyway; list weekend days that are worked, or correct the date")],
        ),
        (OF_2026 + "\n2026-10-01,off,国庆节", [(27, "2026-10-01 is already on line 21")]),
        (OF_2026 + "\n2026-12-25,off,", [(27, "name must be 1 to 40 printable characters, such as 国庆节")]),
        (
            OF_2026 + "\n2027-01-01,off,元旦",
            [
                (27, "2027: 2027-10-01 is off in every year, but is not listed; a file holds whole years"),
                (27, "2027: 1 weekdays off; a whole year has 7 to 40"),
            ],
        ),
    ],
)
def test_what_is_wrong_is_told_with_what_would_be_right(text: str, problems: list[tuple[int, str]]) -> None:
    assert told(text) == problems


def test_a_year_with_more_worked_than_off_is_refused() -> None:
    saturdays = [str(date(2027, 1, 2) + timedelta(weeks=week)) for week in range(11)]
    off = ["2027-01-01", "2027-10-01", *(f"2027-02-{day:02}" for day in (8, 9, 10, 11, 12)), "2027-05-03"]
    lines = ["day,kind,name", *(f"{day},off,x" for day in off), *(f"{day},work,x" for day in saturdays)]

    assert told("\n".join(lines)) == [(20, "2027: 11 weekend days worked for 8 weekdays off; days are missing")]


@pytest.mark.parametrize(
    ("known", "given", "missing"),
    [((), (2025,), None), ((2025, 2026), (2027,), None), ((2025, 2026), (2028,), 2027), ((2026,), (2025,), None)],
)
def test_the_table_has_no_gap(known: tuple[int, ...], given: tuple[int, ...], missing: int | None) -> None:
    assert model.gap(known, given) == missing
