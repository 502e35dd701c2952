"""The ledger: every committed fact against every effect, for each consumer that subscribes to it.

A fact is owed to each consumer of its type. It is applied when its inbox row is there (applied, stale by its version,
or discarded by an operator), kept when it lies in failed_events, otherwise missing. An inbox row without a fact is
extra.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from chassis.database import Database, Transaction
from chassis.inbox.subscriptions import Subscriptions
from linli.patience import take_time

SHOWN = 10

_APPLIED = "SELECT event_id FROM inbox WHERE source = %s ORDER BY event_id"
_KEPT = "SELECT event_id FROM failed_events WHERE source = %s ORDER BY event_id"
_OWED = (
    "SELECT event_id FROM (SELECT event_id, type FROM outbox UNION ALL SELECT event_id, type FROM event_log) facts "
    "WHERE type = ANY(%s) ORDER BY event_id"
)


@dataclass
class Balance:
    """What one consumer owes one source. `missing_ids` and `extra_ids` hold the first few."""

    consumer: str
    source: str
    facts: int = 0
    effects: int = 0
    kept: int = 0
    missing: int = 0
    extra: int = 0
    missing_ids: list[UUID] = field(default_factory=list)
    extra_ids: list[UUID] = field(default_factory=list)

    @property
    def even(self) -> bool:
        """Nothing missing, nothing extra; what is kept is accounted for."""
        return not (self.missing or self.extra)


def balances(databases: Mapping[str, Database], subscriptions: Iterable[Subscriptions]) -> list[Balance]:
    """Weigh every queue's two ends. While work goes on, what is on its way shows as missing.

    Raises DatabaseUnavailable. Memory stays flat: both sides are read in the order of their ids.
    """
    return [_weigh(databases, one) for one in subscriptions]


def settle(
    databases: Mapping[str, Database], subscriptions: Iterable[Subscriptions], timeout_s: float
) -> list[Balance]:
    """Wait until everything committed so far is in effect or kept, and give the balances, even or not."""
    subscribed = list(subscriptions)
    deadline = time.monotonic() + timeout_s
    while True:
        found = balances(databases, subscribed)
        if all(balance.even for balance in found) or time.monotonic() > deadline:
            return found
        time.sleep(0.1)


def totals(found: Iterable[Balance]) -> dict[str, int]:
    """The sums of several balances: facts owed, effects applied, kept, and the differences."""
    listed = list(found)
    return {
        name: sum(getattr(balance, name) for balance in listed)
        for name in ("facts", "effects", "kept", "missing", "extra")
    }


def _weigh(databases: Mapping[str, Database], subscribed: Subscriptions) -> Balance:
    balance = Balance(subscribed.consumer, subscribed.source)
    with databases[subscribed.consumer].transaction() as consumer, databases[subscribed.source].transaction() as source:
        take_time(consumer)
        take_time(source)
        # The effects first: a fact committed in between can then look late, but never look extra.
        applied = _ids(consumer, _APPLIED, subscribed.source)
        kept = {row.event_id for row in consumer.rows(_KEPT, (subscribed.source,))}
        owed = _ids(source, _OWED, list(subscribed.types))
        _compare(balance, owed, applied, kept)
    return balance


def _compare(balance: Balance, owed: Iterator[UUID], applied: Iterator[UUID], kept: set[UUID]) -> None:
    fact, effect = next(owed, None), next(applied, None)
    while fact is not None or effect is not None:
        if effect is not None and (fact is None or effect < fact):
            balance.extra += 1
            balance.extra_ids += [effect][: SHOWN - len(balance.extra_ids)]
            effect = next(applied, None)
            continue
        balance.facts += 1
        if fact == effect:
            balance.effects += 1
            effect = next(applied, None)
        elif fact in kept:
            balance.kept += 1
        elif fact is not None:
            balance.missing += 1
            balance.missing_ids += [fact][: SHOWN - len(balance.missing_ids)]
        fact = next(owed, None)


def _ids(tx: Transaction, sql: str, parameter: Any) -> Iterator[UUID]:
    rows = tx.stream(sql, (parameter,))
    return (row.event_id for row in rows)
