"""Confirms that come late, out of order, several at once, or as a refusal (DESIGN §6: 8, 9): the relay moves a fact to
event_log for its own confirm and for nothing else. A proxy says them; the broker behind it is real."""

from uuid import UUID

import pytest

from tests.support.facts import add
from tests.support.fault_results import Report
from tests.support.proxy import Kept, Mixed, Proxy, proxied
from tests.support.stage import DRAIN_S, Stage, recovering, sized
from tests.support.waiting import wait_for


def moved(stage: Stage, proxy: Proxy) -> set[UUID]:
    """What is in event_log; fails when there is anything whose confirm the relay has not heard."""
    with stage.source.transaction() as tx:
        found = {row.event_id for row in tx.rows("SELECT event_id FROM event_log")}
    assert found <= proxy.told, "moved before its own confirm"
    return found


@pytest.mark.fault(8)
def test_a_fact_is_moved_for_its_own_confirm_though_another_ones_is_overdue(stage: Stage, report: Report) -> None:
    confirms = Kept()
    stage.declare()
    service = stage.start_service(ready=False)
    with proxied(stage.amqp_url, confirms=confirms) as proxy:
        with stage.source.transaction() as tx:
            late, later = (add(tx, subject, 1) for subject in ("late", "later"))
            confirms.keep(late)
        relay = stage.start_relay(AMQP_URL=proxy.url, RELAY_CONFIRM_TIMEOUT_S=sized("0.3", "10"))
        wait_for(lambda: moved(stage, proxy) == {later})
        overdue = sized(1, 4)
        relay.wait_until(lambda: confirms.times(late) > overdue, DRAIN_S)
        moved_meanwhile = moved(stage, proxy)

        with stage.source.transaction() as tx:
            last = add(tx, "last", 1)
            confirms.keep(last)
        relay.wait_until(lambda: confirms.times(last))
        confirms.release(late)
        wait_for(lambda: late in moved(stage, proxy), DRAIN_S)
        moved_then = moved(stage, proxy)
        confirms.release(last)
        with recovering() as recovery:
            stage.wait_settled()
        again = stage.metric(service, "linli_duplicate_events_total")

    report(
        f"a confirm was kept back past {overdue} time-outs while others came; {again:.0f} deliveries absorbed",
        stage.weigh(),
        recovered_s=recovery.seconds,
    )
    assert moved_meanwhile == {later}
    assert moved_then == {late, later}
    assert again >= overdue


@pytest.mark.fault(9)
def test_confirms_in_any_order_at_once_or_refused_move_exactly_what_they_name(stage: Stage, report: Report) -> None:
    count = sized(1000, 100_000)
    confirms = Mixed(stage.random)
    stage.declare()
    service = stage.start_service(ready=False)
    with proxied(stage.amqp_url, confirms=confirms) as proxy:
        stage.start_relay(AMQP_URL=proxy.url, RELAY_BATCH="50", RELAY_SWEEP_S="0.2")
        stage.commit(count, subjects=count // 5, together=20)
        while len(moved(stage, proxy)) < count:
            stage.wait_in_effect(min(stage.effects() + count // 10, count))
        stage.wait_settled()
        again = stage.metric(service, "linli_duplicate_events_total")

    ways = ", ".join(f"{number} {way}" for way, number in confirms.counts.items())
    report(f"confirms: {ways}; {again:.0f} deliveries absorbed", stage.weigh())
    assert stage.effects() == count
    assert all(confirms.counts.values())
