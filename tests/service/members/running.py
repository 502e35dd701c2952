"""The members service as a process of its own, and what tests say to it over HTTP and through the broker."""

import base64
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from chassis import broker, envelope, topology
from chassis.database import connect
from chassis.envelope import Event
from chassis.identity import Grant, Issuer, new_signing_key
from tests.support.instance import ServiceDatabase
from tests.support.waiting import wait_for

ISSUER, AUDIENCE = "https://issuer.test", "linli"
HERE, ELSEWHERE, DISTRICT = "440305001012", "440305006011", "440305000000"


@dataclass(frozen=True)
class Members:
    """The running service."""

    url: str
    issuer: Issuer
    database: ServiceDatabase
    amqp_url: str

    def ask(
        self, method: str, path: str, body: Any = None, *, grant: Grant | None, actor: str = "somebody", **headers: str
    ) -> requests.Response:
        """One request by this actor with this one grant; without a grant, without a token."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if grant is not None:
            given["authorization"] = f"Bearer {self.issuer.issue(actor, [grant], 600)}"
        return requests.request(method, self.url + path, json=body, headers=given, timeout=20)

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

    def rows(self, sql: str, *parameters: Any) -> list[Any]:
        """What the database holds, past all row security."""
        with closing(connect(self.database.admin_url)) as connection, connection.cursor() as cursor:
            cursor.execute(sql, parameters or None)
            return cursor.fetchall()


def officer(area: str = HERE, role: str = "community_officer") -> Grant:
    return Grant(role, area)


@contextmanager
def running(database: ServiceDatabase, amqp_url: str, folder: Path) -> Iterator[Members]:
    """Start the service and wait until it is ready: database, consumer and all."""
    issuer = Issuer(new_signing_key(), ISSUER, AUDIENCE)
    jwks = folder / "jwks.json"
    jwks.write_text(json.dumps(issuer.jwks()))
    address = f"127.0.0.1:{_free_port()}"
    environment = os.environ | _settings(database, amqp_url, address, jwks)
    log = folder / "members.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [sys.executable, "-m", "linli.serve", "members"], env=environment, stdout=output, stderr=output
        ) as process,
    ):
        members = Members(f"http://{address}", issuer, database, amqp_url)
        try:
            wait_for(lambda: _is_ready(members.url, process, log), timeout_s=30)
            yield members
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait(30)


def _settings(database: ServiceDatabase, amqp_url: str, address: str, jwks: Path) -> Mapping[str, str]:
    return {
        "DATABASE_URL": str(database),
        "AMQP_URL": amqp_url,
        "HTTP_ADDRESS": address,
        "JWT_ISSUER": ISSUER,
        "JWT_AUDIENCE": AUDIENCE,
        "JWT_JWKS": str(jwks),
        "RATE_LIMIT_PER_S": "100000",
        "SEALING_KEYS": json.dumps({"test-1": base64.b64encode(b"k" * 32).decode()}),
        "SEALING_KEY_ID": "test-1",
        "BLIND_INDEX_KEY": base64.b64encode(b"b" * 32).decode(),
    }


def _is_ready(url: str, process: "subprocess.Popen[bytes]", log: Path) -> bool:
    assert process.poll() is None, log.read_text("utf-8")
    try:
        return requests.get(f"{url}/readyz", timeout=5).status_code == 200
    except requests.ConnectionError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
