"""From messages waiting in a queue to rows committed in a consumer's database.

Every contestant drains a queue that was filled before it started; its rate is read from the rows' own instants, after
the first tenth of them. Ours writes its inbox row for every event besides; stock nameko and the floor do not.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

from nameko.constants import DEFAULT_MAX_WORKERS

from bench import effects, facts, ground
from bench.ground import Database, Ground
from bench.results import Results
from bench.rounds import Scale, Tell, in_turns
from chassis import topology
from linli.embedded.ports import HOST, free_ports

LOGIN = "statistics"
TUNED_MAX_WORKERS = 40
STOCK_QUEUE = f"evt-{facts.SOURCE}-{facts.TYPE}--bench_stock.note"
EXCHANGE = topology.exchange(facts.SOURCE)


def example_environment(stage: Ground, database: Database, amqp_url: str) -> dict[str, str]:
    """What bench.processes.example_service reads, with an HTTP port that is free now."""
    return {
        "DATABASE_URL": database.url,
        "AMQP_URL": amqp_url,
        "HTTP_ADDRESS": f"{HOST}:{free_ports().base}",
        "JWT_ISSUER": "urn:linli:bench",
        "JWT_JWKS": str(stage.folder / "jwks.json"),
    }


class Consumers:
    """The contestants, each with a virtual host of its own, all with one database."""

    def __init__(self, stage: Ground) -> None:
        self._stage = stage
        self._database = stage.database(LOGIN, "bench_consumers")
        effects.make_table(self._database, LOGIN)

    def ours(self, kind: str, count: int) -> float:
        amqp_url = self._stage.vhost(f"bench_{kind}")
        route = ground.declare(amqp_url, f"bench_{kind}", facts.SOURCE, (facts.TYPE,))
        environment = example_environment(self._stage, self._database, amqp_url)
        start = partial(self._stage.process, "bench.processes.example_service", kind, **environment)
        return self._drained(amqp_url, route.queue, count, start)

    def stock(self, max_workers: int, count: int) -> float:
        amqp_url = self._stage.vhost("bench_stock")
        with ground.channel(amqp_url) as channel:
            # As nameko declares them itself.
            channel.exchange_declare(EXCHANGE, "topic", durable=True, auto_delete=False)
            channel.queue_declare(STOCK_QUEUE, durable=True, auto_delete=False)
            channel.queue_bind(STOCK_QUEUE, EXCHANGE, facts.TYPE)
        arguments = (amqp_url, self._database.url, max_workers)
        start = partial(self._stage.process, "bench.processes.stock_consumer", *arguments)
        return self._drained(amqp_url, STOCK_QUEUE, count, start, content_type="application/json")

    def raw(self, count: int) -> float:
        amqp_url = self._stage.vhost("bench_raw")
        route = ground.declare(amqp_url, "bench_raw", facts.SOURCE, (facts.TYPE,))
        self._fill(amqp_url, route.queue, count)
        self._stage.ask("bench.processes.raw_consumer", amqp_url, route.queue, self._database.url, count)
        return effects.rate(self._database, count)

    def _drained(
        self,
        amqp_url: str,
        queue: str,
        count: int,
        start: Callable[[], AbstractContextManager[Any]],
        **options: str,
    ) -> float:
        self._fill(amqp_url, queue, count, **options)
        with start():
            return effects.rate(self._database, count)

    def _fill(self, amqp_url: str, queue: str, count: int, **options: str) -> None:
        self._database.run("TRUNCATE effects, inbox, failed_events")
        # The consumer before was stopped before its last acknowledgement, if it is stock nameko.
        ground.purge(amqp_url, queue)
        ground.fill(amqp_url, EXCHANGE, facts.TYPE, facts.read(self._stage.facts, count), **options)


def measure(stage: Ground, scale: Scale, tell: Tell) -> Results:
    consumers = Consumers(stage)
    found = in_turns(
        scale.rounds,
        {
            "consumer, each": partial(consumers.ours, "each", scale.each_messages),
            "consumer, each, unawaited": partial(consumers.ours, "unawaited", scale.each_messages),
            "stock consumer": partial(consumers.stock, DEFAULT_MAX_WORKERS, scale.stock_messages),
            "consumer, batch": partial(consumers.ours, "batch", scale.batch_messages),
            f"stock consumer, {TUNED_MAX_WORKERS} workers": partial(
                consumers.stock, TUNED_MAX_WORKERS, scale.stock_messages
            ),
            "raw consumer": partial(consumers.raw, scale.batch_messages),
        },
        tell,
    )
    stock = {
        "stock_per_s": found["stock consumer"],
        "tuned_stock_per_s": found[f"stock consumer, {TUNED_MAX_WORKERS} workers"],
    }
    return {
        "consumer_each": {"per_s": found["consumer, each"], **stock},
        "consumer_each_unawaited": {"per_s": found["consumer, each, unawaited"], **stock},
        "consumer_batch": {
            "per_s": found["consumer, batch"],
            **stock,
            "raw_per_s": found["raw consumer"],
        },
    }
