"""One request over HTTP as it stands, and its answer: nothing is followed, normalised or repeated."""

import http.client
import json
import string
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from requests.structures import CaseInsensitiveDict

HOST = "127.0.0.1"
TIMEOUT_S = 20


@dataclass(frozen=True)
class Reply:
    """The names of `headers` are found in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def problem(self) -> tuple[int, str]:
        """The status and the type of a problem detail; fails when it is none."""
        assert self.headers["content-type"] == "application/problem+json", self.body
        assert self.json["status"] == self.status
        return self.status, self.json["type"]


def ask(
    port: int,
    method: str,
    path: str,
    body: Any = None,
    *,
    token: str | None = None,
    raw: bytes | None = None,
    **headers: str,
) -> Reply:
    """One request on a connection of its own; `raw` is sent in place of a body made JSON.

    `headers` in Python's spelling: if_match for If-Match.
    """
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    if token is not None:
        given["authorization"] = f"Bearer {token}"
    content = json.dumps(body).encode() if raw is None and body is not None else raw
    if content is not None:
        given.setdefault("content-type", "application/json")
    with closing(http.client.HTTPConnection(HOST, port, timeout=TIMEOUT_S)) as connection:
        # Only what no request line can hold is escaped: a malformed address must arrive as it is.
        connection.request(method, quote(path, safe=string.punctuation), content, given)
        answer = connection.getresponse()
        return Reply(answer.status, CaseInsensitiveDict(answer.getheaders()), answer.read())
