"""Where a fault is played: a source with its outbox, its relay, a broker's virtual host, and the counting service.

All processes and servers are real. The ledger is weighed at the end of every fault.
"""

import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import amqp

from chassis import broker, topology
from chassis.consumer import declared, route
from chassis.database import Database, connect
from chassis.envelope import CONTENT_TYPE
from chassis.identity import Issuer, new_signing_key
from chassis.inbox.dead_letters import DeadLetter, list_letters
from chassis.topology import Route
from linli.embedded.errors import EmbeddedError
from linli.embedded.parts import Embedded
from linli.embedded.ports import free_ports
from linli.ledger import balances
from tests.support.asking import HOST, ask
from tests.support.consumer import prepare
from tests.support.counting import GATE, Counting
from tests.support.facts import SOURCE, add
from tests.support.instance import MakeDatabase, ServiceDatabase, new_folder
from tests.support.service_process import LoggedProcess, ServiceProcess, answers, free_port
from tests.support.waiting import wait_for

FULL = os.environ.get("LINLI_FAULT_SIZE", "short") == "full"
"""Whether faults are played as DESIGN §6 asks for them (`make faults`), or in the seconds that `make test` has."""

SEED = int(os.environ.get("LINLI_FAULT_SEED", "20260310"))
DRAIN_S = 900 if FULL else 60
TOLD = "thing.told"

Size = TypeVar("Size")


def sized(short: Size, full: Size) -> Size:
    """How much of something a fault is played with: in `make test`, and in `make faults`."""
    return full if FULL else short


@dataclass(frozen=True)
class Outcome:
    """What a fault left: facts and effects by the ledger, facts that wait in failed_events behind others (`parked`),
    what lies there until an operator decides (`dead`, also what never was a fact), effects that came twice, and effects
    out of their subject's order. A fault without a ledger says in its line what it counts as facts and effects.
    """

    facts: int
    effects: int
    parked: int = 0
    dead: int = 0
    missing: int = 0
    extra: int = 0
    twice: int = 0
    disordered: int = 0

    @property
    def sound(self) -> bool:
        return not (self.missing or self.extra or self.twice or self.disordered)

    def __str__(self) -> str:
        told = {name.replace("disordered", "out of order"): number for name, number in asdict(self).items()}
        return ", ".join(f"{name} {number}" for name, number in told.items())


class Recovery:
    """`with recovering() as recovery:` begins when the fault ends and ends when everything has settled."""

    seconds: float | None = None

    def __enter__(self) -> Self:
        self._began = time.monotonic()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.seconds = time.monotonic() - self._began


def recovering() -> Recovery:
    return Recovery()


class Stage:
    """One fault's parts. Whatever runs on it ends with it."""

    def __init__(self, source_url: ServiceDatabase, sink_url: ServiceDatabase, amqp_url: str, folder: Path) -> None:
        self.amqp_url = amqp_url
        self.folder = folder
        self.source = Database(source_url, service=SOURCE, size=10)
        self.sink = Database(sink_url, service="counting", size=10)
        self.random = random.Random(SEED)
        self.processes: list[LoggedProcess] = []
        self._source_url, self._sink_url = source_url, sink_url
        self._server_url = sink_url.admin_url.rpartition("/")[0] + "/postgres"
        self._versions: dict[str, int] = {}
        (self.subscriptions,) = declared(Counting)

    @property
    def vhost(self) -> str:
        return urlsplit(self.amqp_url).path.removeprefix("/")

    @property
    def route(self) -> Route:
        return route(self.subscriptions)

    # What is committed.

    def commit(self, count: int, *, subjects: int = 100, act: str = "", together: int = 10) -> None:
        """So many facts of so many subjects, in transactions of a few, each subject's versions in order."""
        for start in range(0, count, together):
            with self.source.transaction() as tx:
                for number in range(start, min(start + together, count)):
                    self.tell(tx, f"s{number % subjects}", act)

    def tell(self, tx: Any, subject: str, act: str = "") -> None:
        """The subject's next version, in this transaction."""
        self._versions[subject] = self._versions.get(subject, 0) + 1
        add(tx, subject, self._versions[subject], act)

    # What runs.

    def start_relay(self, *command: str, **settings: str) -> LoggedProcess:
        given = {
            "DATABASE_URL": self._source_url,
            "AMQP_URL": self.amqp_url,
            "LOG_LEVEL": "WARNING",
            "RELAY_METRICS_ADDRESS": f"{HOST}:{free_port()}",
            **settings,
        }
        argv = [sys.executable, "-m", *(command or ("linli.relaying", SOURCE))]
        return self._started(LoggedProcess(argv, self.folder / "relay.log", given))

    def leader(self, relays: Sequence[LoggedProcess]) -> LoggedProcess:
        """The one of these that leads; waits until one does."""

        def leads(relay: LoggedProcess) -> bool:
            port = int(relay.settings["RELAY_METRICS_ADDRESS"].rpartition(":")[2])
            try:
                return "\nlinli_relay_leader 1.0" in ask(port, "GET", "/metrics").text
            except OSError:
                return False

        return wait_for(lambda: [relay for relay in relays if leads(relay)])[0]

    def start_service(self, *, ready: bool = True, **settings: str) -> ServiceProcess:
        """The counting service; `ready` waits until it consumes."""
        given = {
            "DATABASE_URL": self._sink_url,
            "AMQP_URL": self.amqp_url,
            "LOG_LEVEL": "WARNING",
            "JWT_ISSUER": "https://issuer.test",
            "JWT_JWKS": str(self._keys()),
            **settings,
        }
        argv = [sys.executable, "-m", "tests.support.counting_process"]
        service = self._started(ServiceProcess(argv, self.folder / "service.log", given))
        if ready:
            service.wait_until(lambda: answers(service.port))
        return service

    @contextmanager
    def supervised(self, **settings: str) -> Iterator[Callable[[], int]]:
        """The service, started again whenever it ends; gives how often it has ended so far. Asked by a wait."""
        running = [self.start_service(ready=False, **settings)]
        ends = 0

        def look_after() -> int:
            nonlocal ends
            if running[0].popen.poll() is not None:
                ends += 1
                running[0] = self.start_service(ready=False, **settings)
            return ends

        yield look_after

    def metric(self, service: ServiceProcess, name: str) -> float:
        """The sum of a metric over its labels."""
        lines = ask(service.port, "GET", "/metrics").text.splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))

    def close(self) -> None:
        for process in self.processes:
            if process.popen.poll() is None:
                process.kill()
        self.source.close()
        self.sink.close()

    def run_as_owner(self, sql: str) -> None:
        """Change the service's schema under it."""
        with closing(connect(self._sink_url.admin_url)) as admin, admin.cursor() as cursor:
            cursor.execute(sql)

    @contextmanager
    def sink_cut_off(self) -> Iterator[None]:
        """The service's database ends all its connections and takes no others, as long as this lasts."""
        name = urlsplit(self._sink_url).path.removeprefix("/")
        ending = (
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = %s AND application_name NOT LIKE '%%:gate'"
        )
        with closing(connect(self._server_url)) as admin, admin.cursor() as cursor:
            cursor.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            cursor.execute(ending, (name,))
            yield
            cursor.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        # Ours were ended, too.
        self.sink.close()

    # What the broker holds.

    @contextmanager
    def channel(self) -> Iterator[amqp.Channel]:
        connection = broker.open_connection(self.amqp_url, name="test")
        try:
            yield connection.channel()
        finally:
            broker.discard(connection)

    def declare(self) -> None:
        with self.channel() as channel:
            topology.declare_route(channel, self.route)

    def publish(self, *bodies: bytes, content_type: str | None = CONTENT_TYPE) -> None:
        """Straight to the queue, confirmed, past outbox and relay."""
        with self.channel() as channel:
            for body in bodies:
                properties = {"content_type": content_type} if content_type else {}
                message = amqp.Message(body, delivery_mode=2, **properties)
                channel.basic_publish_confirm(message, exchange="", routing_key=self.route.queue)

    def ready_messages(self) -> int:
        """Messages in the queue that no consumer has."""
        with self.channel() as channel:
            return int(channel.queue_declare(self.route.queue, passive=True).message_count)

    def wait_ready_message(self) -> amqp.Message:
        """The first message of the queue once no consumer has it; it stays there."""
        found: list[amqp.Message] = []
        with self.channel() as channel:
            channel.basic_consume(self.route.queue, callback=found.append)
            wait_for(lambda: broker.drain(channel.connection, 0.05) and found)
        return found[0]

    def reject_until_gone(self) -> int:
        """Hand the one message in the queue back for as long as the broker delivers it; how often that was."""
        rejected = 0

        def reject(message: amqp.Message) -> None:
            nonlocal rejected
            rejected += 1
            channel.basic_reject(message.delivery_tag, requeue=True)

        def is_given_up() -> bool:
            broker.drain(channel.connection, 0.05)
            returned = channel.queue_declare(self.route.returned, passive=True)
            return bool(returned.message_count)

        with self.channel() as channel:
            channel.basic_consume(self.route.queue, callback=reject)
            wait_for(is_given_up)
        return rejected

    # What came of it.

    def unsent(self) -> int:
        return self._count(self.source, "outbox")

    def sent(self) -> int:
        return self._count(self.source, "event_log")

    def effects(self) -> int:
        return self._count(self.sink, "effect")

    def letters(self, state: str | None = None) -> list[DeadLetter]:
        with self.sink.transaction() as tx:
            return list_letters(tx, state=state, limit=10_000)

    def wait_in_effect(self, facts: int, timeout_s: float = DRAIN_S) -> None:
        """Until so many facts are in effect."""
        wait_for(lambda: self.effects() >= facts, timeout_s)

    def wait_settled(self, look: Callable[[], object] = lambda: None, timeout_s: float = DRAIN_S) -> None:
        """Until nothing is on its way any more: each fact is in effect, dead, or waits behind a dead one."""

        def settled() -> bool:
            look()
            # Counted before they are weighed: that reads every row of both sides.
            return not self.unsent() and self._count(self.sink, "inbox") + self._kept() >= self.sent() and weighed()

        def weighed() -> bool:
            kept_back = self._kept("parked") and not self._kept("dead")
            return not (self.weigh().missing or self._kept("suspect", "waiting") or kept_back)

        wait_for(settled, timeout_s)

    def weigh(self) -> Outcome:
        (balance,) = balances({SOURCE: self.source, "counting": self.sink}, [self.subscriptions])
        twice, disordered = 0, 0
        seen: set[Any] = set()
        last: dict[str, int] = {}
        with self.sink.transaction() as tx:
            for row in tx.stream("SELECT event_id, subject, version FROM effect ORDER BY number", ()):
                twice += row.event_id in seen
                seen.add(row.event_id)
                disordered += row.version <= last.get(row.subject, 0)
                last[row.subject] = row.version
        return Outcome(
            balance.facts,
            balance.effects,
            parked=self._kept("parked", "waiting", "suspect"),
            dead=self._kept("dead"),
            missing=balance.missing,
            extra=balance.extra,
            twice=twice,
            disordered=disordered,
        )

    @contextmanager
    def gate_closed(self) -> Iterator[None]:
        """Handlers told to wait do so as long as this lasts."""
        with Database(self._sink_url, service="counting", size=1, process="gate").transaction() as tx:
            # However long that is: a service's own transaction may not stand idle for a minute.
            tx.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            tx.execute("SELECT pg_advisory_xact_lock(%s)", (GATE,))
            yield

    def at_the_gate(self) -> int:
        """How many handlers wait there."""
        with self.sink.transaction() as tx:
            return int(tx.rows("SELECT count(*) AS n FROM pg_locks WHERE objid = %s AND NOT granted", (GATE,))[0].n)

    def _count(self, database: Database, table: str) -> int:
        with database.transaction() as tx:
            return int(tx.rows(f"SELECT count(*) AS n FROM {table}")[0].n)

    def _kept(self, *states: str) -> int:
        """How many events lie in failed_events, in these states or in any."""
        counting = "SELECT count(*) AS n FROM failed_events WHERE state = ANY(%s) OR %s"
        with self.sink.transaction() as tx:
            return int(tx.rows(counting, (list(states), not states))[0].n)

    def _keys(self) -> Path:
        path = self.folder / "jwks.json"
        if not path.exists():
            path.write_text(json.dumps(Issuer(new_signing_key(), "https://issuer.test", "linli").jwks()))
        return path

    def _started(self, process: Any) -> Any:
        self.processes.append(process)
        return process


@contextmanager
def own_servers() -> Iterator[Embedded]:
    """A broker and a PostgreSQL that a fault may kill, freeze and starve: what is committed is written, as in earnest.

    Ready in about five seconds; gone afterwards, whatever became of them.
    """
    parts = _started()
    try:
        yield parts
    finally:
        # Nothing of theirs is needed any more.
        parts.rabbitmq.kill()
        parts.postgres.kill()
        parts.discard()


def _started() -> Embedded:
    """On ports that nobody uses; where another run took one of them in the same moment, on others."""
    while True:
        parts = Embedded(new_folder(), free_ports().base)
        try:
            parts.start()
        except EmbeddedError as error:
            if "is taken by" not in str(error):
                raise
        else:
            return parts


@contextmanager
def new_stage(make_database: MakeDatabase, amqp_url: str, folder: Path) -> Iterator[Stage]:
    with ExitStack() as stack:
        stage = Stage(make_database(SOURCE), prepare(make_database("statistics")), amqp_url, folder)
        stack.callback(stage.close)
        yield stage
