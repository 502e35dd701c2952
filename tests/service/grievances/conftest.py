"""The grievances service as a process of its own, over a real PostgreSQL and a real RabbitMQ."""

import base64
import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID

import amqp
import pytest
import uuid_utils.compat

from chassis import broker, topology
from chassis.database import connect
from chassis.envelope import CONTENT_TYPE, Event, to_json
from chassis.identity import Grant, Issuer, new_signing_key
from linli.embedded.ports import free_ports
from tests.support.instance import ServiceDatabase
from tests.support.waiting import wait_for

ISSUER, AUDIENCE = "https://issuer.test", "linli"
XINGHAI, HAIYUE = "440305001012", "440305006011"
BUILDING = "01936f00-0000-7000-8000-0000000000b1"
TABLES = ("disputes", "dispute_parties", "sessions", "agreements", "agreement_signatures", "case_serials", "outbox")

FILING: dict[str, Any] = {
    "area": XINGHAI,
    "grid_unit_id": BUILDING,
    "relation": "owner_property",
    "category": "repair",
    "summary": "楼道漏水三个月，物业未修。",
    "applicant": {"name": "王小明", "phone": "13800138000"},
    "respondent": {"kind": "organisation", "name": "星海物业服务中心", "phone": "0755-26666666"},
}


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Service:
    """The running service, and what tests say to it."""

    def __init__(self, port: int, issuer: Issuer, database: ServiceDatabase, amqp_url: str) -> None:
        self.port = port
        self.database = database
        self.log: list[str] = []
        self._issuer = issuer
        self._amqp_url = amqp_url
        self.resident = self.token("resident-1", "resident")
        self.officer = self.token("officer-1", "community_officer")
        self.mediator = self.token("mediator-1", "mediator")

    def token(self, actor_id: str, role: str, area: str = XINGHAI, grid: str = "", issuer: Issuer | None = None) -> str:
        return (issuer or self._issuer).issue(actor_id, [Grant(role, area, grid)], 600)

    def ask(
        self, method: str, path: str, body: Any = None, *, token: str | None, raw: bytes | None = None, **headers: str
    ) -> Reply:
        """One request on a connection of its own. `headers` in Python's spelling: if_match for If-Match."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            given["authorization"] = f"Bearer {token}"
        content = json.dumps(body).encode() if raw is None and body is not None else raw
        if content is not None:
            given.setdefault("content-type", "application/json")
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            connection.request(method, path, content, given)
            answer = connection.getresponse()
            received = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, received, answer.read())

    def file(self, token: str | None = None, **changes: Any) -> Reply:
        return self.ask("POST", "/disputes", FILING | changes, token=token or self.resident)

    def step(self, dispute: Reply, name: str, body: Any = None, *, token: str | None = None) -> Reply:
        """One step of a dispute's life at the version of the answer before."""
        path = f"/disputes/{dispute.json['dispute_id']}/{name}"
        return self.ask("POST", path, body, token=token or self.officer, if_match=dispute.headers["etag"])

    def mediating(self) -> Reply:
        assigned = self.step(self.step(self.file(), "accept"), "assign", {"mediator_id": "mediator-1"})
        return self.step(assigned, "sessions", self.session(), token=self.mediator)

    @staticmethod
    def session() -> dict[str, Any]:
        return {
            "held_at": datetime.now(UTC).isoformat(),
            "attended": ["applicant", "respondent"],
            "record": "王小明愿意先检测。",
        }

    def rows(self, sql: str, *parameters: Any) -> list[Any]:
        with closing(connect(self.database.admin_url)) as connection, connection.cursor() as cursor:
            cursor.execute(sql, parameters or None)
            return cursor.fetchall()

    def snapshot(self) -> dict[str, Any]:
        """Everything the service keeps of disputes, and what it has still to tell."""
        return {table: self.rows(f"SELECT t::text FROM {table} AS t ORDER BY 1") for table in TABLES}

    def tell(self, *facts: tuple[str, str, str, dict[str, Any]]) -> None:
        """Publish members' facts (type, subject, area, data) as its relay would."""
        connection = broker.open_connection(self._amqp_url, name="test")
        with closing(connection):
            channel = connection.channel()
            for type_, subject, area, data in facts:
                event = Event(uuid_utils.compat.uuid7(), "members", type_, subject, 1, area, datetime.now(UTC), data)
                message = amqp.Message(to_json(event), content_type=CONTENT_TYPE, delivery_mode=2)
                channel.basic_publish(message, topology.exchange("members"), type_)


@pytest.fixture(scope="module")
def service(
    module_database: Callable[[str], ServiceDatabase],
    module_vhost: Callable[[], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Service]:
    """Started, and told of two communities and a building over the broker."""
    with running(module_database("grievances"), module_vhost(), tmp_path_factory.mktemp("grievances")) as started:
        started.tell(
            division(XINGHAI, "星海名城", "community", "440305001000"),
            division(HAIYUE, "海月", "community", "440305006000"),
            division("440305001000", "南头街道", "street", "440305000000"),
            division("440305000000", "南山区", "district", None),
            grid_unit(UUID(BUILDING), XINGHAI),
        )
        wait_for(lambda: started.rows("SELECT FROM grid_units"))
        wait_for(lambda: len(started.rows("SELECT FROM divisions")) == 4)
        yield started


def division(code: str, name: str, level: str, parent: str | None) -> tuple[str, str, str, dict[str, Any]]:
    data = {"code": code, "name": name, "level": level, "parent_code": parent}
    return "division.registered", code, code, data


def grid_unit(grid_unit_id: UUID, area: str) -> tuple[str, str, str, dict[str, Any]]:
    data = {"grid_unit_id": str(grid_unit_id), "kind": "building", "parent_id": None, "path": f"/{grid_unit_id}"}
    return "grid_unit.registered", str(grid_unit_id), area, data


@contextmanager
def running(database: ServiceDatabase, amqp_url: str, folder: Path) -> Iterator[Service]:
    """Start the service, wait until it is ready, and stop it at the end."""
    issuer = Issuer(new_signing_key(), ISSUER, AUDIENCE)
    (folder / "jwks.json").write_text(json.dumps(issuer.jwks()))
    port = free_ports().base
    environment = {
        **os.environ,
        "DATABASE_URL": database.url,
        "AMQP_URL": amqp_url,
        "HTTP_ADDRESS": f"127.0.0.1:{port}",
        "JWT_ISSUER": ISSUER,
        "JWT_AUDIENCE": AUDIENCE,
        "JWT_JWKS": str(folder / "jwks.json"),
        "RATE_LIMIT_PER_S": "100000",
        "SEALING_KEYS": json.dumps({"test": base64.b64encode(b"k" * 32).decode()}),
        "SEALING_KEY_ID": "test",
        "BLIND_INDEX_KEY": base64.b64encode(b"i" * 32).decode(),
    }
    command = [sys.executable, "-m", "linli.serve", "grievances"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        service = Service(port, issuer, database, amqp_url)
        assert process.stdout is not None
        reader = Thread(target=lambda: service.log.extend(process.stdout or ()), daemon=True)
        reader.start()
        try:
            wait_for(lambda: process.poll() is not None or is_ready(service), timeout_s=30)
            assert process.poll() is None, service.log
            yield service
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
            reader.join(10)


def is_ready(service: Service) -> bool:
    try:
        return service.ask("GET", "/readyz", token=None).status == 200
    except OSError:
        return False
