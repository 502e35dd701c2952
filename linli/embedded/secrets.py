"""The passwords and keys of one data folder, made when first needed."""

import base64
import json
import os
import secrets
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey

from linli.embedded.ownership import read_own

FILE = "secrets.json"


class Secrets:
    """What `<data>/secrets.json` (mode 0600) holds. One process at a time changes it: the one with the run lock."""

    def __init__(self, path: Path, values: dict[str, Any]) -> None:
        self._path = path
        self._values = values

    @classmethod
    def load_or_create(cls, data: Path) -> "Secrets":
        """Read the folder's secrets, or make new ones; never a mix of both. Raises EmbeddedError when another account
        could have written them."""
        path = data / FILE
        try:
            return cls(path, json.loads(read_own(path)))
        except FileNotFoundError:
            made = cls(path, _fresh())
            made._save()
            return made

    @property
    def postgres_password(self) -> str:
        """Of the administrator `postgres`."""
        return str(self._values["postgres_password"])

    @property
    def rabbitmq_user(self) -> str:
        return str(self._values["rabbitmq_user"])

    @property
    def rabbitmq_password(self) -> str:
        return str(self._values["rabbitmq_password"])

    @property
    def erlang_cookie(self) -> str:
        return str(self._values["erlang_cookie"])

    @property
    def jwt_key(self) -> str:
        """The embedded issuer's private ES256 key as a JSON JWK, with its thumbprint as `kid`."""
        return str(self._values["jwt_key"])

    @property
    def sealing_key(self) -> str:
        """32 bytes in base64; seals names, phones and ID numbers."""
        return str(self._values["sealing_key"])

    @property
    def blind_index_key(self) -> str:
        """32 bytes in base64; looks sealed values up."""
        return str(self._values["blind_index_key"])

    @property
    def session_key(self) -> str:
        """32 bytes in base64; signs the portal's cookies."""
        return str(self._values["session_key"])

    def service_password(self, role: str) -> str:
        """The database password of this login role; a role asked for the first time gets one."""
        return self._password_of("service_passwords", role)

    def broker_password(self, service: str) -> str:
        """The password of this service's login at the broker; made like those of the databases."""
        return self._password_of("broker_passwords", service)

    def _password_of(self, kind: str, login: str) -> str:
        passwords = self._values.setdefault(kind, {})
        if login not in passwords:
            passwords[login] = _password()
            self._save()
        return str(passwords[login])

    def _save(self) -> None:
        # A new file takes the old one's place whole, and nobody else can read it at any moment.
        draft = self._path.with_suffix(f".{os.getpid()}")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(self._values, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)


def _fresh() -> dict[str, Any]:
    return {
        "postgres_password": _password(),
        "service_passwords": {},
        "broker_passwords": {},
        "rabbitmq_user": "linli",
        "rabbitmq_password": _password(),
        "erlang_cookie": secrets.token_hex(24).upper(),
        "jwt_key": json.dumps(_signing_key()),
        "sealing_key": _key(),
        "blind_index_key": _key(),
        "session_key": _key(),
    }


def _password() -> str:
    # Hexadecimal: needs no quoting in a URL, a configuration file or SQL.
    return secrets.token_hex(24)


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _signing_key() -> dict[str, Any]:
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, private=True, auto_kid=True)
    return dict(key.as_dict(private=True))
