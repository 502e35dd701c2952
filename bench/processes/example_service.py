"""Our example service: a chassis service like any other, whose one effect is a row an event.

`python -m bench.processes.example_service each|unawaited|batch`
"""

# ruff: noqa: E402 - patched before anything else is imported
import eventlet

eventlet.monkey_patch()

import sys
from collections.abc import Sequence

from marshmallow import EXCLUDE, Schema, fields

from bench import facts
from bench.effects import UPSERT, UPSERT_MANY
from chassis import runner
from chassis.consumer import subscribe
from chassis.database import Transaction
from chassis.envelope import Event
from chassis.service import Service


class Fact(Schema):
    """What the consumer wants of a fact's data."""

    class Meta:
        unknown = EXCLUDE

    dispute_id = fields.String(required=True)
    category = fields.String(required=True)
    relation = fields.String(required=True)
    grid_unit_id = fields.String(allow_none=True)


class Each(Service):
    """A handler call for every event."""

    name = "bench_each"

    @subscribe(facts.SOURCE, facts.TYPE, schema=Fact)
    def note(self, tx: Transaction, event: Event) -> None:
        tx.execute(UPSERT, (event.event_id, event.data["dispute_id"], event.area))


class Unawaited(Service):
    """A handler call for every event, whose statement rides with the commit: nothing of its answer is needed."""

    name = "bench_unawaited"

    @subscribe(facts.SOURCE, facts.TYPE, schema=Fact)
    def note(self, tx: Transaction, event: Event) -> None:
        tx.at_commit(UPSERT, (event.event_id, event.data["dispute_id"], event.area))


class Batch(Service):
    """A handler call for a whole batch."""

    name = "bench_batch"

    @subscribe(facts.SOURCE, facts.TYPE, schema=Fact, batch=True)
    def note(self, tx: Transaction, events: Sequence[Event]) -> None:
        tx.execute(
            UPSERT_MANY,
            (
                [event.event_id for event in events],
                [event.data["dispute_id"] for event in events],
                [event.area for event in events],
            ),
        )


if __name__ == "__main__":
    runner.serve({"each": Each, "unawaited": Unawaited, "batch": Batch}[sys.argv[1]])
