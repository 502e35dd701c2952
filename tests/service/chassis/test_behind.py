"""How far behind a real service says it is, whatever of relay, broker and consumer stands still."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.asking import ask
from tests.support.instance import MakeDatabase, MakeVhost
from tests.support.service_process import ServiceProcess, answers
from tests.support.stage import Stage, new_stage
from tests.support.waiting import wait_for


@pytest.fixture
def stage(service_database: MakeDatabase, vhost: MakeVhost, tmp_path: Path) -> Iterator[Stage]:
    with new_stage(service_database, vhost(), tmp_path) as stage:
        yield stage


def told(service: ServiceProcess) -> dict[str, Any]:
    [source] = ask(service.port, "GET", "/behind").json["sources"]
    assert source["source"] == "grievances"
    assert source["events"] == sum(source[name] for name in ("unsent", "queued", "in_hand", "kept"))
    return dict(source)


def noted(stage: Stage) -> datetime | None:
    """What the service's processes have noted for each other."""
    with stage.sink.transaction() as tx:
        return next((row.as_of for row in tx.rows("SELECT as_of FROM progress")), None)


def until_told(service: ServiceProcess, **expected: Any) -> dict[str, Any]:
    """Waits until it says so; gives all that it says then."""
    return wait_for(lambda: (said := told(service)).items() >= expected.items() and said, 20)


def test_when_all_is_in_effect_it_says_so_and_the_time_goes_on(stage: Stage) -> None:
    service = stage.start_service()
    stage.start_relay()
    stage.commit(50)
    stage.wait_in_effect(50)

    until_told(service, state="even", events=0, reason=None, unknown_since=None, oldest_at=None)
    before = wait_for(lambda: told(service)["as_of"])

    assert wait_for(lambda: (said := told(service))["as_of"] > before and said)["state"] == "even"
    wait_for(lambda: stage.metric(service, "linli_behind_known") == 1)
    wait_for(lambda: stage.metric(service, "linli_behind_events") == 0)


def test_a_consumer_that_stands_still_says_how_much_waits_for_it(stage: Stage) -> None:
    service = stage.start_service(CONSUMER_BATCH="10")
    stage.start_relay()
    until_told(service, state="even")
    with stage.gate_closed():
        stage.commit(1, act="wait")
        stage.commit(99, subjects=99)
        wait_for(lambda: stage.unsent() == 0)
        said = until_told(service, events=100, unsent=0)
        assert said["in_hand"] > 0
        assert said["queued"] + said["in_hand"] == 100
        assert said["oldest_at"] == said["as_of"]
        wait_for(lambda: stage.metric(service, "linli_behind_events") == 100)

    until_told(service, state="even", events=0)


def test_a_queue_of_another_shape_is_not_consumed_and_its_length_told(stage: Stage) -> None:
    with stage.channel() as channel:
        channel.exchange_declare("grievances.events", "topic", durable=True, auto_delete=False)
        channel.queue_declare(stage.route.returned, durable=True, auto_delete=False)
        channel.queue_declare(stage.route.queue, durable=True, auto_delete=False)
        channel.queue_bind(stage.route.queue, "grievances.events", "thing.told")
    service = stage.start_service(ready=False)
    stage.start_relay()
    stage.commit(30)

    service.wait_until(lambda: answers(service.port, "/healthz"))
    said = until_told(service, events=30, queued=30)

    assert said["as_of"] is None
    assert ask(service.port, "GET", "/readyz").status == 503


def test_what_no_relay_has_sent_is_known_from_when_one_speaks(stage: Stage) -> None:
    service = stage.start_service()
    stage.commit(20)
    said = until_told(service, state="unknown", reason="relay")
    assert said["as_of"] is None

    stage.start_relay()

    until_told(service, state="even", events=0)


def test_while_the_broker_is_out_of_reach_nobody_can_say(stage: Stage) -> None:
    service = stage.start_service(ready=False, AMQP_URL="amqp://nobody:nothing@127.0.0.1:1/")
    service.wait_until(lambda: answers(service.port, "/healthz"))

    said = told(service)

    assert (said["state"], said["reason"]) == ("unknown", "broker")
    assert said["unknown_since"]
    assert stage.metric(service, "linli_behind_known") == 0
    assert service.stop() == 0


def test_one_that_begins_anew_remembers_until_when_all_was_in_effect(stage: Stage) -> None:
    first = stage.start_service()
    relay = stage.start_relay()
    stage.commit(20)
    stage.wait_in_effect(20)
    before = wait_for(lambda: noted(stage))
    first.stop()
    relay.stop()

    second = stage.start_service(ready=False, AMQP_URL="amqp://nobody:nothing@127.0.0.1:1/")
    second.wait_until(lambda: answers(second.port, "/healthz"))

    said = wait_for(lambda: (said := told(second))["as_of"] and said)
    assert said["state"] == "unknown"
    assert datetime.fromisoformat(said["as_of"]) >= before


def test_of_two_processes_the_one_that_waits_knows_what_the_other_has_in_hand(stage: Stage) -> None:
    services = [stage.start_service(CONSUMER_BATCH="10"), stage.start_service(CONSUMER_BATCH="10")]
    stage.start_relay()
    for service in services:
        until_told(service, state="even")
    with stage.gate_closed():
        stage.commit(1, act="wait")
        stage.commit(9, subjects=9)

        for service in services:
            until_told(service, events=10, queued=0, in_hand=10)

    for service in services:
        until_told(service, state="even", events=0)
