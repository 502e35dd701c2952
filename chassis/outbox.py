"""The outbox: a fact is written in the transaction that makes it true, and sent afterwards by the relay."""

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from typing import Any, ClassVar, Protocol
from uuid import UUID

import uuid_utils.compat

from chassis import metrics, tracing
from chassis.database import Transaction
from chassis.envelope import MAX_ATTRIBUTE, MAX_BYTES, Event, to_json

_INSERT = """
INSERT INTO outbox (event_id, type, subject, mandatory, envelope)
VALUES (%s, %s, %s, %s, %s)
"""


class Fact(Protocol):
    """What a service's events.py declares: a frozen dataclass with a past-tense type.

    `for_others` is true for a fact that no service of Linli consumes yet; such a fact may find no queue.
    """

    type: ClassVar[str]
    for_others: ClassVar[bool]
    __dataclass_fields__: ClassVar[dict[str, Any]]


def add(tx: Transaction, fact: Fact, *, subject: UUID | str, version: int, area: str, now: datetime) -> UUID:
    """Put the fact into the outbox of the service whose transaction this is; gives the event's id.

    It is written in the round trip of the commit. `version` is the subject's own after the change, +1 each, so that
    consumers can tell a stale fact from a new one; `area` is the division it concerns. Raises ValueError for a fact
    that no consumer would read.
    """
    event = Event(
        event_id=uuid_utils.compat.uuid7(),
        source=tx.service,
        type=fact.type,
        subject=str(subject),
        version=version,
        area=area,
        time=now,
        data={field.name: getattr(fact, field.name) for field in fields(fact)},
        traceparent=tracing.current_traceparent(),
    )
    envelope = to_json(event)
    if len(envelope.encode()) > MAX_BYTES or len(event.subject) > MAX_ATTRIBUTE:
        raise ValueError(
            f"{fact.type} is too large: a fact has at most {MAX_BYTES} bytes, its subject {MAX_ATTRIBUTE} characters"
        )
    tx.at_commit(_INSERT, (event.event_id, event.type, event.subject, not fact.for_others, envelope))
    tx.after_commit(_told(event))
    return event.event_id


def _told(event: Event) -> Callable[[], None]:
    def tell() -> None:
        metrics.EVENTS_COMMITTED.labels(event.type).inc()
        wake_relay()

    return tell


def wake_relay() -> None:
    """Tell the relay that there is something to send; without it the relay sees the row at its next poll."""
    for call in _wakers:
        call()


_wakers: list[Callable[[], None]] = []


def on_commit(call: Callable[[], None]) -> None:
    """Register what wakes this process's relay (see chassis.relay.wake)."""
    _wakers.append(call)
