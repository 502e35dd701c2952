"""A district's division file: CSV with the columns code, name, level and parent_code, in UTF-8 or GB 18030."""

from pathlib import Path

from chassis.tables import WrongFile, read_bytes, read_table
from services.members.divisions.model import Division, Line, Problem, find_problems, tree

COLUMNS = ("code", "name", "level", "parent_code")


def read_file(path: Path) -> list[Division]:
    """The divisions of a file, parents before children. Raises WrongFile; OSError when it cannot be opened."""
    return read_divisions(read_bytes(path))


def read_divisions(content: bytes) -> list[Division]:
    """The divisions in the bytes of a file, parents before children. Raises WrongFile with all its problems."""
    rows, wrong = read_table(content, COLUMNS)
    lines = [Line(row.line, **row.values) for row in rows]
    problems = [*(Problem(one.line, one.detail) for one in wrong), *find_problems(lines)]
    if not lines and not problems:
        problems = [Problem(1, "no division below the header")]
    if problems:
        raise WrongFile(sorted(problems, key=lambda problem: problem.line))
    return tree(lines)
