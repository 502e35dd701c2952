"""A service of a simulated instance, in this process: `python -m linli.simulation.serving members`.

It lives by the clock that the year's player moves. No deployment starts this: its services are `linli.serve`, which has
no other clock than the machine's.
"""

import os
import sys
from pathlib import Path

# Patches the standard library, so it comes before anything of ours.
from linli import serve
from linli.simulation.clock import VARIABLE, PlayedClock

PACE = 50.0
"""What is done every second by the clock is done every 20 ms: the player waits for it at the end of each day."""


def main(name: str) -> int:
    """As `linli.serve.main`; 2 as well when the clock's file is not named."""
    file = os.environ.get(VARIABLE)
    if not file:
        print(f"{VARIABLE} must name the clock of a simulated instance; `linli simulate` does", file=sys.stderr)
        return 2
    return serve.main(name, clock=PlayedClock(Path(file)), pace=PACE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
