"""Replays that are repeated and killed on the way (DESIGN §6: 19): of dead events, and of facts a queue has lost. The
operator's commands are real processes; what one had not done the next one does, and nothing is done twice."""

import sys
from datetime import UTC, datetime
from functools import partial

import pytest
import uuid_utils.compat

from chassis import outbox, topology
from chassis.consumer import route
from chassis.database import Database
from linli.ledger import balances
from linli.services import subscriptions
from services.grievances.disputes.events import DisputeRegistered
from tests.service.statistics.running import Statistics
from tests.support.facts import AREA
from tests.support.fault_results import Report
from tests.support.instance import ServiceDatabase
from tests.support.service import running
from tests.support.service_process import LoggedProcess
from tests.support.stage import DRAIN_S, FULL, Outcome, Stage, recovering, sized
from tests.support.waiting import wait_for

COUNT = sized(300, 10_000)
KILLS = sized(1, 5)
WHOLE = sized(1, 2)
"""Replays that are not killed; with those that are, twice in any case."""

ALL_DEAD = ("dead-letters", "replay", "statistics", "--all")
EVERYTHING = ("replay", "grievances", "--to", "statistics")
(COUNTED,) = (one for one in subscriptions() if (one.consumer, one.source) == ("statistics", "grievances"))
QUEUE = route(COUNTED)


def begin(stage: Stage, *command: str) -> LoggedProcess:
    """One of the operator's commands, as a process of its own."""
    reached = {
        "GRIEVANCES_DATABASE_URL": stage.source.url,
        "MEMBERS_DATABASE_URL": stage.source.url,
        "STATISTICS_DATABASE_URL": stage.sink.url,
        "AMQP_URL": stage.amqp_url,
    }
    process = LoggedProcess([sys.executable, "-m", "linli", *command], stage.folder / "operator.log", reached)
    stage.processes.append(process)
    return process


def give(stage: Stage, *command: str) -> None:
    """The same, to its end."""
    process = begin(stage, *command)
    assert process.popen.wait(DRAIN_S) == 0, process.said()


def count(database: Database, rows: str) -> int:
    with database.transaction() as tx:
        return int(tx.rows(f"SELECT count(*) AS n FROM {rows}")[0].n)


def dead(stage: Stage) -> int:
    return count(stage.sink, "failed_events WHERE state = 'dead'")


def replay_dead(stage: Stage) -> None:
    """Again, for those that died of the kills."""
    if dead(stage):
        give(stage, *ALL_DEAD)


@pytest.mark.fault(19)
def test_dead_events_replayed_twice_and_killed_midway_come_into_effect_once(stage: Stage, report: Report) -> None:
    """Every tenth subject has a second event, which waits behind the dead one."""
    behind = COUNT // 10
    stage.declare()
    stage.start_relay()
    stage.run_as_owner("ALTER TABLE effect ADD CONSTRAINT not_today CHECK (false) NOT VALID")
    stage.commit(COUNT + behind, subjects=COUNT, together=100)
    service = stage.start_service(ready=False, CONSUMER_ATTEMPTS="1")
    service.wait_until(lambda: (dead(stage), stage.unsent()) == (COUNT, 0), DRAIN_S)
    wait_for(lambda: count(stage.sink, "failed_events") == COUNT + behind, DRAIN_S)
    stage.run_as_owner("ALTER TABLE effect DROP CONSTRAINT not_today")

    with stage.sink.transaction() as tx:
        # The command comes to this event last, and waits there until it is killed.
        tx.execute("SELECT FROM failed_events WHERE state = 'dead' ORDER BY failed_id DESC LIMIT 1 FOR UPDATE")
        killed = begin(stage, *ALL_DEAD)
        waiting = "pg_stat_activity WHERE wait_event_type = 'Lock' AND query ~ 'UPDATE failed_events'"
        wait_for(lambda: count(stage.sink, waiting), DRAIN_S)
        killed.kill()
    dead_after_the_kill = dead(stage)
    give(stage, *ALL_DEAD)
    for kill in range(1, KILLS + 1):
        enough = kill * COUNT // (KILLS + 2) + stage.random.randrange(COUNT // 20)
        stage.wait_in_effect(enough)
        service.kill()
        if FULL:
            give(stage, *ALL_DEAD)
        service = stage.start_service(ready=False)
    with recovering() as recovery:
        stage.wait_settled(look=partial(replay_dead, stage))

    given = 2 + (KILLS if FULL else 0)
    done = f"{COUNT} dead events replayed {given} times, the command killed once and the service {KILLS} times"
    report(done, stage.weigh(), recovered_s=recovery.seconds)
    assert dead_after_the_kill == COUNT
    assert (stage.effects(), stage.letters()) == (COUNT + behind, [])


def queued(stage: Stage) -> int:
    """How many facts wait for statistics."""
    with stage.channel() as channel:
        return int(channel.queue_declare(QUEUE.queue, passive=True).message_count)


def has(stage: Stage, enough: int) -> bool:
    return queued(stage) >= enough


def commit_disputes(stage: Stage) -> None:
    """Facts that statistics takes, straight into the outbox."""
    for _ in range(0, COUNT, 100):
        with stage.source.transaction() as tx:
            for _ in range(100):
                now, dispute_id = datetime.now(UTC), str(uuid_utils.compat.uuid7())
                fact = DisputeRegistered(dispute_id, "noise", "owner_owner", None, now.isoformat())
                outbox.add(tx, fact, subject=dispute_id, version=1, area=AREA, now=now)


@pytest.mark.fault(19)
def test_facts_a_queue_has_lost_are_replayed_twice_and_killed_midway_and_counted_once(
    stage: Stage, report: Report
) -> None:
    with stage.channel() as channel:
        topology.declare_route(channel, QUEUE)
    stage.start_relay()
    commit_disputes(stage)
    wait_for(lambda: (stage.unsent(), queued(stage)) == (0, COUNT), DRAIN_S)
    with stage.channel() as channel:
        channel.queue_purge(QUEUE.queue)
    put: list[int] = []
    for _ in range(KILLS):
        enough = queued(stage) + 1 + stage.random.randrange(COUNT // 2)
        killed = begin(stage, *EVERYTHING)
        wait_for(partial(has, stage, enough), DRAIN_S)
        killed.kill()
        put.append(queued(stage))
    for _ in range(WHOLE):
        give(stage, *EVERYTHING)
    delivered = queued(stage)
    sink = ServiceDatabase(stage.sink.url, stage.sink.url)
    with running(Statistics, sink, stage.amqp_url, stage.folder) as statistics, recovering() as recovery:
        again = delivered - COUNT
        wait_for(lambda: stage.metric(statistics.process, "linli_duplicate_events_total") == again, DRAIN_S)

    (balance,) = balances({"grievances": stage.source, "statistics": stage.sink}, [COUNTED])
    done = f"{COUNT} facts a queue had lost replayed {KILLS + WHOLE} times, {KILLS} killed: {delivered} deliveries"
    outcome = Outcome(balance.facts, balance.effects, missing=balance.missing, extra=balance.extra)
    report(done, outcome, recovered_s=recovery.seconds)
    with stage.sink.transaction() as tx:
        registered = tx.rows("SELECT sum(registered) AS n FROM figures_by_day WHERE area = %s", (AREA,))[0].n
    assert put == sorted(put)
    assert (balance.effects, registered) == (COUNT, COUNT)
