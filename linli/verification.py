"""Recomputes what is derived from what it is derived from: ledger, statistics, notices, audit chains.

It asks the databases as they are now. While work goes on, what is on its way shows as a difference; asked again a
second later it is gone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chassis import audit
from chassis.audit import Anchor
from chassis.database import Database
from linli import ledger
from linli.ledger import Balance
from linli.services import subscriptions

SHOWN = 10

FIGURES = ("registered", "accepted", "resolved", "refused", "terminated", "reopened")

_FROM_FACTS = """
SELECT area, day, type, count(*) AS number, coalesce(sum(days_open), 0) AS days FROM (
    SELECT type, envelope::jsonb ->> 'area' AS area,
        ((envelope::jsonb ->> 'time')::timestamptz AT TIME ZONE 'Asia/Shanghai')::date AS day,
        (envelope::jsonb -> 'data' ->> 'days_open')::bigint AS days_open
    FROM (SELECT type, envelope FROM outbox UNION ALL SELECT type, envelope FROM event_log) facts
    WHERE type = ANY(%s)
) read GROUP BY area, day, type
"""
_KEPT = """
SELECT area, day, registered, accepted, resolved, refused, terminated, reopened, days_to_resolve_sum FROM figures_by_day
"""
_MONTHS = """
SELECT coalesce(days.area, months.area) AS area, coalesce(days.month, months.month) AS month,
    days.numbers AS by_day, months.numbers AS by_month
FROM (
    SELECT area, date_trunc('month', day)::date AS month,
        ARRAY[sum(registered), sum(accepted), sum(resolved), sum(refused), sum(terminated), sum(reopened)] AS numbers
    FROM figures_by_day GROUP BY 1, 2
) days FULL JOIN (
    SELECT area, month, ARRAY[registered, accepted, resolved, refused, terminated, reopened]::numeric[] AS numbers
    FROM figures_by_month
) months USING (area, month)
WHERE days.numbers IS DISTINCT FROM months.numbers
"""
_RESOLVED = """
SELECT event_id FROM (SELECT event_id, type FROM outbox UNION ALL SELECT event_id, type FROM event_log) facts
WHERE type = 'dispute.resolved'
"""


@dataclass(frozen=True)
class Check:
    """One thing verified: how much was looked at, and each difference in words (the first few)."""

    name: str
    looked_at: str
    differences: Sequence[str] = ()

    @property
    def holds(self) -> bool:
        return not self.differences


def checks(
    databases: Mapping[str, Database], told: Callable[[str], None], anchors: Mapping[str, Sequence[Anchor]]
) -> Iterator[Check]:
    """All checks in turn; `told` hears what is being looked at. Raises DatabaseUnavailable.

    `anchors`: for each service, heads of its audit chain that were noted elsewhere, such as in its logs.
    """
    for balance in ledger.balances(databases, subscriptions()):
        told(f"{balance.consumer} ← {balance.source}")
        yield _of_balance(balance)
    told("statistics")
    yield _of_figures(databases["grievances"], databases["statistics"])
    yield _of_months(databases["statistics"])
    told("notices")
    yield _of_notices(databases["grievances"], databases["members"])
    for service, database in databases.items():
        told(f"audit of {service}")
        yield _of_audit(service, database, anchors.get(service, ()))


def _of_balance(balance: Balance) -> Check:
    differences = [f"fact {one} has no effect: `linli replay` sends it again" for one in balance.missing_ids]
    differences += [f"effect {one} has no fact" for one in balance.extra_ids]
    looked_at = f"{balance.facts} facts, {balance.effects} in effect, {balance.kept} kept as failed"
    if balance.missing or balance.extra:
        differences.insert(0, f"{balance.missing} missing, {balance.extra} extra")
    return Check(f"ledger: {balance.consumer} from {balance.source}", looked_at, differences)


def _of_figures(grievances: Database, statistics: Database) -> Check:
    """Every figure of every division and day, counted again from the facts themselves."""
    with grievances.transaction() as tx:
        facts = tx.rows(_FROM_FACTS, ([f"dispute.{name}" for name in FIGURES],))
    counted: dict[tuple[Any, Any, str], int] = {}
    for row in facts:
        name = row.type.removeprefix("dispute.")
        counted[row.area, row.day, name] = row.number
        if name == "resolved":
            counted[row.area, row.day, "days_to_resolve_sum"] = int(row.days)
    with statistics.transaction() as tx:
        rows = tx.rows(_KEPT)
    names = (*FIGURES, "days_to_resolve_sum")
    kept = {(row.area, row.day, name): getattr(row, name) for row in rows for name in names if getattr(row, name)}
    counted = {key: number for key, number in counted.items() if number}
    wrong = sorted(key for key in counted.keys() | kept.keys() if counted.get(key, 0) != kept.get(key, 0))
    differences = [
        f"{name} of {area} on {day}: {kept.get(key, 0)}, the facts say {counted.get(key, 0)}"
        for key in wrong[:SHOWN]
        for area, day, name in [key]
    ]
    return Check("statistics: figures by day", f"{len(kept)} figures from {len(facts)} groups of facts", differences)


def _of_months(statistics: Database) -> Check:
    with statistics.transaction() as tx:
        wrong = tx.rows(_MONTHS)
    differences = [f"{row.area} {row.month:%Y-%m}: months {row.by_month}, days {row.by_day}" for row in wrong[:SHOWN]]
    return Check("statistics: months against days", "every month", differences)


def _of_notices(grievances: Database, members: Database) -> Check:
    """Every resolution was told to its leaders once, and nothing was told that was no resolution."""
    with grievances.transaction() as tx:
        resolved = {row.event_id for row in tx.rows(_RESOLVED)}
    with members.transaction() as tx:
        notified = {row.event_id for row in tx.rows("SELECT event_id FROM notifications")}
        doubled = tx.rows("SELECT event_id, level FROM notices GROUP BY 1, 2 HAVING count(*) > 1")
    differences = [f"resolution {one} was told to nobody" for one in sorted(resolved - notified)[:SHOWN]]
    differences += [f"notice of {one}, which is no resolution" for one in sorted(notified - resolved)[:SHOWN]]
    differences += [f"two notices of {row.event_id} at level {row.level}" for row in doubled[:SHOWN]]
    return Check("notices", f"{len(resolved)} resolutions", differences)


def _of_audit(service: str, database: Database, anchors: Sequence[Anchor]) -> Check:
    with database.transaction() as tx:
        report = audit.verify(tx, anchors)
    looked_at = f"{report.rows} rows sealed, {report.pending} pending, head {report.head}"
    return Check(f"audit chain: {service}", looked_at, [] if report.intact else [f"{report.fault}: {report.detail}"])
