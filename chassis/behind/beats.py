"""What a relay says once a second to whoever listens: so much is committed and not yet sent.

A CloudEvent on the source's own exchange under the routing key `relay.beat`. It is no fact: nobody keeps it, and a
queue that is bound to facts alone never sees one. Without it nobody but the source could tell "nothing has happened"
from "nobody sends what happens".
"""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from chassis import strict_json
from chassis.errors import UnreadableEvent

ROUTING_KEY = "relay.beat"


@dataclass(frozen=True)
class Beat:
    """Of what `source` had committed by `at`, about `unsent` facts were not yet sent, the oldest from `oldest_at`."""

    source: str
    at: datetime
    unsent: int
    oldest_at: datetime | None = None


def to_bytes(beat: Beat) -> bytes:
    return json.dumps(
        {
            "specversion": "1.0",
            "id": str(uuid4()),
            "source": beat.source,
            "type": ROUTING_KEY,
            "time": beat.at.isoformat(),
            "datacontenttype": "application/json",
            "data": {"unsent": beat.unsent, "oldest_at": beat.oldest_at and beat.oldest_at.isoformat()},
        }
    ).encode()


def from_bytes(body: bytes) -> Beat:
    """Raises UnreadableEvent for anything else."""
    try:
        told = strict_json.parse(body)
        data = told["data"]
        oldest_at = data["oldest_at"]
        return Beat(
            str(told["source"]),
            _instant(told["time"]),
            int(data["unsent"]),
            None if oldest_at is None else _instant(oldest_at),
        )
    except (strict_json.NotStrictJson, LookupError, TypeError, ValueError) as error:
        raise UnreadableEvent("attributes", f"no beat of a relay: {type(error).__name__}") from error


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"{text!r} needs an offset")
    return found
