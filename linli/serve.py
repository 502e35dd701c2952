"""The process of one service: `python -m linli.serve members`. Patched before anything else is imported."""

# ruff: noqa: E402 - the order of imports is the point of this file
import eventlet

eventlet.monkey_patch()

import sys

from chassis import runner
from chassis.calendar import Clock, system_clock
from chassis.errors import Misconfigured
from linli.services import CLASSES, service_class


def main(name: str, *, clock: Clock = system_clock, pace: float = 1.0) -> int:
    """Serve until told to stop; 2 when the settings are wrong, each wrong one on a line of its own.

    No setting gives another clock: only `linli.simulation.serving` does, for an instance that it has made itself.
    """
    if name not in CLASSES:
        print(f"no service {name!r}; there are {', '.join(CLASSES)}", file=sys.stderr)
        return 2
    try:
        runner.serve(service_class(name), clock=clock, pace=pace)
    except Misconfigured as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
