"""Schemathesis over a service that runs: requests made from its OpenAPI document, answers held to it."""

import zlib
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig

from chassis.http.openapi import document
from chassis.identity import Grant
from linli.services import service_class
from tests.support.asking import Reply
from tests.support.service import Service

DISTRICT, COMMUNITY = "440305000000", "440305001012"
SOMEBODY = "somebody"

SETTINGS: dict[str, Any] = {
    "seed": 20_261_120,
    "cache": {"enabled": False},
    # The same requests in every run: a test that fails fails again.
    "generation": {"mode": "all", "max-examples": 8, "deterministic": True, "database": "none"},
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

    service: Service
    token: str
    known: dict[str, Any] = field(default_factory=dict)
    fresh: dict[str, Callable[[], dict[str, Any]]] = field(default_factory=dict)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        return self.service.request(method, path, body, token=self.token, **headers)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """One good request, to prepare what the tests then ask about."""
        answer = self.send(method, path, body, **headers)
        assert answer.status < 300, answer.text
        return answer.json

    def check(self, case: Any) -> None:
        """Send the case and hold the answer to the document: no 5xx, a declared status, its content type, schema, ETag.

        Every second good request is pointed at things that are there.
        """
        sent = repr([part for part in (case.path_parameters, case.query, case.body) if isinstance(part, Mapping)])
        if case.meta.generation.mode.is_positive and zlib.crc32(sent.encode()) % 2:
            self._point(case)
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = case.call_and_validate(base_url=self.service.url, headers=headers, timeout=20)
        declared = case.operation.definition.raw["responses"].get(str(answer.status_code), {})
        assert "etag" not in answer.headers or answer.status_code == 304 or "ETag" in declared.get("headers", {})
        for made in answer.headers.get("location", []):
            assert self.send("GET", made).status != 404, made

    def _point(self, case: Any) -> None:
        """Let a good request speak of what is there: a generated id is nobody's, a generated area no community."""
        make = self.fresh.get(case.operation.label)
        known = {**self.known, **(make() if make else {})}
        for given in (case.path_parameters, case.query, case.headers, case.body):
            if isinstance(given, MutableMapping):
                given.update({name: value for name, value in known.items() if name in given})


def asked_by_somebody(service: Service, *roles: tuple[str, str]) -> Api:
    """With these roles, each in its area."""
    return Api(service, service.token_for(SOMEBODY, *(Grant(role, area) for role, area in roles)))


def of(service: str) -> Any:
    """The service's own document; `of("members").parametrize()` makes a test of each operation."""
    config = SchemathesisConfig.from_dict(SETTINGS)
    return schemathesis.openapi.from_dict(document(service_class(service)), config=config)
