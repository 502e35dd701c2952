"""Asks a process of its own for a PDF, so that no service waits in its hub for it, nor holds its libraries."""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Sequence

from chassis.errors import Busy, LinliError, NotEquipped, Unavailable

log = logging.getLogger(__name__)

NOT_EQUIPPED = 3
"""The exit status of a process that lacks a library or a font; it says which in one line."""

# -I: neither the folder it is started in nor the user's own packages have a say.
COMMAND = (sys.executable, "-I", "-X", "utf8", "-m", "chassis.printing.process")

KEPT = ("FONTCONFIG_FILE", "FONTCONFIG_PATH")
"""All of our settings that the process is given: where the fonts are. It sees no address, no key and no password."""


class Printer:
    """Prints at most `at_most` documents at a time, each within `within_s`."""

    def __init__(self, *, at_most: int = 2, within_s: float = 60, command: Sequence[str] = COMMAND) -> None:
        self._at_most = at_most
        self._within_s = within_s
        self._command = tuple(command)
        self._free = threading.BoundedSemaphore(at_most)

    def print(self, html: str) -> bytes:
        """The document as a PDF; blocks the caller alone. The HTML may refer to nothing outside of itself.

        Raises Busy when as many are in hand, NotEquipped where a library or a font is missing, Unavailable when it
        takes too long.
        """
        if not self._free.acquire(blocking=False):
            raise Busy(f"{self._at_most} documents are being printed, which is as many as may be; try again")
        try:
            return self._printed(html)
        finally:
            self._free.release()

    def _printed(self, html: str) -> bytes:
        try:
            done = subprocess.run(
                self._command,
                input=html.encode(),
                capture_output=True,
                timeout=self._within_s,
                env=_environment(),
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise Unavailable(f"a document took longer than {self._within_s} s to print") from error
        # What it says holds nothing of the document.
        said = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        if done.returncode == NOT_EQUIPPED:
            raise NotEquipped(said)
        if done.returncode != 0 or not done.stdout:
            raise LinliError(f"printing ended with {done.returncode}: {said}")
        if said:
            log.warning("printed, but %s", said)
        return done.stdout


def _environment() -> dict[str, str]:
    known = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "TZ": "Asia/Shanghai", **known}
