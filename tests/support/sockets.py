"""Who listens where."""

from collections.abc import Iterable
from contextlib import suppress

import psutil
import pytest


def listening(processes: Iterable[psutil.Process]) -> set[tuple[str, int]]:
    """Address and port of every listening socket of these, TCP or UDP; what has ended meanwhile listens nowhere.

    Skips the test where not even root may look into other accounts' processes (a container).
    """
    found = set()
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            try:
                connections = process.net_connections("inet")
            except psutil.AccessDenied:
                pytest.skip("needs CAP_SYS_PTRACE to see which process listens where")
            for connection in connections:
                if connection.status in (psutil.CONN_LISTEN, psutil.CONN_NONE) and connection.laddr:
                    found.add((connection.laddr.ip, connection.laddr.port))
    return found
