"""The example service as a process of its own, and what tests say to it."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chassis.database import connect
from chassis.identity import Grant, Issuer, new_signing_key
from tests.support.instance import ServiceDatabase

HERE = "440305001012"
ELSEWHERE = "440305006011"
ISSUER = "https://issuer.test"
AUDIENCE = "linli"

TABLE = """
SET ROLE members_owner;
CREATE TABLE thing (thing_id uuid PRIMARY KEY, title text NOT NULL, area text NOT NULL, version integer NOT NULL)
"""


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def problem(self) -> tuple[int, str]:
        """The status and the type of a problem detail; fails when it is none."""
        assert self.headers["content-type"] == "application/problem+json", self.body
        assert self.json["status"] == self.status
        return self.status, self.json["type"]


class Edge:
    """The running example service."""

    def __init__(self, process: "subprocess.Popen[str]", port: int, issuer: Issuer, database: ServiceDatabase) -> None:
        self.process = process
        self.port = port
        self.issuer = issuer
        self.database = database
        self.log: list[str] = []
        self.token = self.token_of("mediator-1")

    def token_of(self, actor_id: str, *, role: str = "mediator", area: str = HERE) -> str:
        return self.issuer.issue(actor_id, [Grant(role, area)], 600)

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = "",
        raw: bytes | None = None,
        **headers: str,
    ) -> Reply:
        """One request on a connection of its own. `headers` in Python's spelling: if_match for If-Match."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            given["authorization"] = f"Bearer {token or self.token}"
        content = json.dumps(body).encode() if raw is None and body is not None else raw
        if content is not None:
            given.setdefault("content-type", "application/json")
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            connection.request(method, path, content, given)
            answer = connection.getresponse()
            return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())

    def make(self, title: str = "一", **headers: str) -> Reply:
        return self.ask("POST", "/things", {"title": title, "area": HERE}, **headers)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def say(self, *parts: bytes) -> bytes:
        """Send raw bytes and give all that comes back until the service closes the connection."""
        with self.connect() as wire:
            for part in parts:
                try:
                    wire.sendall(part)
                except (BrokenPipeError, ConnectionResetError):
                    break
            return everything(wire)

    def wait_for_requests_in_hand(self, count: int) -> None:
        """Until the service says in its metrics that it is at so many; the one that asks is one more."""
        deadline = time.monotonic() + 10
        while f"linli_http_requests_in_flight {count + 1}.0" not in self.ask("GET", "/metrics").body.decode():
            assert time.monotonic() < deadline

    def rows(self, sql: str, *parameters: Any) -> list[Any]:
        with closing(connect(self.database.admin_url)) as connection, connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall()

    def titled(self, title: str) -> int:
        """How many things have this title."""
        return int(self.rows("SELECT count(*) FROM thing WHERE title = %s", title)[0][0])

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(how)

    def keep_log(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.log.append(line)


def everything(wire: socket.socket) -> bytes:
    found = b""
    while part := wire.recv(65536):
        found += part
    return found


@contextmanager
def running(database: ServiceDatabase, folder: Path, **settings: str) -> Iterator[Edge]:
    """Start the example service and wait until it says that it is up."""
    key = new_signing_key()
    issuer = Issuer(key, ISSUER, AUDIENCE)
    jwks = folder / "jwks.json"
    jwks.write_text(json.dumps(issuer.jwks()))
    with closing(connect(database.admin_url)) as connection, connection.cursor() as cursor:
        cursor.execute(TABLE.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS"))
    port = free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": str(database),
        "HTTP_ADDRESS": f"127.0.0.1:{port}",
        "JWT_ISSUER": ISSUER,
        "JWT_AUDIENCE": AUDIENCE,
        "JWT_JWKS": str(jwks),
        "RATE_LIMIT_PER_S": "100000",
        "READY": "1",
        **settings,
    }
    command = [sys.executable, "-m", "tests.service.chassis.things"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        edge = Edge(process, port, issuer, database)
        assert process.stdout is not None
        for line in process.stdout:
            edge.log.append(line)
            if "is up" in line:
                break
        reader = threading.Thread(target=edge.keep_log, daemon=True)
        reader.start()
        try:
            yield edge
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait(30)
            reader.join(10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
