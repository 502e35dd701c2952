"""What every benchmark stands on: real PostgreSQL (fsync on) and RabbitMQ of this run, databases, queues, processes."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import amqp

from bench import facts, raw
from chassis import broker, topology
from chassis.database import Connection, connect
from chassis.envelope import CONTENT_TYPE
from chassis.topology import Route
from linli.embedded.ports import free_ports
from linli.provision import migrate, provision, service_url
from linli.running import Running

FOLDER = Path(__file__).parents[1] / ".linli-bench"
FACTS = 100_000


class BenchError(Exception):
    """Something that was measured did not do its work; its figure would say nothing."""


@dataclass(frozen=True)
class Database:
    """A database of this run: the service's own login, and the administrator's."""

    url: str
    admin_url: str

    def run(self, sql: str, parameters: Any = None) -> list[Any]:
        """As the administrator, committed at once."""
        with closing(self.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall() if cursor.description else []

    def connect(self) -> Connection:
        return connect(self.admin_url, application_name="linli:bench")


class Ground:
    """Starts the parts, makes databases and virtual hosts on them, and stops everything it started."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder
        self.running = Running(folder, free_ports().base)
        self._supervisor: Any = None

    def start(self) -> None:
        """Begin empty, whatever an earlier run left. Raises EmbeddedError."""
        # A benchmark fills and empties tables: never those of a deployment that the caller's environment names.
        for name in ("DATABASE_URL", "AMQP_URL"):
            os.environ.pop(name, None)
        self.running.start_parts(fresh=True)
        # So that the instant of a commit can be asked for: see bench.commit_to_effect.
        admin = Database("", self.running.instance.admin_url)
        admin.run("ALTER SYSTEM SET track_commit_timestamp = on")
        self.running.postgres.stop()
        self.running.postgres.start()

    def stop(self, *, keep: bool = False) -> None:
        """Stop everything; the folder goes too, unless its logs are still wanted."""
        self.end_deployment()
        self.running.stop()
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    @cached_property
    def facts(self) -> Path:
        """A file of FACTS facts, one a line."""
        path = self.folder / "facts.jsonl"
        facts.write(path, FACTS)
        return path

    def database(self, service: str, name: str) -> Database:
        """A fresh database with the schema of this service, beside the service's own."""
        admin_url = self.running.instance.admin_url
        password = self.running.instance.secrets.service_password(service)
        provision(admin_url, service, password, name)
        migrate(admin_url, service, name)
        return Database(
            service_url(admin_url, service, password, name),
            admin_url.rpartition("/")[0] + f"/{name}",
        )

    def vhost(self, name: str) -> str:
        """The address of a virtual host of its own."""
        self.running.rabbitmq.add_vhost(name)
        return self.running.rabbitmq.url(name)

    def deployment(self) -> Running:
        """Everything that `linli up` runs, started when asked for and kept until `end_deployment` or `stop`."""
        if self._supervisor is None:
            self.running.prepare()
            self._log = (self.folder / "log" / "up.log").open("a", encoding="utf-8")
            self._supervisor = self.running.supervisor(output=self._log)
            self._supervisor.start()
            self.running.wait_ready()
        return self.running

    def end_deployment(self) -> None:
        """Stop its processes; databases and queues stay, and `deployment` starts it again."""
        if self._supervisor is not None:
            self._supervisor.stop()
            self._supervisor = None
            self._log.close()

    @property
    def supervisor(self) -> Any:
        self.deployment()
        return self._supervisor

    def ask(
        self,
        module: str,
        *arguments: object,
        python: str = sys.executable,
        timeout_s: float = 120,
        **environment: str,
    ) -> Any:
        """Run `python -m bench.…` to its end and give what its last line says (JSON)."""
        command = [python, "-m", module, *map(str, arguments)]
        done = subprocess.run(
            command,
            env=self._environment(environment),
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout_s,
        )
        if done.returncode != 0:
            raise BenchError(f"{' '.join(command[1:])} failed:\n{done.stdout}{done.stderr}")
        return json.loads(done.stdout.splitlines()[-1])

    @contextmanager
    def process(
        self, module: str, *arguments: object, python: str = sys.executable, **environment: str
    ) -> "Iterator[subprocess.Popen[bytes]]":
        """Keep `python -m …` running inside the block; what it prints is kept in the folder's log."""
        command = [*_bound_to_us(), python, "-m", module, *map(str, arguments)]
        path = self.folder / "log" / f"{module}.log"
        with path.open("ab") as log:
            process = subprocess.Popen(command, env=self._environment(environment), stdout=log, stderr=log)
            try:
                yield process
                if process.poll() is not None:
                    raise BenchError(f"{module} ended with {process.returncode}; see {path}")
            finally:
                _end(process)

    def _environment(self, own: Mapping[str, str]) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME", "TZ") if name in os.environ}
        return {**kept, "LOG_LEVEL": "WARNING", "PYTHONPATH": str(Path(__file__).parents[1]), **own}


def _bound_to_us() -> list[str]:
    """A killed benchmark leaves no process behind."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig=KILL", "--"] if setpriv else []


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            # Stock nameko does not hear SIGTERM while nothing happens.
            process.kill()
            process.wait(5)


def wait_until(what: str, holds: Callable[[], object], *, timeout_s: float = 60, pause_s: float = 0.02) -> None:
    """Return once it holds; raise BenchError when it does not in time."""
    deadline = time.monotonic() + timeout_s
    while not holds():
        if time.monotonic() > deadline:
            raise BenchError(f"after {timeout_s:g} s not yet: {what}")
        time.sleep(pause_s)


@contextmanager
def channel(amqp_url: str) -> Iterator[amqp.Channel]:
    link = broker.open_connection(amqp_url, name="bench")
    try:
        yield link.channel()
    finally:
        broker.discard(link)


def declare(amqp_url: str, consumer: str, source: str, types: tuple[str, ...]) -> Route:
    """A quorum queue exactly as a service's own."""
    route = Route(consumer, source, types)
    with channel(amqp_url) as opened:
        topology.declare_route(opened, route)
    return route


def purge(amqp_url: str, *queues: str) -> None:
    with channel(amqp_url) as opened:
        for queue in queues:
            opened.queue_purge(queue)


def fill(amqp_url: str, exchange: str, routing_key: str, bodies: list[str], content_type: str = CONTENT_TYPE) -> None:
    """Put messages into whatever is bound, each confirmed."""
    raw.publish(amqp_url, exchange, routing_key, bodies, content_type)
