"""A stage for each fault, and one line about each at the end of the run.

`make faults` plays all of them; LINLI_FAULT_EVENTS=100000 at length, LINLI_FAULT_SEED=1 at other points.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.instance import MakeDatabase, MakeVhost
from tests.support.stage import EVENTS, Outcome, Stage, new_stage

LINES = pytest.StashKey[list[str]]()

Report = Callable[[str, Outcome], None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.faults)
            if EVENTS:
                item.add_marker(pytest.mark.timeout(7200))


@pytest.fixture
def stage(service_database: MakeDatabase, vhost: MakeVhost, tmp_path: Path) -> Iterator[Stage]:
    with new_stage(service_database, vhost(), tmp_path) as stage:
        yield stage


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Report:
    """Says in one line what was done and what the ledger is; fails when that is uneven."""
    began = time.monotonic()

    def tell(done: str, outcome: Outcome) -> None:
        line = f"{done}: {outcome} ({time.monotonic() - began:.1f} s)"
        request.config.stash.setdefault(LINES, []).append(line)
        assert outcome.sound, line

    return tell


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if lines := config.stash.get(LINES, []):
        terminalreporter.section("faults and their ledgers")
        for line in lines:
            terminalreporter.write_line(line)
