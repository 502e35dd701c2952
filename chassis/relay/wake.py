"""Waking the relay after a commit, out of band: one UDP datagram. Losing it costs one poll interval, nothing else."""

import socket
import time
from collections.abc import Callable
from contextlib import suppress

STILL_AWAKE_S = 0.002
"""A relay that was woken claims again before it rests for long, so it need not be told twice within this."""


def wake_socket(address: tuple[str, int]) -> socket.socket:
    """A UDP socket on which services say that they have committed something; loopback or the pod's own network."""
    family, _, _, _, target = socket.getaddrinfo(*address, type=socket.SOCK_DGRAM, flags=socket.AI_PASSIVE)[0]
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.bind(target)
    return sock


def waker(address: tuple[str, int]) -> Callable[[], None]:
    """What a service calls after a commit: one byte, never waiting, never failing the caller.

    A host's name is looked up once, here: after a commit nothing may wait for a name server. Raises OSError for a name
    that nobody knows.
    """
    family, _, _, _, target = socket.getaddrinfo(*address, type=socket.SOCK_DGRAM)[0]
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.setblocking(False)
    if address[0].startswith("127."):
        sock.bind((address[0], 0))  # else the system would take the datagram's sender address from all interfaces

    said_at = 0.0

    def wake() -> None:
        nonlocal said_at
        if time.monotonic() - said_at < STILL_AWAKE_S:
            return
        with suppress(OSError):
            sock.sendto(b"!", target)
            said_at = time.monotonic()

    return wake
