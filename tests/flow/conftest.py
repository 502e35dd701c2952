"""Whole instances, as an operator starts them: `linli up` and `linli demo` as processes of their own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from linli.embedded.parts import Embedded
from linli.embedded.ports import free_ports
from linli.instance import Instance
from tests.support.service_process import ROOT, LoggedProcess, answers

NANSHAN = ROOT / "data" / "nanshan.csv"
LINLI = [sys.executable, "-m", "linli"]


class Up:
    """One `linli up`, and what to ask of it."""

    def __init__(self, data: Path, port_base: int) -> None:
        self.data = data
        self.port_base = port_base
        self.process: LoggedProcess | None = None

    def start(self, *options: str, **environment: str) -> None:
        """Return when every service is ready."""
        command = [*LINLI, "up", "--data", str(self.data), "--port-base", str(self.port_base), *options]
        self.process = LoggedProcess(command, self.data.parent / f"{self.data.name}.log", environment)
        ports = range(self.port_base, self.port_base + 4)
        self.process.wait_until(lambda: all(answers(port) for port in ports), timeout_s=90)
        self.instance = Instance.at(self.data)

    def tree(self) -> list[psutil.Process]:
        """The command and everything that runs under it or for it."""
        own = psutil.Process(self.pid)
        kept = [json.loads(file.read_text())["pid"] for file in (self.data / "run").glob("*.pid")]
        parts = [psutil.Process(pid) for pid in kept if psutil.pid_exists(pid)]
        found = {one.pid: one for top in [own, *parts] for one in [top, *top.children(recursive=True)]}
        return list(found.values())

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def linli(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command about this instance."""
        command = [*LINLI, *arguments, "--data", str(self.data)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()

    def stop(self) -> None:
        """Ctrl-C."""
        if self.process is not None:
            self.process.stop(signal.SIGINT, within_s=60)

    def close(self) -> None:
        self.stop()
        if self.data.exists():
            Embedded(self.data, self.port_base).discard()


MakeUp = Callable[[], Up]


@contextmanager
def _ups(folder: Path) -> Iterator[MakeUp]:
    with ExitStack() as stack:

        def make() -> Up:
            ports = free_ports()
            up = Up(folder / f"instance-{ports.base}", ports.base)
            stack.callback(up.close)
            return up

        yield make


@pytest.fixture
def make_up(tmp_path: Path) -> Iterator[MakeUp]:
    """Prepares instances in folders of their own; whatever is left of them is stopped and removed."""
    with _ups(tmp_path) as make:
        yield make


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """One that runs, with Nanshan loaded, for the tests that leave it so."""
    with _ups(tmp_path_factory.mktemp("up")) as make:
        started = make()
        started.start()
        loaded = started.linli("import", "divisions", str(NANSHAN))
        assert loaded.returncode == 0, loaded.stderr
        yield started


@contextmanager
def _folder(path: Path, port_base: int) -> Iterator[Path]:
    try:
        yield path
    finally:
        Embedded(path, port_base).discard()


def play(data: Path, *options: str) -> dict[str, Any]:
    """`linli demo --once` in this folder; what it wrote for programs."""
    written = data.parent / f"{data.name}.json"
    base = str(free_ports().base)
    command = [*LINLI, "demo", "--once", "--json", str(written), "--data", str(data), "--port-base", base, *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110, env=os.environ, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    figures: dict[str, Any] = json.loads(written.read_text("utf-8"))
    return figures


@pytest.fixture
def demo_folder(tmp_path: Path) -> Iterator[Path]:
    with _folder(tmp_path / "demo", free_ports().base) as folder:
        yield folder
