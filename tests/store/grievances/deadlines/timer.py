"""What the timer has told, read from the facts that wait to be sent; instants of Shanghai."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chassis.calendar import SHANGHAI
from chassis.database import Database
from services.grievances.deadlines import handlers


@dataclass(frozen=True)
class Told:
    """One fact about a deadline."""

    type: str
    level: str
    version: int
    subject: str
    thing_id: str
    rule: str
    time: datetime


def at(text: str) -> datetime:
    """An instant of Shanghai, in UTC: "2026-03-10T09:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def tell(database: Database, now: datetime, **more: Any) -> None:
    """What the timer does, until there is no more."""
    is_more = True
    while is_more:
        with database.transaction() as tx:
            is_more = handlers.tell_due(tx, now, **more)


def told(database: Database) -> list[Told]:
    """All facts about deadlines, in the order they were told."""
    with database.transaction() as tx:
        rows = tx.rows("SELECT envelope FROM outbox WHERE type LIKE 'deadline.%%' ORDER BY position", ())
    return list(_read(json.loads(row.envelope) for row in rows))


def _read(envelopes: Iterator[Any]) -> Iterator[Told]:
    for one in envelopes:
        data = one["data"]
        yield Told(
            one["type"].removeprefix("deadline."),
            data["level"],
            one["version"],
            one["subject"],
            data["thing_id"],
            data["rule"],
            datetime.fromisoformat(one["time"]),
        )


def in_short(database: Database) -> list[tuple[str, str, int]]:
    """Type, level and version of each."""
    return [(one.type, one.level, one.version) for one in told(database)]
