"""The ledger after every step of any story of {commit, relay, acknowledge, crash, duplicate, reorder} (DESIGN §6).

The real Claims, ConfirmWindow, OutboxRows, Conveyor and Inbox over two real databases; the broker is made up.
`LINLI_FAULT_EXAMPLES=2000 .venv/bin/pytest tests/store/chassis/test_delivery_machine.py` tells new stories.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any, cast
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from chassis.calendar import system_clock
from chassis.database import Connection, Database, Transaction, connect
from chassis.envelope import Event
from chassis.errors import BrokerUnavailable
from chassis.inbox import dead_letters
from chassis.relay.claims import Claims
from chassis.relay.conveyor import Conveyor
from chassis.relay.loop import Relay
from chassis.relay.publisher import Publisher
from chassis.relay.rows import OutboxRows
from linli.ledger import balances
from tests.support.consumer import Consumer
from tests.support.facts import SOURCE, add
from tests.support.fake_broker import FATES, TAKEN, FakeBroker, FakePublisher
from tests.support.instance import ServiceDatabase

EXAMPLES = os.environ.get("LINLI_FAULT_EXAMPLES")
SUBJECTS = st.sampled_from(["a", "b", "c"])
RANDOM = st.integers(0, 2**16).map(Random)
STEPS = 60


class Killed(BaseException):
    """The process is gone at this point."""


class DyingOutbox(OutboxRows):
    """Dies, when told so, between the broker's confirm and the move to event_log."""

    die_before_move = False

    def move(self, positions: list[int], now: Any) -> None:
        if self.die_before_move:
            raise Killed
        super().move(positions, now)


@dataclass
class Parts:
    """What stays from story to story."""

    source: Database
    relay_connection: Connection
    admin: Connection
    consumer: Consumer
    in_sequence: bool


class DeliveryMachine(RuleBasedStateMachine):
    """Facts of three subjects on their way from one database to the other."""

    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self.source, self.consumer = parts.source, parts.consumer
        self.in_sequence = parts.in_sequence
        self.broker = FakeBroker()
        self.outbox = DyingOutbox(parts.relay_connection)
        self.relay = Relay("postgresql://nowhere/", "amqp://nowhere/", service=SOURCE)
        self.publisher = FakePublisher(self.broker)
        self.committed: dict[UUID, str] = {}
        self.versions: dict[str, int] = {}
        self.open: dict[str, tuple[Any, Transaction, UUID]] = {}
        self.discarded: set[str] = set()
        self.failing: set[str] = set()
        self.lethal: str | None = None
        self.consumer.empty()
        self.consumer.behaviour = self.behave
        with parts.admin.cursor() as cursor:
            cursor.execute("DELETE FROM outbox; DELETE FROM event_log")
        self.lead_anew()

    def behave(self, _tx: Transaction, event: Event) -> None:
        if event.subject == self.lethal:
            raise Killed
        if event.subject in self.failing:
            raise RuntimeError("not today")

    # -- the source ----------------------------------------------------------------------------------------------------

    @rule(subjects=st.lists(SUBJECTS, min_size=1, max_size=4))
    def commit(self, subjects: list[str]) -> None:
        free = [subject for subject in subjects if subject not in self.open]
        with self.source.transaction() as tx:
            told = [(add(tx, subject, self.next_version(subject)), subject) for subject in free]
        self.committed |= dict(told)

    @precondition(lambda self: len(self.open) < 2)
    @rule(subject=SUBJECTS)
    def begin(self, subject: str) -> None:
        """A transaction that has taken its position in the outbox and is not committed yet; its subject is locked."""
        if subject in self.open:
            return
        manager = self.source.transaction()
        tx = manager.__enter__()
        with tx.savepoint():
            event_id = add(tx, subject, self.next_version(subject))
        self.open[subject] = (manager, tx, event_id)

    @precondition(lambda self: self.open)
    @rule(commits=st.booleans())
    def end(self, commits: bool) -> None:
        subject = next(iter(self.open))
        manager, _, event_id = self.open.pop(subject)
        if commits:
            manager.__exit__(None, None, None)
            self.committed[event_id] = subject
        else:
            with suppress(RuntimeError):
                manager.__exit__(RuntimeError, RuntimeError(), None)
            self.versions[subject] -= 1

    def next_version(self, subject: str) -> int:
        self.versions[subject] = self.versions.get(subject, 0) + 1
        return self.versions[subject]

    # -- the relay -----------------------------------------------------------------------------------------------------

    @rule(fates=st.lists(st.sampled_from([*FATES, TAKEN, TAKEN]), min_size=1, max_size=4), random=RANDOM)
    def send(self, fates: list[str], random: Random) -> None:
        self.relaying(lambda: self.conveyor.send(self.claims.fresh()), fates, random)

    @rule(fates=st.lists(st.sampled_from([*FATES, TAKEN, TAKEN]), min_size=1, max_size=4), random=RANDOM)
    def sweep(self, fates: list[str], random: Random) -> None:
        self.relaying(lambda: self.relay._sweep(self.claims, self.conveyor), fates, random)

    @rule(random=RANDOM)
    def send_and_die_before_the_move(self, random: Random) -> None:
        self.outbox.die_before_move = True
        with suppress(Killed):
            self.send([TAKEN], random)
            self.send([TAKEN], random)
        self.outbox.die_before_move = False
        self.lead_anew()

    @rule()
    def lead_anew(self) -> None:
        """The relay was killed, or another one took over: nothing of its memory is left."""
        self.publisher.break_off()
        self.publisher = FakePublisher(self.broker)
        self.claims = Claims(self.outbox, batch=3)
        self.conveyor = Conveyor(
            SOURCE,
            self.outbox,
            self.claims,
            cast(Publisher, self.publisher),
            confirm_timeout_s=1,
            clock=system_clock,
        )

    def relaying(self, work: Callable[[], object], fates: list[str], random: Random) -> None:
        self.publisher.fates, self.publisher.random = fates, random
        try:
            work()
        except BrokerUnavailable:
            self.lead_anew()

    # -- the broker ----------------------------------------------------------------------------------------------------

    @rule(most=st.integers(1, 6))
    def deliver(self, most: int) -> None:
        self.broker.deliver(most)

    @precondition(lambda self: self.broker.queue)
    @rule(index=st.integers(0, 20))
    def duplicate(self, index: int) -> None:
        self.broker.repeat(index)

    @precondition(lambda self: self.broker.queue)
    @rule(random=RANDOM)
    def reorder(self, random: Random) -> None:
        self.broker.shuffle(random)

    @precondition(lambda self: self.broker.queue)
    @rule(index=st.integers(0, 20))
    def give_up(self, index: int) -> None:
        self.broker.give_up(index)

    @rule()
    def restart(self) -> None:
        """Broker or connection gone: everything without an acknowledgement is delivered again."""
        self.broker.take_back()

    # -- the consumer --------------------------------------------------------------------------------------------------

    @rule(most=st.integers(1, 6))
    def consume(self, most: int) -> None:
        taken = self.broker.unacked[:most]
        self.consumer.apply(*(message.delivery() for message in taken))
        self.broker.acknowledge(len(taken))

    @rule(most=st.integers(1, 6))
    def consume_and_die_before_the_acknowledgement(self, most: int) -> None:
        self.consumer.apply(*(message.delivery() for message in self.broker.unacked[:most]))
        self.broker.take_back()

    @rule(most=st.integers(1, 6), subject=SUBJECTS)
    def consume_and_die_in_the_handler(self, most: int, subject: str) -> None:
        self.lethal = subject
        try:
            self.consume(most)
        except Killed:
            self.broker.take_back()
        self.lethal = None

    @rule(subject=SUBJECTS)
    def fail_from_now_on(self, subject: str) -> None:
        self.failing.add(subject)

    @rule()
    def mend(self) -> None:
        self.failing.clear()

    @rule(after_s=st.sampled_from([0, 1, 3, 60]))
    def retry(self, after_s: float) -> None:
        self.consumer.retry(after_s)

    @rule(subject=SUBJECTS)
    def retry_and_die(self, subject: str) -> None:
        self.lethal = subject
        with suppress(Killed):
            self.consumer.retry(60)
        self.lethal = None

    # -- the operator --------------------------------------------------------------------------------------------------

    @rule()
    def replay(self) -> None:
        with self.consumer.database.transaction() as tx:
            dead_letters.replay(tx, None, self.consumer.now)

    @precondition(lambda self: "dead" in " ".join(self.consumer.kept().values()))
    @rule()
    def discard(self) -> None:
        with self.consumer.database.transaction() as tx:
            (letter,) = dead_letters.list_letters(tx, state="dead", limit=1)
            dead_letters.discard(tx, letter.event_id)
        self.discarded.add(f"{letter.subject}{letter.version}")

    # -- the ledger ----------------------------------------------------------------------------------------------------

    @invariant()
    def no_effect_without_a_fact_and_none_twice(self) -> None:
        ids = [row.event_id for row in self.consumer.rows("SELECT event_id FROM effect")]
        assert set(ids) <= set(self.committed), "an effect without a committed fact"
        assert len(ids) == len(set(ids)), "a fact with two effects"

    @invariant()
    def each_subjects_effects_are_in_order(self) -> None:
        if not self.in_sequence:
            return
        effects = self.consumer.effects()
        for subject, version in self.versions.items():
            mine = [effect for effect in effects if effect.startswith(subject)]
            every = (f"{subject}{number}" for number in range(1, version + 1))
            assert mine == [one for one in every if one not in self.discarded][: len(mine)]

    @invariant()
    def what_has_left_the_outbox_is_somewhere(self) -> None:
        with self.source.transaction() as tx:
            sent = {row.event_id for row in tx.rows("SELECT event_id FROM event_log")}
        arrived = {row.event_id for row in self.consumer.rows(
            "SELECT event_id FROM inbox UNION ALL SELECT event_id FROM failed_events")}  # fmt: skip
        assert not sent - arrived - self.broker.holds(), "a fact was moved that the broker does not have"

    def teardown(self) -> None:
        """Everything mended: each fact comes into effect, or was discarded by the operator, and nothing else."""
        try:
            self.drain()
            (balance,) = balances(
                {SOURCE: self.source, "statistics": self.consumer.database}, [self.consumer.subscriptions]
            )
            assert (balance.missing, balance.extra, balance.kept) == (0, 0, 0), balance
            assert balance.facts == len(self.committed)
            assert len(self.consumer.effects()) == len(self.committed) - len(self.discarded)
            self.each_subjects_effects_are_in_order()
        finally:
            for manager, _, _ in self.open.values():
                with suppress(RuntimeError):
                    manager.__exit__(RuntimeError, RuntimeError(), None)

    def drain(self) -> None:
        self.mend()
        while self.open:
            self.end(commits=True)
        self.lead_anew()
        while self.outbox.backlog()[0]:
            self.send([TAKEN], Random(0))
            self.sweep([TAKEN], Random(0))
        self.restart()
        while self.broker.queue:
            self.deliver(100)
            self.consume(100)
        for _ in range(100):
            if not self.consumer.kept():
                break
            self.replay()
            self.consumer.now += timedelta(hours=1)
            self.consumer.retry()


@pytest.fixture
def source(service_database: Callable[[str], ServiceDatabase]) -> Iterator[tuple[Database, Connection, Connection]]:
    """The source, the relay's connection to it, and the administrator's: a service cannot unsay what it has sent."""
    address = service_database(SOURCE)
    with (
        closing(Database(address, service=SOURCE, size=5)) as database,
        closing(connect(address)) as relay,
        closing(connect(address.admin_url)) as admin,
    ):
        yield database, relay, admin


@pytest.mark.timeout(0 if EXAMPLES else 120)
@pytest.mark.parametrize("in_sequence", [True, False], ids=["every version in order", "each by itself"])
def test_every_committed_fact_has_one_effect_whatever_happens_on_its_way(
    source: tuple[Database, Connection, Connection], make_consumer: Callable[..., Consumer], in_sequence: bool
) -> None:
    parts = Parts(*source, make_consumer(in_sequence=in_sequence), in_sequence)
    run_state_machine_as_test(
        lambda: DeliveryMachine(parts),
        settings=settings(
            max_examples=int(EXAMPLES or 60),
            stateful_step_count=STEPS,
            derandomize=not EXAMPLES,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
