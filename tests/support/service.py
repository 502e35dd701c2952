"""A running service over a real PostgreSQL and RabbitMQ, and what any test may say to it."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

from chassis import broker, topology
from chassis.database import connect
from chassis.envelope import Event, to_json
from chassis.identity import Grant, Issuer, new_signing_key
from chassis.relay.publisher import Letter, Publisher
from linli.services import WITH_PERSONAL_DATA
from tests.support import sealing
from tests.support.asking import Reply, ask
from tests.support.instance import ServiceDatabase
from tests.support.service_process import ServiceProcess, serving

ISSUER, AUDIENCE = "https://issuer.test", "linli"
TOKEN_S = 3600


class Service:
    """Each service's own class adds its words: who asks, and for what."""

    name: ClassVar[str]
    module: ClassVar[str] = "linli.serve"

    def __init__(self, process: ServiceProcess, issuer: Issuer, database: ServiceDatabase, amqp_url: str) -> None:
        self.process = process
        self.issuer = issuer
        self.database = database
        self.amqp_url = amqp_url

    @property
    def port(self) -> int:
        return self.process.port

    @property
    def url(self) -> str:
        return self.process.url

    def token_for(self, actor_id: str, *grants: Grant) -> str:
        """One that the service believes."""
        return self.issuer.issue(actor_id, grants, TOKEN_S)

    def request(self, method: str, path: str, body: Any = None, *, token: str | None, **given: Any) -> Reply:
        """One request; `given` as in tests.support.asking."""
        return ask(self.port, method, path, body, token=token, **given)

    def publish(self, *events: Event) -> None:
        """Give facts to the broker as the relay of their source would; returns once it has them all."""
        connection = broker.open_connection(self.amqp_url, name="test")
        try:
            publisher = Publisher(connection)
            for at, event in enumerate(events):
                exchange = topology.exchange(event.source)
                publisher.send(Letter(at, str(event.event_id), exchange, event.type, to_json(event), mandatory=True))
            assert len(publisher.settle(10).confirmed) == len(events)
        finally:
            broker.discard(connection)

    def rows(self, sql: str, *parameters: Any) -> list[Any]:
        """What the database holds, past all row security."""
        with closing(connect(self.database.admin_url)) as connection, connection.cursor() as cursor:
            cursor.execute(sql, parameters or None)
            return cursor.fetchall()


Kind = TypeVar("Kind", bound=Service)


class StartService(Protocol):
    """The fixture `start_service`: a service over this database, or over an empty one of its own."""

    def __call__(self, kind: type[Kind], database: ServiceDatabase | None = None) -> Kind: ...


@contextmanager
def running(
    kind: type[Kind],
    database: ServiceDatabase,
    amqp_url: str,
    folder: Path,
    *,
    until: str = "/readyz",
    **settings: str,
) -> Iterator[Kind]:
    """This service from when it is ready until it has ended; its log and its keys are in the folder."""
    issuer = Issuer(new_signing_key(), ISSUER, AUDIENCE)
    jwks = folder / "jwks.json"
    jwks.write_text(json.dumps(issuer.jwks()))
    given = {
        "DATABASE_URL": database.url,
        "AMQP_URL": amqp_url,
        "JWT_ISSUER": ISSUER,
        "JWT_AUDIENCE": AUDIENCE,
        "JWT_JWKS": str(jwks),
        "RATE_LIMIT_PER_S": "100000",
        "PUBLIC_RATE_LIMIT_PER_S": "100000",
        **(sealing.SETTINGS if kind.name in WITH_PERSONAL_DATA else {}),
        **settings,
    }
    with serving(kind.name, folder, given, module=kind.module, until=until) as process:
        yield kind(process, issuer, database, amqp_url)
