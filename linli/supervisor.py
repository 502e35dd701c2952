"""Keeps an instance's processes running on one machine, as Kubernetes does in a deployment.

honcho starts them and prints what they say. It would stop everything when one ends, so what happens then is decided
here.
"""

import itertools
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any, TextIO

import psutil
from honcho.colour import get_colours
from honcho.printer import Message, Printer
from honcho.process import Popen, Process

from chassis.errors import LinliError, Misconfigured
from linli.embedded.process import remember, stop_leftovers

FIRST_DELAY_S = 0.2
LONGEST_DELAY_S = 5.0
# A process that ran this long was well; what ended it is news, not the old trouble.
SETTLED_S = 10.0


@dataclass(frozen=True)
class Program:
    """One process to keep running. `env` is the whole of its environment."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]


class Supervisor:
    """Starts programs, restarts those that end, stops all together.

    Each child's pid file is `<run_folder>/<name>.pid`. If this process is killed, its children get SIGTERM from the
    kernel; those that are still there at the next start are stopped first.
    """

    def __init__(
        self, programs: Sequence[Program], run_folder: Path, *, output: TextIO = sys.stdout, grace_s: float = 30.0
    ) -> None:
        _setpriv()
        self._printer = Printer(output, width=max(len(program.name) for program in programs))
        self._events: queue.SimpleQueue[Any] = queue.SimpleQueue()
        colours = get_colours()
        self._kept = {program.name: _Kept(program, next(colours)) for program in programs}
        self._run_folder = run_folder
        self._grace_s = grace_s
        self._stop_asked = threading.Event()
        self._kill_asked = threading.Event()
        self._thread: threading.Thread | None = None

    def run(self) -> None:
        """Keep everything running until SIGINT or SIGTERM; for a process's main thread. A second signal kills."""
        before = {number: signal.signal(number, self._on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            self._keep()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def start(self) -> None:
        """Keep everything running in the background, until `stop`."""
        self._thread = threading.Thread(target=self._keep, name="supervisor")
        self._thread.start()

    def stop(self) -> None:
        """Ask every child to end (SIGTERM), kill those that have not after the grace period, and wait for it."""
        self._stop_asked.set()
        if self._thread is not None:
            self._thread.join()

    def pid(self, name: str) -> int | None:
        """The child's number while it runs."""
        return self._find(name).pid

    def starts(self, name: str) -> int:
        """How often the child was started; 1 when nothing ever ended it."""
        return self._find(name).starts

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to the child. Raises LinliError when it does not run just now."""
        pid = self.pid(name)
        if pid is None:
            raise LinliError(f"{name} is not running, so it cannot be sent {number.name}")
        psutil.Process(pid).send_signal(number)

    def _find(self, name: str) -> "_Kept":
        if name not in self._kept:
            raise LinliError(f"no process {name!r} is supervised; there are {', '.join(self._kept)}")
        return self._kept[name]

    def _keep(self) -> None:
        stop_leftovers([self._pid_file(name) for name in self._kept], self._grace_s)
        try:
            for kept in self._kept.values():
                self._launch(kept)
            while not self._stop_asked.is_set():
                self._take_event()
                for kept in self._kept.values():
                    if kept.due is not None and time.monotonic() >= kept.due:
                        self._launch(kept)
        finally:
            self._stop_asked.set()
            self._end()

    def _launch(self, kept: "_Kept") -> None:
        kept.due = None
        kept.starts += 1
        kept.launched = time.monotonic()
        # The thread that forks a child must live as long as it: the kernel's death signal is bound to that thread.
        kept.attendant = threading.Thread(target=kept.attend, args=(self._events,), name=f"attends {kept.name}")
        kept.attendant.start()

    def _take_event(self) -> None:
        """Wait shortly for what a child says or does; print it, note it."""
        try:
            message = self._events.get(timeout=0.05)
        except queue.Empty:
            return
        kept = self._kept[message.name]
        if message.type == "line":
            self._printer.write(message)
        elif message.type == "start":
            kept.pid = message.data["pid"]
            remember(self._pid_file(kept.name), message.data["pid"])
        elif message.type == "stop":
            self._note_end(kept, message.data["returncode"])

    def _note_end(self, kept: "_Kept", code: int) -> None:
        kept.pid = None
        self._pid_file(kept.name).unlink(missing_ok=True)
        if not self._stop_asked.is_set():
            delay_s = kept.next_delay()
            kept.due = time.monotonic() + delay_s
            self._say(kept, f"ended ({_in_words(code)}); starting it again in {delay_s:g} s")

    def _end(self) -> None:
        deadline = time.monotonic() + self._grace_s
        sent: set[tuple[int, signal.Signals]] = set()
        while any(kept.is_attended() for kept in self._kept.values()):
            late = time.monotonic() > deadline or self._kill_asked.is_set()
            number = signal.SIGKILL if late else signal.SIGTERM
            for kept in self._kept.values():
                # One that was only just being started is told as soon as it is there.
                if kept.pid is not None and (kept.pid, number) not in sent:
                    sent.add((kept.pid, number))
                    self._say(kept, "did not end in time; killing it" if late else "stopping")
                    with suppress(psutil.NoSuchProcess):
                        psutil.Process(kept.pid).send_signal(number)
            self._take_event()
        while not self._events.empty():
            self._take_event()

    def _pid_file(self, name: str) -> Path:
        return self._run_folder / f"{name}.pid"

    def _say(self, kept: "_Kept", text: str) -> None:
        self._printer.write(Message("line", text, datetime.now(), kept.name, kept.colour))  # noqa: DTZ005 - a local clock

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self._stop_asked.is_set():
            self._kill_asked.set()
        self._stop_asked.set()


class _Kept:
    """A program and what became of it."""

    def __init__(self, program: Program, colour: str) -> None:
        self.name = program.name
        self.colour = colour
        self.pid: int | None = None
        self.starts = 0
        self.launched = 0.0
        self.due: float | None = None
        self.attendant: threading.Thread | None = None
        self._program = program
        self._delays = _delays()

    def attend(self, events: "queue.SimpleQueue[Any]") -> None:
        """Start the child, pass on what it prints, and stay until it has ended."""
        child = _Child(self._program.argv, name=self.name, colour=self.colour, env=dict(self._program.env))
        try:
            child.run(events)
        except OSError as error:
            now = datetime.now()  # noqa: DTZ005 - printed beside honcho's own local times
            events.put(Message("line", f"cannot be started: {error}", now, self.name, self.colour))
            events.put(Message("stop", {"returncode": 127}, now, self.name, self.colour))

    def is_attended(self) -> bool:
        return self.attendant is not None and self.attendant.is_alive()

    def next_delay(self) -> float:
        """How long to wait before the next start: longer each time, short again after a long life."""
        if time.monotonic() - self.launched > SETTLED_S:
            self._delays = _delays()
        return next(self._delays)


class _Child(Process):
    """honcho's process, without a shell, and bound to the life of the thread that starts it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._child_ctor = _spawn


def _spawn(argv: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
    command = [_setpriv(), "--pdeathsig=TERM", "--", *argv]
    child: subprocess.Popen[bytes] = Popen(command, shell=False, stdin=subprocess.DEVNULL, **options)
    return child


def _setpriv() -> str:
    found = shutil.which("setpriv")
    if found is None:
        raise Misconfigured("keeping processes needs `setpriv`; install it: apt-get install util-linux")
    return found


def _delays() -> "itertools.chain[float]":
    doubling = itertools.takewhile(lambda delay_s: delay_s < LONGEST_DELAY_S, (FIRST_DELAY_S * 2**n for n in range(9)))
    return itertools.chain(doubling, itertools.repeat(LONGEST_DELAY_S))


def _in_words(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
