"""The state machine at length: {commit, relay, acknowledge, crash, duplicate, reorder} in any order (DESIGN §6)."""

from contextlib import closing

import pytest

from chassis.database import Database
from tests.support.consumer import Consumer, prepare
from tests.support.delivery_machine import machine_parts, tell_stories
from tests.support.facts import SOURCE
from tests.support.fault_results import Report
from tests.support.instance import MakeDatabase
from tests.support.stage import SEED, Outcome, sized


@pytest.mark.fault("machine")
@pytest.mark.parametrize("in_sequence", [True, False], ids=["every version in order", "each by itself"])
def test_the_ledger_holds_after_every_step_of_any_story(
    fault_database: MakeDatabase, report: Report, in_sequence: bool
) -> None:
    """In short only a few: tests/store/chassis tells more of each kind."""
    with closing(Database(prepare(fault_database("statistics")), service="statistics", size=10)) as sink:
        consumer = Consumer(sink, in_sequence=in_sequence)
        with machine_parts(fault_database(SOURCE), consumer, in_sequence=in_sequence) as parts:
            tell_stories(parts, sized(3, 2000), seeded=SEED)

    told = parts.told
    done = (
        f"{told['stories']} stories with {told['losses']} losses of a process or connection, {told['copies']} copies, "
        f"{told['reorderings']} reorderings; {told['discarded']} facts discarded by an operator"
    )
    missing = told["facts"] - told["effects"] - told["discarded"]
    report(done, Outcome(told["facts"], told["effects"], missing=missing))
