"""The shape of a fact on the wire: CloudEvents 1.0, structured JSON.

Extensions: `area` (12-digit division code), `version` (of the subject, +1 each), `traceparent` (W3C Trace Context).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from chassis import strict_json
from chassis.errors import UnreadableEvent

CONTENT_TYPE = "application/cloudevents+json"
MAX_BYTES = 256 * 1024
MAX_ATTRIBUTE = 255
REQUIRED = ("specversion", "id", "source", "type", "subject", "time", "data", "area", "version")


@dataclass(frozen=True)
class Event:
    """A fact as a consumer sees it. `data` holds ids, areas, categories and numbers, never a person's data."""

    event_id: UUID
    source: str
    type: str
    subject: str
    version: int
    area: str
    time: datetime
    data: Mapping[str, Any]
    traceparent: str | None = None


def to_json(event: Event) -> str:
    """The event as it is stored in the outbox and sent to the broker."""
    return json.dumps(
        {
            "specversion": "1.0",
            "id": str(event.event_id),
            "source": event.source,
            "type": event.type,
            "subject": event.subject,
            "time": event.time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "datacontenttype": "application/json",
            "area": event.area,
            "version": event.version,
            **({"traceparent": event.traceparent} if event.traceparent else {}),
            "data": event.data,
        },
        ensure_ascii=False,
        separators=(",", ":"),
        default=str,
        allow_nan=False,
    )


def from_bytes(body: bytes, content_type: str | None) -> Event:
    """Read a message. Raises UnreadableEvent with the reason: content_type, oversized, json, attributes."""
    if (content_type or "").split(";")[0].strip().lower() != CONTENT_TYPE:
        raise UnreadableEvent("content_type", f"content type {content_type!r} must be {CONTENT_TYPE}")
    if len(body) > MAX_BYTES:
        raise UnreadableEvent("oversized", f"{len(body)} bytes; an event has at most {MAX_BYTES}")
    return _from_attributes(_parsed(body))


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        attributes = strict_json.parse(body)
    except strict_json.NotStrictJson as error:
        raise UnreadableEvent("json", f"the message {error}") from error
    if not isinstance(attributes, dict):
        raise UnreadableEvent("json", f"a CloudEvent is an object, not {type(attributes).__name__}")
    return attributes


def _from_attributes(attributes: dict[str, Any]) -> Event:
    missing = [name for name in REQUIRED if name not in attributes]
    if missing:
        raise UnreadableEvent("attributes", f"CloudEvents attributes missing: {', '.join(missing)}")
    if attributes["specversion"] != "1.0":
        raise UnreadableEvent("attributes", f"specversion {attributes['specversion']!r} must be '1.0'")
    texts = ("id", "source", "type", "subject", "time", "area")
    wrong = [name for name in texts if not isinstance(attributes[name], str) or not attributes[name]]
    wrong += [name for name in texts if name not in wrong and len(attributes[name]) > MAX_ATTRIBUTE]
    if wrong:
        told = f"attributes that must be texts of 1 to {MAX_ATTRIBUTE} characters: {', '.join(wrong)}"
        raise UnreadableEvent("attributes", told)
    version = attributes["version"]
    if not isinstance(version, int) or isinstance(version, bool) or not 1 <= version < 2**31:
        raise UnreadableEvent("attributes", f"version {version!r} must be a whole number from 1")
    if not isinstance(attributes["data"], dict):
        raise UnreadableEvent("attributes", "data must be an object")
    try:
        event_id, time = UUID(attributes["id"]), datetime.fromisoformat(attributes["time"])
    except ValueError as error:
        raise UnreadableEvent("attributes", f"id must be a UUID and time an RFC 3339 instant: {error}") from error
    if time.tzinfo is None:
        raise UnreadableEvent("attributes", f"time {attributes['time']!r} needs an offset, for example Z")
    return Event(
        event_id=event_id,
        source=attributes["source"],
        type=attributes["type"],
        subject=attributes["subject"],
        version=version,
        area=attributes["area"],
        time=time,
        data=attributes["data"],
        traceparent=traceparent if isinstance(traceparent := attributes.get("traceparent"), str) else None,
    )
