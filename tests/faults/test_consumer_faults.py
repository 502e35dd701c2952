"""Faults of the consumer: killed around its commit, stopped with work in hand, poisoned (DESIGN §6: 4, 14–21)."""

import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chassis.inbox import dead_letters
from tests.support.fault_results import Report
from tests.support.service_process import answers
from tests.support.stage import DRAIN_S, Stage, recovering, sized
from tests.support.waiting import wait_for


@pytest.mark.fault(4)
def test_a_consumer_killed_at_random_under_load_has_each_effect_once(stage: Stage, report: Report) -> None:
    count, kills = sized(3000, 100_000), sized(5, 20)
    stage.declare()
    stage.start_relay()
    stage.commit(count, together=50)
    for kill in range(1, kills + 1):
        service = stage.start_service(ready=False, CONSUMER_BATCH="50")
        enough = kill * count // (2 * kills) + stage.random.randrange(50)
        service.wait_until(lambda enough=enough: stage.effects() >= enough, DRAIN_S)
        service.kill()
    with recovering() as recovery:
        stage.start_service(ready=False)
        stage.wait_in_effect(count)
        stage.wait_settled()

    report(f"consumer killed {kills} times at random under load", stage.weigh(), recovered_s=recovery.seconds)
    assert stage.effects() == count


@pytest.mark.fault(4)
@pytest.mark.parametrize("point", ["die", "die late"], ids=["before its commit", "after its commit, before its ack"])
def test_a_consumer_killed_around_its_commit_has_each_effect_once(
    stage: Stage, report: Report, tmp_path: Path, point: str
) -> None:
    stage.declare()
    stage.start_relay()
    stage.commit(50)
    (tmp_path / "once").touch()
    stage.commit(1, act=f"{point} {tmp_path / 'once'}")
    stage.commit(50)
    wait_for(lambda: stage.unsent() == 0)
    first = stage.start_service(ready=False)
    assert first.popen.wait(DRAIN_S) == -signal.SIGKILL
    in_effect_then = stage.effects()
    with recovering() as recovery:
        second = stage.start_service()
        stage.wait_settled()
    in_effect_twice = 101 if point == "die late" else 0
    wait_for(lambda: stage.metric(second, "linli_duplicate_events_total") == in_effect_twice)

    done = f"consumer killed at `{point}`, {in_effect_twice} deliveries absorbed"
    report(done, stage.weigh(), recovered_s=recovery.seconds)
    assert in_effect_then == in_effect_twice
    assert (stage.effects(), stage.letters()) == (101, [])


@pytest.mark.fault(14)
def test_sigterm_with_fifty_in_hand_finishes_acknowledges_and_hands_nothing_back(stage: Stage, report: Report) -> None:
    stage.declare()
    stage.start_relay()
    stage.commit(50, act="wait", together=50)
    wait_for(lambda: stage.unsent() == 0)
    with stage.gate_closed():
        service = stage.start_service(ready=False, LOG_LEVEL="INFO")
        service.wait_until(lambda: stage.at_the_gate() and stage.ready_messages() == 0)
        service.popen.send_signal(signal.SIGTERM)
        service.wait_until(lambda: "stopping: finishing what is in hand" in service.said())
        in_effect_meanwhile = stage.effects()
    code = service.stop()

    redelivered = stage.ready_messages()
    report("SIGTERM with 50 in hand", stage.weigh())
    assert (in_effect_meanwhile, stage.effects()) == (0, 50)
    assert (code, redelivered) == (0, 0)


@pytest.mark.fault(15)
def test_sigterm_past_the_grace_period_ends_it_and_the_work_is_done_once_by_the_next(
    stage: Stage, report: Report
) -> None:
    stage.declare()
    stage.start_relay()
    stage.commit(50, act="wait", together=50)
    wait_for(lambda: stage.unsent() == 0)
    with stage.gate_closed():
        service = stage.start_service(ready=False, GRACE_S="0.5")
        service.wait_until(lambda: stage.at_the_gate() and stage.ready_messages() == 0)
        service.stop()
        wait_for(lambda: stage.ready_messages() == 50)
    with recovering() as recovery:
        stage.start_service()
        stage.wait_settled()

    report("SIGTERM past the grace period with 50 in hand", stage.weigh(), recovered_s=recovery.seconds)
    assert (stage.effects(), stage.letters()) == (50, [])


@pytest.mark.fault(17)
def test_a_poison_that_kills_its_process_ends_dead_and_no_healthy_fact_does(stage: Stage, report: Report) -> None:
    stage.declare()
    stage.start_relay()
    stage.commit(100)
    with stage.source.transaction() as tx:
        stage.tell(tx, "poisoned", act="poison")
    with stage.source.transaction() as tx:
        stage.tell(tx, "poisoned")
    stage.commit(100)
    wait_for(lambda: stage.unsent() == 0)
    with stage.supervised(CONSUMER_ATTEMPTS="2") as ends:
        stage.wait_settled(look=ends)
        deaths = ends()

    kept = [(letter.subject, letter.version, letter.state, letter.reason) for letter in stage.letters()]
    report(f"poison killed its process {deaths} times", stage.weigh())
    assert kept == [("poisoned", 1, "dead", "poison"), ("poisoned", 2, "parked", "order")]
    assert stage.effects() == 200
    # Once among the others, then alone as often as it may.
    assert deaths == 3


@pytest.mark.fault(17)
def test_a_healthy_fact_is_not_handed_back_for_each_death_before_it(stage: Stage, report: Report) -> None:
    """The broker gives up what was handed back 50 times: poisons must not use that up for those behind them."""
    stage.declare()
    stage.start_relay()
    poisons = sized(3, 25)
    with stage.source.transaction() as tx:
        stage.tell(tx, "before")
        for number in range(poisons):
            stage.tell(tx, f"poisoned{number}", act="poison")
        stage.tell(tx, "healthy", act="wait")
    wait_for(lambda: stage.unsent() == 0)
    with stage.supervised(CONSUMER_ATTEMPTS="2") as ends:
        with stage.gate_closed():
            wait_for(lambda: (ends(), stage.at_the_gate())[1], DRAIN_S)
            deaths = ends()
            stage.processes[-1].kill()
            handed_back = stage.wait_ready_message().headers["x-delivery-count"]
        with recovering() as recovery:
            stage.wait_settled(look=ends)

    done = f"{poisons} poisons killed their process {deaths} times"
    report(done, stage.weigh(), recovered_s=recovery.seconds)
    assert {letter.reason for letter in stage.letters()} == {"poison"}
    assert stage.effects() == 2
    # When it was among the others, when the first poison was found, and by the kill above.
    assert handed_back == 3 < deaths


@pytest.mark.fault(20)
def test_a_thousand_deliveries_of_one_fact_have_one_effect(stage: Stage, report: Report) -> None:
    stage.declare()
    stage.start_relay()
    stage.commit(1)
    wait_for(lambda: stage.unsent() == 0)
    with stage.source.transaction() as tx:
        (row,) = tx.rows("SELECT envelope FROM event_log")
    first, second = (stage.start_service(ready=False) for _ in range(2))
    with ThreadPoolExecutor(9) as channels:
        list(channels.map(lambda copies: stage.publish(*copies), [[row.envelope.encode()] * 111] * 9))
    for one in (first, second):
        one.wait_until(lambda one=one: answers(one.port))
    wait_for(lambda: sum(stage.metric(one, "linli_duplicate_events_total") for one in (first, second)) >= 999)

    report("one fact delivered 1,000 times, through nine channels at once", stage.weigh())
    assert stage.effects() == 1


@pytest.mark.fault(21)
def test_versions_three_one_two_and_two_again_take_effect_once_and_in_order(stage: Stage, report: Report) -> None:
    stage.declare()
    stage.start_relay()
    stage.commit(3, subjects=1)
    wait_for(lambda: stage.unsent() == 0)
    with stage.source.transaction() as tx:
        rows = tx.rows("SELECT envelope FROM event_log ORDER BY position")
    first, second, third = (row.envelope.encode() for row in rows)
    with stage.channel() as channel:
        channel.queue_purge(stage.route.queue)
    stage.publish(third, first, second, second)
    with recovering() as recovery:
        stage.start_service()
        stage.wait_in_effect(3)
        stage.wait_settled()

    report("versions 3, 1, 2, 2", stage.weigh(), recovered_s=recovery.seconds)
    assert stage.effects() == 3


@pytest.mark.fault(17)
def test_what_the_broker_gives_up_delivering_is_kept_as_dead_and_comes_into_effect_when_replayed(
    stage: Stage, report: Report
) -> None:
    stage.declare()
    stage.start_relay()
    stage.commit(1)
    wait_for(lambda: stage.unsent() == 0)
    rejected = stage.reject_until_gone()
    stage.start_service()
    wait_for(lambda: stage.letters("dead"))
    (letter,) = stage.letters()
    with stage.sink.transaction() as tx:
        dead_letters.replay(tx, [letter.event_id], letter.first_seen_at)
    with recovering() as recovery:
        stage.wait_settled()

    done = f"a fact handed back {rejected} times, given up, replayed"
    report(done, stage.weigh(), recovered_s=recovery.seconds)
    assert (letter.state, letter.reason) == ("dead", "delivery_limit")
    assert rejected > 50
    assert stage.effects() == 1


@pytest.mark.fault(18)
def test_while_the_database_is_gone_nothing_is_acknowledged_and_a_stop_hands_it_all_back(
    stage: Stage, report: Report
) -> None:
    stage.declare()
    stage.start_relay()
    stage.commit(50, act="wait", together=50)
    wait_for(lambda: stage.unsent() == 0)
    with stage.gate_closed():
        service = stage.start_service(ready=False)
        service.wait_until(lambda: stage.at_the_gate() and stage.ready_messages() == 0)
        with stage.sink_cut_off():
            service.wait_until(lambda: "waits for its database" in service.said())
            code = service.stop()
            handed_back = stage.ready_messages()
    with recovering() as recovery:
        stage.start_service()
        stage.wait_settled()

    report("database gone with 50 in hand, then a stop", stage.weigh(), recovered_s=recovery.seconds)
    assert (handed_back, code) == (50, 0)
    assert (stage.effects(), stage.letters()) == (50, [])
