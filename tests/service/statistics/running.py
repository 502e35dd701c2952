"""The statistics service as a process of its own, and what tests say to it over HTTP and through the broker."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests
import uuid_utils.compat

from chassis import broker, envelope, topology
from chassis.database import connect
from chassis.envelope import Event
from chassis.identity import Grant, Issuer, new_signing_key
from tests.store.statistics.facts import DISTRICT, TREE, XINGHAI, division_event
from tests.support.instance import ServiceDatabase
from tests.support.waiting import wait_for

ISSUER, AUDIENCE = "https://issuer.test", "linli"
OFFICER = Grant("district_officer", DISTRICT)


@dataclass(frozen=True)
class Statistics:
    """The running service."""

    url: str
    issuer: Issuer
    database: ServiceDatabase
    amqp_url: str

    def token(self, grant: Grant = OFFICER, actor: str = "somebody") -> str:
        return self.issuer.issue(actor, [grant], 600)

    def get(self, path: str, grant: Grant = OFFICER, **headers: str) -> requests.Response:
        return requests.get(
            self.url + path,
            headers={"Authorization": f"Bearer {self.token(grant)}"}
            | {k.replace("_", "-"): v for k, v in headers.items()},
            timeout=20,
        )

    def publish(self, *events: Event) -> None:
        """Give facts to the broker as the relay of their source would; returns once all are confirmed."""
        connection = broker.open_connection(self.amqp_url, name="test")
        try:
            channel = connection.channel()
            for event in events:
                message = broker.amqp.Message(
                    envelope.to_json(event), content_type=envelope.CONTENT_TYPE, delivery_mode=2
                )
                channel.basic_publish_confirm(
                    message, exchange=topology.exchange(event.source), routing_key=event.type, mandatory=True
                )
        finally:
            connection.close()

    def learn_tree(self) -> None:
        """Tell it the six divisions of tests.store.statistics.facts and wait until it knows them."""
        self.publish(*(replace(division_event(one), event_id=uuid_utils.compat.uuid7()) for one in TREE))
        wait_for(lambda: self.count("SELECT count(*) FROM divisions WHERE version > 0") == len(TREE))

    def count(self, sql: str) -> int:
        """What the database holds."""
        with closing(connect(self.database.admin_url)) as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            [(number,)] = cursor.fetchall()
            return int(number)


def life(*kinds: str, area: str = XINGHAI, time: datetime | None = None, days_open: int = 4) -> list[Event]:
    """The facts of one dispute, in the order of their versions."""
    dispute_id = str(uuid_utils.compat.uuid7())
    carried = {
        "dispute_id": dispute_id,
        "category": "parking",
        "relation": "owner_property",
        "grid_unit_id": None,
        "registered_at": "2026-03-01T02:00:00+00:00",
    }
    extra: dict[str, dict[str, Any]] = {
        "resolved": {"agreement_form": "written", "days_open": days_open},
        "mediated": {"session_number": 1},
    }
    return [
        Event(
            event_id=uuid_utils.compat.uuid7(),
            source="grievances",
            type=f"dispute.{kind}",
            subject=dispute_id,
            version=version,
            area=area,
            time=time or datetime.now(UTC),
            data=carried | extra.get(kind, {}),
        )
        for version, kind in enumerate(kinds, start=1)
    ]


@contextmanager
def running(database: ServiceDatabase, amqp_url: str, folder: Path) -> Iterator[Statistics]:
    """Start the service and wait until it is ready: database, consumers and all."""
    issuer = Issuer(new_signing_key(), ISSUER, AUDIENCE)
    jwks = folder / "jwks.json"
    jwks.write_text(json.dumps(issuer.jwks()))
    address = f"127.0.0.1:{free_port()}"
    settings = {
        "DATABASE_URL": str(database),
        "AMQP_URL": amqp_url,
        "HTTP_ADDRESS": address,
        "JWT_ISSUER": ISSUER,
        "JWT_AUDIENCE": AUDIENCE,
        "JWT_JWKS": str(jwks),
        "RATE_LIMIT_PER_S": "100000",
    }
    with process_of("statistics", settings, folder):
        yield Statistics(f"http://{address}", issuer, database, amqp_url)


@contextmanager
def process_of(service: str, settings: Mapping[str, str], folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """`linli serve` of a service, from the moment it is ready until it has stopped."""
    log = folder / f"{service}.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [sys.executable, "-m", "linli.serve", service],
            env=os.environ | settings,
            stdout=output,
            stderr=output,
        ) as process,
    ):
        try:
            wait_for(lambda: _is_ready(settings["HTTP_ADDRESS"], process, log), timeout_s=30)
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0, log.read_text("utf-8")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_ready(address: str, process: "subprocess.Popen[bytes]", log: Path) -> bool:
    assert process.poll() is None, log.read_text("utf-8")
    try:
        return requests.get(f"http://{address}/readyz", timeout=5).status_code == 200
    except requests.ConnectionError:
        return False
