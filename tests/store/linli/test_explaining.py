"""Why `linli verify` finds a difference: each is made for real, and its words are read."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import uuid_utils.compat

from chassis.relay.rows import LEADER_LOCK
from linli import ledger
from linli.explaining import Depth, Why
from linli.services import subscriptions
from linli.verification import Check, _of_balance, _of_days, _of_months
from tests.store.linli.test_recounting import Pair, pair
from tests.store.statistics.facts import XINGHAI

__all__ = ["pair"]
NOW = datetime.now(UTC)


def empty(_consumer: str, _source: str) -> tuple[int, int]:
    """The queue, with one consumer."""
    return 0, 1


def ledger_of(pair: Pair, depth: Depth = empty) -> Check:
    databases = {"grievances": pair.grievances, "statistics": pair.statistics}
    (mine,) = (one for one in subscriptions() if (one.consumer, one.source) == ("statistics", "grievances"))
    (balance,) = ledger.balances(databases, [mine])
    return _of_balance(balance, databases, depth)


def only(check: Check, words: str) -> Why:
    """The reason of the one difference that has these words."""
    [why] = [why for difference, why in check.reasons.items() if words in difference]
    return why


def forget(pair: Pair) -> None:
    """Statistics has never heard of the last fact."""
    pair.doctor("DELETE FROM inbox WHERE event_id = (SELECT max(event_id::text)::uuid FROM inbox)")


def send(pair: Pair, at: datetime) -> None:
    """The relay has sent all there is."""
    with pair.grievances.transaction() as tx:
        tx.execute("SELECT ensure_event_log_partition(%s)", (at.date().replace(day=1),))
        tx.execute(
            "INSERT INTO event_log (position, event_id, type, subject, mandatory, envelope, recorded_at, sent_at) "
            "SELECT position, event_id, type, subject, mandatory, envelope, recorded_at, %s FROM outbox",
            (at,),
        )
        tx.execute("DELETE FROM outbox")


def test_a_fact_that_is_unsent_is_said_to_be_and_whether_a_relay_leads(pair: Pair) -> None:
    forget(pair)

    why = only(ledger_of(pair), "has no effect")
    with pair.grievances.transaction() as tx:
        tx.execute("SELECT pg_advisory_xact_lock(%s)", (LEADER_LOCK,))
        # The pool's second connection asks meanwhile, and the ledger needs one as well.
        led = tx.rows("SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted")

    assert "has been in the outbox of grievances since" in why.reason
    assert "no relay leads grievances" in why.reason
    assert why.command == "linli relay grievances"
    assert led


@pytest.mark.parametrize(("consumers", "words"), [(1, "statistics is behind"), (0, "nobody consumes it")])
def test_a_fact_in_the_queue_is_told_with_its_length(pair: Pair, consumers: int, words: str) -> None:
    forget(pair)
    send(pair, NOW - timedelta(hours=1))

    why = only(ledger_of(pair, lambda consumer, source: (12_000, consumers)), "has no effect")

    assert f"12,000 messages wait in the queue, {words}" in why.reason


def test_a_fact_that_was_sent_just_now_may_be_on_its_way(pair: Pair) -> None:
    forget(pair)
    send(pair, datetime.now(UTC) + timedelta(minutes=1))

    assert "may be on its way" in only(ledger_of(pair), "has no effect").reason


def test_a_lost_fact_is_sent_again_by_exactly_this_command(pair: Pair) -> None:
    forget(pair)
    send(pair, datetime(2026, 3, 10, 4, 0, 7, 500_000, tzinfo=UTC))

    why = only(ledger_of(pair), "has no effect")

    assert "it is neither in effect nor kept, and the queue is empty: it was lost with its queue" in why.reason
    assert why.command == (
        "linli replay grievances --to statistics --since 2026-03-10T04:00:07 --until 2026-03-10T04:00:08"
    )


def test_a_fact_that_has_arrived_since_it_was_weighed_is_not_said_to_be_lost(pair: Pair) -> None:
    forget(pair)
    send(pair, NOW - timedelta(hours=1))
    databases = {"grievances": pair.grievances, "statistics": pair.statistics}
    (mine,) = (one for one in subscriptions() if (one.consumer, one.source) == ("statistics", "grievances"))
    (balance,) = ledger.balances(databases, [mine])
    with pair.statistics.transaction() as tx:
        tx.execute(
            "INSERT INTO inbox (event_id, source, type, subject, version, outcome, occurred_at) "
            "VALUES (%s, 'grievances', 'dispute.registered', 'somebody', 9, 'applied', %s)",
            (balance.missing_ids[0], NOW),
        )

    why = only(_of_balance(balance, databases, empty), "has no effect")

    assert "has come into effect since it was weighed" in why.reason
    assert why.command == "linli verify"


def effect(pair: Pair, subject: str, version: int, occurred_at: datetime) -> None:
    with pair.statistics.transaction() as tx:
        tx.execute(
            "INSERT INTO inbox (event_id, source, type, subject, version, outcome, occurred_at) "
            "VALUES (%s, 'grievances', 'dispute.registered', %s, %s, 'applied', %s)",
            (uuid_utils.compat.uuid7(), subject, version, occurred_at),
        )


def test_an_effect_after_the_end_of_its_source_tells_of_a_restore_or_a_failover(pair: Pair) -> None:
    effect(pair, "somebody", 1, NOW + timedelta(hours=1))

    why = only(ledger_of(pair), "has no fact")

    assert "dispute.registered, version 1 of somebody, told at" in why.reason
    assert "restored from an older backup, or lost its last commits in a failover" in why.reason


def test_an_effect_between_other_facts_was_deleted_or_put_in(pair: Pair) -> None:
    effect(pair, "somebody", 1, NOW - timedelta(days=900))

    assert "has facts before and after it, and not this one" in only(ledger_of(pair), "has no fact").reason


def test_an_effect_of_a_version_that_is_told_under_another_id_was_told_twice(pair: Pair) -> None:
    effect(pair, "deadline-1", 1, NOW)

    assert "grievances tells the same version as" in only(ledger_of(pair), "has no fact").reason


def test_a_figure_that_was_changed_by_hand_is_told_from_one_of_facts_that_are_not_counted(pair: Pair) -> None:
    pair.doctor(f"UPDATE figures_by_day SET registered = 7 WHERE area = '{XINGHAI}'")

    why = only(_of_days(pair.grievances, pair.statistics), "registered 7, the facts say 1")

    assert "facts that count there are in effect once: the row itself was changed" in why.reason
    assert "counted anew" in why.command


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("DELETE FROM inbox WHERE type = 'dispute.registered'", "no effect"),
        ("UPDATE inbox SET outcome = 'stale' WHERE type = 'dispute.registered'", "skipped as stale"),
        ("UPDATE inbox SET outcome = 'discarded' WHERE type = 'dispute.registered'", "discarded by an operator"),
        (
            "WITH gone AS (DELETE FROM inbox WHERE type = 'dispute.registered' RETURNING event_id) "
            "INSERT INTO failed_events (event_id, source, state, reason, detail, attempts, body) "
            "SELECT event_id, 'grievances', 'dead', 'handler', '', 5, '' FROM gone",
            "kept as dead, handler, 5 attempts",
        ),
    ],
    ids=["lost", "stale", "discarded", "dead"],
)
@pytest.mark.parametrize("kind", ["", ", category noise,"])
def test_a_figure_without_a_fact_names_the_fact_and_what_became_of_it(
    pair: Pair, outcome: str, words: str, kind: str
) -> None:
    pair.doctor(outcome)
    table, where = ("breakdown_by_day", "AND word = 'noise'") if kind else ("figures_by_day", "")
    pair.doctor(f"UPDATE {table} SET registered = 0 WHERE area = '{XINGHAI}' {where}")

    why = only(_of_days(pair.grievances, pair.statistics), f"{XINGHAI}{kind} on 2026-03-10: registered 0")

    assert f"1 are not counted: dispute.registered {_first(pair)} ({words}" in why.reason


def _first(pair: Pair) -> UUID:
    with pair.grievances.transaction() as tx:
        found: UUID = tx.rows("SELECT event_id FROM outbox ORDER BY position LIMIT 1")[0].event_id
    return found


def test_a_month_that_is_not_the_sum_of_its_days_says_so(pair: Pair) -> None:
    pair.doctor(f"UPDATE figures_by_month SET registered = 7 WHERE area = '{XINGHAI}'")

    assert "not the sum of its days" in only(_of_months(pair.statistics), "registered 7").reason


def test_every_difference_that_is_shown_has_a_reason(pair: Pair) -> None:
    forget(pair)
    effect(pair, "somebody", 1, NOW)
    pair.doctor("UPDATE figures_by_day SET accepted = accepted + 1")

    for check in (ledger_of(pair), _of_days(pair.grievances, pair.statistics)):
        told = [one for one in check.differences if not one.endswith(("extra", "more"))]
        assert told
        assert set(told) == set(check.reasons)
