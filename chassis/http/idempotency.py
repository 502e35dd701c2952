"""Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): the same request again gets the same answer, one effect.

The answer is kept in the transaction of the effect, in the round trip of its commit. A repeated request runs into the
key's unique index and is rolled back whole; only then is the kept answer looked up. So the key costs one insert, and
two requests at the same time need no lock of their own: the later one waits in the index for the earlier.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from chassis.database import Database, Transaction
from chassis.errors import KeyReused
from chassis.http.answer import Answer
from chassis.privacy import sealer

SEALED_AS = "idempotency.answer"
_AS, _SEALED, _BASE64 = ":as", "sealed", "base64"

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


def keep(
    tx: Transaction, actor_id: str, key: str, of_request: bytes, answer: Answer, *, confidential: bool = False
) -> None:
    """Keep the answer under the key; the transaction fails at its commit when the key is already there.

    A confidential one is kept sealed, headers and all: it holds what is told once and lies nowhere in the clear.
    """
    headers, body = (_sealed if confidential else _packed)(answer)
    tx.at_commit(_INSERT, (actor_id, key, of_request, answer.status, json.dumps(headers), body))


def kept(database: Database, actor_id: str, key: str, of_request: bytes) -> Answer | None:
    """The answer kept under the key; None when there is none. Raises KeyReused when it answered another request."""
    with database.transaction() as tx:
        rows = tx.rows(_SELECT, (actor_id, key))
    if not rows:
        return None
    row = rows[0]
    if bytes(row.fingerprint) != of_request:
        raise KeyReused("this Idempotency-Key has already been used for a different request; use a new one")
    headers, body = _unpacked(row.headers, row.body)
    return Answer(row.status, (*headers.items(), ("Idempotency-Replayed", "true")), body)


Packed = tuple[dict[str, Any], str]
"""A row's headers and body. No header has a colon in its name, so none is `:as`."""


def _packed(answer: Answer) -> Packed:
    headers = dict(answer.headers)
    try:
        text: str | None = answer.body.decode()
    except UnicodeDecodeError:
        text = None
    if text is None or "\0" in text:  # PostgreSQL keeps neither
        return {_AS: _BASE64, "headers": headers}, b64encode(answer.body).decode()
    return headers, text


def _sealed(answer: Answer) -> Packed:
    return {_AS: _SEALED}, b64encode(sealer().seal(json.dumps(_packed(answer)), SEALED_AS)).decode()


def _unpacked(headers: dict[str, Any], body: str) -> tuple[dict[str, str], bytes]:
    kept_as = headers.get(_AS)
    if kept_as == _SEALED:
        return _unpacked(*json.loads(sealer().open(b64decode(body), SEALED_AS)))
    return (headers["headers"], b64decode(body)) if kept_as == _BASE64 else (headers, body.encode())


def purge(tx: Transaction, now: datetime) -> int:
    """Forget keys older than 24 hours, the oldest first and PURGED_AT_ONCE at most; gives how many."""
    return tx.execute(_DELETE, (now - KEPT, PURGED_AT_ONCE))
