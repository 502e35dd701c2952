"""Broker, database and everything else killed under a whole running instance (DESIGN §6: 2, 3, 5): commands go on,
every effect comes, and what was confirmed to somebody stays."""

import os
from collections.abc import Iterator

import pytest

from tests.support.fault_results import Report
from tests.support.havoc import Havoc, plan, victims
from tests.support.lives import Lives
from tests.support.stage import DRAIN_S, FULL, SEED, recovering, sized
from tests.support.waiting import wait_for
from tests.support.whole_instance import Instance, whole_instance

KILLS = sized(2, 20)
HAVOC_S = sized(12.0, 60 * float(os.environ.get("LINLI_FAULT_MINUTES", "5")))
HAVOC_GAP_S = sized(1.0, 2.5)


def how_long(fixture_name: str, config: pytest.Config) -> str:
    """At full size each fault has an instance of its own; ready in some ten seconds, it is shared in the short one."""
    return "function" if FULL else "module"


@pytest.fixture(scope=how_long)
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    with whole_instance(tmp_path_factory.mktemp("instance") / "processes.log") as instance:
        yield instance


@pytest.mark.fault(2)
def test_with_the_broker_stopped_commands_succeed_and_their_effects_come_when_it_is_back(
    instance: Instance, report: Report
) -> None:
    before = instance.counted()
    instance.running.rabbitmq.stop()
    filed = [instance.file() for _ in range(20)]
    accepted = [instance.step(one, "accept") for one in filed]
    meanwhile = instance.counted()
    with recovering() as recovery:
        instance.running.rabbitmq.start()
        outcome = instance.settle()

    report("broker stopped while 40 commands were given", outcome, recovered_s=recovery.seconds)
    assert {one.status for one in filed} == {201}
    assert {one.status for one in accepted} == {200}
    assert (meanwhile, instance.counted()) == (before, before + 40)


@pytest.mark.fault(2)
def test_a_broker_killed_again_and_again_under_load_loses_and_repeats_nothing(
    instance: Instance, report: Report
) -> None:
    before = instance.counted()
    answers: list[int] = []
    with instance.filing(answers):
        for _ in range(KILLS):
            some = instance.sent() + 50
            wait_for(lambda some=some: instance.sent() >= some, DRAIN_S)
            instance.running.rabbitmq.kill()
            instance.running.rabbitmq.start()
    with recovering() as recovery:
        outcome = instance.settle()

    report(
        f"broker killed {KILLS} times while {len(answers)} disputes were filed", outcome, recovered_s=recovery.seconds
    )
    assert set(answers) == {201}
    assert instance.counted() == before + len(answers)


@pytest.mark.fault(3)
def test_a_database_killed_again_and_again_under_load_keeps_facts_and_effects_alike(
    instance: Instance, report: Report
) -> None:
    before = instance.counted()
    answers: list[int] = []
    with instance.filing(answers):
        for _ in range(KILLS):
            some = answers.count(201) + 50
            wait_for(lambda some=some: answers.count(201) >= some, DRAIN_S)
            instance.running.postgres.kill()
            instance.running.postgres.start()
    with recovering() as recovery:
        outcome = instance.settle()

    report(
        f"PostgreSQL killed {KILLS} times while {answers.count(201)} disputes were filed and {answers.count(503)} "
        "commands answered 503",
        outcome,
        recovered_s=recovery.seconds,
    )
    assert set(answers) <= {201, 503}
    # A command may have been committed though its answer was lost.
    assert answers.count(201) <= instance.counted() - before <= len(answers)


@pytest.mark.fault(5)
def test_with_everything_killed_at_random_no_confirmed_command_is_lost_and_none_has_two_effects(
    instance: Instance, report: Report
) -> None:
    hit = victims(instance.running, instance.supervisor)
    havoc = Havoc(plan(SEED, HAVOC_S, list(hit), HAVOC_GAP_S), hit)
    lives = Lives(instance)
    with lives.going_on():
        havoc.play()
        instance.running.wait_ready()
    with recovering() as recovery:
        outcome = lives.weigh(instance.settle())

    done = f"everything killed + frozen for {HAVOC_S:g} s ({havoc.told()}) while {lives.told()}"
    report(done, outcome, recovered_s=recovery.seconds)
    assert lives.ended
