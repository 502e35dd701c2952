"""Facts of an imagined subject, for tests of outbox, relay and inbox: `thing.told` and `thing.changed`."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID

import uuid_utils.compat
from marshmallow import EXCLUDE, Schema, fields

from chassis import outbox
from chassis.database import Transaction
from chassis.envelope import CONTENT_TYPE, Event, to_json
from chassis.inbox.delivery import Delivery

SOURCE = "grievances"
TYPES = ("thing.told", "thing.changed")
AREA = "440305001012"
NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)


@dataclass(frozen=True)
class ThingTold:
    """`act` says what the consumer shall do with it; nothing special when empty."""

    type: ClassVar[str] = "thing.told"
    for_others: ClassVar[bool] = False

    act: str = ""


@dataclass(frozen=True)
class ThingForOthers:
    """A fact that may find no queue."""

    type: ClassVar[str] = "thing.for_others"
    for_others: ClassVar[bool] = True


class ThingData(Schema):
    """What the consumer reads of a fact's data."""

    class Meta:
        unknown = EXCLUDE

    act = fields.String(load_default="")


def add(tx: Transaction, subject: str, version: int, act: str = "") -> UUID:
    """One fact into the outbox of the source whose transaction this is."""
    return outbox.add(tx, ThingTold(act), subject=subject, version=version, area=AREA, now=datetime.now(UTC))


def event(
    subject: str = "a", version: int = 1, *, act: str = "", event_id: UUID | None = None, **changed: str
) -> Event:
    """The fact as it comes out of the broker."""
    given = {"source": SOURCE, "type": "thing.told", "area": AREA, **changed}
    data = {"act": act}
    return Event(
        event_id=event_id or uuid_utils.compat.uuid7(), subject=subject, version=version, time=NOW, data=data, **given
    )


def delivery(told: Event, *, redelivered: bool = False, returned: bool = False) -> Delivery:
    return Delivery(to_json(told).encode(), CONTENT_TYPE, redelivered=redelivered, returned=returned)


def told(subject: str = "a", *versions: int, redelivered: bool = False) -> list[Delivery]:
    """One delivery of a new fact for each version, in this order."""
    return [delivery(event(subject, version), redelivered=redelivered) for version in versions or (1,)]
