"""A PostgreSQL that is frozen or cut off is as good as gone: no greenlet waits for it for ever (libpq's own do)."""

import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing

from tests.support.instance import ServiceDatabase


def met(what: str, url: str) -> str:
    command = [sys.executable, "-W", "ignore", "-m", "tests.service.chassis.silence", what, url]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout


def test_a_server_that_takes_the_connection_and_says_nothing_is_unavailable() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        told = met("connect", f"postgresql://nobody@127.0.0.1:{silent.getsockname()[1]}/nothing")

    assert "unavailable: PostgreSQL does not answer: no word from it for 1 s" in told


def test_a_server_that_freezes_in_the_middle_of_a_query_is_unavailable(
    service_database: Callable[[str], ServiceDatabase],
) -> None:
    told = met("query", service_database("grievances"))

    assert "unavailable: the connection to PostgreSQL was lost: no word from it for 1 s" in told
