"""Event to row beside stock nameko, Celery and FastStream: the same facts, one upsert and a commit for each, then its
acknowledgement; on one broker and one database, in turns.

Each drains a queue that was filled before it started; then, still running, it gets facts at RATE_PER_S, and the time is
from publishing one to the commit of its row, which is PostgreSQL's own (track_commit_timestamp). Memory is the most
that its processes held meanwhile. Ours keeps its inbox row for every event besides, so that it happens exactly once.
"""

from collections import defaultdict
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from statistics import median, quantiles
from subprocess import Popen
from typing import Any

from nameko.constants import DEFAULT_MAX_WORKERS

from bench import effects, facts, ground, messages
from bench.consumers import EXCHANGE, LOGIN, STOCK_QUEUE, example_environment
from bench.footprint import Footprint
from bench.ground import BenchError, Ground
from bench.messages import Message
from bench.results import Results
from bench.rounds import RATE_PER_S, Scale, Tell, in_turns

WORKERS = 2
"""Of FastStream, one a core: "scale application … by running your application in multiple instances" (its CLI)."""

COMMITTED = "SELECT event_id::text, pg_xact_commit_timestamp(xmin) AS at FROM effects WHERE event_id = ANY(%s::uuid[])"


@dataclass(frozen=True)
class Contestant:
    """A consumer's queue, how it wants messages, and how it is started."""

    name: str
    amqp_url: str
    exchange: str
    routing_key: str
    queue: str
    start: Callable[[], AbstractContextManager[Popen[bytes]]]
    messages: Callable[[int], list[Message]]
    drained: int


class Consumers:
    """The contestants, each with a virtual host of its own, all with one database."""

    def __init__(self, stage: Ground, scale: Scale, python: str) -> None:
        self._stage = stage
        self._scale = scale
        self._python = python
        self._database = stage.database(LOGIN, "bench_beside")
        effects.make_table(self._database, LOGIN)
        made = (self._ours(), self._stock(), self._celery(), self._faststream())
        self.by_name = {contestant.name: contestant for contestant in made}

    def _ours(self) -> Contestant:
        amqp_url = self._stage.vhost("beside_ours")
        queue = ground.declare(amqp_url, "bench_each", facts.SOURCE, (facts.TYPE,)).queue
        environment = example_environment(self._stage, self._database, amqp_url)
        start = partial(self._stage.process, "bench.processes.example_service", "each", **environment)
        wanted = partial(messages.of_facts, self._stage.facts, content_type="application/cloudevents+json")
        return Contestant("ours", amqp_url, EXCHANGE, facts.TYPE, queue, start, wanted, self._scale.each_messages)

    def _stock(self) -> Contestant:
        amqp_url = self._topic("beside_stock", STOCK_QUEUE)
        arguments = (amqp_url, self._database.url, DEFAULT_MAX_WORKERS)
        start = partial(self._stage.process, "bench.processes.stock_consumer", *arguments)
        return Contestant("stock", amqp_url, EXCHANGE, facts.TYPE, STOCK_QUEUE, start, self._plain, self._few)

    def _faststream(self) -> Contestant:
        queue = "bench_faststream"
        amqp_url = self._topic("beside_faststream", queue, {"x-queue-type": "quorum"})
        start = self._peer(
            "faststream", "run", "bench.peers.faststream_app:app", "--workers", WORKERS, "--log-level", "warning",
            amqp_url=amqp_url,
        )  # fmt: skip
        return Contestant("faststream", amqp_url, EXCHANGE, facts.TYPE, queue, start, self._plain, self._few)

    def _celery(self) -> Contestant:
        queue = "bench_celery"
        amqp_url = self._stage.vhost("beside_celery")
        with ground.channel(amqp_url) as channel:
            # As Celery declares it itself.
            channel.queue_declare(queue, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
        start = self._peer(
            "celery", "--app", "bench.peers.celery_app", "worker", "--loglevel", "WARNING", amqp_url=amqp_url
        )
        return Contestant("celery", amqp_url, "", queue, queue, start, partial(self._tasks, amqp_url), self._few)

    @property
    def _few(self) -> int:
        return self._scale.stock_messages

    def _topic(self, vhost: str, queue: str, arguments: dict[str, str] | None = None) -> str:
        """A virtual host with the exchange of facts and this queue, as the contestant declares them itself."""
        amqp_url = self._stage.vhost(vhost)
        with ground.channel(amqp_url) as channel:
            channel.exchange_declare(EXCHANGE, "topic", durable=True, auto_delete=False)
            channel.queue_declare(queue, durable=True, auto_delete=False, arguments=arguments)
            channel.queue_bind(queue, EXCHANGE, facts.TYPE)
        return amqp_url

    def _peer(self, *command: object, amqp_url: str) -> Callable[[], AbstractContextManager[Popen[bytes]]]:
        environment = {"AMQP_URL": amqp_url, "DATABASE_URL": self._database.url}
        return partial(self._stage.process, *map(str, command), python=self._python, **environment)

    def _plain(self, count: int) -> list[Message]:
        """Stock nameko takes no other content type; FastStream decodes no other one."""
        return messages.of_facts(self._stage.facts, count, "application/json")

    def _tasks(self, amqp_url: str, count: int) -> list[Message]:
        file = self._stage.folder / "celery.pickle"
        environment: Any = {"AMQP_URL": amqp_url, "DATABASE_URL": self._database.url}
        self._stage.ask(
            "bench.peers.celery_messages", self._stage.facts, count, file, python=self._python, **environment
        )
        return messages.kept(file)

    def measure(self, contestant: Contestant) -> dict[str, float]:
        """What it does in a second, and then at a steady rate; how much memory it takes for both."""
        paced = int(self._scale.latency_s * RATE_PER_S)
        wanted = contestant.messages(contestant.drained + paced)
        self._database.run("TRUNCATE effects, inbox, failed_events")
        # The consumer before was stopped before its last acknowledgement, if it is stock nameko.
        ground.purge(contestant.amqp_url, contestant.queue)
        to = (contestant.amqp_url, contestant.exchange, contestant.routing_key)
        messages.send(*to, wanted[: contestant.drained])
        with contestant.start() as process, Footprint([process.pid]) as footprint:
            per_s = effects.rate(self._database, contestant.drained)
            sent_at = messages.send(*to, wanted[contestant.drained :], RATE_PER_S)
            ground.wait_until("every fact is in effect", lambda: self._count() >= len(wanted))
            p99_ms = self._p99_ms(sent_at)
        return {"per_s": per_s, "p99_ms": p99_ms, "memory_mb": footprint.most_mb}

    def _count(self) -> int:
        return int(self._database.run("SELECT count(*) FROM effects")[0][0])

    def _p99_ms(self, sent_at: dict[str, datetime]) -> float:
        committed = {row.event_id: row.at for row in self._database.run(COMMITTED, (list(sent_at),))}
        if committed.keys() != sent_at.keys():
            raise BenchError(f"{len(committed)} effects of {len(sent_at)} facts")
        delays_s: list[float] = [(at - sent_at[event_id]).total_seconds() for event_id, at in committed.items()]
        return quantiles(delays_s, n=100)[98] * 1000


def measure(stage: Ground, scale: Scale, tell: Tell, python: str) -> Results:
    consumers = Consumers(stage, scale, python)
    others: dict[str, list[float]] = defaultdict(list)

    def turn(contestant: Contestant) -> float:
        figures = consumers.measure(contestant)
        for figure, unit in (("p99_ms", "ms"), ("memory_mb", "MB")):
            others[f"{contestant.name}_{figure}"].append(figures[figure])
            tell.found(f"{contestant.name}: {figure}", figures[figure], unit)
        return figures["per_s"]

    turns = {f"{name}, each event": partial(turn, made) for name, made in consumers.by_name.items()}
    found = in_turns(scale.rounds, turns, tell)
    rates = {f"{name}_per_s": found[f"{name}, each event"] for name in consumers.by_name}
    return {"peer_consumers": rates | {name: median(figures) for name, figures in others.items()}}
