"""A redelivered fact is counted before it is run and run alone, so that one which kills its process ends dead."""

import pytest

from chassis.database import Transaction
from chassis.envelope import Event
from chassis.errors import DatabaseUnavailable
from tests.support.consumer import Behaviour, Consumer, failing
from tests.support.facts import delivery, event, told


class Killed(BaseException):
    """Stands for the death of the process: nothing after it runs."""


def killing(*names: str) -> Behaviour:
    def kill(_tx: Transaction, fact: Event) -> None:
        if f"{fact.subject}{fact.version}" in names:
            raise Killed

    return kill


def losing_the_connection(tx: Transaction, _fact: Event) -> None:
    tx.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def run_until_dead(consumer: Consumer, facts: list[Event], most: int = 20) -> int:
    """What a supervisor and a broker do together: run, die, restart, redeliver. The number of deaths."""
    for deaths in range(most):
        try:
            consumer.apply(*(delivery(fact, redelivered=deaths > 0) for fact in facts))
        except Killed:
            continue
        return deaths
    return most


def test_a_poison_is_dead_after_its_attempts_and_no_healthy_fact_is(consumer: Consumer) -> None:
    consumer.behaviour = killing("poison1")
    facts = [event("s1"), event("s2"), event("poison"), event("s3"), event("s4")]
    deaths = run_until_dead(consumer, facts)

    assert consumer.kept() == {"poison1": "dead poison"}
    assert sorted(consumer.effects()) == ["s11", "s21", "s31", "s41"]
    assert deaths == 1 + 3  # once among the others, then three times alone


def test_several_poisons_end_dead_one_after_the_other(consumer: Consumer) -> None:
    consumer.behaviour = killing("p1", "q1", "r1")
    facts = [event("p"), event("s1"), event("q"), event("s2"), event("r"), event("s3")]
    run_until_dead(consumer, facts)

    assert consumer.kept() == dict.fromkeys(["p1", "q1", "r1"], "dead poison")
    assert sorted(consumer.effects()) == ["s11", "s21", "s31"]


def test_a_redelivered_fact_runs_alone(consumer: Consumer) -> None:
    consumer.apply(*told("a", 1, redelivered=True), *told("b", 1, redelivered=True))

    assert len(consumer.rows("SELECT DISTINCT xmin::text FROM inbox")) == 2


def test_the_attempt_is_counted_before_it_is_made(consumer: Consumer) -> None:
    seen: list[str] = []

    def look(_tx: Transaction, _fact: Event) -> None:
        seen.extend(f"{state} {attempts}" for state, attempts in states(consumer))

    consumer.behaviour = look
    consumer.apply(*told("a", 1, redelivered=True))

    assert seen == ["suspect 1"]
    assert consumer.kept() == {}


def test_a_suspect_that_fails_waits_like_any_other(consumer: Consumer) -> None:
    consumer.behaviour = failing("a1")
    consumer.apply(*told("a", 1, redelivered=True))
    first = states(consumer)
    consumer.behaviour = failing()
    consumer.retry(after_s=1)

    assert first == [("waiting", 1)]
    assert (consumer.effects(), consumer.kept()) == (["a1"], {})


def test_a_suspect_that_comes_too_early_parks(consumer: Consumer) -> None:
    consumer.apply(*told("a", 2, redelivered=True))
    kept = consumer.kept()
    consumer.apply(*told("a", 1, redelivered=True))
    consumer.retry(after_s=3)

    assert kept == {"a2": "parked order"}
    assert (consumer.effects(), consumer.kept()) == (["a1", "a2"], {})


def test_a_suspect_whose_effect_another_process_has_meanwhile_made_leaves_no_trace(consumer: Consumer) -> None:
    fact = event("a", 1)
    real_run = consumer.inbox._run

    def run_second(*args: object, **options: object) -> object:
        consumer.inbox._run = real_run  # type: ignore[method-assign]
        consumer.apply(delivery(fact))
        return real_run(*args, **options)  # type: ignore[arg-type]

    consumer.inbox._run = run_second  # type: ignore[method-assign]
    consumer.apply(delivery(fact, redelivered=True))
    consumer.apply(*told("a", 2))

    assert (consumer.effects(), consumer.kept()) == (["a1", "a2"], {})


def test_an_outage_is_not_counted_against_the_fact_it_struck(consumer: Consumer) -> None:
    fact = event("a", 1)
    consumer.behaviour = losing_the_connection
    for _ in range(6):
        with pytest.raises(DatabaseUnavailable):
            consumer.apply(delivery(fact, redelivered=True))
    consumer.behaviour = failing()
    consumer.apply(delivery(fact, redelivered=True))

    assert (consumer.effects(), consumer.kept()) == (["a1"], {})


def test_an_outage_is_not_counted_against_a_kept_fact_either(consumer: Consumer) -> None:
    consumer.behaviour = failing("a1")
    consumer.apply(*told("a", 1))
    consumer.behaviour = losing_the_connection
    for _ in range(6):
        with pytest.raises(DatabaseUnavailable):
            consumer.retry(after_s=60)
    consumer.behaviour = failing()
    consumer.retry(after_s=60)

    assert (consumer.effects(), consumer.kept()) == (["a1"], {})


def test_a_suspect_whose_copy_comes_as_if_for_the_first_time_is_still_run(consumer: Consumer) -> None:
    fact = event("a", 1)
    consumer.behaviour = killing("a1")
    with pytest.raises(Killed):
        consumer.apply(delivery(fact, redelivered=True))
    consumer.behaviour = failing()
    consumer.apply(delivery(fact))
    consumer.apply(*told("a", 2))

    assert (consumer.effects(), consumer.kept()) == (["a1", "a2"], {})


def test_a_suspect_the_broker_gives_up_is_dead(consumer: Consumer) -> None:
    fact = event("a", 1)
    consumer.behaviour = killing("a1")
    with pytest.raises(Killed):
        consumer.apply(delivery(fact, redelivered=True))
    consumer.apply(delivery(fact, returned=True))

    assert consumer.kept() == {"a1": "dead delivery_limit"}


def test_a_kept_fact_that_kills_its_process_in_a_retry_ends_dead(consumer: Consumer) -> None:
    consumer.behaviour = failing("a1")
    consumer.apply(*told("a", 1))
    consumer.behaviour = killing("a1")
    for _ in range(2):
        with pytest.raises(Killed):
            consumer.retry(after_s=60)
    consumer.retry(after_s=60)

    assert consumer.kept() == {"a1": "dead poison"}


def states(consumer: Consumer) -> list[tuple[str, int]]:
    return [(row.state, row.attempts) for row in consumer.rows("SELECT state, attempts FROM failed_events")]
