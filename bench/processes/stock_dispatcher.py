"""Stock nameko's standalone event dispatcher, as its documentation shows it: it waits for a confirm per message.

`python -m bench.processes.stock_dispatcher AMQP_URL SOURCE TYPE FACTS COUNT`
"""

import json
import sys
import time
from pathlib import Path

from nameko.standalone.events import event_dispatcher

from bench import facts

WARM_UP = 50


def main(amqp_url: str, source: str, event_type: str, path: str, count: str) -> None:
    payloads = [json.loads(fact) for fact in facts.read(Path(path), int(count) + WARM_UP)]
    dispatch = event_dispatcher({"AMQP_URI": amqp_url})
    for payload in payloads[:WARM_UP]:
        dispatch(source, event_type, payload)
    started = time.perf_counter()
    for payload in payloads[WARM_UP:]:
        dispatch(source, event_type, payload)
    print(json.dumps({"per_s": int(count) / (time.perf_counter() - started)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
