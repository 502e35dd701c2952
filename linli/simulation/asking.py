"""Requests as bytes: with the token of who asks, or with the secret of a case, and a key that makes repeating safe."""

from collections.abc import Mapping

from chassis.errors import LinliError
from chassis.identity import Grant
from linli import wire
from linli.instance import Instance
from linli.simulation.acts import Request, Voice

TOKEN_S = 30 * 24 * 3600
"""Longer than any play takes."""


class Mouth:
    """Speaks for everybody: knows each one's token, made when he or she first asks."""

    def __init__(self, instance: Instance, run: str) -> None:
        self._issuer = instance.issuer()
        self._tokens: dict[Voice, str] = {}
        self._run = run
        self._said = 0

    def bytes_of(self, request: Request) -> bytes:
        headers: dict[str, str] = {}
        if request.method != "GET":
            self._said += 1
            headers["idempotency_key"] = f"{self._run}-{self._said}"
        if request.voice is not None:
            headers["authorization"] = f"Bearer {self._token(request.voice)}"
        if request.secret is not None:
            headers["case_secret"] = request.secret
        if request.if_match is not None:
            headers["if_match"] = f'"{request.if_match}"'
        return wire.request(request.method, request.path, request.body, **headers)

    def _token(self, voice: Voice) -> str:
        token = self._tokens.get(voice)
        if token is None:
            token = self._issuer.issue(voice.account, [Grant(voice.role, voice.area)], TOKEN_S)
            self._tokens[voice] = token
        return token


def refusal(request: Request, answer: bytes) -> str:
    """What the service says to a request that it did not take, in one line."""
    try:
        told: Mapping[str, object] = wire.body_of(answer)
    except ValueError:
        told = {}
    detail = told.get("detail") or answer[:200].decode("utf-8", "replace")
    return f"{request.method} {request.path}: {wire.status(answer)} {detail}"


def checked(request: Request, answer: bytes) -> bytes:
    """The answer, if it is a 2xx. Raises LinliError with the service's own words."""
    if not wire.is_good(answer):
        raise LinliError(refusal(request, answer))
    return answer
