"""CloudEvents 1.0 in structured JSON, and everything that is not (fault 16)."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from chassis.envelope import CONTENT_TYPE, MAX_BYTES, Event, from_bytes, to_json
from chassis.errors import UnreadableEvent

EVENT = Event(
    event_id=UUID("01890a5d-ac96-774b-bcce-b302099a8057"),
    source="grievances",
    type="dispute.resolved",
    subject="01890a5d-ac96-774b-bcce-b302099a8058",
    version=5,
    area="440305001012",
    time=datetime(2026, 11, 20, 4, 0, tzinfo=UTC),
    data={"category": "parking", "days_open": 3},
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
)


def test_what_is_written_is_read_back() -> None:
    assert from_bytes(to_json(EVENT).encode(), CONTENT_TYPE) == EVENT


def test_an_event_has_the_attributes_of_cloudevents_1_0() -> None:
    written = json.loads(to_json(EVENT))
    assert written["specversion"] == "1.0"
    assert written["datacontenttype"] == "application/json"
    assert written["time"] == "2026-11-20T04:00:00Z"


def test_an_event_without_a_trace_has_no_traceparent() -> None:
    assert "traceparent" not in json.loads(to_json(replace(EVENT, traceparent=None)))


def changed(**attributes: object) -> bytes:
    return json.dumps({**json.loads(to_json(EVENT)), **attributes}).encode()


def without(name: str) -> bytes:
    attributes = json.loads(to_json(EVENT))
    del attributes[name]
    return json.dumps(attributes).encode()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "json"),
        (b"{", "json"),
        (b"\xff\xfe{}", "json"),
        (b"[]", "json"),
        (b'"text"', "json"),
        (b"[" * 100_000, "json"),
        (changed(data={"deep": json.loads("[" * 40 + "]" * 40)}), "json"),
        (to_json(EVENT).replace("3}", "NaN}").encode(), "json"),
        (to_json(EVENT).replace("3}", "Infinity}").encode(), "json"),
        (changed(data={"text": "a\u0000b"}), "json"),
        (changed(subject="half \ud800 a pair"), "json"),
        (to_json(EVENT).replace('"area"', '"id":"0","area"').encode(), "json"),
        (to_json(EVENT).replace("3}", "1e999}").encode(), "json"),
        (without("id"), "attributes"),
        (without("data"), "attributes"),
        (without("version"), "attributes"),
        (changed(specversion="0.3"), "attributes"),
        (changed(id="not-a-uuid"), "attributes"),
        (changed(id=7), "attributes"),
        (changed(subject=""), "attributes"),
        (changed(subject="x" * 256), "attributes"),
        (changed(time="yesterday"), "attributes"),
        (changed(time="2026-11-20T04:00:00"), "attributes"),
        (changed(version=0), "attributes"),
        (changed(version=True), "attributes"),
        (changed(version="5"), "attributes"),
        (changed(version=2**40), "attributes"),
        (changed(data=[1, 2]), "attributes"),
        (b" " * (MAX_BYTES + 1), "oversized"),
    ],
)
def test_what_cannot_be_read_says_why(body: bytes, reason: str) -> None:
    with pytest.raises(UnreadableEvent) as caught:
        from_bytes(body, CONTENT_TYPE)
    assert caught.value.reason == reason


@pytest.mark.parametrize("content_type", [None, "", "application/json", "text/plain", "application/x-python-serialize"])
def test_another_content_type_is_not_guessed_at(content_type: str | None) -> None:
    with pytest.raises(UnreadableEvent) as caught:
        from_bytes(to_json(EVENT).encode(), content_type)
    assert caught.value.reason == "content_type"


def test_parameters_of_the_content_type_do_not_matter() -> None:
    assert from_bytes(to_json(EVENT).encode(), f"{CONTENT_TYPE}; charset=utf-8") == EVENT
