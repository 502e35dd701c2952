"""The services the portal asks: with the person's own token, or, where they answer anybody, with none."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from chassis import tracing
from services.portal.person import Person

TIMEOUT_S = (1.0, 5.0)
"""To connect, and between two bytes of an answer."""

FILE_TIMEOUT_S = (1.0, 60.0)
"""The same for a file, which may have to be made first."""

PIECE_BYTES = 32 * 1024


@dataclass(frozen=True)
class Problem:
    """What a service said when it refused (RFC 9457). `errors`: what is wrong where, by its place in the body."""

    status: int = 503
    detail: str = ""
    rule: str | None = None
    errors: Sequence[tuple[str, str]] = ()


class UpstreamError(Exception):
    """A service did not give what was asked of it."""

    def __init__(self, message: str = "", problem: Problem | None = None) -> None:
        super().__init__(message)
        self.problem = problem or Problem()


class Unreachable(UpstreamError):
    """It does not answer, or says itself that it cannot at present."""


class TokenRefused(UpstreamError):
    """The token has expired or does not hold: the person must sign in again."""


class NotPermitted(UpstreamError):
    """A good token, without the right to see this."""


class Unknown(UpstreamError):
    """There is no such thing, or none that this person may know of."""


class Refused(UpstreamError):
    """What was sent is not right, or not right now; `problem` says why, in the service's words."""


class Overtaken(Refused):
    """Somebody else has changed the thing since it was read."""


@dataclass(frozen=True)
class Reply:
    """`body` is None when nothing has changed since `etag`."""

    body: Any
    etag: str | None


@dataclass(frozen=True)
class Command:
    """A change that a person asks for. The same `key` again has one effect; `version` is that of what was read."""

    body: Mapping[str, Any] | None = None
    key: str | None = None
    version: str | None = None

    def headers(self) -> dict[str, str]:
        told = {"Idempotency-Key": self.key, "If-Match": f'"{self.version}"' if self.version else None}
        return {name: value for name, value in told.items() if value}


@dataclass(frozen=True)
class Stranger:
    """Somebody without an account, who shows the secret of a case. `address`: where the request comes from."""

    secret: str = field(repr=False)
    address: str

    def headers(self) -> dict[str, str]:
        return {"Case-Secret": self.secret, "X-Forwarded-For": self.address}


@dataclass(frozen=True)
class Download:
    """A file as a service sends it, piece by piece."""

    pieces: Iterator[bytes]
    headers: Mapping[str, str]


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
        self,
        path: str,
        person: Person | Stranger,
        parameters: Mapping[str, str] | None = None,
        *,
        etag: str | None = None,
    ) -> Reply:
        """Raises UpstreamError. With the ETag of an earlier reply, the body is None while nothing has changed."""
        response = self._ask("GET", path, person, parameters, {"If-None-Match": etag} if etag else {})
        return _reply(response)

    def post(self, path: str, person: Person | Stranger, command: Command | None = None) -> Reply:
        """Raises UpstreamError."""
        command = command or Command({})
        return _reply(self._ask("POST", path, person, None, command.headers(), command.body))

    def download(self, path: str, person: Person, parameters: Mapping[str, str]) -> Download:
        """A file, which is read while it is sent on. Raises UpstreamError."""
        response = self._ask("GET", path, person, parameters, {"Accept": "*/*"}, stream=True)
        return Download(_pieces(response), response.headers)

    def _ask(
        self,
        method: str,
        path: str,
        person: Person | Stranger,
        parameters: Mapping[str, str] | None,
        headers: Mapping[str, str],
        body: Mapping[str, Any] | None = None,
        *,
        stream: bool = False,
    ) -> requests.Response:
        told = {"Accept": "application/json", **_proof(person), **headers}
        if traceparent := tracing.current_traceparent():
            told["traceparent"] = traceparent
        try:
            response = self._session.request(
                method,
                self._url + path,
                params=parameters,
                headers=told,
                json=body,
                timeout=FILE_TIMEOUT_S if stream else TIMEOUT_S,
                allow_redirects=False,
                stream=stream,
            )
        except requests.RequestException as error:
            raise Unreachable(f"{self._url} does not answer: {type(error).__name__}") from error
        if response.status_code not in (200, 201, 204, 304):
            kind = _REFUSALS.get(response.status_code, Unreachable)
            raise kind(f"{method} {path} answered {response.status_code}", _problem(response))
        return response


_REFUSALS: dict[int, type[UpstreamError]] = {
    400: Refused,
    401: TokenRefused,
    403: NotPermitted,
    404: Unknown,
    409: Refused,
    412: Overtaken,
    413: Refused,
    422: Refused,
    428: Refused,
    429: Refused,
}


def _proof(person: Person | Stranger) -> Mapping[str, str]:
    return person.headers() if isinstance(person, Stranger) else {"Authorization": f"Bearer {person.token}"}


def _reply(response: requests.Response) -> Reply:
    try:
        body = response.json() if response.status_code in (200, 201) and response.content else None
    except ValueError as error:
        raise Unreachable("a service answers something else than JSON") from error
    return Reply(body, response.headers.get("ETag"))


def _problem(response: requests.Response) -> Problem:
    """As it was told; whatever else answered, a proxy for example, has told nothing."""
    try:
        told = response.json()
        errors = [(str(one.get("pointer", "")), str(one["detail"])) for one in told.get("errors") or ()]
        return Problem(response.status_code, str(told.get("detail") or ""), told.get("rule"), errors)
    except (requests.RequestException, ValueError, KeyError, TypeError, AttributeError):
        return Problem(response.status_code)


def _pieces(response: requests.Response) -> Iterator[bytes]:
    """What was sent in compressed form is sent on as it would have been without."""
    with response:
        yield from response.iter_content(PIECE_BYTES)
