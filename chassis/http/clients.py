"""From where a request comes, for those who ask without a token."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

Network = IPv4Network | IPv6Network


def client_of(environ: dict[str, Any], trusted: Sequence[Network]) -> str:
    """The caller's address as far as it can be believed; of IPv6 its /64, which is one household's or one server's.

    Each trusted proxy names in X-Forwarded-For who asked it, at the end of the line; what an untrusted one says of
    others is its own invention.
    """
    peer = _address(environ.get("REMOTE_ADDR", ""))
    if peer is None:
        return "(unknown)"
    said = environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if trusted else []
    while said and any(peer in network for network in trusted):
        if (before := _address(said.pop())) is None:
            break
        peer = before
    return str(peer) if peer.version == 4 else f"{IPv6Address(int(peer) >> 64 << 64)}/64"


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.strip())
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
