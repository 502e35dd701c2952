"""The services the portal asks, always with the person's own token."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from chassis import tracing
from services.portal.person import Person

TIMEOUT_S = (1.0, 5.0)
"""To connect, and between two bytes of an answer."""


class UpstreamError(Exception):
    """A service did not give what was asked of it."""


class Unreachable(UpstreamError):
    """It does not answer, or says itself that it cannot at present."""


class TokenRefused(UpstreamError):
    """The token has expired or does not hold: the person must sign in again."""


class NotPermitted(UpstreamError):
    """A good token, without the right to see this."""


class Unknown(UpstreamError):
    """There is no such thing, or none that this person may know of."""


@dataclass(frozen=True)
class Reply:
    """`body` is None when nothing has changed since `etag`."""

    body: Any
    etag: str | None


class Upstream:
    """One service, over connections that are kept open."""

    def __init__(self, url: str, *, connections: int = 50) -> None:
        self._url = url.rstrip("/")
        self._session = requests.Session()
        self._session.trust_env = False
        adapter = HTTPAdapter(pool_maxsize=connections)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def get(
        self, path: str, person: Person, parameters: Mapping[str, str] | None = None, *, etag: str | None = None
    ) -> Reply:
        """Raises UpstreamError. With the ETag of an earlier reply, the body is None while nothing has changed."""
        return self._ask("GET", path, person, parameters, {"If-None-Match": etag} if etag else {})

    def post(self, path: str, person: Person) -> Reply:
        """Raises UpstreamError."""
        return self._ask("POST", path, person, None, {})

    def _ask(
        self, method: str, path: str, person: Person, parameters: Mapping[str, str] | None, headers: dict[str, str]
    ) -> Reply:
        headers |= {"Authorization": f"Bearer {person.token}", "Accept": "application/json"}
        if traceparent := tracing.current_traceparent():
            headers["traceparent"] = traceparent
        try:
            response = self._session.request(
                method,
                self._url + path,
                params=parameters,
                headers=headers,
                json={} if method == "POST" else None,
                timeout=TIMEOUT_S,
                allow_redirects=False,
            )
            body = response.json() if response.status_code == 200 else None
        except (requests.RequestException, ValueError) as error:
            raise Unreachable(f"{self._url} does not answer: {type(error).__name__}") from error
        if response.status_code not in (200, 201, 204, 304):
            raise _REFUSALS.get(response.status_code, Unreachable)(f"{method} {path} answered {response.status_code}")
        return Reply(body, response.headers.get("ETag"))


_REFUSALS: dict[int, type[UpstreamError]] = {401: TokenRefused, 403: NotPermitted, 404: Unknown}
