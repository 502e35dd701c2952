"""Faults between outbox and broker: the relay dies, the broker does not read, nobody listens, a transaction stays open
(DESIGN §6: 1, 7, 10, 22)."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from linli.embedded.parts import Embedded
from tests.support.fault_results import Report
from tests.support.stage import DRAIN_S, Stage, recovering, sized
from tests.support.waiting import wait_for

HOLD_S = sized(3, 60)


@pytest.mark.fault(1)
def test_a_relay_killed_at_random_points_loses_and_repeats_nothing(stage: Stage, report: Report) -> None:
    count, kills = sized(3000, 100_000), sized(8, 20)
    service = stage.start_service()
    stage.commit(count, together=50)
    thresholds = sorted(stage.random.sample(range(1, count - 60), kills))
    for threshold in thresholds:
        relay = stage.start_relay(RELAY_BATCH="50")
        wait_for(lambda at=threshold: stage.sent() >= at, DRAIN_S)
        relay.kill()
    with recovering() as recovery:
        stage.start_relay()
        stage.wait_settled()

    again = stage.metric(service, "linli_duplicate_events_total")
    done = f"relay killed {kills} times at random, {again:.0f} facts delivered twice"
    report(done, stage.weigh(), recovered_s=recovery.seconds)
    assert stage.effects() == count


@pytest.mark.fault(1)
def test_when_the_leading_relay_is_killed_the_standby_goes_on(stage: Stage, report: Report) -> None:
    count, kills = sized(2000, 20_000), sized(4, 10)
    stage.start_service()
    relays = [stage.start_relay(RELAY_BATCH="50") for _ in range(2)]
    committing = threading.Thread(target=stage.commit, args=(count,), kwargs={"together": 5})
    committing.start()
    for kill in range(1, kills + 1):
        wait_for(lambda kill=kill: stage.sent() >= kill * count // (kills + 1), DRAIN_S)
        leader = stage.leader(relays)
        leader.kill()
        relays.remove(leader)
        relays.append(stage.start_relay(RELAY_BATCH="50"))
    committing.join()
    with recovering() as recovery:
        stage.wait_settled()

    report(f"leading relay killed {kills} times with a standby", stage.weigh(), recovered_s=recovery.seconds)
    assert stage.effects() == count


@pytest.mark.fault(1)
@pytest.mark.parametrize("point", ["sent", "confirmed"])
def test_a_relay_killed_at_a_point_of_its_way_is_repeated_and_absorbed(
    stage: Stage, report: Report, point: str
) -> None:
    service = stage.start_service()
    deaths = sized(2, 10)
    stage.commit(300)
    for _ in range(deaths):
        relay = stage.start_relay("tests.support.dying_relay", point)
        assert relay.popen.wait(DRAIN_S) == -9, relay.said()
    assert stage.sent() == 0
    with recovering() as recovery:
        stage.start_relay()
        stage.wait_settled()
    again = wait_for(lambda: stage.metric(service, "linli_duplicate_events_total"))

    done = f"relay killed {deaths} times when all was {point}, {again:.0f} facts delivered twice"
    report(done, stage.weigh(), recovered_s=recovery.seconds)
    assert stage.effects() == 300


@contextmanager
def memory_alarm(parts: Embedded) -> Iterator[None]:
    """The broker reads nothing from those who publish."""
    before = parts.rabbitmq.evaluate("vm_memory_monitor:get_vm_memory_high_watermark().")
    parts.rabbitmq.evaluate("vm_memory_monitor:set_vm_memory_high_watermark(0.0000001).")
    try:
        yield
    finally:
        parts.rabbitmq.evaluate(f"vm_memory_monitor:set_vm_memory_high_watermark({before.strip()}).")


@pytest.mark.fault(7)
def test_a_relay_says_that_the_broker_has_stopped_reading_and_takes_nothing_for_confirmed(
    stage: Stage, report: Report, parts: Embedded
) -> None:
    stage.start_service()
    relay = stage.start_relay(RELAY_CONFIRM_TIMEOUT_S="0.5")
    stage.commit(100)
    stage.wait_in_effect(100)
    with memory_alarm(parts):
        stage.commit(100)
        relay.wait_until(lambda: "stopped reading" in relay.said() and "without a confirm" in relay.said())
        unsent = stage.unsent()
    with recovering() as recovery:
        stage.wait_settled()

    report("memory alarm until a confirm was overdue", stage.weigh(), recovered_s=recovery.seconds)
    assert unsent == 100
    assert stage.effects() == 200


@pytest.mark.fault(10)
def test_facts_nobody_listens_for_stay_and_are_delivered_after_the_bind(stage: Stage, report: Report) -> None:
    stage.start_relay(RELAY_SWEEP_S="0.2")
    stage.commit(200)
    wait_for(lambda: "no queue is bound" in stage.processes[0].said())
    stayed = stage.unsent()
    with recovering() as recovery:
        stage.start_service()
        stage.wait_settled()

    report("no queue was bound, then one was", stage.weigh(), recovered_s=recovery.seconds)
    assert stayed == 200
    assert stage.effects() == 200


@pytest.mark.fault(22)
def test_the_row_of_a_transaction_held_open_is_sent_after_it_and_in_order(stage: Stage, report: Report) -> None:
    stage.start_service()
    relay = stage.start_relay()
    stage.commit(50)
    stage.wait_in_effect(50)
    has_its_position, elsewhere = threading.Event(), 0

    def hold_open() -> None:
        with stage.source.transaction() as tx:
            with tx.savepoint():
                stage.tell(tx, "held")
            has_its_position.set()
            # The fault itself; nothing waits for it to pass.
            tx.execute("SET LOCAL statement_timeout = 0; SELECT pg_sleep(%s)", (HOLD_S,))

    held = threading.Thread(target=hold_open)
    held.start()
    has_its_position.wait(30)
    while held.is_alive():
        stage.commit(20)
        elsewhere += 20
        if elsewhere == 200:
            # Another leader, which has never seen the gap.
            relay.kill()
            relay = stage.start_relay()
        stage.wait_in_effect(50 + elsewhere)
    with stage.source.transaction() as tx:
        stage.tell(tx, "held")
    with recovering() as recovery:
        stage.wait_settled()

    done = f"a transaction held open {HOLD_S:g} s while {elsewhere} facts passed it"
    report(done, stage.weigh(), recovered_s=recovery.seconds)
    assert stage.effects() == 52 + elsewhere
