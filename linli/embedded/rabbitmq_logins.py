"""Logins at the node, in Erlang: made in 30 ms, where `rabbitmqctl` takes a second to begin."""

import base64
import hashlib
import os
from dataclasses import dataclass

INTERNAL = "rabbit_auth_backend_internal"


@dataclass(frozen=True)
class Rights:
    """The names, as regular expressions, of what a login may make, write to and read from in a virtual host."""

    configure: str
    write: str
    read: str


EVERYTHING = Rights(".*", ".*", ".*")


def granted(user: str, rights: Rights, vhost: str, by: str) -> str:
    """Give a login these rights, and no others, in the virtual host."""
    patterns = ", ".join(binary(pattern) for pattern in (rights.configure, rights.write, rights.read))
    return f"ok = {INTERNAL}:set_permissions({binary(user)}, {binary(vhost)}, {patterns}, {binary(by)})"


def made(user: str, password: str, by: str) -> str:
    """Make a login without a tag, or give one that exists this password. The node is told its hash only."""
    told = {
        "name": binary(user),
        "tags": "<<>>",
        "password_hash": binary(_hashed(password)),
        "hashing_algorithm": binary("rabbit_password_hashing_sha256"),
    }
    return f"{INTERNAL}:put_user(#{{{', '.join(f'{key} => {value}' for key, value in told.items())}}}, {binary(by)})"


def binary(text: str) -> str:
    """A text as an Erlang binary."""
    return f"<<{','.join(str(byte) for byte in text.encode())}>>"


def _hashed(password: str) -> str:
    """As RabbitMQ keeps one: four bytes of salt, then SHA-256 of both, in base64."""
    salt = os.urandom(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()
