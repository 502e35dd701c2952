"""URLs that name several hosts (ADR 23)."""

from urllib.parse import urlsplit, urlunsplit

from tests.support.asking import HOST


def at(url: str, *ports: int | None) -> str:
    """The same URL at these ports of loopback; None is its own."""
    parts = urlsplit(url)
    hosts = ",".join(f"{HOST}:{port or parts.port}" for port in ports)
    return urlunsplit(parts._replace(netloc=f"{parts.netloc.rpartition('@')[0]}@{hosts}"))
