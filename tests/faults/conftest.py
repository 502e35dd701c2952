"""A stage for each fault, and one line about each at the end of the run.

`make test` plays each for seconds. `make faults` (LINLI_FAULT_SIZE=full) plays them at the size of DESIGN §6 and keeps
what they left in results.json; LINLI_FAULT_ONLY, LINLI_FAULT_SEED and LINLI_FAULT_MINUTES are its ONLY, SEED, MINUTES.

Every test says which fault it plays, `@pytest.mark.fault(12)`, or `@pytest.mark.fault("machine")`. Each has databases
and a virtual host of its own. A test that kills, freezes or starves a server asks for `own_parts` as well: its stage
then stands on servers of its own, which take five seconds to start; at full size every test has its own.
"""

import os
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from linli.embedded.parts import Embedded
from tests.support.fault_results import FILE, MACHINE, NUMBERS, Played, Report, is_chosen, lines, write
from tests.support.instance import Databases, MakeDatabase, new_vhost
from tests.support.service_process import ROOT
from tests.support.stage import FULL, SEED, Outcome, Stage, new_stage, own_servers

ONLY = os.environ.get("LINLI_FAULT_ONLY", "")
LONGEST_S = 7200
PLAYED = pytest.StashKey[list[Played]]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    here = [item for item in items if Path(__file__).parent in item.path.parents]
    for item in here:
        item.add_marker(pytest.mark.faults)
        if FULL:
            item.add_marker(pytest.mark.timeout(LONGEST_S))
    try:
        left_out = [item for item in here if not is_chosen(ONLY, fault_of(item), item.name)]
    except ValueError as error:
        raise pytest.UsageError(f"ONLY={ONLY}: {error}") from error
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def fault_of(item: pytest.Item) -> str:
    """The number of the fault that a test plays, or "machine"."""
    marker = item.get_closest_marker("fault")
    number = str(marker.args[0]) if marker and marker.args else ""
    if number not in (*NUMBERS, MACHINE):
        raise pytest.UsageError(f"{item.nodeid} must say which fault it plays: @pytest.mark.fault(1) to 26")
    return number


def _needs_own(request: pytest.FixtureRequest) -> bool:
    return FULL or "own_parts" in request.fixturenames


@pytest.fixture
def own_parts() -> Iterator[Embedded]:
    """A broker and a PostgreSQL of this test's own, for it to kill, freeze and starve."""
    with own_servers() as parts:
        yield parts


@pytest.fixture
def parts(request: pytest.FixtureRequest) -> Embedded:
    """The broker and the PostgreSQL that the stage stands on: the test's own, or the whole run's."""
    found: Embedded = request.getfixturevalue("own_parts" if _needs_own(request) else "embedded")
    return found


@pytest.fixture
def fault_database(request: pytest.FixtureRequest, parts: Embedded) -> Iterator[MakeDatabase]:
    """Makes a service's own fresh database on the fault's PostgreSQL."""
    databases = Databases(parts) if _needs_own(request) else request.getfixturevalue("databases")
    with ExitStack() as stack:
        yield lambda service, fill=None: stack.enter_context(databases.clone(service, fill))


@pytest.fixture
def stage(fault_database: MakeDatabase, parts: Embedded, tmp_path: Path) -> Iterator[Stage]:
    with new_vhost(parts.rabbitmq) as amqp_url, new_stage(fault_database, amqp_url, tmp_path) as stage:
        yield stage


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Report:
    """Says in one line what was done and what is left; fails when that is not sound."""
    began = time.monotonic()
    played = request.config.stash.setdefault(PLAYED, [])

    def tell(done: str, outcome: Outcome, *, recovered_s: float | None = None) -> None:
        took_s = time.monotonic() - began
        one = Played(fault_of(request.node), request.node.name, done, outcome, recovered_s, took_s, SEED)
        played.append(one)
        assert outcome.sound, str(one)

    return tell


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A line holds when its whole test does; a test that broke off before its line gets one."""
    said = yield
    if said.failed and Path(__file__).parent in item.path.parents:
        played = item.config.stash.setdefault(PLAYED, [])
        if not any(one.test == item.name for one in played):
            played.append(Played(fault_of(item), item.name, "broke off", Outcome(0, 0), None, said.duration, SEED))
        played[:] = [replace(one, held=False) if one.test == item.name else one for one in played]
    return said


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if played := config.stash.get(PLAYED, []):
        terminalreporter.section(f"faults and their ledgers, seed {SEED}")
        for line in lines(played):
            terminalreporter.write_line(line)
        if FULL:
            write(FILE, played)
            terminalreporter.write_line(f"kept in {FILE.relative_to(ROOT)}")
