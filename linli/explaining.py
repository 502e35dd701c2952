"""Why there is a difference, as far as the data tell, and what to do about it.

Asked for the few differences that are shown, so the cost does not grow with what was verified. Nothing is changed.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from chassis.calendar import system_clock
from chassis.database import Database, Transaction
from chassis.relay.rows import LEADER_LOCK
from linli.patience import take_time

ON_ITS_WAY = timedelta(seconds=10)
COUNT_ANEW = "docs/operating/verify-and-replay.md: a read model is to be counted anew"

Depth = Callable[[str, str], tuple[int, int] | None]
"""Of a consumer's queue for a source: messages ready, and consumers; None when the broker cannot be asked."""


@dataclass(frozen=True)
class Why:
    """The reason, and the command or the page that helps."""

    reason: str
    command: str


_FACT = """
SELECT type, subject, (envelope::jsonb ->> 'version')::bigint AS version, recorded_at, sent_at
FROM (
    SELECT event_id, type, subject, envelope, recorded_at, NULL::timestamptz AS sent_at FROM outbox
    UNION ALL SELECT event_id, type, subject, envelope, recorded_at, sent_at FROM event_log
) AS facts
WHERE event_id = ANY(%s)
"""
_LEADS = """
SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
AND (classid::bigint << 32 | objid::bigint) = %s
"""
_NEWEST = """
SELECT max(recorded_at) AS at FROM (SELECT recorded_at FROM outbox UNION ALL SELECT recorded_at FROM event_log) AS facts
"""
_SAME_VERSION = """
SELECT event_id FROM (
    SELECT event_id, subject, envelope FROM outbox UNION ALL SELECT event_id, subject, envelope FROM event_log
) AS facts
WHERE subject = %s AND (envelope::jsonb ->> 'version')::bigint = %s LIMIT 1
"""
_EFFECT = "SELECT type, subject, version, outcome, occurred_at, applied_at FROM inbox WHERE event_id = %s"
_LAST_VERSION = "SELECT version FROM subject_versions WHERE source = %s AND subject = %s"
_OUTCOMES = """
SELECT asked.event_id, inbox.outcome, kept.state, kept.reason, kept.attempts
FROM unnest(%s::uuid[]) AS asked (event_id)
LEFT JOIN inbox USING (event_id) LEFT JOIN failed_events AS kept USING (event_id)
"""
_COUNTED = """
SELECT event_id, type FROM (
    SELECT event_id, type, envelope::jsonb AS event FROM (
        SELECT event_id, type, envelope FROM outbox UNION ALL SELECT event_id, type, envelope FROM event_log
    ) AS facts
    WHERE type = ANY(%(types)s) AND envelope LIKE '%%"area":"' || %(area)s || '"%%' OFFSET 0
) AS told
WHERE event ->> 'area' = %(area)s
    AND (%(kind)s = '' OR event -> 'data' ->> %(kind)s = %(word)s)
    AND (CASE type WHEN 'deadline.missed' THEN event -> 'data' ->> 'due_at' ELSE event ->> 'time' END::timestamptz
        AT TIME ZONE 'Asia/Shanghai')::date = %(day)s
ORDER BY event_id LIMIT 1000
"""
_HOLDERS = """
SELECT DISTINCT level FROM tenures
WHERE area = %(area)s AND from_date <= %(day)s AND (until_date IS NULL OR until_date >= %(day)s) ORDER BY level
"""
_RESOLUTION = """
SELECT envelope::jsonb ->> 'area' AS area,
    ((envelope::jsonb ->> 'time')::timestamptz AT TIME ZONE 'Asia/Shanghai')::date AS day
FROM (SELECT event_id, envelope FROM outbox UNION ALL SELECT event_id, envelope FROM event_log) AS facts
WHERE event_id = %s
"""


def missing(
    source: Database, consumer: Database, event_ids: Sequence[UUID], depth: Depth | None = None
) -> dict[UUID, Why]:
    """Why facts of a source had no effect when they were weighed: unsent, on their way, or lost; or have one by now.

    Raises DatabaseUnavailable.
    """
    with source.transaction() as tx:
        take_time(tx)
        facts = {event_id: _fact(tx, event_id) for event_id in event_ids}
        leads = bool(tx.rows(_LEADS, (LEADER_LOCK,)))
    queue = depth(consumer.service, source.service) if depth else None
    with consumer.transaction() as tx:
        outcomes = {row.event_id: row for row in tx.rows(_OUTCOMES, (list(event_ids),))}
        return {
            event_id: _since(fact, outcomes[event_id])
            or _of_missing(tx, fact, source.service, leads=leads, queue=queue)
            for event_id, fact in facts.items()
            if fact is not None
        }


def _fact(tx: Transaction, event_id: UUID) -> Any:
    return next(iter(tx.rows(_FACT, ([event_id],))), None)


def _since(fact: Any, outcome: Any) -> Why | None:
    """Where it was on its way when it was weighed, and has arrived."""
    if outcome.outcome is None and outcome.state is None:
        return None
    became = "has come into effect" if outcome.outcome is not None else f"is kept as {outcome.state}"
    return Why(f"{_named(fact)} {became} since it was weighed", "linli verify")


def _named(fact: Any) -> str:
    return f"{fact.type}, version {fact.version} of {fact.subject}"


def _of_missing(tx: Transaction, fact: Any, source: str, *, leads: bool, queue: tuple[int, int] | None) -> Why:
    what = _named(fact)
    if fact.sent_at is None:
        who = f"a relay leads {source}" if leads else f"no relay leads {source}"
        return Why(
            f"{what} has been in the outbox of {source} since {_time(fact.recorded_at)} and is not sent; {who}",
            "linli status" if leads else f"linli relay {source}",
        )
    sent = f"{what} was sent at {_time(fact.sent_at)}"
    if queue is not None and queue[0]:
        behind = "nobody consumes it" if not queue[1] else f"{tx.service} is behind"
        return Why(f"{sent}; {queue[0]:,} messages wait in the queue, {behind}", "linli status --watch 5")
    if system_clock() - fact.sent_at < ON_ITS_WAY:
        return Why(f"{sent} and may be on its way", "linli verify")
    lost = "it is neither in effect nor kept" + (", and the queue is empty" if queue is not None else "")
    last = next(iter(tx.rows(_LAST_VERSION, (source, fact.subject))), None)
    known = f"; of its subject version {last.version} is in effect" if last else ""
    since = fact.sent_at.astimezone(UTC).replace(microsecond=0, tzinfo=None)
    return Why(
        f"{sent}; {lost}: it was lost with its queue, or {tx.service} was restored from an older backup{known}",
        f"linli replay {source} --to {tx.service} --since {since.isoformat()} "
        f"--until {(since + timedelta(seconds=1)).isoformat()}",
    )


def unfounded(source: Database, consumer: Database, event_ids: Sequence[UUID]) -> dict[UUID, Why]:
    """Why effects have no fact: gone from the source, or never its own. Raises DatabaseUnavailable."""
    found = {}
    with source.transaction() as facts, consumer.transaction() as effects:
        take_time(facts)
        newest: datetime | None = facts.rows(_NEWEST)[0].at
        for event_id in event_ids:
            for row in effects.rows(_EFFECT, (event_id,)):
                found[event_id] = _of_extra(facts, row, newest, consumer.service)
    return found


def _of_extra(facts: Transaction, row: Any, newest: datetime | None, consumer: str) -> Why:
    source = facts.service
    what = (
        f"{row.type}, version {row.version} of {row.subject}, told at {_time(row.occurred_at)}, "
        f"came into effect at {_time(row.applied_at)}"
    )
    twin = next(iter(facts.rows(_SAME_VERSION, (row.subject, row.version))), None)
    if twin is not None:
        return Why(
            f"{what}; {source} tells the same version as {twin.event_id}: it was told twice, or put in by hand",
            COUNT_ANEW,
        )
    if newest is None or newest < row.occurred_at:
        ends = f"ends at {_time(newest)}" if newest else "has no fact at all"
        return Why(
            f"{what}; what {source} knows {ends}: it was restored from an older backup, or lost its last commits in a "
            f"failover without synchronous commit",
            f"{COUNT_ANEW}; what was lost of {source} is told by whoever did it",
        )
    return Why(
        f"{what}; {source} has facts before and after it, and not this one: it was deleted there, or never its own",
        f"who wrote to event_log of {source}, or to the queue of {consumer}, by hand? Then {COUNT_ANEW}",
    )


_PLACE = re.compile(r"(\d{12})(?:, (category|relation) (\S+),)? on (\d{4}-\d\d-\d\d): ")


def figure(grievances: Database, statistics: Database, difference: str, types: Sequence[str]) -> Why | None:
    """Which facts count there, and which of them are not in effect; None for a difference of another kind."""
    place = _PLACE.match(difference)
    if place is None:
        return None
    area, kind, word, day = place.groups()
    asked = {"types": list(types), "area": area, "kind": kind or "", "word": word, "day": date.fromisoformat(day)}
    with grievances.transaction() as tx:
        take_time(tx)
        facts = tx.rows(_COUNTED, asked)
    with statistics.transaction() as tx:
        outcomes = {row.event_id: row for row in tx.rows(_OUTCOMES, ([row.event_id for row in facts],))}
    without = [f"{row.type} {row.event_id} ({why})" for row in facts if (why := _uncounted(outcomes[row.event_id]))]
    if without:
        shown = ", ".join(without[:3]) + (f" and {len(without) - 3} more" if len(without) > 3 else "")
        return Why(
            f"of {len(facts)} facts that count there {len(without)} are not counted: {shown}",
            "linli dead-letters list" if any(row.state for row in outcomes.values()) else "see the ledger above",
        )
    return Why(
        f"all {len(facts)} facts that count there are in effect once: the row itself was changed, or counted by a "
        "version that did not know the figure, or an effect without a fact added to it (see the ledger)",
        COUNT_ANEW,
    )


def _uncounted(row: Any) -> str | None:
    if row.state is not None:
        return f"kept as {row.state}, {row.reason}, {row.attempts} attempts"
    if row.outcome in ("stale", "discarded"):
        return "skipped as stale, after a later version" if row.outcome == "stale" else "discarded by an operator"
    return "no effect" if row.outcome is None else None


MONTH = Why("the month is not the sum of its days: a row was changed by hand, or a division was moved", COUNT_ANEW)


def notice(grievances: Database, members: Database, event_id: UUID) -> Why:
    """Whether the fact was heard, and who held which level of the place on that day."""
    with grievances.transaction() as tx:
        take_time(tx)
        fact = next(iter(tx.rows(_RESOLUTION, (event_id,))), None)
    with members.transaction() as tx:
        outcome = tx.rows(_OUTCOMES, ([event_id],))[0]
        if fact is None:
            return Why("grievances tells no such resolution: see the effects without a fact", "see the ledger above")
        levels = [row.level for row in tx.rows(_HOLDERS, {"area": fact.area, "day": fact.day})]
    held = f"in {fact.area} on {fact.day} there were tenures at {', '.join(levels) or 'no level'}"
    if (why := _uncounted(outcome)) is not None:
        helps = "linli dead-letters list" if outcome.state else "linli replay grievances --to members"
        return Why(f"members has not told it ({why}); {held}", helps)
    return Why(f"members has it in effect; {held}: a notice was removed or added by hand", "restore it from a backup")


DUE: Mapping[str, Why] = {
    "nothing is due": Why(
        "its row in deadlines is gone, or was never written by a former version; the service looks for such hourly",
        "ask again in an hour; then read the log of grievances (watch_forgotten)",
    ),
    "still due": Why("it was closed past the service, which settles what is due in the same commit", "who changed it?"),
}
AUDIT = Why(
    "rows of the chain are added by the database alone: whoever changed this one was its owner or a superuser",
    "compare with a backup, and with the anchors in the logs: linli verify --anchor SERVICE=NUMBER:HASH",
)


def _time(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
