"""A service as a process of its own: with its own settings, ready before it is used, stopped by a signal."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from linli.embedded.ports import SEARCHED_BASES, SPAN, is_free
from tests.support.asking import HOST, ask
from tests.support.waiting import wait_for

ROOT = Path(__file__).parents[2]


class LoggedProcess:
    """What it says is kept in a file; a wait for it fails with those words as soon as it has ended."""

    def __init__(self, command: Sequence[str], log: Path, settings: Mapping[str, str] | None = None) -> None:
        self.command = command
        self.settings = settings or {}
        self.log = log
        self._was_asked = False
        with log.open("ab") as output:
            self.popen = subprocess.Popen(
                command, cwd=ROOT, env=os.environ | self.settings, stdout=output, stderr=subprocess.STDOUT
            )

    @property
    def pid(self) -> int:
        return self.popen.pid

    def said(self) -> str:
        """Its output until now."""
        return self.log.read_text("utf-8", errors="replace")

    def wait_until(self, fact: Callable[[], object], timeout_s: float = 30) -> None:
        def so_while_it_runs() -> object:
            assert self.popen.poll() is None, self.said()
            return fact()

        wait_for(so_while_it_runs, timeout_s)

    def ask_to_end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Only once: a second signal would reach an interpreter that is ending, and no longer hears any."""
        if not self._was_asked and self.popen.poll() is None:
            self.popen.send_signal(how)
        self._was_asked = True

    def stop(self, how: signal.Signals = signal.SIGTERM, within_s: float = 30) -> int:
        """Give its exit code; raise TimeoutExpired, and leave nothing running, when it does not end in time."""
        self.ask_to_end(how)
        try:
            return self.popen.wait(within_s)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self) -> None:
        """As the machine's out-of-memory killer would: no chance to clean up."""
        self.popen.kill()
        self.popen.wait()


class ServiceProcess(LoggedProcess):
    """Serves HTTP at its port."""

    def __init__(self, command: Sequence[str], log: Path, settings: Mapping[str, str]) -> None:
        self.port = free_port()
        super().__init__(command, log, {"HTTP_ADDRESS": f"{HOST}:{self.port}", **settings})

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"


@contextmanager
def serving(
    service: str,
    folder: Path,
    settings: Mapping[str, str],
    *,
    module: str = "linli.serve",
    until: str = "/readyz",
) -> Iterator[ServiceProcess]:
    """`python -m linli.serve` of this service, from when it answers 200 at `until` until it has ended in order."""
    process = ServiceProcess([sys.executable, "-m", module, service], folder / f"{service}.log", settings)
    try:
        process.wait_until(lambda: answers(process.port, until))
        yield process
    finally:
        assert process.stop() == 0, process.said()


def answers(port: int, path: str = "/readyz") -> bool:
    """Whether somebody listens there and answers 200."""
    try:
        return ask(port, "GET", path).status == 200
    except OSError:
        return False


def free_port() -> int:
    """A port that nobody listens on: between those of instances, and below those of outgoing connections."""
    while not is_free(port := random.choice(SEARCHED_BASES) + random.randrange(SPAN, SEARCHED_BASES.step)):
        pass
    return port
