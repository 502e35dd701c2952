"""A RabbitMQ cluster of three whose network is cut (DESIGN §6: 12): a minority never confirms, the majority goes on."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.callers import Callers
from tests.support.cluster import Cluster, Node, running_cluster
from tests.support.fault_results import Report
from tests.support.instance import MakeDatabase, new_vhost
from tests.support.stage import FULL, Stage, new_stage, recovering
from tests.support.waiting import wait_for


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture
def stage(fault_database: MakeDatabase, cluster: Cluster, tmp_path: Path) -> Iterator[Stage]:
    """On the cluster's broker."""
    with new_vhost(cluster.nodes[0]) as url:
        vhost = url.rpartition("/")[2]
        with new_stage(fault_database, cluster.url(vhost), tmp_path) as stage:
            yield stage


def leader(stage: Stage, cluster: Cluster, seen_by: Node) -> Node | None:
    return cluster.leader(stage.vhost, stage.route.queue, seen_by)


def wait_more(stage: Stage) -> None:
    """Until a hundred more facts are in effect: told, sent and applied one after the other."""
    stage.wait_in_effect(stage.effects() + 100)


@pytest.mark.fault(12)
def test_a_leader_cut_off_from_the_others_confirms_nothing_and_they_go_on(
    stage: Stage, report: Report, cluster: Cluster
) -> None:
    count = 100
    stage.start_service()
    alone = wait_for(lambda: leader(stage, cluster, cluster.nodes[0]))
    stuck = stage.start_relay(AMQP_URL=alone.url(stage.vhost), RELAY_CONFIRM_TIMEOUT_S="1")
    stage.leader([stuck])
    other, *_ = cluster.others(alone)
    # Knows all nodes and takes over when that one gives up. It tells its first node of the fact while the leader is
    # neither there nor known to be gone: RabbitMQ 3.10 then refuses whatever the same channel tells it later, too.
    stage.start_relay(AMQP_URL=cluster.url(stage.vhost, first=other))
    stage.commit(count, together=count)
    stage.wait_in_effect(count)
    with cluster.cut_off(alone):
        stage.commit(count, together=count)
        stuck.wait_until(lambda: "messages without a confirm" in stuck.said())
        stage.wait_in_effect(2 * count)
        now = leader(stage, cluster, other)
        wait_for(lambda: not alone.serves(), 60)
    with recovering() as recovery:
        cluster.wait_whole()
        stage.commit(count)
        stage.wait_settled()

    told = set(re.findall(r"(\d+) messages without a confirm", stuck.said()))
    report("the leader of the queue was cut off from the others", stage.weigh(), recovered_s=recovery.seconds)
    assert told == {str(count)}
    assert now not in (None, alone)
    assert stage.effects() == 3 * count


@pytest.mark.skipif(not FULL, reason="a minute and more: nodes boot again and again")
@pytest.mark.fault(12)
def test_who_loses_its_node_goes_to_another_by_itself_whatever_became_of_it(
    stage: Stage, report: Report, cluster: Cluster
) -> None:
    service = stage.start_service()
    stage.start_relay(RELAY_CONFIRM_TIMEOUT_S="1")
    callers = Callers(stage.source)
    with callers.calling():
        for time in range(12):
            wait_more(stage)
            lost = next(led for node in cluster.nodes if (led := leader(stage, cluster, node)))
            if time % 3 == 0:
                lost.kill()
                wait_more(stage)
                lost.start()
            else:
                with cluster.cut_off(lost):
                    # Long enough for all to notice, or not.
                    wait_more(stage) if time % 3 == 1 else callers.wait_confirmed(20)
            cluster.wait_whole()
    with recovering() as recovery:
        stage.wait_settled()

    again = stage.metric(service, "linli_duplicate_events_total")
    report(
        f"12 times the leader's node killed, or cut off for long or for a moment, {again:.0f} facts delivered twice",
        stage.weigh(),
        recovered_s=recovery.seconds,
    )
    assert stage.effects() == len(callers.confirmed)
