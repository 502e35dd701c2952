"""Celery's own task messages for the facts of a file, as `note.delay(fact)` would send them.

`python -m bench.peers.celery_messages FACTS COUNT FILE`, with AMQP_URL and DATABASE_URL in the environment.

FILE gets, pickled, for each fact its id, the body, and the message's properties.
"""

import json
import pickle
import sys
import uuid
from itertools import islice
from pathlib import Path
from typing import Any

from kombu.serialization import dumps

from bench.peers.celery_app import app, note


def message(fact: str) -> tuple[str, str, dict[str, Any]]:
    event = json.loads(fact)
    made = app.amqp.as_task_v2(str(uuid.uuid4()), note.name, args=(event,), ignore_result=True)
    content_type, content_encoding, body = dumps(made.body, app.conf.task_serializer)
    properties = {"correlation_id": made.properties["correlation_id"], "application_headers": made.headers}
    return event["id"], body, {"content_type": content_type, "content_encoding": content_encoding, **properties}


def main(facts: str, count: str, file: str) -> None:
    with Path(facts).open(encoding="utf-8") as lines:
        messages = [message(line) for line in islice(lines, int(count))]
    Path(file).write_bytes(pickle.dumps(messages))
    print(json.dumps({"messages": len(messages)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
