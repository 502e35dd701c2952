"""`python -m tests.support.dying_relay POINT`: the real relay of the source, killed at one point of its way.

`sent`: the broker has them, and its first confirm is being read. `confirmed`: all are confirmed, none is moved.
"""

import os
import signal
import sys
from typing import Any

from chassis.relay.publisher import ConfirmWindow
from chassis.relay.rows import OutboxRows
from linli.relaying import main
from tests.support.facts import SOURCE

POINTS = {"sent": (ConfirmWindow, "on_ack"), "confirmed": (OutboxRows, "move")}


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    setattr(*POINTS[sys.argv[1]], die)
    sys.exit(main(SOURCE))
