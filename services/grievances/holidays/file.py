"""A holiday file: CSV with the columns day, kind (off or work) and name, in UTF-8 or GB 18030, of whole years."""

from pathlib import Path

from chassis.tables import WrongFile, read_bytes, read_table
from services.grievances.holidays.model import Line, Problem, Year, find_problems, years

COLUMNS = ("day", "kind", "name")


def read_file(path: Path, source: str) -> list[Year]:
    """The years of a file. Raises WrongFile; OSError when it cannot be opened."""
    return read_years(read_bytes(path), source)


def read_years(content: bytes, source: str) -> list[Year]:
    """The years in the bytes of a file. Raises WrongFile with all its problems."""
    rows, wrong = read_table(content, COLUMNS)
    lines = [Line(row.line, **row.values) for row in rows]
    problems = [*(Problem(one.line, one.detail) for one in wrong), *find_problems(lines)]
    if not lines and not problems:
        problems = [Problem(1, "no day below the header")]
    if problems:
        raise WrongFile(sorted(problems, key=lambda problem: problem.line))
    return years(lines, source)
