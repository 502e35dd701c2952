"""Every fault of DESIGN §6 has a test and a row in docs/operating/faults.md, and both name each other."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

from tests.guards.repository import python_files, text
from tests.support.fault_results import MACHINE, NUMBERS

PAGE = Path("docs/operating/faults.md")
ROW = re.compile(rf"^\| (\d+|{MACHINE}) \|.*\|([^|]*)\|$", re.MULTILINE)
TEST = re.compile(r"`(test_\w+)`")


def played() -> dict[str, set[str]]:
    """The tests that are marked with each fault, on the whole or on one of their parameters."""
    found = defaultdict(set)
    for path in python_files("tests"):
        if path.parts[1] == "faults":
            for test in (one for one in ast.walk(ast.parse(text(path))) if isinstance(one, ast.FunctionDef)):
                for number in (number for decorator in test.decorator_list for number in faults_in(decorator)):
                    found[number].add(test.name)
    return found


def faults_in(decorator: ast.expr) -> list[str]:
    calls = [one for one in ast.walk(decorator) if isinstance(one, ast.Call)]
    marks = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "fault"]
    return [str(ast.literal_eval(mark.args[0])) for mark in marks]


def told() -> dict[str, set[str]]:
    """The tests that each row of the page names."""
    return {number: set(TEST.findall(tests)) for number, tests in ROW.findall(text(PAGE))}


def test_every_fault_has_a_test() -> None:
    assert set(played()) >= set(NUMBERS)


@pytest.mark.parametrize("number", NUMBERS)
def test_the_page_has_a_row_for_every_fault_with_the_tests_that_play_it(number: str) -> None:
    assert told()[number] == played()[number]
