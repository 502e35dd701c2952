"""Everything Linli refuses, as one tree.

LinliError
├── Refused                       the caller can do something about it
│   ├── Malformed                 the request cannot be read at all
│   ├── InvalidInput              readable, but a field breaks a rule (carries the fields)
│   ├── NotAuthenticated          no token, or one that does not hold
│   ├── NotAllowed                a good token, without the right to this
│   ├── NotFound                  no such thing, or not one the caller may know of
│   ├── Conflict                  the thing is not in a state that allows this
│   │   └── WrongState            … its life cycle forbids the step
│   ├── StaleVersion              it has changed since the caller read it
│   ├── VersionRequired           a change without If-Match
│   ├── KeyReused                 an Idempotency-Key seen before with another request
│   ├── TooLarge                  more bytes than the limit
│   ├── UnsupportedMedia          a content type this entrypoint does not read
│   └── TooManyRequests           more than the rate allows
├── Unavailable                   nothing wrong with the request; try again
│   ├── DatabaseUnavailable
│   ├── DatabaseTooSlow
│   ├── BrokerUnavailable
│   ├── Busy                      all places for such work are taken
│   └── NotEquipped               this installation lacks what the request needs
├── BrokenSeal                    what was sealed does not open: cut, changed, or from elsewhere
├── Misconfigured                 start-up must stop; names the setting
└── UnreadableEvent               a message that can never be handled (kept as dead)

`chassis.http` alone maps these to status codes. A message names the thing, the value and what would be right, and
never holds a person's name, phone or ID number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class LinliError(Exception):
    """Root of everything Linli raises on purpose."""


class Refused(LinliError):
    """The request is refused; nothing was changed. `rule` names the article or rule behind it, when there is one."""

    def __init__(self, detail: str, *, rule: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.rule = rule


class Malformed(Refused):
    """The request cannot be read: broken JSON, a bad header, a path that is no id."""


@dataclass(frozen=True)
class FieldError:
    """One broken field. `pointer` is an RFC 6901 JSON pointer into the body, or `?name` for a query parameter."""

    pointer: str
    detail: str


class InvalidInput(Refused):
    """A field breaks a rule."""

    def __init__(self, detail: str, fields: Sequence[FieldError] = (), *, rule: str | None = None) -> None:
        super().__init__(detail, rule=rule)
        self.fields = tuple(fields)


class NotAuthenticated(Refused):
    """No token, or one that is forged, expired or meant for another audience."""


class NotAllowed(Refused):
    """The caller is known but has no role for this action in this area."""


class NotFound(Refused):
    """No such thing, or none that the caller may know of."""


class Conflict(Refused):
    """The request contradicts what is already there."""


class WrongState(Conflict):
    """The life cycle forbids the step: names the state it is in and those that allow it."""

    def __init__(self, thing: str, state: str, allowed: Sequence[str], *, rule: str | None = None) -> None:
        super().__init__(f"{thing} is {state}; this is possible only when it is {' or '.join(allowed)}", rule=rule)
        self.state = state
        self.allowed = tuple(allowed)


class StaleVersion(Refused):
    """Optimistic locking: `current` is the version to read before trying again."""

    def __init__(self, thing: str, given: int, current: int) -> None:
        super().__init__(f"{thing} is at version {current}, not {given}; read it again and repeat with the new ETag")
        self.current = current


class VersionRequired(Refused):
    """A change was asked for without saying which version it is meant for."""


class KeyReused(Refused):
    """The Idempotency-Key has already been used for a different request."""


class TooLarge(Refused):
    """The body is larger than the entrypoint reads."""


class UnsupportedMedia(Refused):
    """The content type is not one the entrypoint reads."""


class TooManyRequests(Refused):
    """The rate is above what is allowed; `retry_after_s` says when to come back."""

    def __init__(self, detail: str, retry_after_s: int) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class Unavailable(LinliError):
    """Something Linli depends on does not answer; the same request may succeed later."""


class DatabaseUnavailable(Unavailable):
    """PostgreSQL cannot be reached, went away, or gave no connection in time."""


class DatabaseTooSlow(Unavailable):
    """PostgreSQL answers, but a statement or a lock took longer than it may."""


class BrokerUnavailable(Unavailable):
    """RabbitMQ cannot be reached or did not confirm in time."""


class Busy(Unavailable):
    """As much work of this kind is in hand as there may be. The caller is told why."""


class NotEquipped(Unavailable):
    """This installation lacks a library or a font that the request needs. The caller is told which."""


class BrokenSeal(LinliError):
    """A sealed text that was cut, changed, or belongs to another context. The message holds nothing of the text."""


class Misconfigured(LinliError):
    """A setting is missing or wrong. Names the variable, its value (never a secret's) and what would be right."""


class UnreadableEvent(LinliError):
    """A message no retry can mend. `reason` is one of the fixed words counted by the metric `linli_dead_events`."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def problem_fields(errors: Mapping[str, object], prefix: str = "") -> list[FieldError]:
    """Flatten marshmallow's nested error messages into JSON pointers, in the order of the fields."""
    found: list[FieldError] = []
    for key, value in errors.items():
        pointer = prefix if key == "_schema" else f"{prefix}/{str(key).replace('~', '~0').replace('/', '~1')}"
        if isinstance(value, Mapping):
            found += problem_fields(value, pointer)
        else:
            messages = value if isinstance(value, list) else [value]
            found += [FieldError(pointer or "/", str(message)) for message in messages]
    return found
