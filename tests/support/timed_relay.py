"""`python -m tests.support.timed_relay FILE`: the real relay of the source, which notes how long each look into its
outbox takes.

FILE holds, once it has ended: {"claim": [[when, seconds], …], "sweep": …, "backlog": …}; `when` is of the machine's
monotonic clock.
"""

import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chassis.relay.rows import OutboxRows
from linli.relaying import main
from tests.support.facts import SOURCE

LOOKS = {"after": "claim", "after_or_at": "claim", "between": "sweep", "backlog": "backlog"}

taken: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)


def timed(look: Callable[..., Any], name: str) -> Callable[..., Any]:
    def measured(*given: Any, **named: Any) -> Any:
        began = time.monotonic()
        found = look(*given, **named)
        taken[name].append((began, time.monotonic() - began))
        return found

    return measured


if __name__ == "__main__":
    for method, name in LOOKS.items():
        setattr(OutboxRows, method, timed(getattr(OutboxRows, method), name))
    code = main(SOURCE)
    Path(sys.argv[1]).write_text(json.dumps(taken))
    sys.exit(code)
