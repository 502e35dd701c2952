"""The people of the story: each asks the services over HTTP with a token of their own."""

from dataclasses import dataclass
from typing import Any

import requests
import uuid_utils.compat

from chassis.errors import LinliError
from chassis.identity import Grant
from linli.instance import Instance

TIMEOUT_S = 10


@dataclass(frozen=True)
class Person:
    """Someone with an account; the name is only for what the demo prints."""

    actor_id: str
    name: str
    session: requests.Session
    instance: Instance

    @classmethod
    def with_role(cls, instance: Instance, actor_id: str, name: str, role: str, area: str) -> "Person":
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {instance.token(actor_id, [Grant(role, area)])}"
        return cls(actor_id, name, session, instance)

    def get(self, service: str, path: str, **query: Any) -> Any:
        """What the service answers. Raises LinliError with its own sentence when it refuses."""
        url = f"{self.instance.http_url(service)}{path}"
        return _checked(self.session.get(url, params=query, timeout=TIMEOUT_S))

    def public(self, service: str, path: str, headers: dict[str, str]) -> Any:
        """What the service answers to anybody: no token goes along."""
        url = f"{self.instance.http_url(service)}{path}"
        return _checked(requests.get(url, headers=headers, timeout=TIMEOUT_S))

    def post(self, service: str, path: str, body: Any = None, *, version: int | None = None) -> Any:
        """The same for a command; a time-out repeats it under the same Idempotency-Key, so it happens once."""
        headers = {"Idempotency-Key": str(uuid_utils.compat.uuid7())}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        url = f"{self.instance.http_url(service)}{path}"
        for last in (False, True):
            try:
                return _checked(self.session.post(url, json=body, headers=headers, timeout=TIMEOUT_S))
            except (requests.ConnectionError, requests.Timeout) as error:
                if last:
                    raise LinliError(f"{service} does not answer: {error}") from error
        return None


def _checked(answer: requests.Response) -> Any:
    if answer.ok:
        return answer.json() if answer.content else None
    try:
        told = answer.json()
    except ValueError:
        told = {"detail": answer.text[:200]}
    fields = "; ".join(
        f"{error['pointer']}: {error['detail']}" for error in told.get("errors", []) if "pointer" in error
    )
    raise LinliError(
        f"{answer.request.method} {answer.request.path_url}: {answer.status_code} {told.get('detail')} {fields}"
    )
