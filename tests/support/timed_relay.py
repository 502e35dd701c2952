"""`python -m tests.support.timed_relay FILE`: the real relay of the source, which notes how long each look into its
outbox takes.

FILE gets a line for each look, as it happens: ["claim", when, seconds], or "sweep", or "backlog"; `when` is of the
machine's monotonic clock.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from chassis.relay.rows import OutboxRows
from linli.relaying import main
from tests.support.facts import SOURCE

LOOKS = {"after": "claim", "after_or_at": "claim", "between": "sweep", "backlog": "backlog"}


def timed(look: Callable[..., Any], name: str, lines: TextIO) -> Callable[..., Any]:
    def measured(*given: Any, **named: Any) -> Any:
        began = time.monotonic()
        found = look(*given, **named)
        print(json.dumps([name, began, time.monotonic() - began]), file=lines, flush=True)
        return found

    return measured


if __name__ == "__main__":
    with Path(sys.argv[1]).open("w", encoding="ascii") as lines:
        for method, name in LOOKS.items():
            setattr(OutboxRows, method, timed(getattr(OutboxRows, method), name, lines))
        sys.exit(main(SOURCE))
