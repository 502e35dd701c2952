"""Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): the same request again gets the same answer, one effect.

The answer is kept in the transaction of the effect, in the round trip of its commit. A repeated request runs into the
key's unique index and is rolled back whole; only then is the kept answer looked up. So the key costs one insert, and
two requests at the same time need no lock of their own: the later one waits in the index for the earlier.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from chassis.database import Database, Transaction
from chassis.errors import KeyReused
from chassis.http.answer import Answer

KEPT = timedelta(hours=24)
PURGED_AT_ONCE = 5_000

_INSERT = """
INSERT INTO idempotency_keys (actor, key, fingerprint, status, headers, body) VALUES (%s, %s, %s, %s, %s, %s)
"""
_SELECT = "SELECT fingerprint, status, headers, body FROM idempotency_keys WHERE actor = %s AND key = %s"
_DELETE = """
DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM idempotency_keys WHERE kept_at < %s ORDER BY kept_at LIMIT %s
))
"""


def fingerprint(
    method: str, path: str, query: str, body: Any, if_match: str | None, headers: Mapping[str, str | None]
) -> bytes:
    """What makes two requests the same. The body counts by its meaning, not by its spaces or the order of names.

    `headers` are those that the entrypoint's method reads.
    """
    parts = [method, path, query, body, if_match, *([headers] if headers else [])]
    canonical = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(canonical.encode()).digest()


def keep(tx: Transaction, actor_id: str, key: str, of_request: bytes, answer: Answer) -> None:
    """Keep the answer under the key; the transaction fails at its commit when the key is already there."""
    headers = json.dumps(dict(answer.headers))
    tx.at_commit(_INSERT, (actor_id, key, of_request, answer.status, headers, answer.body.decode()))


def kept(database: Database, actor_id: str, key: str, of_request: bytes) -> Answer | None:
    """The answer kept under the key; None when there is none. Raises KeyReused when it answered another request."""
    with database.transaction() as tx:
        rows = tx.rows(_SELECT, (actor_id, key))
    if not rows:
        return None
    row = rows[0]
    if bytes(row.fingerprint) != of_request:
        raise KeyReused("this Idempotency-Key has already been used for a different request; use a new one")
    return Answer(row.status, (*row.headers.items(), ("Idempotency-Replayed", "true")), row.body.encode())


def purge(tx: Transaction, now: datetime) -> int:
    """Forget keys older than 24 hours, the oldest first and PURGED_AT_ONCE at most; gives how many."""
    return tx.execute(_DELETE, (now - KEPT, PURGED_AT_ONCE))
