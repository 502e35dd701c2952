"""Schemathesis over a service that runs: requests made from its OpenAPI document, answers held to it."""

import base64
import json
import zlib
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import schemathesis
from schemathesis.config import SchemathesisConfig

from chassis import broker, topology
from chassis.envelope import Event, to_json
from chassis.http.openapi import document
from chassis.identity import Grant, Issuer, new_signing_key
from chassis.relay.publisher import Letter, Publisher
from linli.services import service_class
from tests.service.statistics.running import AUDIENCE, ISSUER, free_port, process_of
from tests.support.instance import ServiceDatabase

DISTRICT, STREET, COMMUNITY = "440305000000", "440305001000", "440305001012"
SOMEBODY = "somebody"

SETTINGS: dict[str, Any] = {
    "seed": 20_261_120,
    "cache": {"enabled": False},
    # The same requests in every run: a test that fails fails again.
    "generation": {"mode": "all", "max-examples": 15, "deterministic": True, "database": "none"},
    "phases": {"stateful": {"enabled": False}},
    "checks": {
        # A change without If-Match is 428 (RFC 6585).
        "missing_required_header": {"expected-statuses": ["400", "401", "403", "428"]},
        # A well-formed request may still break a rule of the domain, or name a version that is past.
        "positive_data_acceptance": {"enabled": False},
    },
}


@dataclass(frozen=True)
class Api:
    """A running service and somebody who asks it.

    `known` holds what is there to ask about, by the names that fields have for it; `fresh` makes, for one operation,
    what it needs anew each time: the thing in the right state, and its version for If-Match.
    """

    url: str
    amqp_url: str
    headers: Mapping[str, str]
    known: dict[str, Any] = field(default_factory=dict)
    fresh: dict[str, Callable[[], dict[str, Any]]] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """One good request, to prepare what the tests then ask about."""
        answer = self.send(method, path, body, **headers)
        assert answer.ok, answer.text
        return answer.json()

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        given = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return requests.request(method, self.url + path, json=body, headers=given, timeout=20)

    def tell(self, *events: Event) -> None:
        """Give facts to the broker as the relay of their source would."""
        link = broker.open_connection(self.amqp_url, name="test")
        try:
            publisher = Publisher(link)
            for at, event in enumerate(events):
                exchange = topology.exchange(event.source)
                publisher.send(Letter(at, str(event.event_id), exchange, event.type, to_json(event), mandatory=True))
            assert len(publisher.settle(10).confirmed) == len(events)
        finally:
            broker.discard(link)

    def check(self, case: Any) -> None:
        """Send the case and hold the answer to the document: no 5xx, a declared status, its content type and schema.

        Every second good request is pointed at things that are there.
        """
        sent = repr([part for part in (case.path_parameters, case.query, case.body) if isinstance(part, Mapping)])
        if case.meta.generation.mode.is_positive and zlib.crc32(sent.encode()) % 2:
            self._point(case)
        case.call_and_validate(base_url=self.url, headers=dict(self.headers), timeout=20)

    def _point(self, case: Any) -> None:
        """Let a good request speak of what is there: a generated id is nobody's, a generated area no community."""
        make = self.fresh.get(case.operation.label)
        known = {**self.known, **(make() if make else {})}
        for given in (case.path_parameters, case.query, case.headers, case.body):
            if isinstance(given, MutableMapping):
                given.update({name: value for name, value in known.items() if name in given})


def of(service: str) -> Any:
    """The service's own document; `@of("members").parametrize()` makes a test of each operation."""
    config = SchemathesisConfig.from_dict(SETTINGS)
    return schemathesis.openapi.from_dict(document(service_class(service)), config=config)


@contextmanager
def running(
    service: str, database: ServiceDatabase, amqp_url: str, folder: Path, roles: Sequence[tuple[str, str]]
) -> Iterator[Api]:
    """The service as a process of its own, asked by somebody with these roles in these areas."""
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
        "SEALING_KEYS": json.dumps({"test-1": base64.b64encode(b"k" * 32).decode()}),
        "SEALING_KEY_ID": "test-1",
        "BLIND_INDEX_KEY": base64.b64encode(b"b" * 32).decode(),
    }
    token = issuer.issue(SOMEBODY, [Grant(role, area) for role, area in roles], 3600)
    with process_of(service, settings, folder):
        yield Api(f"http://{address}", amqp_url, {"Authorization": f"Bearer {token}"})
