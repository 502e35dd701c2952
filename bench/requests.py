"""HTTP requests as bytes, ready to be sent."""

import pickle
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from linli.wire import request


def post(path: str, body: Any = None, **headers: str) -> bytes:
    """`headers` in Python's spelling: if_match for If-Match."""
    return request("POST", path, body, **headers)


def write(path: Path, requests: Iterable[bytes]) -> Path:
    """For bench.load."""
    return keep(path, list(requests))


def keep(path: Path, thing: Any) -> Path:
    """For a process of this run."""
    path.write_bytes(pickle.dumps(thing))
    return path
