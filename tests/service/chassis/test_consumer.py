"""The consumer over a real broker: who consumes, what it does when the broker changes under it, how it ends."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from linli.embedded.parts import Embedded
from tests.support.asking import ask
from tests.support.instance import MakeDatabase, MakeVhost
from tests.support.service_process import answers
from tests.support.stage import Stage, new_stage
from tests.support.waiting import wait_for


@pytest.fixture
def stage(service_database: MakeDatabase, vhost: MakeVhost, tmp_path: Path) -> Iterator[Stage]:
    with new_stage(service_database, vhost(), tmp_path) as stage:
        yield stage


def in_effect(stage: Stage, count: int) -> bool:
    stage.commit(count)
    stage.wait_settled()
    return stage.weigh().sound


def test_of_two_processes_one_consumes_and_the_other_takes_over_when_it_dies(stage: Stage) -> None:
    first, second = stage.start_service(), stage.start_service()
    stage.start_relay()
    assert in_effect(stage, 100)
    active, waiting = sorted((first, second), key=lambda one: -stage.metric(one, "linli_applied_events_total"))
    applied = [stage.metric(one, "linli_applied_events_total") for one in (active, waiting)]
    active.kill()
    took_over = in_effect(stage, 100)

    assert applied == [100, 0]
    assert took_over
    assert stage.metric(waiting, "linli_applied_events_total") == 100


def test_a_connection_the_broker_closes_is_opened_anew(stage: Stage, embedded: Embedded) -> None:
    service = stage.start_service()
    stage.start_relay()
    assert in_effect(stage, 20)
    embedded.rabbitmq.ctl("close_all_connections", "--vhost", stage.vhost, "by a test")

    assert in_effect(stage, 20)
    assert stage.effects() == 40
    assert service.popen.poll() is None


def test_a_queue_deleted_under_the_consumer_is_made_again(stage: Stage) -> None:
    service = stage.start_service()
    stage.start_relay(RELAY_SWEEP_S="0.2")
    assert in_effect(stage, 20)
    with stage.channel() as channel:
        channel.queue_delete(stage.route.queue)

    assert in_effect(stage, 20)
    assert stage.effects() == 40
    assert service.popen.poll() is None


def test_while_the_broker_is_out_of_reach_the_service_says_so_and_answers(stage: Stage, embedded: Embedded) -> None:
    stage.declare()
    service = stage.start_service(ready=False, AMQP_URL="amqp://nobody:nothing@127.0.0.1:1/")
    service.wait_until(lambda: answers(service.port, "/healthz"))
    told = wait_for(lambda: [answer for answer in [ask(service.port, "GET", "/readyz")] if "not answer" in answer.text])

    assert told[0].status == 503
    assert "RabbitMQ at 127.0.0.1:1" in told[0].text
    assert "nothing" not in told[0].text
    assert service.stop() == 0


@pytest.mark.parametrize("size_bytes", [120_000, 131_072, 250_000])
def test_a_fact_larger_than_a_frame_comes_into_effect(stage: Stage, size_bytes: int) -> None:
    stage.start_service()
    stage.start_relay()
    stage.commit(3, act="x" * size_bytes)
    stage.commit(3)
    stage.wait_settled()

    assert stage.effects() == 6
    assert stage.letters() == []


def test_an_idle_consumer_ends_in_order_on_sigterm(stage: Stage) -> None:
    service = stage.start_service()

    assert service.stop(signal.SIGTERM) == 0


def test_what_the_worker_cannot_foresee_ends_the_process_and_loses_nothing(stage: Stage) -> None:
    service = stage.start_service()
    stage.start_relay()
    assert in_effect(stage, 20)
    stage.run_as_owner("ALTER TABLE failed_events RENAME TO elsewhere")
    code = service.popen.wait(30)
    stage.run_as_owner("ALTER TABLE elsewhere RENAME TO failed_events")
    stage.commit(20)
    stage.start_service()
    stage.wait_settled()

    assert code == 1
    assert "UndefinedTable" in service.said()
    assert (stage.effects(), stage.weigh().sound) == (40, True)


def test_a_failed_fact_is_retried_by_the_timer_and_those_behind_it_follow(stage: Stage) -> None:
    stage.start_service()
    stage.start_relay()
    stage.run_as_owner("ALTER TABLE effect ADD CONSTRAINT not_yet CHECK (version <> 2) NOT VALID")
    stage.commit(40, subjects=10)
    wait_for(lambda: len(stage.letters()) == 30)
    states = sorted((letter.version, letter.state) for letter in stage.letters())
    stage.run_as_owner("ALTER TABLE effect DROP CONSTRAINT not_yet")
    stage.wait_in_effect(40)
    wait_for(lambda: not stage.letters())

    assert states == [(2, "waiting")] * 10 + [(3, "parked")] * 10 + [(4, "parked")] * 10
    assert stage.weigh().sound
