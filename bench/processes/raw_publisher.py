"""The floor of publishing: the same messages to the same queue, pipelined, with no database behind them.

`python -m bench.processes.raw_publisher AMQP_URL EXCHANGE TYPE FACTS COUNT`
"""

import json
import sys
import time
from pathlib import Path

from bench import facts, raw
from chassis.envelope import CONTENT_TYPE


def main(amqp_url: str, exchange: str, event_type: str, path: str, count: str) -> None:
    bodies = facts.read(Path(path), int(count))
    started = time.perf_counter()
    raw.publish(amqp_url, exchange, event_type, bodies, CONTENT_TYPE)
    print(json.dumps({"per_s": int(count) / (time.perf_counter() - started)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
