"""From the commit of a fact to the commit of its effect in another service, in PostgreSQL's own clock.

The fact's side is `recorded_at`, the clock when its row went into the outbox: in the round trip of the commit, so a
little before it. The effect's side is the commit time of its inbox row, which PostgreSQL keeps when
track_commit_timestamp is on (as it is in the embedded one); elsewhere `applied_at`, just before that commit.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from chassis.database import Database
from chassis.inbox.subscriptions import Subscriptions

_RECORDED = (
    "SELECT event_id, recorded_at FROM (SELECT event_id, type, recorded_at FROM outbox UNION ALL "
    "SELECT event_id, type, recorded_at FROM event_log) facts WHERE type = ANY(%s) AND recorded_at >= %s"
)
_IN_EFFECT = "SELECT event_id, {at} AS at FROM inbox WHERE source = %s AND outcome = 'applied' AND applied_at >= %s"


def commit_to_effect_ms(
    databases: Mapping[str, Database], subscriptions: Iterable[Subscriptions], since: datetime
) -> list[float]:
    """Milliseconds of every pair of fact and effect since an instant, in no order."""
    return [delay for one in subscriptions for delay in _delays_ms(databases, one, since)]


def percentiles(delays_ms: list[float]) -> dict[str, float | None]:
    """p50 and p99 by nearest rank, to a tenth of a millisecond; null when nothing was measured."""
    ordered = sorted(delays_ms)
    if not ordered:
        return {"p50": None, "p99": None}
    return {name: round(ordered[-(-len(ordered) * rank // 100) - 1], 1) for name, rank in (("p50", 50), ("p99", 99))}


def _delays_ms(databases: Mapping[str, Database], subscribed: Subscriptions, since: datetime) -> list[float]:
    with databases[subscribed.source].transaction() as tx:
        recorded = {row.event_id: row.recorded_at for row in tx.rows(_RECORDED, (list(subscribed.types), since))}
    with databases[subscribed.consumer].transaction() as tx:
        kept = tx.rows("SHOW track_commit_timestamp")[0][0] == "on"
        sql = _IN_EFFECT.format(at="pg_xact_commit_timestamp(xmin)" if kept else "applied_at")
        applied = tx.rows(sql, (subscribed.source, since))
    return [
        (row.at - recorded[row.event_id]).total_seconds() * 1000
        for row in applied
        if row.event_id in recorded and row.at
    ]
