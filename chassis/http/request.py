"""A request as an entrypoint's method sees it: checked, and able to answer."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from chassis import audit
from chassis.database import Access, Transaction
from chassis.http import idempotency
from chassis.http.answer import NO_STORE, Answer, file_headers
from chassis.http.cursors import Cursor
from chassis.http.reading import is_current
from chassis.identity import Actor

if TYPE_CHECKING:
    from chassis.http.entrypoint import endpoint


@dataclass(frozen=True, slots=True)
class Call:
    """What the edge knows of the request besides its content.

    `path` is as the caller spelled it; `thing` is the route with its values as the edge read them, so that a row of the
    audit is found by its id however that was written.
    """

    endpoint: "endpoint"
    method: str
    path: str
    thing: str
    parameters: Mapping[str, Any]
    traceparent: str | None = None
    if_none_match: str | None = None
    key: str | None = None
    fingerprint: bytes = b""


@dataclass(frozen=True, slots=True)
class Request:
    """One request whose token, roles, body, query and headers hold.

    `body` and `query` are what their schemas gave; `version` is the one If-Match names, on versioned entrypoints.
    `access` sees the areas in which the actor holds one of the entrypoint's roles.
    """

    actor: Actor
    access: Access
    body: Any
    query: Any
    version: int | None
    now: datetime
    call: Call
    headers: Mapping[str, str | None] = field(default_factory=dict, repr=False)
    """Those the entrypoint names, by their lower case; None where the caller sent none. They may be secrets."""

    def answer(
        self,
        tx: Transaction | None,
        payload: Any,
        *,
        version: int | None = None,
        location: str | None = None,
        status: int | None = None,
        area: str | None = None,
        thing: str | None = None,
        confidential: bool = False,
    ) -> Answer:
        """The payload in the shape of the entrypoint's answer schema; `version` becomes the ETag.

        For a change, give it the transaction: the audit row and, under an Idempotency-Key, the answer itself are then
        written in the round trip of the commit. Without one (a read, or a change of nothing) neither is kept. An answer
        that holds what is told once, such as a secret, is `confidential`: it is kept sealed. Its location is not: the
        audit names it, or `thing` where what was made has no address of its own.
        """
        headers: tuple[tuple[str, str], ...] = (("Content-Type", self.call.endpoint.json_media), NO_STORE)
        if location is not None:
            headers += (("Location", location),)
        if version is not None:
            etag = f'"{version}"'
            headers += (("ETag", etag),)
            if self.call.if_none_match is not None and is_current(self.call.if_none_match, etag):
                return Answer(304, headers[1:], b"")
        endpoint = self.call.endpoint
        body = b"" if payload is None and endpoint.answer is None else _json(endpoint.rendered(payload))
        if not body:
            headers = headers[1:]
        answer = Answer(status or endpoint.status, headers, body)
        return self._kept(tx, answer, thing or location, area, confidential)

    def file(
        self,
        tx: Transaction | None,
        body: bytes,
        media: str,
        *,
        filename: str | None = None,
        area: str | None = None,
        thing: str | None = None,
        confidential: bool = False,
    ) -> Answer:
        """A whole file, or any body that is not JSON; with a filename, in any script, it is saved under that name.

        `tx`, `area` and `confidential` are those of `answer`. `thing` is what the audit of a change names, where that
        is not the address itself.
        """
        answer = Answer(self.call.endpoint.status, file_headers(media, filename), body)
        return self._kept(tx, answer, thing, area, confidential)

    def stream(self, chunks: Iterable[bytes], media: str, *, filename: str | None = None) -> Answer:
        """A body that is made while the caller reads it: a generator of bytes, closed also when the caller goes away.

        It runs after the method has returned, for as long as the caller takes: open what it needs inside of it, and
        hold no transaction over a `yield`; read a batch in each. What it raises before its first 32 KiB are there is
        refused in order; later, the connection breaks. A change cannot be answered so: its answer must be kept.
        """
        if self.call.endpoint.changes:
            raise TypeError(f"{self.call.endpoint.name} is a change, which cannot be answered by a stream")
        return Answer(self.call.endpoint.status, file_headers(media, filename), b"", chunks)

    def _kept(
        self, tx: Transaction | None, answer: Answer, thing: str | None, area: str | None, confidential: bool
    ) -> Answer:
        """The answer, which a change leaves in the audit and under its key in the round trip of the commit."""
        endpoint = self.call.endpoint
        if tx is not None and endpoint.changes:
            audit.record(tx, self.actor.actor_id, endpoint.name, thing or self.call.thing, area=area)
            if self.call.key is not None:
                idempotency.keep(
                    tx, self.actor.actor_id, self.call.key, self.call.fingerprint, answer, confidential=confidential
                )
        return answer

    def page(self, tx: Transaction | None, items: Sequence[Any], next_cursor: Sequence[object] | str | None) -> Answer:
        """One page of a list, each item in the shape of the answer schema.

        `next_cursor` is the key of the page's last row, such as (row.registered_at, row.dispute_id), when there is
        more, else None. Ask the database for limit + 1 rows to know.
        """
        following = next_cursor if next_cursor is None or isinstance(next_cursor, str) else Cursor.encode(*next_cursor)
        headers: tuple[tuple[str, str], ...] = (("Content-Type", self.call.endpoint.json_media), NO_STORE)
        if following is not None:
            query = urlencode({**self.call.parameters, "cursor": following}, doseq=True)
            headers += (("Link", f'<{self.call.path}?{query}>; rel="next"'),)
        body = {"items": self.call.endpoint.rendered(items, many=True), "next": following}
        return Answer(self.call.endpoint.status, headers, _json(body))


def _json(payload: Any) -> bytes:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"), default=str, allow_nan=False).encode()
