"""The issuer's public keys: a JWK Set from a file, an https address, or given as it is."""

import json
import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey, import_key

from chassis.errors import Misconfigured, Unavailable

log = logging.getLogger(__name__)

REFRESH_S = 30.0
"""An unknown key id asks the issuer at most this often, however many tokens carry one."""

MAX_AGE_S = 3600.0
"""Keys are read anew this often, so that one the issuer has withdrawn stops working."""

MAX_BYTES = 256 * 1024
MIN_RSA_BITS = 2048


class IssuerUnavailable(Unavailable):
    """The issuer's keys could never be read, so no token can be told from a forged one."""


class KeyRing:
    """Public keys by their id. `generation` rises whenever the set has changed."""

    def __init__(self, source: str | Path | Mapping[str, Any], *, elapsed_s: Callable[[], float] = monotonic) -> None:
        self.generation = 0
        self._source = source
        self._elapsed_s = elapsed_s
        self._keys: dict[str | None, Key] = {}
        self._read_at: float | None = None
        self._tried_at: float | None = None
        self._lock = threading.Lock()
        if isinstance(source, Mapping):
            self._take(source)

    def find(self, kid: str | None) -> Key | None:
        """The key of this id, or the only key there is for a token without one. Raises IssuerUnavailable."""
        self.refresh_if_old()
        if (key := self._lookup(kid)) is None and self._may_ask():
            self._refresh()
            key = self._lookup(kid)
        if self._read_at is None:
            raise IssuerUnavailable("the token issuer's keys cannot be read at present")
        return key

    def refresh_if_old(self) -> None:
        """Read the keys if that has never been done, or not for MAX_AGE_S."""
        if (self._read_at is None or self._elapsed_s() - self._read_at > MAX_AGE_S) and self._may_ask():
            self._refresh()

    def _lookup(self, kid: str | None) -> Key | None:
        if kid is None:
            return next(iter(self._keys.values())) if len(self._keys) == 1 else None
        return self._keys.get(kid)

    def _may_ask(self) -> bool:
        if isinstance(self._source, Mapping):
            return False
        return self._tried_at is None or self._elapsed_s() - self._tried_at >= REFRESH_S

    def _refresh(self) -> None:
        with self._lock:
            if not self._may_ask():
                return
            self._tried_at = self._elapsed_s()
            try:
                self._take(json.loads(self._fetched()))
            except (OSError, ValueError, Misconfigured) as error:
                log.warning("the issuer's keys could not be read anew: %s", type(error).__name__)

    def _fetched(self) -> bytes:
        source = str(self._source)
        if not source.startswith("https://"):
            return Path(source).read_bytes()
        import requests  # only where there is an issuer to ask: 8 MB

        with requests.get(source, timeout=(3, 5), allow_redirects=False, stream=True) as answer:
            if answer.status_code != 200:
                raise ValueError(f"status {answer.status_code}")
            body: bytes = answer.raw.read(MAX_BYTES + 1, decode_content=True)
        if len(body) > MAX_BYTES:
            raise ValueError("a JWK Set of that size is none")
        return body

    def _take(self, jwks: Any) -> None:
        keys = public_keys(jwks)
        if not keys:
            raise Misconfigured("the JWK Set holds no public signature key of type EC, OKP or RSA")
        if {kid: key.as_dict() for kid, key in keys.items()} != {kid: key.as_dict() for kid, key in self._keys.items()}:
            self._keys = keys
            self.generation += 1
        self._read_at = self._elapsed_s()


def public_keys(jwks: Any) -> dict[str | None, Key]:
    """The usable keys of a JWK Set. Symmetric keys, encryption keys and RSA below 2048 bits are left out."""
    entries = jwks.get("keys") if isinstance(jwks, Mapping) else None
    if not isinstance(entries, list):
        raise Misconfigured('a JWK Set is an object with the list "keys"')
    found: dict[str | None, Key] = {}
    for entry in entries:
        if isinstance(entry, Mapping) and entry.get("kty") in ("EC", "OKP", "RSA") and entry.get("use", "sig") == "sig":
            key = _imported({name: value for name, value in entry.items() if name != "key_ops"})
            if key is not None:
                found[key.kid] = key
    return found


def _imported(entry: dict[str, Any]) -> Key | None:
    try:
        key = import_key(entry)
        public = import_key(key.as_dict(private=False))
    except (JoseError, ValueError, KeyError, TypeError) as error:
        log.warning("a key of the JWK Set cannot be used: %s", type(error).__name__)
        return None
    if isinstance(public, RSAKey) and public.raw_value.key_size < MIN_RSA_BITS:
        return None
    return public if isinstance(public, ECKey | OKPKey | RSAKey) else None
