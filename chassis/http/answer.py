"""What goes back to the caller."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

JSON = "application/json"
HTML = "text/html; charset=utf-8"
FORM = "application/x-www-form-urlencoded"

MAX_FILENAME = 120
NO_STORE = ("Cache-Control", "no-store")
"""On every answer: it may hold what was opened for one person and one purpose."""


NO_SNIFF = ("X-Content-Type-Options", "nosniff")
"""On every file: what somebody uploaded must not be run as something else than it is said to be."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, headers and the whole body; made by `request.answer`, `page` and `file`. `request.stream` makes one
    whose body is in `stream`, in chunks that are made while the caller reads.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    stream: Iterable[bytes] | None = None

    def header(self, name: str) -> str | None:
        """The value of this header, whatever the case of its name."""
        return next((value for own, value in self.headers if own.lower() == name.lower()), None)


def is_json(media: str) -> bool:
    """Whether this content type is JSON or one of its kinds, such as application/geo+json."""
    kind = media.partition(";")[0]
    return kind == JSON or kind.endswith("+json")


def file_headers(media: str, filename: str | None) -> tuple[tuple[str, str], ...]:
    """Those of a file; with a name it is saved under it rather than shown."""
    headers = (("Content-Type", media), NO_STORE, NO_SNIFF)
    return headers if filename is None else (*headers, ("Content-Disposition", disposition(filename)))


def disposition(filename: str) -> str:
    """Content-Disposition for a name in any script (RFC 6266, RFC 8187), with a plain one for whoever knows no other.

    What would lead out of a folder, or out of the header, becomes an underscore.
    """
    safe = re.sub(r'[\x00-\x1f\x7f/\\:*?"<>|]', "_", filename)[:MAX_FILENAME] or "_"
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", safe)
    value = f'attachment; filename="{plain}"'
    return value if plain == safe else f"{value}; filename*=UTF-8''{quote(safe, safe='', errors='replace')}"
