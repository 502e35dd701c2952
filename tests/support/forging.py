"""Bearer tokens that must not hold, each wrong in one way: attacks on JWT (RFC 8725), and tokens for others or of
another time."""

import base64
import hmac
import json
import time
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc.jwk import ECKey, RSAKey

from chassis.identity import Grant, Issuer
from chassis.identity.actor import RESERVED
from tests.support.service import AUDIENCE, ISSUER, TOKEN_S

Key = ECKey | RSAKey
Sign = Callable[[bytes], bytes]

LARGE = "a megabyte"


class Forger:
    """Signs with an issuer's key, as only the issuer can, and with keys of its own.

    The service must know the issuer by `jwks`, which has an RSA key beside it.
    """

    def __init__(self, issuer: Issuer) -> None:
        self.elliptic = ECKey.import_key(issuer._key.as_dict(private=True))
        self.rsa = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
        self._own_elliptic = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
        self._own_rsa = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)

    def jwks(self) -> dict[str, Any]:
        return {"keys": [key.as_dict(private=False) for key in (self.elliptic, self.rsa)]}

    def good(self, actor_id: str, *grants: Grant) -> dict[str, str]:
        """Two that hold, one by each key of the issuer: what shows that the others are refused for what is wrong."""
        claims = self._claims(actor_id, grants)
        return {key.key_type: made(self._header(key), claims, signer(key)) for key in (self.elliptic, self.rsa)}

    def bad(self, actor_id: str, *grants: Grant) -> dict[str, str]:
        """What is wrong with it → a token that would let this one in, were it not for that."""
        now, claims = time.time(), self._claims(actor_id, grants)
        right, mine = self._header(self.elliptic), self._header(self._own_elliptic)
        secret_of: dict[str, Callable[[Key], bytes]] = {
            "PEM": lambda key: key.as_pem(private=False),
            "JWK": lambda key: json.dumps(key.as_dict(private=False)).encode(),
        }
        changed: dict[str, dict[str, Any]] = {
            "expired": {"exp": now - 60},
            "not yet valid": {"nbf": now + 3600},
            "issued in the future": {"iat": now + 3600},
            "without an end": {"exp": None},
            "wrong audience": {"aud": "another"},
            "wrong issuer": {"iss": "https://issuer.other"},
            "of nobody": {"sub": sorted(RESERVED)[0]},
        }
        headers = {
            "an unknown crit": right | {"crit": ["linli"], "linli": True},
            "crit b64": right | {"crit": ["b64"], "b64": False},
            "another type": right | {"typ": "logout+jwt"},
            "ES256 under the RSA key's id": right | {"kid": self.rsa.kid},
            "RS256 under the EC key's id": right | {"alg": "RS256"},
            "an unknown key id": right | {"kid": "../../../../dev/null"},
        }
        brought = {
            "its own key in jwk": mine | {"jwk": self._own_elliptic.as_dict(private=False)},
            "its own key in jwk under the issuer's id": right | {"jwk": self._own_elliptic.as_dict(private=False)},
            "jku": right | {"jku": "https://issuer.other/jwks.json"},
            "x5u": right | {"x5u": "https://issuer.other/chain.pem"},
            "another key": right,
        }
        sign, forge = signer(self.elliptic), signer(self._own_elliptic)
        good = made(right, claims, sign)
        head, _, signature = good.split(".")
        wider = part(self._claims(actor_id, [*grants, Grant("district_officer", "440305000000")]))
        return {
            **{f"alg {alg}": made(right | {"alg": alg}, claims, lambda _: b"") for alg in ("none", "nOnE", "None")},
            "alg none with a signature": made(right | {"alg": "none"}, claims, sign),
            **{
                f"the {name} public key's {form} as an HMAC secret": made(
                    {"alg": "HS256", "kid": key.kid, "typ": "JWT"}, claims, hmac_with(secret(key))
                )
                for name, key in (("EC", self.elliptic), ("RSA", self.rsa))
                for form, secret in secret_of.items()
            },
            "RS256 by another key": made(self._header(self.rsa), claims, signer(self._own_rsa)),
            **{name: made(right, altered(claims, change), sign) for name, change in changed.items()},
            **{name: made(header, claims, sign) for name, header in headers.items()},
            **{name: made(header, claims, forge) for name, header in brought.items()},
            "more rights than were signed": f"{head}.{wider}.{signature}",
            "signature left out": good.rpartition(".")[0] + ".",
            "signature cut": good[:-6],
            "no token at all": "let-me-in",
            LARGE: made(right, claims | {"more": "x" * 2**20}, sign),
        }

    @staticmethod
    def _header(key: Key) -> dict[str, Any]:
        return {"alg": "ES256" if isinstance(key, ECKey) else "RS256", "kid": key.kid, "typ": "JWT"}

    @staticmethod
    def _claims(actor_id: str, grants: Any) -> dict[str, Any]:
        return {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": actor_id,
            "exp": int(time.time()) + TOKEN_S,
            "roles": [grant.as_claim() for grant in grants],
        }


def altered(claims: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """With these changed; a claim of None is left out."""
    return {name: value for name, value in {**claims, **change}.items() if value is not None}


def made(header: Mapping[str, Any], claims: Mapping[str, Any], sign: Sign) -> str:
    signed = f"{part(header)}.{part(claims)}"
    return f"{signed}.{encoded(sign(signed.encode()))}"


def part(content: Mapping[str, Any]) -> str:
    return encoded(json.dumps(content).encode())


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signer(key: Key) -> Sign:
    def sign(text: bytes) -> bytes:
        private: Any = key.private_key
        if isinstance(key, RSAKey):
            signature: bytes = private.sign(text, padding.PKCS1v15(), hashes.SHA256())
            return signature
        r, s = decode_dss_signature(private.sign(text, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    return sign


def hmac_with(secret: bytes) -> Sign:
    return lambda text: hmac.new(secret, text, sha256).digest()
