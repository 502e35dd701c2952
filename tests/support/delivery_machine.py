"""Any story of {commit, relay, acknowledge, crash, duplicate, reorder}, and the ledger after every step (DESIGN §6).

The real Claims, ConfirmWindow, OutboxRows, Conveyor and Inbox over two real databases; the broker is made up.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any, cast
from uuid import NAMESPACE_OID, UUID, uuid5

from hypothesis import HealthCheck, seed, settings
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
from tests.support.fake_broker import FATES, TAKEN, FakeBroker, FakePublisher, Message
from tests.support.instance import ServiceDatabase

SUBJECTS = st.sampled_from(["a", "b", "c"])
RANDOM = st.integers(0, 2**16).map(Random)
STEPS = 60
MANY = 30
OUTCOMES = ("applied", "stale", "discarded")


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
    told: Counter[str] = field(default_factory=Counter)
    """Of all stories together: stories, facts, effects, discarded, losses, copies, reorderings."""


class DeliveryMachine(RuleBasedStateMachine):
    """Facts of three subjects on their way from one database to the other."""

    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self.source, self.consumer, self.told = parts.source, parts.consumer, parts.told
        self.in_sequence = parts.in_sequence
        self.broker = FakeBroker()
        self.outbox = DyingOutbox(parts.relay_connection)
        self.relay = Relay("postgresql://nowhere/", "amqp://nowhere/", service=SOURCE)
        self.publisher = FakePublisher(self.broker)
        self.committed: dict[UUID, str] = {}
        self.versions: dict[str, int] = {}
        self.open: dict[str, tuple[Any, Transaction, UUID]] = {}
        self.discarded: set[str] = set()
        self.garbage: set[UUID] = set()
        self.failing: set[str] = set()
        self.lethal: str | None = None
        self.consumer.empty()
        self.consumer.behaviour = self.behave
        with parts.admin.cursor() as cursor:
            cursor.execute("DELETE FROM outbox; DELETE FROM event_log")
        self.begin_to_lead()

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

    @precondition(lambda self: self.committed)
    @rule(fates=st.lists(st.sampled_from([*FATES, TAKEN, TAKEN]), min_size=1, max_size=4), random=RANDOM)
    def send(self, fates: list[str], random: Random) -> None:
        self.relaying(lambda: self.conveyor.send(self.claims.fresh()), fates, random)

    @precondition(lambda self: self.committed)
    @rule(fates=st.lists(st.sampled_from([*FATES, TAKEN, TAKEN]), min_size=1, max_size=4), random=RANDOM)
    def sweep(self, fates: list[str], random: Random) -> None:
        self.relaying(lambda: self.relay._sweep(self.claims, self.conveyor), fates, random)

    @precondition(lambda self: self.committed)
    @rule(fates=st.lists(st.sampled_from([*FATES, TAKEN, TAKEN]), min_size=1, max_size=4), random=RANDOM)
    def send_and_settle(self, fates: list[str], random: Random) -> None:
        """So that each of these fates is answered, and what was answered is moved."""
        self.relaying(lambda: (self.conveyor.send(self.claims.fresh()), self.conveyor.settle()), fates, random)

    @rule(subjects=st.lists(SUBJECTS, min_size=1, max_size=4))
    def a_quiet_hour(self, subjects: list[str]) -> None:
        """Everything works: what is committed comes to the handler, which may fail."""
        self.commit(subjects)
        for _ in range(3):
            self.send_and_settle([TAKEN], Random(0))
        self.deliver(MANY)
        self.consume(MANY)

    @precondition(lambda self: self.committed)
    @rule(random=RANDOM)
    def send_and_die_before_the_move(self, random: Random) -> None:
        self.outbox.die_before_move = True
        with suppress(Killed):
            self.send([TAKEN], random)
            self.send([TAKEN], random)
        self.outbox.die_before_move = False
        self.lead_anew()

    @precondition(lambda self: self.committed)
    @rule()
    def lead_anew(self) -> None:
        """The relay was killed, or another one took over: nothing of its memory is left."""
        self.told["losses"] += 1
        self.publisher.break_off()
        self.begin_to_lead()

    def begin_to_lead(self) -> None:
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

    @precondition(lambda self: self.broker.queue)
    @rule(most=st.integers(1, 6))
    def deliver(self, most: int) -> None:
        self.broker.deliver(most)

    @precondition(lambda self: self.broker.queue)
    @rule(index=st.integers(0, 20))
    def duplicate(self, index: int) -> None:
        self.broker.repeat(index)
        self.told["copies"] += 1

    @precondition(lambda self: self.broker.queue)
    @rule(random=RANDOM)
    def reorder(self, random: Random) -> None:
        self.broker.shuffle(random)
        self.told["reorderings"] += 1

    @precondition(lambda self: self.broker.queue)
    @rule(index=st.integers(0, 20))
    def give_up(self, index: int) -> None:
        self.broker.give_up(index)

    @rule(number=st.integers(0, 2))
    def bring_garbage(self, number: int) -> None:
        """A message nobody can read, among the others."""
        body = f'{{"broken": {number}'.encode()
        event_id = uuid5(NAMESPACE_OID, body.hex())
        self.garbage.add(event_id)
        self.broker.queue.append(Message(event_id, body))

    @precondition(lambda self: len(self.broker.queue) < MANY)
    @rule()
    def replay_facts(self) -> None:
        """As `linli replay` does: everything that was ever sent once more, in its order."""
        with self.source.transaction() as tx:
            sent = tx.rows("SELECT event_id, envelope FROM event_log ORDER BY position")
        self.broker.queue.extend(Message(row.event_id, row.envelope.encode()) for row in sent)
        self.told["copies"] += len(sent)

    @precondition(lambda self: self.broker.unacked)
    @rule()
    def restart(self) -> None:
        """Broker, connection or consumer gone: everything without an acknowledgement is delivered again."""
        self.told["losses"] += 1
        self.broker.take_back()

    # -- the consumer --------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.broker.unacked)
    @rule(most=st.integers(1, 6))
    def consume(self, most: int) -> None:
        taken = self.broker.unacked[:most]
        self.consumer.apply(*(message.delivery() for message in taken))
        self.broker.acknowledge(len(taken))

    @precondition(lambda self: self.broker.unacked)
    @rule(most=st.integers(1, 6))
    def consume_and_die_before_the_acknowledgement(self, most: int) -> None:
        self.consumer.apply(*(message.delivery() for message in self.broker.unacked[:most]))
        self.restart()

    @precondition(lambda self: self.broker.unacked)
    @rule(most=st.integers(1, 6), subject=SUBJECTS)
    def consume_and_die_in_the_handler(self, most: int, subject: str) -> None:
        self.lethal = subject
        try:
            self.consume(most)
        except Killed:
            self.restart()
        self.lethal = None

    @rule(subject=SUBJECTS)
    def fail_from_now_on(self, subject: str) -> None:
        self.failing.add(subject)

    @precondition(lambda self: self.failing)
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
        if letter.event_id not in self.garbage:
            self.discarded.add(f"{letter.subject}{letter.version}")

    # -- the ledger ----------------------------------------------------------------------------------------------------

    @invariant()
    def the_ledger_holds(self) -> None:
        """Every committed fact is in effect once, discarded, kept, or on its way; and there is nothing else."""
        facts, unsent = self.told_by_source()
        effects, known, kept = self.held_by_consumer()
        assert facts == Counter(self.committed.keys()), "the source tells other facts than were committed, or one twice"
        assert len(effects) == len(set(effects)), "a fact with two effects"
        assert set(effects) == known["applied"], "an effect without its inbox row, or the other way round"
        assert not known["stale"], "a fact was taken for old"
        assert len(known["discarded"]) == len(self.discarded), "discarded by nobody"
        settled = known["applied"] | known["discarded"]
        assert settled <= facts.keys(), "in effect, and never committed"
        assert not settled & kept, "in effect or discarded, and kept as failed"
        assert kept <= facts.keys() | self.garbage, "kept, and never committed"
        missing = facts.keys() - settled - kept
        assert missing <= unsent | self.broker.holds(), "a fact is nowhere: neither unsent nor in the broker"
        assert missing - unsent <= self.broker.holds(), "a fact was moved that the broker does not have"

    def told_by_source(self) -> tuple[Counter[UUID], set[UUID]]:
        """How often each fact is in outbox and event_log together; those that are unsent."""
        with self.source.transaction() as tx:
            rows = tx.rows(
                "SELECT event_id, true AS unsent FROM outbox UNION ALL SELECT event_id, false FROM event_log"
            )
        return Counter(row.event_id for row in rows), {row.event_id for row in rows if row.unsent}

    def held_by_consumer(self) -> tuple[list[UUID], dict[str, set[UUID]], set[UUID]]:
        """Effects in their order; events in the inbox, by outcome; those kept as failed."""
        rows = self.consumer.rows(
            "SELECT number, 'effect' AS lies, event_id FROM effect UNION ALL SELECT 0, outcome, event_id FROM inbox "
            "UNION ALL SELECT 0, 'kept', event_id FROM failed_events ORDER BY number"
        )
        known = {lies: {row.event_id for row in rows if row.lies == lies} for lies in (*OUTCOMES, "kept")}
        return [row.event_id for row in rows if row.lies == "effect"], known, known["kept"]

    @invariant()
    def each_subjects_effects_are_in_order(self) -> None:
        if not self.in_sequence:
            return
        effects = self.consumer.effects()
        for subject, version in self.versions.items():
            mine = [effect for effect in effects if effect.startswith(subject)]
            every = (f"{subject}{number}" for number in range(1, version + 1))
            assert mine == [one for one in every if one not in self.discarded][: len(mine)]

    def teardown(self) -> None:
        """Everything mended: each fact comes into effect, or was discarded by the operator, and nothing else."""
        try:
            self.drain()
            self.the_ledger_holds()
            self.each_subjects_effects_are_in_order()
            (balance,) = balances(
                {SOURCE: self.source, "statistics": self.consumer.database}, [self.consumer.subscriptions]
            )
            assert (balance.missing, balance.extra, balance.kept) == (0, 0, 0), balance
            assert balance.facts == len(self.committed)
            effects = len(self.consumer.effects())
            assert effects == len(self.committed) - len(self.discarded)
            self.told.update(stories=1, facts=balance.facts, effects=effects, discarded=len(self.discarded))
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
        self.discard_garbage()
        for _ in range(100):
            if not self.consumer.kept():
                break
            self.replay()
            self.consumer.now += timedelta(hours=1)
            self.consumer.retry()

    def discard_garbage(self) -> None:
        self.consumer.retry(3600)
        with self.consumer.database.transaction() as tx:
            for letter in dead_letters.list_letters(tx, state="dead", limit=1000):
                if letter.event_id in self.garbage:
                    dead_letters.discard(tx, letter.event_id)


@contextmanager
def machine_parts(source: ServiceDatabase, consumer: Consumer, *, in_sequence: bool) -> Iterator[Parts]:
    """The source, the relay's connection to it, and the administrator's: a service cannot unsay what it has sent."""
    with (
        closing(Database(source, service=SOURCE, size=5)) as database,
        closing(connect(source)) as relay,
        closing(connect(source.admin_url)) as admin,
    ):
        yield Parts(database, relay, admin, consumer, in_sequence)


def tell_stories(parts: Parts, examples: int, seeded: int | None = None) -> None:
    """So many of them, always the same ones; other ones for each seed. Raises with the shortest story that fails."""

    def machine() -> DeliveryMachine:
        return DeliveryMachine(parts)

    if seeded is not None:
        seed(seeded)(machine)
    run_state_machine_as_test(
        # Told that it wants a class, it takes whatever makes one.
        cast(Any, machine),
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            derandomize=seeded is None,
            database=None,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
