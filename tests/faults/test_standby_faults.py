"""PostgreSQL dies and its standby takes over (DESIGN §6: 26): what was confirmed is kept if commits waited for it."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from chassis.database import Database
from linli.embedded.parts import Embedded
from tests.support.callers import PEOPLE, Callers
from tests.support.facts import SOURCE
from tests.support.fault_results import Report
from tests.support.instance import Fill, MakeDatabase, ServiceDatabase, new_vhost
from tests.support.stage import DRAIN_S, Outcome, Stage, new_stage, recovering, sized
from tests.support.standby import Pair, running_pair
from tests.support.waiting import wait_for

SOME = sized(100, 500)
"""Facts told between two events."""


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    with running_pair() as pair:
        yield pair


@pytest.fixture
def stage(pair: Pair, parts: Embedded, tmp_path: Path) -> Iterator[Stage]:
    """Facts and effects both on the pair."""
    with new_vhost(parts.rabbitmq) as amqp_url, new_stage(pair.database, amqp_url, tmp_path) as stage:
        yield stage


@pytest.fixture
def stage_of_two(pair: Pair, parts: Embedded, fault_database: MakeDatabase, tmp_path: Path) -> Iterator[Stage]:
    """Facts on the pair, effects on a server that nothing happens to."""

    def database(service: str, fill: Fill | None = None) -> ServiceDatabase:
        return pair.database(service, fill) if service == SOURCE else fault_database(service, fill)

    with new_vhost(parts.rabbitmq) as amqp_url, new_stage(database, amqp_url, tmp_path) as stage:
        yield stage


def ids(database: Database, *tables: str) -> set[UUID]:
    with database.transaction() as tx:
        return {row.event_id for table in tables for row in tx.rows(f"SELECT event_id FROM {table}")}


def facts_of(stage: Stage) -> set[UUID]:
    return ids(stage.source, "outbox", "event_log")


def stale(stage: Stage) -> int:
    """Facts whose version their consumer had already had, of a fact that is gone."""
    with stage.sink.transaction() as tx:
        return int(tx.rows("SELECT count(*) AS n FROM inbox WHERE outcome = 'stale'")[0].n)


def forget_connections(stage: Stage) -> None:
    """Those that are idle belong to a server that is gone."""
    stage.source.close()
    stage.sink.close()


@pytest.mark.fault(26)
def test_what_was_confirmed_survives_when_commits_wait_for_the_standby(
    stage: Stage, report: Report, pair: Pair
) -> None:
    times = sized(2, 10)
    stage.start_service()
    stage.start_relay()
    callers = Callers(stage.source)
    with callers.calling():
        for time in range(times):
            pair.follow(waited_for=True)
            callers.wait_confirmed(SOME)
            if time % 2:
                # The standby is cut off first: from then on no commit is answered.
                pair.hold_back()
                wait_for(lambda: pair.waiting() >= PEOPLE)
            pair.fail_over()
            callers.wait_confirmed(SOME)
    forget_connections(stage)
    with recovering() as recovery:
        stage.wait_settled()

    outcome, facts = stage.weigh(), facts_of(stage)
    report(
        f"primary killed {times} times under load, its standby took over: {len(callers.confirmed)} facts confirmed, "
        f"{len(callers.doubtful)} without an answer, of which {len(callers.doubtful & facts)} were kept",
        outcome,
        recovered_s=recovery.seconds,
    )
    assert callers.confirmed <= facts
    assert facts <= callers.confirmed | callers.doubtful
    assert outcome.effects == outcome.facts == stage.effects()


@pytest.mark.fault(26)
def test_what_was_confirmed_before_the_standby_had_it_is_lost_and_what_was_sent_of_it_is_named(
    stage_of_two: Stage, report: Report, pair: Pair
) -> None:
    stage, times = stage_of_two, sized(1, 10)
    stage.start_service()
    stage.start_relay()
    callers = Callers(stage.source)
    gone: list[int] = []
    with callers.calling():
        for time in range(times):
            pair.follow(waited_for=False)
            callers.wait_confirmed(SOME)
            if time + 1 == times:
                # As if the network between the two were slow; the times before, it is as quick as this machine.
                pair.hold_back()
                had = facts_of(stage) | ids(stage.sink, "effect")
                callers.wait_confirmed(SOME)
                wait_for(lambda had=had: ids(stage.sink, "effect") - had, DRAIN_S)
            pair.fail_over()
            callers.wait_confirmed(SOME)
            # Those first: meanwhile more are told.
            confirmed = callers.confirmed.copy()
            gone.append(len(confirmed - facts_of(stage)) - sum(gone))
    forget_connections(stage)
    stage.wait_settled()

    sent = ids(stage.sink, "inbox") - facts_of(stage)
    named = stage.weigh().extra
    report(
        f"primary killed {times} times, no commit waited for its standby: {len(callers.confirmed)} facts confirmed, "
        f"gone after each {gone}, {stale(stage)} later ones taken for old; "
        "facts: those gone that had been sent, effects: those the ledger names",
        Outcome(len(sent), named, missing=len(sent) - named),
    )
    assert gone[-1] >= SOME
    assert sent
    assert sent <= callers.confirmed | callers.doubtful
