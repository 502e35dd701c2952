"""Makes tokens where no OIDC provider does: the embedded mode and tests."""

from collections.abc import Iterable, Mapping
from typing import Any

import uuid_utils.compat
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey, import_key

from chassis.calendar import Clock, system_clock
from chassis.errors import Misconfigured
from chassis.identity.actor import Grant


class Issuer:
    """Signs tokens with one private key; give `jwks()` to those who check them."""

    def __init__(
        self, private_jwk: Mapping[str, Any], issuer: str, audience: str, *, clock: Clock = system_clock
    ) -> None:
        key = import_key(dict(private_jwk))
        if not isinstance(key, ECKey | OKPKey | RSAKey) or not key.is_private or key.kid is None:
            raise Misconfigured("the issuer's key must be a private JWK of type EC, OKP or RSA with a kid")
        self._key = key
        self._algorithm = key.alg or {"EC": "ES256", "OKP": "Ed25519", "RSA": "RS256"}[key.key_type]
        self._issuer = issuer
        self._audience = audience
        self._clock = clock

    def issue(self, actor_id: str, grants: Iterable[Grant], lifetime_s: int) -> str:
        """A bearer token for this actor, good from now on for `lifetime_s`."""
        now = int(self._clock().timestamp())
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": actor_id,
            "iat": now,
            "exp": now + lifetime_s,
            "jti": str(uuid_utils.compat.uuid7()),
            "roles": [grant.as_claim() for grant in grants],
        }
        header = {"alg": self._algorithm, "kid": self._key.kid}
        return jwt.encode(header, claims, self._key, algorithms=[self._algorithm])

    def jwks(self) -> dict[str, Any]:
        """The public half, as the JWK Set that a Verifier reads."""
        return {"keys": [self._key.as_dict(private=False)]}


def new_signing_key() -> dict[str, Any]:
    """A fresh private key (ES256) as a JWK with its own kid; keep it in a file of mode 0600."""
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
    return dict(key.as_dict(private=True))


def public_jwks(private_jwk: Mapping[str, Any]) -> dict[str, Any]:
    """What others may know of a private key: the JWK Set to write beside it."""
    return {"keys": [import_key(dict(private_jwk)).as_dict(private=False)]}
