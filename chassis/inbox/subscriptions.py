"""What a service subscribes to, apart from how the messages reach it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, ValidationError

from chassis.envelope import Event, from_bytes
from chassis.errors import Misconfigured, UnreadableEvent, problem_fields
from chassis.inbox.loading import loader

Handler = Callable[..., None]
"""`(tx, event)`, or `(tx, events)` for a batch subscription. It acts through `tx` alone: it may be run again."""


@dataclass(frozen=True)
class Subscription:
    """One handler's part of a source's facts.

    `batch`: it takes a list. `in_sequence`: it wants every version of a subject once and in order, so it must subscribe
    to all types of that subject. `schema`: the consumer's own tolerant shape of `data`.
    """

    source: str
    types: tuple[str, ...]
    handler: Handler
    schema: Schema
    batch: bool = False
    in_sequence: bool = False
    name: str = "handler"


class Subscriptions:
    """All that one service takes from one source. Raises Misconfigured when two handlers claim one type."""

    def __init__(self, consumer: str, source: str, subscriptions: Sequence[Subscription]) -> None:
        self.consumer = consumer
        self.source = source
        self._by_type: dict[str, Subscription] = {}
        for subscription in subscriptions:
            for event_type in subscription.types:
                if event_type in self._by_type:
                    raise Misconfigured(f"{consumer} has two handlers for {event_type} of {source}; one must do both")
                self._by_type[event_type] = subscription
        self._load = {event_type: loader(found.schema) for event_type, found in self._by_type.items()}

    @property
    def types(self) -> tuple[str, ...]:
        return tuple(self._by_type)

    def to(self, event: Event) -> Subscription:
        """The subscription an event that `read` has accepted belongs to."""
        return self._by_type[event.type]

    def read(self, body: bytes, content_type: str | None) -> Event:
        """The event in a message, its data loaded through the handler's schema. Raises UnreadableEvent."""
        return self.accept(from_bytes(body, content_type))

    def accept(self, event: Event) -> Event:
        """Raises UnreadableEvent: unknown (source or type nobody here takes) or schema."""
        subscription = self._by_type.get(event.type)
        if subscription is None or event.source != self.source:
            raise UnreadableEvent("unknown", f"{self.consumer} takes no {event.type} of {event.source}")
        try:
            data = self._load[event.type](event.data)
        except ValidationError as error:
            fields = problem_fields(error.normalized_messages())  # type: ignore[no-untyped-call]
            told = "; ".join(f"{field.pointer}: {field.detail}" for field in fields)
            raise UnreadableEvent("schema", f"data of {event.type} does not fit: {told}") from error
        return _with_data(event, data)


def _with_data(event: Event, data: Mapping[str, Any]) -> Event:
    """`dataclasses.replace` in an eighth of its time: it would check and set every field anew, for every event."""
    made = object.__new__(Event)
    vars(made).update(vars(event), data=data)
    return made
