"""One long-lived process of a part, found again by its pid file after whoever started it was killed."""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

from linli.embedded.errors import EmbeddedError
from linli.embedded.ownership import append_to, read_own, write_new

POLL_S = 0.02


class PartProcess:
    """A process known by `<data>/run/<name>.pid`; never by its name, and never one that has taken over its number."""

    def __init__(self, name: str, pid_file: Path, log: Path) -> None:
        self.name = name
        self.log = log
        self._pid_file = pid_file
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Its number while it runs."""
        process = self.find()
        return process.pid if process else None

    def find(self) -> psutil.Process | None:
        """The running process, whichever process started it."""
        self._reap()
        return recall(self._pid_file)

    def spawn(self, argv: Sequence[str], env: Mapping[str, str], cwd: Path) -> None:
        """Start it in a session of its own: a terminal's Ctrl-C is for us, and we stop the parts in order."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(append_to(self.log), "ab") as log:
            self._child = subprocess.Popen(
                argv, env=dict(env), cwd=cwd, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        remember(self._pid_file, self._child.pid)

    def wait_until(self, ready: Callable[[], bool], timeout_s: float) -> None:
        """Return once it is ready; raise EmbeddedError with the end of its log when it ends or the time is over."""
        deadline = time.monotonic() + timeout_s
        while not ready():
            if self.find() is None:
                raise EmbeddedError(f"{self.name} ended while starting; its log {self.log} ends with:\n{self.tail()}")
            if time.monotonic() > deadline:
                raise EmbeddedError(f"{self.name} is not ready after {timeout_s:g} s; see {self.log}:\n{self.tail()}")
            time.sleep(POLL_S)

    def send(self, number: signal.Signals) -> None:
        """Send a signal; a process that does not run is an error."""
        process = self.find()
        if process is None:
            raise EmbeddedError(f"{self.name} is not running, so it cannot be sent {number.name}")
        process.send_signal(number)

    def stop(self, number: signal.Signals, grace_s: float) -> None:
        """Ask it to end, insist after the grace period. Not running is fine."""
        process = self.find()
        if process is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)
                process.send_signal(signal.SIGCONT)  # a suspended process would never see the first
                if not gone([process], within_s=grace_s):
                    self.kill()
        self._forget()

    def kill(self) -> None:
        """SIGKILL it and all its children, and wait until they are gone."""
        process = self.find()
        if process is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                family = [process, *process.children(recursive=True)]
                for each in family:
                    with contextlib.suppress(psutil.NoSuchProcess):
                        each.kill()
                gone(family, within_s=10)
        self._forget()

    def tail(self, lines: int = 15) -> str:
        """The end of its log."""
        if not self.log.exists():
            return "(no log)"
        return "\n".join(self.log.read_text("utf-8", errors="replace").splitlines()[-lines:])

    def _forget(self) -> None:
        if self._child is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(1)
        self._reap()
        self._pid_file.unlink(missing_ok=True)

    def _reap(self) -> None:
        if self._child is not None and self._child.poll() is not None:
            self._child = None


def is_alive(process: psutil.Process) -> bool:
    """Whether any of it still runs.

    An orphan that ended stays a zombie for ever where init does not reap (containers); one whose first thread alone has
    ended looks like a zombie while the others still hold its ports.
    """
    try:
        return process.is_running() and (process.status() != psutil.STATUS_ZOMBIE or process.num_threads() > 1)
    except psutil.NoSuchProcess:
        return False


def gone(processes: Sequence[psutil.Process], within_s: float) -> bool:
    """Wait until none of them runs; False when one still does after that time."""
    deadline = time.monotonic() + within_s
    while any(is_alive(process) for process in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    return True


def remember(pid_file: Path, pid: int) -> None:
    """Note a process so that a later run can find it again: its number and its birth."""
    pid_file.parent.mkdir(parents=True, exist_ok=True)
    draft = pid_file.with_suffix(".new")
    write_new(draft, json.dumps({"pid": pid, "birth": birth(pid)}))
    draft.replace(pid_file)


def recall(pid_file: Path) -> psutil.Process | None:
    """The process that was noted there, if that very process still runs. Raises EmbeddedError when another account
    could have written it: whoever stops what is noted there must have noted it."""
    try:
        record = json.loads(read_own(pid_file))
        process = psutil.Process(record["pid"])
        if is_alive(process) and birth(record["pid"]) == record["birth"]:
            return process
    except (FileNotFoundError, ValueError, KeyError, psutil.NoSuchProcess):
        pass
    return None


def stop_leftovers(pid_files: Sequence[Path], grace_s: float) -> None:
    """Stop what an earlier, killed run noted there and left running; insist after the grace period."""
    left = [process for pid_file in pid_files if (process := recall(pid_file))]
    for number, patience_s in ((signal.SIGTERM, grace_s), (signal.SIGKILL, 5.0)):
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)
                process.resume()
        if gone(left, patience_s):
            break
    for pid_file in pid_files:
        pid_file.unlink(missing_ok=True)


def birth(pid: int) -> str:
    """What no two processes of one number share: the boot, and the clock tick since it in which the process began."""
    try:
        # The process's name, in parentheses, may hold anything; the 22nd field of proc(5) is the 20th after it.
        ticks = Path(f"/proc/{pid}/stat").read_text("utf-8", errors="replace").rpartition(")")[2].split()[19]
        return f"{Path('/proc/sys/kernel/random/boot_id').read_text('ascii').strip()}:{ticks}"
    except (FileNotFoundError, ProcessLookupError):
        return "gone"


def plain_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """What a part may see of our environment, and its own settings."""
    kept = {name: os.environ[name] for name in ("PATH", "TZ", "TMPDIR") if name in os.environ}
    return {"LANG": "C.UTF-8", **kept, **extra}
