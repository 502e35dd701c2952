"""A stock nameko service: `@event_handler`, one upsert and a commit per event, psycopg2 made green by eventlet itself.

`python -m bench.processes.stock_consumer AMQP_URL DATABASE_URL MAX_WORKERS`

MAX_WORKERS is also nameko's prefetch; each worker finds a connection waiting.
"""

# ruff: noqa: E402 - patched before anything else is imported
import eventlet

eventlet.monkey_patch()

from eventlet.support.psycopg2_patcher import make_psycopg_green

make_psycopg_green()

import sys
from typing import Any

import psycopg2
from eventlet.queue import LightQueue
from nameko.events import event_handler
from nameko.extensions import DependencyProvider
from nameko.runners import ServiceRunner

from bench import facts
from bench.effects import UPSERT


class Connections(DependencyProvider):  # type: ignore[misc]
    """As many connections as there can be workers."""

    def setup(self) -> None:
        self.free = LightQueue()
        for _ in range(self.container.max_workers):
            self.free.put(psycopg2.connect(self.container.config["DATABASE_URL"]))

    def get_dependency(self, worker_ctx: Any) -> Any:
        return self.free


class Stock:
    name = "bench_stock"
    connections = Connections()

    @event_handler(facts.SOURCE, facts.TYPE)  # type: ignore[untyped-decorator]
    def note(self, payload: dict[str, Any]) -> None:
        connection = self.connections.get()
        with connection.cursor() as cursor:
            cursor.execute(UPSERT, (payload["id"], payload["data"]["dispute_id"], payload["area"]))
        connection.commit()
        self.connections.put(connection)


def main(amqp_url: str, database_url: str, max_workers: str) -> None:
    runner = ServiceRunner({"AMQP_URI": amqp_url, "DATABASE_URL": database_url, "max_workers": int(max_workers)})
    runner.add_service(Stock)
    runner.start()
    runner.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
