"""Order within a subject: what failed holds back what comes after it, and nothing else (DESIGN §2, fault 21)."""

import itertools
from datetime import timedelta

import pytest

from chassis.inbox.delivery import Delivery
from tests.store.chassis.conftest import MakeConsumer
from tests.support.consumer import Consumer, failing
from tests.support.facts import delivery, event, told


def nothing_fails(consumer: Consumer) -> None:
    consumer.behaviour = failing()


def test_versions_three_one_two_and_two_again_come_into_effect_once_and_in_order(consumer: Consumer) -> None:
    third, first, second = told("a", 3, 1, 2)
    consumer.apply(third, first, second, second)
    consumer.retry()

    assert (consumer.effects(), consumer.kept()) == (["a1", "a2", "a3"], {})


@pytest.mark.parametrize("order", list(itertools.permutations([1, 2, 3, 4])))
@pytest.mark.parametrize("redelivered", [False, True])
def test_in_whatever_order_versions_come_they_take_effect_in_their_own(
    consumer: Consumer, order: tuple[int, ...], redelivered: bool
) -> None:
    for one in told("a", *order, redelivered=redelivered):
        consumer.apply(one)
        consumer.retry(after_s=3)

    assert (consumer.effects(), consumer.kept()) == (["a1", "a2", "a3", "a4"], {})


def test_a_version_that_comes_too_late_is_counted_and_has_no_effect(consumer: Consumer) -> None:
    consumer.apply(*told("a", 1, 2, 3))
    consumer.apply(*told("a", 2))

    assert consumer.effects() == ["a1", "a2", "a3"]
    assert [row.version for row in consumer.rows("SELECT version FROM inbox WHERE outcome = 'stale'")] == [2]
    assert consumer.kept() == {}


def test_a_version_without_its_predecessor_parks_until_that_has_come(consumer: Consumer) -> None:
    consumer.apply(*told("a", 2))
    waiting = consumer.kept()
    consumer.retry(after_s=60)
    consumer.apply(*told("a", 1))
    consumer.retry(after_s=60)

    assert waiting == {"a2": "parked order"}
    assert (consumer.effects(), consumer.kept()) == (["a1", "a2"], {})


def test_waiting_for_a_predecessor_is_no_attempt_however_long_it_takes(consumer: Consumer) -> None:
    consumer.apply(*told("a", 2))
    for _ in range(20):
        consumer.retry(after_s=60)

    assert consumer.kept() == {"a2": "parked order"}


def test_a_gap_of_one_subject_holds_back_no_other(consumer: Consumer) -> None:
    consumer.apply(*told("a", 2), *told("b", 1, 2))

    assert consumer.effects() == ["b1", "b2"]


def test_many_gaps_do_not_keep_one_that_has_filled_from_being_looked_at(consumer: Consumer) -> None:
    consumer.apply(*(one for number in range(40) for one in told(f"never{number}", 2)))
    consumer.apply(*told("last", 2))
    consumer.apply(*told("last", 1))
    for _ in range(12):
        consumer.now += timedelta(seconds=1)
        consumer.inbox.retry_due(limit=5)

    assert consumer.effects() == ["last1", "last2"]


@pytest.mark.parametrize("in_sequence", [True, False])
@pytest.mark.parametrize("together", [True, False])
def test_later_facts_of_a_failed_subject_wait_and_take_effect_in_order_after_it(
    make_consumer: MakeConsumer, in_sequence: bool, together: bool
) -> None:
    consumer = make_consumer(in_sequence=in_sequence)
    consumer.behaviour = failing("a2")
    deliveries = told("a", 1, 2, 3, 4)
    for batch in [deliveries] if together else [[one] for one in deliveries]:
        consumer.apply(*batch)
    meanwhile = consumer.effects(), consumer.kept()
    nothing_fails(consumer)
    consumer.retry(after_s=1)

    assert meanwhile == (["a1"], {"a2": "waiting handler", "a3": "parked order", "a4": "parked order"})
    assert (consumer.effects(), consumer.kept()) == (["a1", "a2", "a3", "a4"], {})


@pytest.mark.parametrize("in_sequence", [True, False])
def test_a_failed_subject_holds_back_no_other(make_consumer: MakeConsumer, in_sequence: bool) -> None:
    consumer = make_consumer(in_sequence=in_sequence)
    consumer.behaviour = failing("a1")
    consumer.apply(*told("a", 1, 2), *told("b", 1, 2))

    assert consumer.effects() == ["b1", "b2"]


def test_an_earlier_fact_is_not_held_back_by_a_later_one_that_failed(make_consumer: MakeConsumer) -> None:
    consumer = make_consumer(in_sequence=False)
    consumer.behaviour = failing("a2")
    consumer.apply(*told("a", 2))
    consumer.apply(*told("a", 1))

    assert consumer.effects() == ["a1"]


def test_a_fact_that_waits_already_is_not_tried_by_a_repeated_delivery(consumer: Consumer) -> None:
    consumer.behaviour = failing("a1")
    repeated = told("a", 1)
    for _ in range(10):
        consumer.apply(*repeated)

    assert [row.attempts for row in consumer.rows("SELECT attempts FROM failed_events")] == [1]


def test_a_retry_waits_for_its_pause_which_grows(consumer: Consumer) -> None:
    consumer.behaviour = failing("a1")
    consumer.apply(*told("a", 1))
    calls = []
    for after_s in (0.5, 0.5, 1, 1, 2.9, 0.1):
        before = len(consumer.calls)
        consumer.retry(after_s)
        calls.append(len(consumer.calls) - before)

    assert calls == [0, 1, 0, 0, 0, 1]


def test_after_the_last_attempt_a_fact_is_dead_and_what_follows_it_waits(consumer: Consumer) -> None:
    consumer.behaviour = failing("a1")
    consumer.apply(*told("a", 1, 2))
    tried = sum("a1" in call for call in consumer.calls)
    for _ in range(10):
        consumer.retry(after_s=3600)

    assert consumer.kept() == {"a1": "dead handler", "a2": "parked order"}
    # The first transaction, its repetition with a savepoint for each, and two retries.
    assert sum("a1" in call for call in consumer.calls) == tried + 2
    assert [row.attempts for row in consumer.rows("SELECT attempts FROM failed_events WHERE version = 1")] == [3]


def test_a_batch_may_hold_many_versions_of_many_subjects(make_consumer: MakeConsumer) -> None:
    consumer = make_consumer(batch=True)
    mixed: list[Delivery] = [delivery(event(f"s{n % 5}", 1 + n // 5)) for n in range(50)]
    consumer.apply(*mixed)

    assert consumer.effects() == [f"s{n % 5}{1 + n // 5}" for n in range(50)]
    assert {row.version for row in consumer.rows("SELECT version FROM subject_versions")} == {10}


def test_what_waited_behind_one_comes_after_it_together(consumer: Consumer) -> None:
    """One by one, what piles up behind a late event of a busy subject would take longer than what keeps coming."""
    consumer.behaviour = failing("a1")
    consumer.apply(*told("a", *range(1, 1202)), *told("b", 1))
    nothing_fails(consumer)
    consumer.now += timedelta(seconds=2)

    in_effect = consumer.inbox.retry_due()

    assert (in_effect, consumer.kept()) == (1201, {})
    assert consumer.effects() == ["b1", *(f"a{version}" for version in range(1, 1202))]


def test_one_that_raises_among_those_that_waited_holds_back_only_what_comes_after_it(consumer: Consumer) -> None:
    consumer.behaviour = failing("a1", "b1")
    consumer.apply(*told("a", 1, 2, 3, 4), *told("b", 1, 2))
    consumer.behaviour = failing("a3")

    consumer.retry(after_s=2)

    assert set(consumer.effects()) == {"a1", "a2", "b1", "b2"}
    assert consumer.kept() == {"a3": "waiting handler", "a4": "parked order"}


def test_one_that_kills_the_process_among_those_that_waited_is_run_alone_next_time(consumer: Consumer) -> None:
    consumer.behaviour = failing("a1")
    consumer.apply(*told("a", 1, 2, 3, 4))

    def dies(_tx: object, one: object) -> None:
        if getattr(one, "version", 0) == 3:
            raise SystemExit

    consumer.behaviour = dies
    consumer.now += timedelta(seconds=2)
    with pytest.raises(SystemExit):
        consumer.inbox.retry_due()
    together = consumer.effects()
    consumer.inbox.retry_due()
    with pytest.raises(SystemExit):
        consumer.inbox.retry_due()

    assert (together, consumer.effects()) == (["a1"], ["a1", "a2"])
