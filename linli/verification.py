"""Recomputes what is derived from what it is derived from: ledger, statistics, notices, due times, audit chains.

It asks the databases as they are now. While work goes on, what is on its way shows as a difference; asked again a
second later it is gone.
"""

import heapq
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from chassis import audit
from chassis.audit import Anchor
from chassis.calendar import local_day, system_clock
from chassis.database import Database
from linli import explaining, ledger, recounting
from linli.explaining import Depth, Why
from linli.ledger import Balance
from linli.patience import take_time
from linli.services import subscriptions

SHOWN = 10

_RESOLVED = """
SELECT event_id FROM (SELECT event_id, type FROM outbox UNION ALL SELECT event_id, type FROM event_log) facts
WHERE type = 'dispute.resolved' ORDER BY event_id
"""

_NOTICES = """
WITH told AS (
    SELECT (event ->> 'subject')::uuid AS dispute_id, (event ->> 'version')::bigint AS version,
        ARRAY(SELECT jsonb_array_elements_text(event -> 'data' -> 'levels') ORDER BY 1) AS levels
    FROM (
        SELECT envelope::jsonb AS event FROM outbox WHERE type = 'leaders.notified'
        UNION ALL SELECT envelope::jsonb FROM event_log WHERE type = 'leaders.notified'
    ) AS facts
)
SELECT n.event_id, coalesce(told.levels, '{}') AS told, coalesce(kept.levels, '{}') AS kept
FROM notifications AS n LEFT JOIN told USING (dispute_id, version) LEFT JOIN levels_told() AS kept USING (event_id)
ORDER BY n.event_id
"""

_DUE = """
SELECT d.dispute_id, d.state, 'nothing is due of it' AS problem
FROM disputes d LEFT JOIN deadlines e ON e.thing_id = d.dispute_id AND e.slot = 'state'
WHERE d.closed_as IS NULL AND e.thing_id IS NULL
UNION ALL
SELECT d.dispute_id, d.state, e.rule || ' is still due of it'
FROM deadlines e JOIN disputes d ON d.dispute_id = e.thing_id
WHERE e.thing = 'dispute' AND d.closed_as IS NOT NULL
"""

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

ENOUGH_DAYS = 120
"""With fewer left, the holiday table's next year should be loaded; the State Council tells it in November."""


@dataclass(frozen=True)
class Check:
    """One thing verified: how much was looked at, each difference in words (the first few), and why there is one, by
    the difference."""

    name: str
    looked_at: str
    differences: Sequence[str] = ()
    reasons: Mapping[str, Why] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        return not self.differences


def checks(
    databases: Mapping[str, Database],
    told: Callable[[str], None],
    anchors: Mapping[str, Sequence[Anchor]],
    depth: Depth | None = None,
) -> Iterator[Check]:
    """All checks in turn; `told` hears what is being looked at. Raises DatabaseUnavailable.

    `anchors`: for each service, heads of its audit chain that were noted elsewhere, such as in its logs. `depth` tells
    how long a queue is, for the reason of what is missing.
    """
    for one in subscriptions():
        told(f"{one.consumer} ← {one.source}")
        for balance in ledger.balances(databases, [one]):
            yield _of_balance(balance, databases, depth)
    told("statistics")
    yield _of_days(databases["grievances"], databases["statistics"])
    yield _of_months(databases["statistics"])
    told("notices")
    yield _of_notices(databases["grievances"], databases["members"])
    told("due times")
    yield _of_due_times(databases["grievances"])
    yield _of_holidays(databases["grievances"], local_day(system_clock()))
    for service, database in databases.items():
        told(f"audit of {service}")
        yield _of_audit(service, database, anchors.get(service, ()))


def _of_balance(balance: Balance, databases: Mapping[str, Database], depth: Depth | None = None) -> Check:
    source, consumer = databases[balance.source], databases[balance.consumer]
    reasons: dict[str, Why] = {}
    if balance.missing_ids:
        found = explaining.missing(source, consumer, balance.missing_ids, depth)
        reasons |= {f"fact {one} has no effect": why for one, why in found.items()}
    if balance.extra_ids:
        found = explaining.unfounded(source, consumer, balance.extra_ids)
        reasons |= {f"effect {one} has no fact": why for one, why in found.items()}
    differences = [f"fact {one} has no effect" for one in balance.missing_ids]
    differences += [f"effect {one} has no fact" for one in balance.extra_ids]
    looked_at = f"{balance.facts} facts, {balance.effects} in effect, {balance.kept} kept as failed"
    if balance.missing or balance.extra:
        differences.insert(0, f"{balance.missing} missing, {balance.extra} extra")
    return Check(f"ledger: {balance.consumer} from {balance.source}", looked_at, differences, reasons)


def _of_days(grievances: Database, statistics: Database) -> Check:
    """Every figure of every division and day, and of each category and relation, counted again from the facts."""
    with grievances.transaction() as facts, statistics.transaction() as kept:
        check = _of_counts("statistics: figures by day", "days of divisions", recounting.days(facts, kept))
    types = list(recounting.COUNTED)
    found = {one: explaining.figure(grievances, statistics, one, types) for one in check.differences}
    return replace(check, reasons={one: why for one, why in found.items() if why is not None})


def _of_months(statistics: Database) -> Check:
    with statistics.transaction() as tx:
        check = _of_counts("statistics: months against days", "months of divisions", recounting.months(tx))
    return replace(check, reasons=dict.fromkeys(check.differences[:SHOWN], explaining.MONTH))


def _of_counts(name: str, what: str, found: Iterator[str | None]) -> Check:
    looked_at, wrong, first = 0, 0, list[str]()
    for difference in found:
        looked_at += 1
        if difference is not None:
            wrong += 1
            first += [difference][: SHOWN - len(first)]
    return Check(name, f"{looked_at} {what}, by category and by relation, too", [*first, *_more(wrong)])


def _more(wrong: int) -> list[str]:
    return [f"and {wrong - SHOWN} more"] if wrong > SHOWN else []


def _of_notices(grievances: Database, members: Database) -> Check:
    """Every resolution was told to its leaders once, nothing was told that was no resolution, and at each level that
    the fact names lies one notice, at no other. Memory stays flat: both sides are read in the order of their ids."""
    resolutions, lying, wrong, first = 0, 0, 0, list[str]()
    with grievances.transaction() as facts, members.transaction() as kept:
        take_time(facts)
        take_time(kept)
        sides = heapq.merge(
            ((row.event_id, 0, None) for row in facts.stream(_RESOLVED)),
            ((row.event_id, 1, row) for row in kept.stream(_NOTICES)),
            key=lambda one: one[:2],
        )
        for event_id, found in groupby(sides, key=lambda one: one[0]):
            by_side = {side: row for _, side, row in found}
            notified = by_side.get(1)
            resolutions += 0 in by_side
            lying += len(notified.kept) if notified else 0
            for difference in _of_resolution(event_id, 0 in by_side, notified):
                wrong += 1
                first += [difference][: SHOWN - len(first)]
    named = {one: UUID(match[0]) for one in first if (match := _ID.search(one))}
    reasons = {one: explaining.notice(grievances, members, event_id) for one, event_id in named.items()}
    return Check("notices", f"{resolutions} resolutions, {lying} notices", [*first, *_more(wrong)], reasons)


def _of_resolution(event_id: Any, is_resolution: bool, notified: Any) -> Iterator[str]:
    """What is wrong with one, in words."""
    if notified is None:
        yield f"resolution {event_id} was told to nobody"
        return
    if not is_resolution:
        yield f"notice of {event_id}, which is no resolution"
    if notified.kept != notified.told:
        levels = f"notices at {_named(notified.kept)}, while the fact names {_named(notified.told)}"
        yield f"resolution {event_id} has {levels}"


def _named(levels: Sequence[str]) -> str:
    return ", ".join(levels) or "no level"


def _of_due_times(grievances: Database) -> Check:
    """Everything open has a next step that is due, and nothing that is closed waits for anybody."""
    with grievances.transaction() as tx:
        take_time(tx)
        open_ = tx.rows("SELECT count(*) AS number FROM disputes WHERE closed_as IS NULL")[0].number
        wrong = tx.rows(_DUE)
    differences = [f"dispute {row.dispute_id} is {row.state}: {row.problem}" for row in wrong[:SHOWN]]
    reasons = {one: why for one in differences for words, why in explaining.DUE.items() if words in one}
    return Check("due times", f"{open_} open disputes", [*differences, *_more(len(wrong))], reasons)


def _of_holidays(grievances: Database, today: date) -> Check:
    """Never a difference, for nothing is wrong yet: it is said here, so that whoever verifies hears of it in time."""
    with grievances.transaction() as tx:
        year = tx.rows("SELECT max(year) AS year FROM holiday_years")[0].year
    if year is None:
        return Check("holiday table", "empty; load one: linli import holidays FILE.csv")
    left = (date(year, 12, 31) - today).days
    advice = "; load the next year: linli import holidays FILE.csv" if left < ENOUGH_DAYS else ""
    return Check("holiday table", f"speaks until {year}-12-31, {left} days left{advice}")


def _of_audit(service: str, database: Database, anchors: Sequence[Anchor]) -> Check:
    with database.transaction() as tx:
        take_time(tx)
        report = audit.verify(tx, anchors)
    looked_at = f"{report.rows} rows sealed, {report.pending} pending, head {report.head}"
    differences = [] if report.intact else [f"{report.fault}: {report.detail}"]
    return Check(f"audit chain: {service}", looked_at, differences, dict.fromkeys(differences, explaining.AUDIT))
