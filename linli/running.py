"""An instance with everything that belongs to it: parts, databases, queues, processes."""

import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TextIO

import requests

from chassis import broker, topology
from chassis.errors import LinliError, Misconfigured
from linli.broker_rights import rights
from linli.embedded import printing_packages
from linli.embedded.parts import Embedded
from linli.embedded.ports import HOST
from linli.embedded.postgres import Postgres
from linli.embedded.rabbitmq import RabbitMQ
from linli.embedded.secrets import Secrets
from linli.instance import Instance
from linli.provision import migrate, provision
from linli.services import CLASSES, WITH_DATABASE, publishers, routes
from linli.supervisor import Program, Supervisor

READY_S = 60.0
PLAYED = "played-clock"
"""The file of a data folder that says: this instance lives a year that is played (linli.simulation.clock)."""

PASSED_ON = ("PATH", "LANG", "HOME", "TZ", "LOG_LEVEL", "OTEL_EXPORTER_OTLP_ENDPOINT")
"""What processes get of the caller's own environment."""


class Running:
    """Starts an instance step by step, so that each step can be watched, and stops all it started.

    DATABASE_URL (an administrator's address) and AMQP_URL, when set, take the place of the embedded parts.
    """

    instance: Instance

    def __init__(self, data: Path, port_base: int) -> None:
        self._given_database = os.environ.get("DATABASE_URL")
        self._given_broker = os.environ.get("AMQP_URL")
        self._parts = Embedded(
            data, port_base, own_postgres=not self._given_database, own_rabbitmq=not self._given_broker
        )

    @property
    def postgres(self) -> Postgres:
        return self._parts.postgres

    @property
    def rabbitmq(self) -> RabbitMQ:
        return self._parts.rabbitmq

    def start_parts(self, *, fresh: bool = False) -> None:
        """Start those parts that are the instance's own.

        Raises EmbeddedError, and Misconfigured for a folder with a simulated year: nothing real is added to that.
        """
        played = self._parts.folder.path / PLAYED
        if played.exists() and not fresh:
            raise Misconfigured(
                f"{played.parent} holds a simulated year; name another folder with --data, or wipe it with --fresh"
            )
        printing_packages.install_if_possible()
        self._parts.start(fresh=fresh)
        secrets: Secrets = self._parts.secrets
        self.instance = Instance(
            self._parts.folder.path,
            self._parts.ports,
            secrets,
            self._given_database or self.postgres.admin_url,
            self._given_broker or self.rabbitmq.url(),
            own_broker=not self._given_broker,
        )
        self.instance.remember()

    def prepare(self) -> None:
        """Databases, roles and migrations; exchanges, queues and logins at the broker. Safe to repeat."""
        passwords = {service: self.instance.secrets.service_password(service) for service in WITH_DATABASE}
        for service, password in passwords.items():
            provision(self.instance.admin_url, service, password)
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda service: migrate(self.instance.admin_url, service), WITH_DATABASE))
        link = broker.open_connection(self.instance.amqp_url, name="linli:topology")
        try:
            topology.declare(link.channel(), publishers(), routes())
        finally:
            broker.discard(link)
        if self.instance.own_broker:
            for service in WITH_DATABASE:
                self.rabbitmq.let_in(service, self.instance.secrets.broker_password(service), rights(service))

    def programs(self) -> list[Program]:
        """Every process of the instance, each with the variables it needs and no others of ours."""
        relays = [self._program(f"{name}-relay", "linli.relaying", name, "relay") for name in publishers()]
        return relays + [self._program(name, "linli.serve", name, "service") for name in CLASSES]

    def _program(self, name: str, module: str, service: str, process: str) -> Program:
        passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        return Program(
            name,
            [sys.executable, "-m", module, service],
            {"LOG_LEVEL": "WARNING", **passed, **self.instance.environment(service, process)},
        )

    def open_log(self) -> TextIO:
        """Where processes may write instead of to the terminal: `log/processes.log` of the data folder."""
        return (self._parts.folder.logs / "processes.log").open("a", encoding="utf-8")

    def supervisor(self, output: TextIO = sys.stdout) -> Supervisor:
        return Supervisor(self.programs(), self._parts.folder.run, output=output)

    def wait_ready(self, timeout_s: float = READY_S) -> None:
        """Return when every service says it is ready. Raises LinliError with what the last one said."""
        deadline = time.monotonic() + timeout_s
        for service in CLASSES:
            _wait_for(f"{self.instance.http_url(service)}/readyz", deadline)

    def addresses(self) -> str:
        """The lines a person wants to see first."""
        ports = self.instance.ports
        return "\n".join(
            [
                f"邻里 Linli · {self.instance.data}",
                f"  看板 board        http://{HOST}:{ports.portal}/",
                *(
                    f"  {service:17} http://{HOST}:{ports.http(service)}/docs"
                    for service in CLASSES
                    if service != "portal"
                ),
            ]
        )

    def stop(self) -> None:
        """Stop what `start_parts` started; the data stay."""
        self._parts.stop()


def end_on_sigterm() -> None:
    """Let SIGTERM unwind this process as Ctrl-C does, so that it stops what it started.

    Not by way of SIGINT: a shell has its background jobs ignore that.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def _wait_for(url: str, deadline: float) -> None:
    told = "no answer"
    while time.monotonic() < deadline:
        try:
            answer = requests.get(url, timeout=5)
            if answer.ok:
                return
            told = answer.text
        except requests.RequestException as error:
            told = str(error)
        time.sleep(0.1)
    raise LinliError(f"{url} is not ready in time: {told}")
