"""The system's rabbitmq-server: where its programs are, and how it gets there."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from linli.embedded import apt
from linli.embedded.errors import EmbeddedError

PROGRAMS = Path("/usr/lib/rabbitmq/bin")
SERVER = PROGRAMS / "rabbitmq-server"
CTL = PROGRAMS / "rabbitmqctl"
POLICY = Path("/usr/sbin/policy-rc.d")


def ensure_installed() -> None:
    """Install the package when it is absent and we are root of a Debian; else say what to do."""
    if SERVER.exists():
        return
    if not apt.may_install():
        raise EmbeddedError(
            "RabbitMQ is not installed. Install it: sudo apt-get install --no-install-recommends rabbitmq-server "
            "(then: sudo systemctl disable --now rabbitmq-server), or set AMQP_URL to a broker of your own"
        )
    print("installing rabbitmq-server (apt-get); this happens once", file=sys.stderr, flush=True)
    with _system_node_kept_down():
        apt.install("rabbitmq-server")
    if not SERVER.exists():
        raise EmbeddedError(f"rabbitmq-server was installed, but {SERVER} is not there")


@contextmanager
def _system_node_kept_down() -> Iterator[None]:
    """Let the package install without starting the system's own node, which would listen on every interface.

    Debian asks /usr/sbin/policy-rc.d before it starts a service; one that exists already is somebody's decision.
    """
    ours = not POLICY.exists()
    if ours:
        POLICY.write_text("#!/bin/sh\n# Linli is installing rabbitmq-server; removed in a moment.\nexit 101\n", "ascii")
        POLICY.chmod(0o755)
    try:
        yield
    finally:
        if ours:
            POLICY.unlink(missing_ok=True)
    if shutil.which("systemctl"):
        subprocess.run(["systemctl", "disable", "--now", "rabbitmq-server"], capture_output=True, check=False)
