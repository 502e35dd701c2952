"""Where a part is that runs on several machines, as libpq spells them: `scheme://login@host:port,host:port/path`."""

import re

_PARTS = re.compile(r"(?P<scheme>[a-z]+://)(?P<login>[^/?#]*@)?(?P<hosts>[^/?#]*)(?P<rest>.*)", re.DOTALL)


def one_by_one(url: str) -> list[str]:
    """The same URL for each of its hosts, in their order. Raises ValueError for what has no scheme."""
    parts = _PARTS.fullmatch(url)
    if parts is None:
        raise ValueError("a URL begins with scheme://")
    return [f"{parts['scheme']}{parts['login'] or ''}{host}{parts['rest']}" for host in parts["hosts"].split(",")]
