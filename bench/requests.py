"""HTTP requests as bytes, ready to be sent."""

import json
import pickle
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def post(path: str, body: Any = None, **headers: str) -> bytes:
    """`headers` in Python's spelling: if_match for If-Match."""
    content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    lines = [f"POST {path} HTTP/1.1", "Host: bench"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if content:
        lines.append("Content-Type: application/json")
    lines.append(f"Content-Length: {len(content)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


def write(path: Path, requests: Iterable[bytes]) -> Path:
    """For bench.load."""
    return keep(path, list(requests))


def keep(path: Path, thing: Any) -> Path:
    """For a process of this run."""
    path.write_bytes(pickle.dumps(thing))
    return path
