"""A network that swallows everything and closes nothing (DESIGN §6: 11): both ends find out by their heartbeats."""

import time
from collections.abc import Mapping

import pytest

from tests.support.fault_results import Report
from tests.support.proxy import proxied
from tests.support.service_process import LoggedProcess
from tests.support.stage import DRAIN_S, Stage, recovering, sized
from tests.support.waiting import wait_for

SEEN = {"relay": "starts anew: the broker went away", "consumer": "is not consumed: the broker went away"}
"""What each says once it has found out."""


def seen_after(processes: Mapping[str, LoggedProcess]) -> dict[str, float]:
    """Seconds from now until each process has said once more that its connection is gone."""
    began = time.monotonic()
    said_before = {name: process.said().count(SEEN[name]) for name, process in processes.items()}
    seen: dict[str, float] = {}

    def all_have() -> bool:
        for name, process in processes.items():
            if name not in seen and process.said().count(SEEN[name]) > said_before[name]:
                seen[name] = time.monotonic() - began
        return len(seen) == len(processes)

    wait_for(all_have, DRAIN_S)
    return seen


def in_words(seen: Mapping[str, float]) -> str:
    return " and ".join(f"by the {name} after {seconds:.1f} s" for name, seconds in seen.items())


@pytest.mark.fault(11)
@pytest.mark.parametrize("at_work", sized([True], [False, True]))
def test_a_half_open_connection_is_seen_by_relay_and_consumer_and_both_come_back(
    stage: Stage, report: Report, at_work: bool
) -> None:
    count = sized(50, 1000)
    stage.declare()
    with proxied(stage.amqp_url, heartbeat_s=sized(1, None)) as proxy:
        service = stage.start_service(ready=False, AMQP_URL=proxy.url)
        # Not by its time-out for confirms: what is seen is seen by heartbeats.
        relay = stage.start_relay(AMQP_URL=proxy.url, RELAY_CONFIRM_TIMEOUT_S="600")
        stage.commit(count)
        stage.wait_in_effect(count)
        proxy.swallow()
        stage.commit(count if at_work else 0)
        seen = seen_after({"relay": relay, "consumer": service})
        with recovering() as recovery:
            stage.commit(count)
            stage.wait_settled()

        when = "a confirm was awaited" if at_work else "there was nothing to do"
        report(f"half-open while {when}: seen {in_words(seen)}", stage.weigh(), recovered_s=recovery.seconds)
    assert stage.effects() == count * (3 if at_work else 2)
