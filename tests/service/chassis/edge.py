"""The example service as a process of its own, and what tests say to it."""

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from chassis.database import connect
from chassis.identity import Grant
from tests.support import sealing, service
from tests.support.asking import Reply
from tests.support.instance import ServiceDatabase
from tests.support.waiting import wait_for

HERE = "440305001012"
ELSEWHERE = "440305006011"
NO_BROKER = "amqp://127.0.0.1:1/"
"""The example service consumes nothing, so it never connects."""

TABLE = """
SET ROLE members_owner;
CREATE TABLE IF NOT EXISTS thing (
    thing_id uuid PRIMARY KEY, title text NOT NULL, area text NOT NULL, version integer NOT NULL
)
"""


class Edge(service.Service):
    name = "things"
    module = "tests.service.chassis.things"

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.token = self.token_of("mediator-1")

    def token_of(self, actor_id: str, *, role: str = "mediator", area: str = HERE) -> str:
        return self.token_for(actor_id, Grant(role, area))

    def ask(self, method: str, path: str, body: Any = None, *, token: str | None = "", **given: Any) -> Reply:
        """By a mediator here, unless another token or none (None) is given."""
        return self.request(method, path, body, token=self.token if token == "" else token, **given)

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
        wait_for(lambda: f"linli_http_requests_in_flight {count + 1}.0" in self.ask("GET", "/metrics").text)

    def titled(self, title: str) -> int:
        """How many things have this title."""
        return int(self.rows("SELECT count(*) FROM thing WHERE title = %s", title)[0][0])

    def stop(self) -> None:
        """Tell it to end; it may go on for a while."""
        self.process.ask_to_end()


def everything(wire: socket.socket) -> bytes:
    found = b""
    while part := wire.recv(65536):
        found += part
    return found


@contextmanager
def running(database: ServiceDatabase, folder: Path, until: str = "/readyz", **settings: str) -> Iterator[Edge]:
    """The example service over this database, with its table."""
    with closing(connect(database.admin_url)) as connection, connection.cursor() as cursor:
        cursor.execute(TABLE)
    with service.running(
        Edge, database, NO_BROKER, folder, until=until, **{"READY": "1", **sealing.SETTINGS, **settings}
    ) as edge:
        yield edge
