"""Eventlet, in one place: what a service process does before anything else is imported."""

from eventlet.hubs import trampoline

from chassis import database


def wait_in_hub() -> None:
    """Let psycopg2 wait in eventlet's hub, so that a query holds up its own greenlet only."""
    database.wait_with(
        readable=lambda descriptor: trampoline(descriptor, read=True),
        writable=lambda descriptor: trampoline(descriptor, write=True),
    )
