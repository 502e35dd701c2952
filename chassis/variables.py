"""How an environment variable is declared, read and checked. The variables themselves stand in chassis.config."""

import base64
import binascii
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qs, urlsplit

from environs import Env, EnvError, validate

from chassis import areas
from chassis.addresses import one_by_one
from chassis.errors import Misconfigured

SEVERAL = "; several hosts parted by commas, host:port,host:port"


class Address(NamedTuple):
    """Where to listen or to send to; port 0 lets the system choose."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Shape:
    """What a right value looks like, in words that follow "it must be", and how it is read.

    `read` raises EnvError or ValueError for anything else.
    """

    right: str
    read: Callable[[Env, str], Any]


@dataclass(frozen=True)
class Variable:
    """One environment variable."""

    name: str
    shape: Shape
    meaning: str
    default: str
    secret: bool


def setting(name: str, shape: Shape, meaning: str, *, default: Any = MISSING, secret: bool = False) -> Any:
    """A field of a Settings class that is read from the variable `name`; without a default it must be set."""
    shown = "required" if default is MISSING else "none" if default is None else _shown(default)
    return field(default=default, repr=not secret, metadata={"variable": Variable(name, shape, meaning, shown, secret)})


def _shown(default: Any) -> str:
    return (
        ",".join(default) or "none"
        if isinstance(default, tuple)
        else f"{default:g}"
        if isinstance(default, float)
        else str(default)
    )


@dataclass(frozen=True, kw_only=True)
class Settings:
    """A process's settings: a frozen dataclass whose fields are made by `setting`."""

    @classmethod
    def variables(cls) -> list[Variable]:
        """What is read from the environment, in the order of declaration."""
        return [declared.metadata["variable"] for declared in fields(cls)]

    @classmethod
    def read(cls) -> Self:
        """Read the environment; an empty variable counts as not set.

        Raises Misconfigured with a line for each variable that is missing or wrong.
        """
        env, values, problems = Env(), {}, []
        for declared in fields(cls):
            variable: Variable = declared.metadata["variable"]
            given = os.environ.get(variable.name, "").strip()
            if given:
                try:
                    values[declared.name] = variable.shape.read(env, variable.name)
                except (EnvError, ValueError):
                    value = (
                        "has a value that does not fit (a secret, so not shown)" if variable.secret else f"is {given!r}"
                    )
                    problems.append(f"{variable.name} {value}; it must be {variable.shape.right}")
            elif declared.default is MISSING:
                problems.append(f"{variable.name} is not set; it must be {variable.shape.right}")
        if problems:
            raise Misconfigured("\n".join(problems))
        return cls(**values)


def whole(low: int, high: int) -> Shape:
    return Shape(
        f"a whole number from {low} to {high}", lambda env, name: env.int(name, validate=validate.Range(low, high))
    )


def number(low: float, high: float) -> Shape:
    return Shape(
        f"a number from {low:g} to {high:g}", lambda env, name: env.float(name, validate=validate.Range(low, high))
    )


def one_of(*words: str) -> Shape:
    return Shape(
        f"{', '.join(words[:-1])} or {words[-1]}", lambda env, name: env.str(name, validate=validate.OneOf(words))
    )


def some_of(*words: str) -> Shape:
    """Comma-separated words, read as a tuple."""

    def read(env: Env, name: str) -> tuple[str, ...]:
        chosen = tuple(word.strip() for word in env.list(name, subcast=str))
        if not chosen or not set(chosen) <= set(words):
            raise ValueError
        return chosen

    return Shape(f"one or more, comma-separated, of {', '.join(words)}", read)


def text(right: str) -> Shape:
    return Shape(right, _text)


def url(*schemes: str, example: str) -> Shape:
    """A URL of one of these schemes, read as text."""
    return Shape(f"a URL like {example}", lambda env, name: _url(_text(env, name), schemes))


def nodes_url(*schemes: str, example: str) -> Shape:
    """A URL of one of these schemes with one host, or several parted by commas; read as text."""
    return Shape(f"a URL like {example}{SEVERAL}", lambda env, name: _of_hosts(_text(env, name), schemes))


def servers_url(*schemes: str, example: str) -> Shape:
    """The same for databases: of several the one is meant that can be written to, so libpq is asked for no other."""

    def read(env: Env, name: str) -> str:
        given = _of_hosts(_text(env, name), schemes)
        first, *others = one_by_one(given)
        asked_for = parse_qs(urlsplit(first).query).get("target_session_attrs", [])
        if others and not set(asked_for) <= {"read-write", "primary"}:
            raise ValueError
        return given

    return Shape(f"a URL like {example}{SEVERAL}, target_session_attrs being read-write or not there", read)


def _of_hosts(given: str, schemes: tuple[str, ...]) -> str:
    hosts = one_by_one(given)
    for one in hosts:
        _url(one, schemes)
    # A second URL behind a semicolon, as others part them, would pass for a path of the first.
    if given.count("://") > 1 or (len(hosts) > 1 and not all(urlsplit(one).hostname for one in hosts)):
        raise ValueError
    return given


def file_or_https() -> Shape:
    """The path of a file that is there, or an https:// URL; read as text."""

    def read(env: Env, name: str) -> str:
        where = _text(env, name)
        if not Path(where).is_file():
            _url(where, ("https",))
        return where

    return Shape("the path of a file that exists, or an https:// URL", read)


def address(example: str) -> Shape:
    """host:port, an IPv6 host in brackets; read as Address."""

    def read(env: Env, name: str) -> Address:
        parts = urlsplit(f"//{_text(env, name)}")
        if not parts.hostname or parts.port is None or parts.path or parts.query or parts.username:
            raise ValueError
        return Address(parts.hostname, parts.port)

    return Shape(f"host:port, for example {example}", read)


def networks() -> Shape:
    """Comma-separated networks or addresses, read as a tuple."""

    def read(env: Env, name: str) -> tuple[IPv4Network | IPv6Network, ...]:
        return tuple(ip_network(word.strip()) for word in env.list(name, subcast=str))

    return Shape("comma-separated networks or addresses, for example 10.0.0.0/8,fd00::/8", read)


def district() -> Shape:
    def read(env: Env, name: str) -> str:
        code = _text(env, name)
        if areas.level(code) != "district":
            raise ValueError
        return code

    return Shape("the 12-digit code of a district, for example 440305000000", read)


def key() -> Shape:
    """32 bytes in base64."""
    return Shape("base64 of 32 bytes (make one: openssl rand -base64 32)", lambda env, name: _key(_text(env, name)))


def keys() -> Shape:
    """Keys by their ids, as a JSON object."""

    def read(env: Env, name: str) -> Mapping[str, bytes]:
        pairs = json.loads(_text(env, name), object_pairs_hook=tuple)
        if not isinstance(pairs, tuple) or not pairs:
            raise ValueError
        found = {key_id: _key(encoded) for key_id, encoded in pairs}
        if len(found) < len(pairs) or not all(re.fullmatch(r"[A-Za-z0-9_-]{1,32}", key_id) for key_id in found):
            raise ValueError
        return found

    right = 'a JSON object like {"2026": "<base64 of 32 bytes>"}; ids of letters, digits, - and _, at most 32 of them'
    return Shape(right, read)


def _text(env: Env, name: str) -> str:
    return str(env.str(name)).strip()


def _url(given: str, schemes: tuple[str, ...]) -> str:
    parts = urlsplit(given)
    if parts.scheme not in schemes or not (parts.netloc or parts.query) or parts.port == 0:
        raise ValueError
    return given


def _key(encoded: object) -> bytes:
    try:
        found = base64.b64decode(str(encoded), validate=True)
    except binascii.Error as error:
        raise ValueError from error
    if len(found) != 32:
        raise ValueError
    return found
