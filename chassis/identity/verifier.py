"""Whether a bearer token holds: JWT (RFC 7519) checked as RFC 8725 advises."""

import base64
import binascii
import json
import logging
from collections import OrderedDict
from collections.abc import Collection, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import Key
from joserfc.jws import JWSRegistry
from joserfc.jws import deserialize_compact as verified
from joserfc.jwt import JWTClaimsRegistry

from chassis.calendar import Clock, system_clock
from chassis.config import SIGNATURES
from chassis.errors import Misconfigured, NotAuthenticated
from chassis.identity.actor import RESERVED, Actor, grants_from_claim
from chassis.identity.keys import KeyRing

log = logging.getLogger(__name__)

ALGORITHMS = ("ES256", "Ed25519", "RS256", "EdDSA")
MAX_TOKEN_BYTES = 8 * 1024
LEEWAY_S = 30
REMEMBERED = 4096
REMEMBERED_S = 300.0
"""A checked token is believed without checking again at most this long, and never past its own end."""

TYPES = (None, "JWT", "AT+JWT", "APPLICATION/AT+JWT")
CARRIES_KEYS = ("jwk", "jku", "x5u", "x5c")

_KEY_TYPES = {"ES": "EC", "Ed": "OKP", "PS": "RSA", "RS": "RSA"}


class _Remembered(NamedTuple):
    actor: Actor
    until: float
    generation: int


class _Registry(JWSRegistry):
    """joserfc's own, without its warning at EdDSA, whose name many issuers still write for Ed25519."""

    def get_alg(self, name: str) -> Any:
        if self.allowed is None or name not in self.allowed:
            raise JoseError
        return self.algorithms[name]


class Verifier:
    """Tells who a bearer token speaks for.

    `jwks` is the path of a file, an https address, or the JWK Set itself. Keys are only ever taken from there: a token
    that brings its own key or says where to find one (`jwk`, `jku`, `x5u`, `x5c`) is refused, and so is `crit`.
    """

    def __init__(
        self,
        jwks: str | Path | Mapping[str, Any],
        issuer: str,
        audience: str,
        algorithms: Collection[str] = ALGORITHMS,
        *,
        clock: Clock = system_clock,
    ) -> None:
        if unknown := set(algorithms) - set(SIGNATURES):
            names, possible = ", ".join(sorted(unknown)), ", ".join(SIGNATURES)
            raise Misconfigured(f"tokens signed with {names} cannot be accepted; possible are {possible}")
        self.keys = KeyRing(jwks)
        self._issuer = issuer
        self._audience = audience
        self._algorithms = frozenset(algorithms)
        self._registry = _Registry(algorithms=self._algorithms, strict_check_header=False)
        self._clock = clock
        self._seen: OrderedDict[bytes, _Remembered] = OrderedDict()

    def actor(self, token: str) -> Actor:
        """Who the token speaks for. Raises NotAuthenticated, or Unavailable while the issuer's keys were never read."""
        if len(token) > MAX_TOKEN_BYTES:
            raise NotAuthenticated(f"the bearer token is longer than {MAX_TOKEN_BYTES} bytes")
        digest = sha256(token.encode("utf-8", "replace")).digest()
        now = self._clock().timestamp()
        self.keys.refresh_if_old()
        seen = self._seen.get(digest)
        if seen is not None and now < seen.until and seen.generation == self.keys.generation:
            self._seen.move_to_end(digest)
            return seen.actor
        self._seen.pop(digest, None)
        actor, expires = self._checked(token, now)
        self._seen[digest] = _Remembered(actor, min(expires + LEEWAY_S, now + REMEMBERED_S), self.keys.generation)
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return actor

    def _checked(self, token: str, now: float) -> tuple[Actor, float]:
        try:
            key = self._key_for(_header(token))
            payload = verified(token, key, registry=self._registry).payload
            claims = json.loads(payload or b"", parse_constant=_no_constant)
            if not isinstance(claims, dict):
                raise ValueError("the claims are no object")
            self._check(claims, now)
            return Actor(_subject(claims), grants_from_claim(claims.get("roles"))), float(claims["exp"])
        except ExpiredTokenError as error:
            raise NotAuthenticated("the bearer token has expired; sign in again") from error
        except (JoseError, ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
            # Which check failed is of use to an attacker alone; it stays in the process.
            log.debug("a bearer token was refused: %s %s", type(error).__name__, error)
            raise NotAuthenticated("the bearer token is not valid here; sign in again") from error

    def _key_for(self, header: Mapping[str, Any]) -> Key:
        algorithm, kid = header.get("alg"), header.get("kid")
        if not isinstance(algorithm, str) or algorithm not in self._algorithms:
            raise ValueError("the algorithm is not accepted")
        if not isinstance(kid, str | None):
            raise ValueError("kid is a text")
        key = self.keys.find(kid)
        if key is None or key.key_type != _KEY_TYPES[algorithm[:2]] or key.get("alg", algorithm) != algorithm:
            raise ValueError("no key for this token")
        return key

    def _check(self, claims: dict[str, Any], now: float) -> None:
        JWTClaimsRegistry(
            now=int(now),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._audience},
            exp={"essential": True},
            sub={"essential": True},
        ).validate(claims)


def _header(token: str) -> dict[str, Any]:
    """The token's header, read before anything else is done with it."""
    parts = token.split(".")
    if len(parts) != 3 or not token.isascii():
        raise ValueError("a JWT has three parts")
    try:
        header = json.loads(base64.urlsafe_b64decode(parts[0] + "=" * (-len(parts[0]) % 4)))
    except binascii.Error as error:
        raise ValueError("the header is no base64url") from error
    if not isinstance(header, dict):
        raise ValueError("the header is no object")
    if any(name in header for name in (*CARRIES_KEYS, "crit", "b64")):
        raise ValueError("the header asks for what is never done")
    kind = header.get("typ")
    if (kind.upper() if isinstance(kind, str) else kind) not in TYPES:
        raise ValueError("a token of another type")
    return header


def _subject(claims: Mapping[str, Any]) -> str:
    subject = claims["sub"]
    if not isinstance(subject, str) or not 1 <= len(subject) <= 128 or not subject.isprintable():
        raise ValueError("sub is a printable text of 1 to 128 characters")
    if subject in RESERVED:
        raise ValueError("sub is an id of no person")
    return subject


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")
