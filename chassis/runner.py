"""Runs one nameko service in this process until SIGTERM or SIGINT, and ends it within its grace period."""

import logging
import os
import signal
from typing import Any

import eventlet
from nameko.containers import ServiceContainer

from chassis import green, logs, outbox, tracing
from chassis.config import ServiceSettings
from chassis.database import Database
from chassis.relay.wake import waker

log = logging.getLogger(__name__)


def serve(service: type, settings: ServiceSettings) -> None:
    """Block until the service has stopped. The process must have been monkey-patched before its first import.

    Raises what kept the service from starting; a service that dies of an exception raises that.
    """
    name: str = service.name  # type: ignore[attr-defined]
    logs.configure(name, settings.log_level)
    tracing.start(name, settings.otlp_endpoint)
    green.wait_in_hub()
    if settings.relay_wake:
        outbox.on_commit(waker(settings.relay_wake))
    database = Database(settings.database_url, service=name, size=settings.database_pool)
    container = ServiceContainer(service, configuration(settings, database))
    _stop_on_signal(container, settings.grace_s)
    container.start()
    log.info("%s is up at %s", name, settings.http_address)
    try:
        container.wait()
    finally:
        database.close()
        tracing.stop()


def configuration(settings: ServiceSettings, database: Database) -> dict[str, Any]:
    """nameko's configuration, and what our extensions find beside it."""
    return {
        "WEB_SERVER_ADDRESS": str(settings.http_address),
        "max_workers": settings.max_workers,
        "settings": settings,
        "database": database,
    }


def _stop_on_signal(container: ServiceContainer, grace_s: float) -> None:
    """Signals arrive while the hub sleeps in epoll; a byte in a pipe wakes it at once (nameko's own runner waits)."""
    readable, writable = os.pipe()
    os.set_blocking(writable, False)

    def on_signal(signum: int, _frame: object) -> None:
        os.write(writable, bytes([signum]))

    def wait() -> None:
        eventlet.hubs.trampoline(readable, read=True)
        log.info("stopping: finishing what is in hand within %s s", grace_s)
        eventlet.spawn_after(grace_s, container.kill)
        container.stop()

    eventlet.spawn(wait)
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, on_signal)
