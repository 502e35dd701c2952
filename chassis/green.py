"""Eventlet, in one place: what a service process does before anything else is imported."""

from eventlet.hubs import trampoline

from chassis import database
from chassis.database import Silence


def wait_in_hub() -> None:
    """Let psycopg2 wait in eventlet's hub, so that a query holds up its own greenlet only."""
    database.wait_with(_until_readable, _until_writable)


def _until_readable(descriptor: int, seconds: int, late: Silence) -> None:
    trampoline(descriptor, read=True, timeout=seconds, timeout_exc=late)


def _until_writable(descriptor: int, seconds: int, late: Silence) -> None:
    trampoline(descriptor, write=True, timeout=seconds, timeout_exc=late)
