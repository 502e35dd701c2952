"""A green process whose PostgreSQL falls silent; run by test_silence.py, which gives what it is to meet."""

import eventlet

eventlet.monkey_patch()

import os  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402

from chassis import database, green  # noqa: E402
from chassis.errors import DatabaseUnavailable  # noqa: E402


def connect_to(url: str) -> None:
    database.connect(url)


def query_frozen(url: str) -> None:
    connection = database.connect(url)
    pid = connection.info.backend_pid
    os.kill(pid, signal.SIGSTOP)
    try:
        with database.translated(connection), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        os.kill(pid, signal.SIGCONT)


database.CONNECT_S = database.SILENCE_S = 1
green.wait_in_hub()
try:
    {"connect": connect_to, "query": query_frozen}[sys.argv[1]](sys.argv[2])
except DatabaseUnavailable as error:
    print(f"unavailable: {error}")
