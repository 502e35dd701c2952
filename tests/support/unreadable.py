"""Messages that can never be handled, each with the reason it is kept for (fault 16)."""

import json

from chassis.envelope import CONTENT_TYPE, MAX_BYTES, to_json
from chassis.inbox.delivery import Delivery
from tests.support.facts import event


def body(**changed: object) -> bytes:
    """A good fact but for these attributes; None leaves one out."""
    attributes = json.loads(to_json(event("bad", 1))) | changed
    return json.dumps({name: value for name, value in attributes.items() if value is not None}).encode()


def said(raw: bytes, content_type: str | None = CONTENT_TYPE) -> Delivery:
    return Delivery(raw, content_type)


UNREADABLE = {
    "broken JSON": (said(b'{"id": '), "json"),
    "no JSON at all": (said(b"\x00\x01\xff\xfe"), "json"),
    "empty": (said(b""), "json"),
    "not UTF-8": (said(body().replace(b'"bad"', b'"\xe9"')), "json"),
    "a list": (said(b"[]"), "json"),
    "wrong content type": (said(body(), "application/json"), "content_type"),
    "no content type": (said(body(), None), "content_type"),
    "a NUL in the content type": (said(body(), "text/\0plain"), "content_type"),
    "no id": (said(body(id=None)), "attributes"),
    "no data": (said(body(data=None)), "attributes"),
    "version 0": (said(body(version=0)), "attributes"),
    "version of text": (said(body(version="1")), "attributes"),
    "version beyond PostgreSQL": (said(body(version=2**31)), "attributes"),
    "another specversion": (said(body(specversion="0.3")), "attributes"),
    "time without offset": (said(body(time="2026-03-10T02:00:00")), "attributes"),
    "subject without end": (said(body(subject="s" * 10_000)), "attributes"),
    "a NUL in a text": (said(body(subject="a\0b")), "json"),
    "a NUL deep in data": (said(body(data={"act": [{"b": "\0"}]})), "json"),
    "half a surrogate": (said(body(subject="\ud800")), "json"),
    "half a surrogate in data": (said(body(data={"act": "\udfff"})), "json"),
    "NaN": (said(body(data={"act": float("nan")})), "json"),
    "Infinity": (said(body().replace(b'"version": 1', b'"version": Infinity')), "json"),
    "a number without end": (said(body().replace(b'"version": 1', b'"version": ' + b"9" * 5000)), "json"),
    "deep nesting": (said(b"[" * 100_000 + b"]" * 100_000), "json"),
    "deep nesting in data": (said(body(data={"act": json.loads("[" * 50 + "]" * 50)})), "json"),
    "too large": (said(body(data={"act": "x" * MAX_BYTES})), "oversized"),
    "50 MB": (said(b'{"x": "' + b"x" * 50_000_000 + b'"}'), "oversized"),
    "an unknown type": (said(body(type="thing.unheard_of")), "unknown"),
    "another source": (said(body(source="elsewhere")), "unknown"),
    "data of another shape": (said(body(data={"act": ["no", "text"]})), "schema"),
}
