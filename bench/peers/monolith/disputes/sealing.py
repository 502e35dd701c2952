"""Personal data at rest: as it is in the customary form, sealed with AES-256-GCM in the second one."""

import hashlib
import hmac
import os
from base64 import b64decode, b64encode
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

NONCE_BYTES = 12


@cache
def _key(purpose: str) -> bytes:
    return hashlib.sha256(f"{purpose} {settings.SECRET_KEY}".encode()).digest()


@cache
def _cipher() -> AESGCM:
    return AESGCM(_key("seal"))


def blind_index(phone: str | None) -> str | None:
    """By which a sealed phone is found without being opened; customarily it lies open and needs none."""
    if phone is None or not settings.RECORDS:
        return None
    return hmac.new(_key("index"), phone.encode(), hashlib.sha256).hexdigest()[:32]


class PersonalText(models.TextField):
    """Text about a person."""

    def get_prep_value(self, value: Any) -> Any:
        if value is None or not settings.RECORDS:
            return value
        nonce = os.urandom(NONCE_BYTES)
        return b64encode(nonce + _cipher().encrypt(nonce, str(value).encode(), None)).decode()

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        if value is None or not settings.RECORDS:
            return value
        sealed = b64decode(value)
        return _cipher().decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None).decode()
