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
import requests

from linli.embedded.parts import Embedded
from linli.embedded.ports import free_ports
from linli.instance import Instance
from tests.support.waiting import wait_for

ROOT = Path(__file__).parents[2]
LINLI = [sys.executable, "-m", "linli"]


class Up:
    """One `linli up`, and what to ask of it."""

    def __init__(self, data: Path, port_base: int) -> None:
        self.data = data
        self.port_base = port_base
        self._log = (data.parent / f"{data.name}.log").open("a")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str, **environment: str) -> None:
        """Return when every service is ready."""
        command = [*LINLI, "up", "--data", str(self.data), "--port-base", str(self.port_base), *options]
        env = {**os.environ, **environment}
        self.process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=self._log, stderr=subprocess.STDOUT)
        wait_for(self._is_ready, timeout_s=90)
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

    def kill(self) -> None:
        """As the machine's out-of-memory killer would: no chance to clean up."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Ctrl-C."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(60)

    def close(self) -> None:
        self.stop()
        self._log.close()
        if self.data.exists():
            Embedded(self.data, self.port_base).discard()

    def _is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.data.parent / f"{self.data.name}.log").read_text()[-2000:]
        try:
            ports = range(self.port_base, self.port_base + 4)
            return all(requests.get(f"http://127.0.0.1:{port}/readyz", timeout=5).ok for port in ports)
        except requests.RequestException:
            return False


MakeUp = Callable[[], Up]


@pytest.fixture
def make_up(tmp_path: Path) -> Iterator[MakeUp]:
    """Prepares instances in folders of their own; whatever is left of them is stopped and removed."""
    with ExitStack() as stack:

        def make() -> Up:
            ports = free_ports()
            up = Up(tmp_path / f"instance-{ports.base}", ports.base)
            stack.callback(up.close)
            return up

        yield make


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
