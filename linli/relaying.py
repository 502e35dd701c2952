"""The process of one service's relay: `python -m linli.relaying members`. Blocking, without nameko or eventlet."""

import logging
import signal
import sys

from chassis import garbage, logs, metrics, tracing
from chassis.config import RelaySettings
from chassis.errors import Misconfigured
from chassis.relay.loop import Relay
from chassis.relay.wake import wake_socket

log = logging.getLogger(__name__)


def main(service: str) -> int:
    """Relay until told to stop; 2 when the settings are wrong, each wrong one on a line of its own."""
    try:
        settings = RelaySettings.read()
    except Misconfigured as error:
        print(error, file=sys.stderr)
        return 2
    logs.configure(f"{service}-relay", settings.log_level)
    tracing.start(f"{service}-relay", settings.otlp_endpoint)
    if settings.relay_metrics_address:
        metrics.serve(*settings.relay_metrics_address)
    relay = Relay(
        settings.database_url,
        settings.amqp_url,
        service=service,
        batch=settings.relay_batch,
        poll_s=settings.relay_poll_ms / 1000,
        sweep_s=settings.relay_sweep_s,
        confirm_timeout_s=settings.relay_confirm_timeout_s,
        wake=wake_socket(settings.relay_wake) if settings.relay_wake else None,
    )
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: relay.stop())
    garbage.keep_what_stands()
    log.info("relay of %s is up", service)
    relay.run()
    tracing.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
