"""Every metric Linli exposes, in one catalogue: kind, unit, labels and what it tells.

A label never holds an id, an area, or any text that a caller chooses: each of its values is known when the program is
written. Which service speaks is said by the scrape's own `job` label.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeVar

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

Kind = Literal["counter", "gauge", "histogram"]
M = TypeVar("M", Counter, Gauge, Histogram)


@dataclass(frozen=True)
class Entry:
    """One metric of the catalogue. `unit` is part of the name; it is empty for a gauge that is 0 or 1."""

    name: str
    kind: Kind
    unit: str
    labels: tuple[str, ...]
    help: str


REGISTRY = CollectorRegistry()
CATALOGUE: dict[str, Entry] = {}

LATENCY_S = (0.001, 0.0025, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
SHORT_WAIT_S = (0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0)
BATCH_SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)

# The `_created` series doubles what a scrape carries and says nothing that the start time of the process does not.
prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]
ProcessCollector(registry=REGISTRY)


def _listed(name: str, kind: Kind, unit: str, labels: tuple[str, ...], text: str) -> None:
    CATALOGUE[name] = Entry(name, kind, unit, labels, text)


def _counter(name: str, unit: str, text: str, *labels: str) -> Counter:
    _listed(name, "counter", unit, labels, text)
    return Counter(name, text, labels, registry=REGISTRY)


def _gauge(name: str, unit: str, text: str, *labels: str) -> Gauge:
    _listed(name, "gauge", unit, labels, text)
    return Gauge(name, text, labels, registry=REGISTRY)


def _histogram(name: str, unit: str, buckets: Sequence[float], text: str, *labels: str) -> Histogram:
    _listed(name, "histogram", unit, labels, text)
    return Histogram(name, text, labels, buckets=buckets, registry=REGISTRY)


@cache
def labelled(metric: M, *values: str) -> M:
    """The child of these label values, remembered: an eighth of the price of `.labels()`, for hot paths."""
    return metric.labels(*values)


def exposition() -> tuple[bytes, str]:
    """The body of `/metrics` and its content type."""
    return generate_latest(REGISTRY), CONTENT_TYPE_LATEST


def serve(host: str, port: int) -> None:
    """Answer `/metrics` from a thread of its own, for processes without HTTP (the relay). Raises OSError if taken."""
    prometheus_client.start_http_server(port, addr=host, registry=REGISTRY)


def markdown() -> str:
    """The catalogue as the table of docs/operating/metrics.md."""
    rows = [
        f"| `{entry.name}` | {entry.kind} | {entry.unit or '0 or 1'} | "
        f"{', '.join(f'`{label}`' for label in entry.labels) or '–'} | {entry.help} |"
        for entry in CATALOGUE.values()
    ]
    return "\n".join(["| Metric | Kind | Unit | Labels | What it tells |", "|-|-|-|-|-|", *rows])


POOL_WAIT = _histogram(
    "linli_database_pool_wait_seconds",
    "seconds",
    SHORT_WAIT_S,
    "How long a transaction waited for a free connection; a rise means the pool is too small.",
)

EVENTS_COMMITTED = _counter(
    "linli_committed_events_total", "events", "Facts committed with the change that made them true.", "type"
)
OUTBOX_OLDEST_AGE = _gauge(
    "linli_outbox_oldest_age_seconds",
    "seconds",
    "Age of the oldest fact that the broker has not confirmed; 0 when all are sent. Alert above 30.",
)
OUTBOX_ROWS = _gauge("linli_outbox_rows", "rows", "Facts committed and not yet confirmed by the broker.")
RELAY_PUBLISHED = _counter(
    "linli_relay_published_events_total", "events", "Facts confirmed by the broker and moved to event_log."
)
RELAY_UNCONFIRMED = _gauge(
    "linli_relay_unconfirmed_events", "events", "Facts sent and waiting for their confirm at this moment."
)
RELAY_RETURNED = _counter(
    "linli_relay_returned_events_total", "events", "Facts for which the broker has no queue; they stay. Alert on any."
)
RELAY_NACKED = _counter(
    "linli_relay_nacked_events_total", "events", "Facts the broker refused to take; they are sent again."
)
RELAY_CONFIRM_SECONDS = _histogram(
    "linli_relay_confirm_seconds", "seconds", LATENCY_S, "From sending a batch to the last confirm of it."
)
RELAY_LEADER = _gauge("linli_relay_leader", "", "1 where this relay leads its database; exactly one must.")
RELAY_RECONNECTS = _counter(
    "linli_relay_reconnects_total", "reconnects", "Times the relay opened its connection to the broker anew."
)
RELAY_BLOCKED = _gauge(
    "linli_relay_blocked", "", "1 while the broker has stopped reading from the relay (memory or disk alarm)."
)

COMMIT_TO_EFFECT_SECONDS = _histogram(
    "linli_commit_to_effect_seconds",
    "seconds",
    LATENCY_S,
    "From the time of a fact to the commit of its effect in this service.",
    "consumer",
    "source",
)
EVENTS_APPLIED = _counter("linli_applied_events_total", "events", "Facts whose effect was committed.", "source", "type")
DUPLICATES_ABSORBED = _counter(
    "linli_duplicate_events_total", "events", "Deliveries whose effect was already there; harmless.", "source"
)
VERSIONS_REJECTED = _counter(
    "linli_stale_events_total", "events", "Facts older than what was already applied for their subject.", "source"
)
EVENTS_FAILED = _counter(
    "linli_failed_attempts_total", "attempts", "Attempts to apply a fact that failed.", "source", "reason"
)
EVENTS_PARKED = _counter(
    "linli_parked_events_total", "events", "Facts that had to wait behind an earlier one of their subject.", "source"
)
FAILED_EVENTS = _gauge(
    "linli_failed_events", "events", "Facts whose effect is not here yet: suspect, waiting, parked or dead.", "state"
)
DEAD_EVENTS = _gauge(
    "linli_dead_events", "events", "Facts that wait for the operator: see `linli dead-letters`. Alert on any.", "reason"
)
CONSUMER_BATCH_SIZE = _histogram(
    "linli_consumer_batch_events", "events", BATCH_SIZES, "Facts applied in one transaction.", "source"
)
BEHIND_EVENTS = _gauge(
    "linli_behind_events",
    "events",
    "Facts of this source that are told and not in effect here, on their way or kept as failed; about.",
    "source",
)
BEHIND_AGE = _gauge(
    "linli_behind_age_seconds",
    "seconds",
    "What was committed longer ago than this is in effect here, or kept as failed; NaN until known. Alert above 60.",
    "source",
)
BEHIND_KNOWN = _gauge(
    "linli_behind_known",
    "",
    "1 while the broker and the relay of this source are heard; else the two above may say too little.",
    "source",
)
TOPOLOGY_MISMATCH = _gauge(
    "linli_topology_mismatches", "mismatches", "Queues or exchanges of another shape than declared; must be 0."
)

HTTP_SECONDS = _histogram(
    "linli_http_request_seconds",
    "seconds",
    LATENCY_S,
    "From the first byte of a request to its answer; `route` is the template, never the path.",
    "route",
    "method",
    "status",
)
HTTP_IN_FLIGHT = _gauge("linli_http_requests_in_flight", "requests", "Requests being answered at this moment.")
HTTP_BROKEN_STREAMS = _counter(
    "linli_http_broken_streams_total",
    "streams",
    "Streamed or large answers that broke off: by the `caller`, who left or read nothing, or by the `service`.",
    "route",
    "reason",
)
HUB_LAG_SECONDS = _histogram(
    "linli_hub_lag_seconds",
    "seconds",
    SHORT_WAIT_S,
    "How late a timer of the event loop fires; a rise means something blocks the process.",
)

TIMER_SECONDS = _histogram(
    "linli_timer_seconds", "seconds", LATENCY_S, "Duration of one run of what a service does by the clock.", "timer"
)
TIMER_FAILURES = _counter(
    "linli_timer_failures_total",
    "failures",
    "Runs by the clock that failed: a part did not answer, or an unforeseen error. Alert on `unforeseen`.",
    "timer",
    "reason",
)

WRONG_SECRETS = _counter(
    "linli_wrong_secrets_total", "secrets", "Times somebody showed a case's number with a secret that does not open it."
)

HOLIDAY_TABLE_DAYS_LEFT = _gauge(
    "linli_holiday_table_days_left",
    "days",
    "Days for which the holiday table still speaks, NaN until known, negative once it has ended. Alert below 60.",
)
HOLIDAY_TABLE_DAYS_LEFT.set(math.nan)

AUDIT_PENDING = _gauge(
    "linli_audit_pending_rows", "rows", "Audit rows not yet sealed into the chain; alert above 10,000."
)
AUDIT_SEALED = _counter("linli_audit_sealed_rows_total", "rows", "Audit rows sealed into the chain by this process.")
AUDIT_HEAD = _gauge(
    "linli_audit_head_rows",
    "rows",
    "Number of the last row of the audit chain, NaN until known. It never falls; alert on a fall: the tail was cut.",
)
AUDIT_HEAD.set(math.nan)
