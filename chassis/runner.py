"""Runs one nameko service in this process until SIGTERM or SIGINT, and ends it within its grace period."""

import logging
import os
import signal
from typing import Any

import eventlet
from eventlet.hubs import trampoline
from nameko.containers import ServiceContainer

from chassis import garbage, green, logs, outbox, tracing
from chassis.calendar import Clock, system_clock
from chassis.config import BrokerSettings, ServiceSettings, ServingSettings
from chassis.database import Database
from chassis.relay.wake import waker

log = logging.getLogger(__name__)


def serve(service: Any, *, clock: Clock = system_clock, pace: float = 1.0) -> None:
    """Block until the service has stopped. The process must have been monkey-patched before its first import.

    `service` is a nameko service class that says with `settings` which variables it reads. `clock` is the time by which
    it lives; who plays a year gives another one, and with `pace` how many times as often the service does what it does
    by the clock. Whose tokens hold, leases, pools and retries stay with the machine's own time. Raises Misconfigured,
    and what else kept the service from starting or ended it.
    """
    settings: ServingSettings = service.settings.read()
    logs.configure(service.name, settings.log_level)
    tracing.start(service.name, settings.otlp_endpoint)
    green.wait_in_hub()
    container = ServiceContainer(service, {"clock": clock, "pace": pace, **configuration(service.name, settings)})
    _stop_on_signal(container, settings.grace_s)
    container.start()
    garbage.keep_what_stands()
    log.info("%s is up", service.name)
    try:
        container.wait()
    finally:
        tracing.stop()


def configuration(name: str, settings: ServingSettings) -> dict[str, Any]:
    """nameko's configuration, and what our extensions find beside it."""
    found: dict[str, Any] = {"settings": settings, "max_workers": getattr(settings, "max_workers", 20)}
    if isinstance(settings, ServiceSettings):
        found["database"] = Database(settings.database_url, service=name, size=settings.database_pool)
    if isinstance(settings, BrokerSettings) and settings.relay_wake:
        outbox.on_commit(waker(settings.relay_wake))
    return found


def _stop_on_signal(container: ServiceContainer, grace_s: float) -> None:
    """Signals arrive while the hub sleeps in epoll; a byte in a pipe wakes it at once (nameko's own runner waits).

    The interpreter itself writes that byte: a Python handler runs in the hub, where nothing may wait.
    """
    readable, writable = os.pipe()
    os.set_blocking(writable, False)
    signal.set_wakeup_fd(writable)

    def wait() -> None:
        trampoline(readable, read=True)
        log.info("stopping: finishing what is in hand within %s s", grace_s)
        eventlet.spawn_after(grace_s, container.kill)
        container.stop()

    eventlet.spawn(wait)
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: None)
