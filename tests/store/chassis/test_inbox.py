"""Exactly-once effect over a real PostgreSQL: however often a fact is delivered, and however its handler fails."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from chassis.database import Transaction
from chassis.envelope import Event
from chassis.errors import DatabaseTooSlow, DatabaseUnavailable
from chassis.inbox.delivery import Delivery
from tests.store.chassis.conftest import MakeConsumer
from tests.support.consumer import Consumer, failing
from tests.support.facts import add, delivery, event, told


def one_each(subjects: int) -> list[Delivery]:
    """A first fact of each of so many subjects: s0, s1, …"""
    return [delivery(event(f"s{number}")) for number in range(subjects)]


def test_a_fact_comes_into_effect_with_its_inbox_row(consumer: Consumer) -> None:
    fact = event("a", 1)
    consumer.apply(delivery(fact))

    (row,) = consumer.rows("SELECT event_id, source, type, subject, version, outcome, occurred_at FROM inbox")
    assert tuple(row) == (fact.event_id, "grievances", "thing.told", "a", 1, "applied", fact.time)
    assert consumer.effects() == ["a1"]


@pytest.mark.parametrize("in_sequence", [True, False])
@pytest.mark.parametrize("batch", [True, False])
def test_a_fact_delivered_twice_in_a_batch_has_one_effect(
    make_consumer: MakeConsumer, in_sequence: bool, batch: bool
) -> None:
    consumer = make_consumer(in_sequence=in_sequence, batch=batch)
    first, second = told("a", 1, 2)
    consumer.apply(first, first, second, first, second)

    assert consumer.effects() == ["a1", "a2"]


@pytest.mark.parametrize("in_sequence", [True, False])
def test_a_fact_delivered_again_later_has_one_effect(make_consumer: MakeConsumer, in_sequence: bool) -> None:
    consumer = make_consumer(in_sequence=in_sequence)
    deliveries = told("a", 1, 2, 3)
    consumer.apply(*deliveries)
    consumer.apply(*deliveries)

    assert (consumer.effects(), consumer.kept()) == (["a1", "a2", "a3"], {})


def test_a_fact_delivered_again_after_a_crash_has_one_effect(consumer: Consumer) -> None:
    fact = event("a", 1)
    consumer.apply(delivery(fact))
    consumer.apply(delivery(fact, redelivered=True), *told("a", 2, redelivered=True))

    assert (consumer.effects(), consumer.kept()) == (["a1", "a2"], {})


@pytest.mark.parametrize("in_sequence", [True, False])
def test_a_thousand_concurrent_deliveries_of_one_fact_have_one_effect(
    make_consumer: MakeConsumer, in_sequence: bool
) -> None:
    consumer = make_consumer(in_sequence=in_sequence)
    fact = event("a", 1)
    together = threading.Barrier(8)

    def deliver(thread: int) -> None:
        together.wait(20)
        for number in range(25):
            consumer.apply(*[delivery(fact, redelivered=(thread + number) % 3 == 0)] * 5)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(deliver, range(8)))

    assert (consumer.effects(), consumer.kept()) == (["a1"], {})


def test_overlapping_batches_in_several_processes_have_each_effect_once(consumer: Consumer) -> None:
    facts = [delivery(event(f"s{number % 7}", 1 + number // 7)) for number in range(70)]

    def deliver(thread: int) -> None:
        mine = facts if thread % 2 else [*facts[35:], *facts[:35]]
        for start in range(0, len(mine), 10):
            with suppress(DatabaseUnavailable):
                consumer.apply(*mine[start : start + 10])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(deliver, range(4)))
    while consumer.retry(after_s=5):
        pass

    assert sorted(consumer.effects()) == sorted(f"s{number % 7}{1 + number // 7}" for number in range(70))
    for subject in range(7):
        mine = [effect for effect in consumer.effects() if effect.startswith(f"s{subject}")]
        assert mine == [f"s{subject}{version}" for version in range(1, 11)]


def test_a_batch_shares_one_transaction(consumer: Consumer) -> None:
    consumer.apply(*one_each(20))

    assert len(consumer.rows("SELECT DISTINCT xmin::text FROM inbox")) == 1


def test_a_batch_subscription_is_handed_the_whole_run(make_consumer: MakeConsumer) -> None:
    consumer = make_consumer(batch=True)
    consumer.apply(*one_each(5))

    assert consumer.calls == [["s01", "s11", "s21", "s31", "s41"]]


@pytest.mark.parametrize("batch", [True, False])
def test_one_bad_fact_among_a_hundred_is_kept_and_the_others_are_in_effect(
    make_consumer: MakeConsumer, batch: bool
) -> None:
    consumer = make_consumer(batch=batch)
    consumer.behaviour = failing("s421")
    consumer.apply(*one_each(100))

    assert consumer.effects() == [f"s{number}1" for number in range(100) if number != 42]
    assert consumer.kept() == {"s421": "waiting handler"}


def test_what_a_failing_handler_did_before_it_raised_is_undone(consumer: Consumer) -> None:
    def write_then_fail(tx: Transaction, fact: Event) -> None:
        tx.execute("INSERT INTO subject_versions VALUES ('elsewhere', %s, 7)", (fact.subject,))
        tx.at_commit("INSERT INTO subject_versions VALUES ('at commit', %s, 7)", (fact.subject,))
        if fact.subject == "bad":
            raise RuntimeError

    consumer.behaviour = write_then_fail
    consumer.apply(*told("good", 1), *told("bad", 1))

    assert consumer.effects() == ["good1"]
    assert {row.subject for row in consumer.rows("SELECT subject FROM subject_versions")} == {"good"}


def test_a_fact_that_a_failing_handler_published_is_not_published(consumer: Consumer) -> None:
    def publish_then_fail(tx: Transaction, fact: Event) -> None:
        add(tx, f"from {fact.subject}", 1)
        if fact.subject == "bad":
            raise RuntimeError

    consumer.behaviour = publish_then_fail
    consumer.apply(*told("good", 1), *told("bad", 1))
    published = consumer.rows("DELETE FROM outbox RETURNING subject")

    assert [row.subject for row in published] == ["from good"]


def test_an_error_in_what_a_handler_says_at_commit_is_that_facts_own(consumer: Consumer) -> None:
    def say(tx: Transaction, fact: Event) -> None:
        if fact.subject == "bad":
            tx.at_commit("SELECT 1/0", ())

    consumer.behaviour = say
    consumer.apply(*told("good", 1), *told("bad", 1), *told("fine", 1))

    assert consumer.effects() == ["good1", "fine1"]
    assert consumer.kept() == {"bad1": "waiting handler"}


def test_a_handler_that_passes_over_a_database_error_in_silence_harms_only_its_own_fact(consumer: Consumer) -> None:
    def pass_over(tx: Transaction, fact: Event) -> None:
        if fact.subject == "bad":
            with suppress(Exception):
                tx.execute("SELECT 1/0")

    consumer.behaviour = pass_over
    consumer.apply(*told("good", 1), *told("bad", 1), *told("fine", 1))

    assert consumer.effects() == ["good1", "fine1"]
    assert consumer.kept() == {"bad1": "waiting handler"}


def test_the_error_is_kept_without_what_looks_like_personal_data(consumer: Consumer) -> None:
    def fail(_tx: Transaction, _event: Event) -> None:
        raise RuntimeError("no answer for 13800138000")

    consumer.behaviour = fail
    consumer.apply(*told("a", 1))

    (row,) = consumer.rows("SELECT detail FROM failed_events")
    assert row.detail.startswith("RuntimeError: no answer for ")
    assert "13800138000" not in row.detail


def test_a_connection_lost_in_a_handler_changes_nothing_and_says_unavailable(consumer: Consumer) -> None:
    def lose(tx: Transaction, fact: Event) -> None:
        if fact.subject == "s3":
            tx.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    consumer.behaviour = lose
    with pytest.raises(DatabaseUnavailable):
        consumer.apply(*one_each(6))

    assert (consumer.effects(), consumer.kept(), consumer.rows("SELECT FROM inbox")) == ([], {}, [])


def test_after_an_outage_the_same_deliveries_come_into_effect(consumer: Consumer) -> None:
    outages = [1, 2]

    def lose(tx: Transaction, _fact: Event) -> None:
        if outages and outages.pop():
            tx.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    consumer.behaviour = lose
    deliveries = one_each(6)
    for _ in range(2):
        with pytest.raises(DatabaseUnavailable):
            consumer.apply(*deliveries)
    consumer.apply(*deliveries)

    assert consumer.effects() == [f"s{number}1" for number in range(6)]


def test_a_handler_cut_off_by_a_kill_leaves_nothing_behind(consumer: Consumer) -> None:
    class Killed(BaseException):
        pass

    def die(_tx: Transaction, fact: Event) -> None:
        if fact.subject == "s3":
            raise Killed

    consumer.behaviour = die
    with pytest.raises(Killed):
        consumer.apply(*one_each(6))

    assert (consumer.effects(), consumer.kept(), consumer.rows("SELECT FROM inbox")) == ([], {}, [])


def test_waiting_for_somebody_elses_lock_is_no_failure_of_the_fact(consumer: Consumer) -> None:
    def wait_for_the_lock(tx: Transaction, _event: Event) -> None:
        tx.execute("SET LOCAL lock_timeout = '50ms'")
        tx.execute("SELECT pg_advisory_xact_lock(7)")

    consumer.behaviour = wait_for_the_lock
    with consumer.database.transaction() as other:
        other.execute("SELECT pg_advisory_xact_lock(7)")
        with pytest.raises(DatabaseTooSlow):
            consumer.apply(*told("a", 1))
        assert (consumer.effects(), consumer.kept()) == ([], {})

    consumer.apply(*told("a", 1))
    assert (consumer.effects(), consumer.kept()) == (["a1"], {})
