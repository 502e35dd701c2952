"""Processes are kept running, and none outlives its supervisor."""

import io
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from chassis.errors import LinliError
from linli.embedded.process import recall
from linli.supervisor import Program, Supervisor
from tests.support.waiting import wait_for

PATH = {"PATH": "/usr/bin:/bin"}
STAYS = Program("stays", ["sh", "-c", "echo up; exec sleep 60"], PATH)
ENDS = Program("ends", ["sh", "-c", "exit 3"], PATH)
DEAF = Program("deaf", ["sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 0.05; done"], PATH)

RUN_ALONE = """
import sys
from pathlib import Path
from linli.supervisor import Program, Supervisor
Supervisor([Program("only", ["sh", "-c", sys.argv[2]], {"PATH": "/usr/bin:/bin"})], Path(sys.argv[1])).run()
"""

Supervise = Callable[..., tuple[Supervisor, io.StringIO]]


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Supervise]:
    started: list[Supervisor] = []

    def start(*programs: Program, grace_s: float = 5.0) -> tuple[Supervisor, io.StringIO]:
        said = io.StringIO()
        supervisor = Supervisor(programs, tmp_path, output=said, grace_s=grace_s)
        started.append(supervisor)
        supervisor.start()
        return supervisor, said

    yield start
    for supervisor in started:
        supervisor.stop()


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Callable[[str], subprocess.Popen[bytes]]]:
    """Runs a supervisor in a process of its own, over one shell command named `only`."""
    started: list[subprocess.Popen[bytes]] = []

    def start(command: str) -> subprocess.Popen[bytes]:
        argv = [sys.executable, "-c", RUN_ALONE, str(tmp_path), command]
        started.append(subprocess.Popen(argv, stdout=subprocess.DEVNULL))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def running(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_a_killed_process_is_started_again(supervise: Supervise) -> None:
    supervisor, said = supervise(STAYS)
    first = wait_for(lambda: supervisor.pid("stays"))

    supervisor.kill("stays", signal.SIGKILL)
    second = wait_for(lambda: supervisor.starts("stays") == 2 and supervisor.pid("stays"))

    assert second != first
    assert "stays | ended (signal SIGKILL); starting it again in 0.2 s" in said.getvalue()


def test_a_process_that_keeps_ending_is_started_less_and_less_often(supervise: Supervise) -> None:
    supervisor, said = supervise(ENDS)

    wait_for(lambda: supervisor.starts("ends") == 4)

    assert [line.rpartition(" in ")[2] for line in said.getvalue().splitlines()[:3]] == ["0.2 s", "0.4 s", "0.8 s"]


def test_one_that_ends_leaves_the_others_alone(supervise: Supervise) -> None:
    supervisor, _ = supervise(STAYS, ENDS)
    pid = wait_for(lambda: supervisor.pid("stays"))

    wait_for(lambda: supervisor.starts("ends") >= 2)

    assert supervisor.pid("stays") == pid


def test_what_cannot_be_started_is_said_and_tried_again(supervise: Supervise) -> None:
    supervisor, said = supervise(Program("absent", ["/no/such/program"], PATH))

    wait_for(lambda: supervisor.starts("absent") == 2)

    assert "/no/such/program" in said.getvalue()
    assert "ended (exit code 127)" in said.getvalue()


def test_stopping_ends_all_and_removes_the_pid_files(supervise: Supervise, tmp_path: Path) -> None:
    supervisor, _ = supervise(STAYS)
    pid = wait_for(lambda: supervisor.pid("stays"))
    noted = wait_for(lambda: recall(tmp_path / "stays.pid"))

    supervisor.stop()

    assert noted.pid == pid
    assert not running(pid)
    assert list(tmp_path.iterdir()) == []


def test_one_that_does_not_end_is_killed_after_the_grace_period(supervise: Supervise) -> None:
    supervisor, said = supervise(DEAF, grace_s=0.3)
    pid = wait_for(lambda: "deaf | deaf" in said.getvalue() and supervisor.pid("deaf"))

    supervisor.stop()

    assert not running(pid)
    assert "did not end in time; killing it" in said.getvalue()


def test_signalling_one_that_does_not_run_is_an_error(supervise: Supervise) -> None:
    supervisor, _ = supervise(STAYS)

    with pytest.raises(LinliError, match="no process 'stay' is supervised; there are stays"):
        supervisor.kill("stay")


def test_a_signal_stops_everything(alone: Callable[[str], subprocess.Popen[bytes]], tmp_path: Path) -> None:
    supervisor = alone("exec sleep 60")
    child = wait_for(lambda: recall(tmp_path / "only.pid"))

    supervisor.send_signal(signal.SIGINT)

    assert supervisor.wait(10) == 0
    assert not running(child.pid)


def test_no_child_survives_a_killed_supervisor(alone: Callable[[str], subprocess.Popen[bytes]], tmp_path: Path) -> None:
    supervisor = alone("exec sleep 60")
    child = wait_for(lambda: recall(tmp_path / "only.pid"))

    supervisor.kill()

    wait_for(lambda: not running(child.pid))


def test_a_child_deaf_to_that_is_stopped_by_the_next_start(
    alone: Callable[[str], subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    supervisor = alone("trap '' TERM; while :; do sleep 0.05; done")
    left = wait_for(lambda: recall(tmp_path / "only.pid"))
    wait_for(lambda: left.children())
    supervisor.kill()
    supervisor.wait()

    following = Supervisor([Program("only", ["sleep", "60"], PATH)], tmp_path, output=io.StringIO(), grace_s=0.3)
    following.start()
    wait_for(lambda: following.pid("only"))

    assert not running(left.pid)
    following.stop()
