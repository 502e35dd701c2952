"""Real grievances on HTTP with its relay, and statistics that counts what it tells: a stage where people work."""

import json
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from chassis.database import Database
from chassis.identity import Issuer, new_signing_key
from linli.ledger import balances
from linli.services import subscriptions
from tests.service.grievances.running import FILING, XINGHAI, Grievances, division
from tests.support import sealing
from tests.support.asking import HOST, Reply
from tests.support.instance import MakeDatabase, ServiceDatabase
from tests.support.service import AUDIENCE, ISSUER
from tests.support.service_process import LoggedProcess, ServiceProcess, answers, free_port
from tests.support.stage import DRAIN_S, Outcome
from tests.support.waiting import wait_for

PEOPLE = 2
FILED = {name: value for name, value in FILING.items() if name != "grid_unit_id"}
(COUNTED,) = (one for one in subscriptions() if (one.consumer, one.source) == ("statistics", "grievances"))


@dataclass
class Answers:
    """What people were told while they filed disputes, and how long the slowest answer took."""

    statuses: list[int] = field(default_factory=list)
    slowest_s: float = 0.0

    def add(self, reply: Reply, took_s: float) -> None:
        self.statuses.append(reply.status)
        self.slowest_s = max(self.slowest_s, took_s)


class District:
    """`relay`, `grievances` and `statistics` are processes of their own; what runs ends with the district."""

    def __init__(self, make_database: MakeDatabase, amqp_url: str, folder: Path, **settings: str) -> None:
        self._folder = folder
        self._urls: dict[str, ServiceDatabase] = {name: make_database(name) for name in ("grievances", "statistics")}
        self._amqp_url = amqp_url
        self._settings = settings
        self._issuer = Issuer(new_signing_key(), ISSUER, AUDIENCE)
        self._jwks = folder / "jwks.json"
        self._jwks.write_text(json.dumps(self._issuer.jwks()))
        self._databases = {name: Database(url, service=name) for name, url in self._urls.items()}
        self.relay = self._relay()
        self.grievances, self.statistics = self._service("grievances"), self._service("statistics")
        self.api = Grievances(self.grievances, self._issuer, self._urls["grievances"], amqp_url)

    def open(self) -> None:
        """Wait until it works, and tell it of one community."""
        self.wait_ready()
        self.api.tell(division(XINGHAI, "星海名城", "community", None))
        wait_for(lambda: self.api.rows("SELECT FROM divisions"))

    def wait_ready(self) -> None:
        for process in (self.grievances, self.statistics):
            process.wait_until(partial(answers, process.port), DRAIN_S)

    def stop_some(self) -> list[int]:
        """Stop relay and statistics in order; their exit codes."""
        processes = (self.relay, self.statistics)
        for process in processes:
            process.ask_to_end()
        return [process.stop() for process in processes]

    def start_again(self) -> None:
        """Whatever has been stopped."""
        self.relay = self._relay() if self.relay.popen.poll() is not None else self.relay
        if self.statistics.popen.poll() is not None:
            self.statistics = self._service("statistics")
        self.wait_ready()

    @contextmanager
    def filing(self) -> Iterator[Answers]:
        """Two people file disputes without a pause, as long as this lasts."""
        enough, told = threading.Event(), Answers()

        def file_on() -> None:
            while not enough.is_set():
                began = time.monotonic()
                filed = self.api.ask("POST", "/disputes", FILED, token=self.api.resident)
                told.add(filed, time.monotonic() - began)

        with ThreadPoolExecutor(PEOPLE) as people:
            filing = [people.submit(file_on) for _ in range(PEOPLE)]
            try:
                yield told
            finally:
                enough.set()
        for one in filing:
            one.result()

    def sent(self) -> int:
        return self._count("grievances", "event_log")

    def unsent(self) -> int:
        return self._count("grievances", "outbox")

    def weigh(self) -> Outcome:
        """Of what grievances tells statistics. An inbox row is an effect, so none can be there twice."""
        (balance,) = balances(self._databases, [COUNTED])
        dead = self._count("statistics", "failed_events WHERE state = 'dead'")
        return Outcome(
            balance.facts,
            balance.effects,
            parked=self._count("statistics", "failed_events") - dead,
            dead=dead,
            missing=balance.missing,
            extra=balance.extra,
        )

    def wait_settled(self) -> None:
        wait_for(lambda: not self.unsent() and not self.weigh().missing, DRAIN_S)

    def close(self) -> None:
        for process in (self.relay, self.grievances, self.statistics):
            if process.popen.poll() is None:
                process.kill()
        for database in self._databases.values():
            database.close()

    def _count(self, service: str, rows: str) -> int:
        with self._databases[service].transaction() as tx:
            return int(tx.rows(f"SELECT count(*) AS n FROM {rows}")[0].n)

    def _relay(self) -> LoggedProcess:
        given = {
            "DATABASE_URL": self._urls["grievances"],
            "AMQP_URL": self._amqp_url,
            "LOG_LEVEL": "WARNING",
            "RELAY_METRICS_ADDRESS": f"{HOST}:{free_port()}",
            **self._settings,
        }
        return LoggedProcess([sys.executable, "-m", "linli.relaying", "grievances"], self._folder / "relay.log", given)

    def _service(self, name: str) -> ServiceProcess:
        given = {
            "DATABASE_URL": self._urls[name],
            "AMQP_URL": self._amqp_url,
            "LOG_LEVEL": "WARNING",
            "JWT_ISSUER": ISSUER,
            "JWT_AUDIENCE": AUDIENCE,
            "JWT_JWKS": str(self._jwks),
            "RATE_LIMIT_PER_S": "100000",
            "PUBLIC_RATE_LIMIT_PER_S": "100000",
            **(sealing.SETTINGS if name == "grievances" else {}),
        }
        return ServiceProcess([sys.executable, "-m", "linli.serve", name], self._folder / f"{name}.log", given)


@contextmanager
def new_district(make_database: MakeDatabase, amqp_url: str, folder: Path, **relay: str) -> Iterator[District]:
    """Open for people; `relay` are settings of the relay."""
    with ExitStack() as stack:
        district = District(make_database, amqp_url, folder, **relay)
        stack.callback(district.close)
        district.open()
        yield district
