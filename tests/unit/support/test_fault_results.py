"""Which faults ONLY chooses, and what results.json keeps."""

import json
from pathlib import Path

import pytest

from tests.support.fault_results import MACHINE, NUMBERS, Played, is_chosen, write
from tests.support.stage import Outcome


def played(fault: str, test: str, done: str = "killed") -> Played:
    return Played(fault, test, done, Outcome(3, 2, parked=1), recovered_s=0.123, took_s=4.56, seed=7)


@pytest.mark.parametrize(
    ("only", "chosen"),
    [
        ("", True),
        ("12", True),
        ("1", False),
        ("1, 12", True),
        ("1,2", False),
        ("cluster", True),
        ("relay", False),
        ("machine", False),
    ],
)
def test_only_names_faults_by_number_or_by_a_word_of_the_test(only: str, chosen: bool) -> None:
    assert is_chosen(only, "12", "test_a_cluster_cut_in_two") == chosen


def test_the_state_machine_is_chosen_by_its_name() -> None:
    assert is_chosen("machine", "machine", "test_any_story")


def test_a_number_that_no_fault_has_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="no fault has the number 31; there are 1 to 26, and machine"):
        is_chosen("31", "12", "test")


def test_a_run_of_some_replaces_their_lines_and_keeps_the_others(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    write(file, [played("machine", "c"), played("10", "b"), played("2", "a", "old")])

    write(file, [played("2", "a", "new")])

    rows = json.loads(file.read_text("utf-8"))
    assert [(row["fault"], row["done"]) for row in rows] == [("2", "new"), ("10", "killed"), ("machine", "killed")]
    assert rows[0] == {
        "fault": "2",
        "test": "a",
        "done": "new",
        "facts": 3,
        "effects": 2,
        "parked": 1,
        "dead": 0,
        "missing": 0,
        "extra": 0,
        "twice": 0,
        "disordered": 0,
        "recovered_s": 0.1,
        "took_s": 4.6,
        "seed": 7,
        "held": True,
    }


def test_a_whole_run_leaves_nothing_of_older_ones(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    write(file, [played("1", "gone")])

    write(file, [played(fault, "there") for fault in (*NUMBERS, MACHINE)])

    assert {row["test"] for row in json.loads(file.read_text("utf-8"))} == {"there"}
