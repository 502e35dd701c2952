"""A consumer without its broker: the real inbox over a real database, and a handler whose effect is one row."""

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

from chassis.database import Database, Transaction, connect
from chassis.envelope import Event
from chassis.inbox.delivery import Delivery
from chassis.inbox.effects import Inbox
from chassis.inbox.subscriptions import Subscription, Subscriptions
from tests.support.facts import NOW, SOURCE, TYPES, ThingData
from tests.support.instance import ServiceDatabase

NAME = "statistics"
# Without a key: an effect that came twice is there twice.
TABLE = """
SET ROLE statistics_owner;
CREATE TABLE effect (
    number bigint GENERATED ALWAYS AS IDENTITY, event_id uuid NOT NULL, subject text NOT NULL, version integer NOT NULL
)
"""
TABLES = ("effect", "inbox", "failed_events", "subject_versions")

Behaviour = Callable[[Transaction, Event], None]


def prepare(database: ServiceDatabase) -> ServiceDatabase:
    """Make the table of effects."""
    with closing(connect(database.admin_url)) as admin, admin.cursor() as cursor:
        cursor.execute(TABLE)
    return database


def note(tx: Transaction, events: Sequence[Event]) -> None:
    """The effect: one row for each event, in the order they are handed over."""
    for event in events:
        tx.execute(
            "INSERT INTO effect (event_id, subject, version) VALUES (%s, %s, %s)",
            (event.event_id, event.subject, event.version),
        )


class Consumer:
    """`behaviour` is what its handler does after the effect; `now` is the time it is given."""

    def __init__(
        self,
        database: Database,
        *,
        in_sequence: bool = True,
        batch: bool = False,
        attempts: int = 3,
        backoff_s: Sequence[float] = (1.0, 5.0),
    ) -> None:
        self.database = database
        self.now: datetime = NOW
        self.behaviour: Behaviour = lambda tx, event: None
        self.calls: list[list[str]] = []
        """For each call of the handler the subjects and versions it was given."""
        handler = self._handle_batch if batch else self._handle_one
        subscription = Subscription(SOURCE, TYPES, handler, ThingData(), batch, in_sequence)
        self.subscriptions = Subscriptions(NAME, SOURCE, [subscription])
        self.inbox = Inbox(database, self.subscriptions, attempts=attempts, backoff_s=backoff_s, clock=lambda: self.now)

    def apply(self, *deliveries: Delivery) -> None:
        self.inbox.apply(deliveries)

    def retry(self, after_s: float = 0) -> int:
        """Let time pass, and run what is due then."""
        self.now += timedelta(seconds=after_s)
        total = 0
        while done := self.inbox.retry_due():
            total += done
        return total

    def effects(self) -> list[str]:
        """Subject and version of each effect, in the order they came into effect: ["a1", "a2"]."""
        return [
            f"{row.subject}{row.version}" for row in self.rows("SELECT subject, version FROM effect ORDER BY number")
        ]

    def kept(self) -> dict[str, str]:
        """State and reason of each event that is kept: {"a2": "waiting handler"}."""
        rows = self.rows("SELECT subject, version, state, reason FROM failed_events ORDER BY failed_id")
        return {f"{row.subject}{row.version}": f"{row.state} {row.reason}" for row in rows}

    def rows(self, sql: str, *parameters: Any) -> list[Any]:
        with self.database.transaction() as tx:
            return tx.rows(sql, parameters or None)

    def empty(self) -> None:
        with self.database.transaction() as tx:
            for table in TABLES:
                tx.execute(f"DELETE FROM {table}")

    def _handle_one(self, tx: Transaction, event: Event) -> None:
        self._handle_batch(tx, [event])

    def _handle_batch(self, tx: Transaction, events: Sequence[Event]) -> None:
        self.calls.append([f"{event.subject}{event.version}" for event in events])
        note(tx, events)
        for event in events:
            self.behaviour(tx, event)


def failing(*names: str) -> Behaviour:
    """A handler that raises for these: failing("a2")."""

    def fail(_tx: Transaction, event: Event) -> None:
        if f"{event.subject}{event.version}" in names:
            raise RuntimeError(f"cannot handle {event.subject}{event.version}")

    return fail
