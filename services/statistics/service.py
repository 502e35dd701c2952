"""`statistics`: what happened to disputes, by division, day, category and relation. A table of contents."""

from collections.abc import Sequence

from chassis.consumer import subscribe
from chassis.database import Transaction
from chassis.envelope import Event
from chassis.service import Service
from services.statistics import handlers, schemas
from services.statistics.api import StatisticsApi


class Statistics(StatisticsApi, Service):
    """Figures and the newest facts; publishes nothing."""

    name = "statistics"

    @subscribe(
        "grievances",
        "dispute.registered",
        "dispute.accepted",
        "dispute.assigned",
        "dispute.reassigned",
        "dispute.unassigned",
        "dispute.mediated",
        "dispute.resolved",
        "dispute.confirmed",
        "dispute.refused",
        "dispute.terminated",
        "dispute.linked",
        "dispute.reopened",
        batch=True,
        in_sequence=True,
        schema=schemas.DisputeFact,
    )
    def count(self, tx: Transaction, events: Sequence[Event]) -> None:
        """Add facts to the figures."""
        handlers.count(tx, events)

    @subscribe("grievances", "deadline.missed", batch=True, schema=schemas.DeadlineMissed)
    def count_missed(self, tx: Transaction, events: Sequence[Event]) -> None:
        """Add missed deadlines to the figures."""
        handlers.count_missed(tx, events)

    @subscribe("members", "division.registered", batch=True, schema=schemas.DivisionRegistered)
    def learn_divisions(self, tx: Transaction, events: Sequence[Event]) -> None:
        """Keep this service's own copy of the division tree."""
        handlers.learn_divisions(tx, events)
