"""The system's rabbitmq-server: where its programs are, and how it gets there."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from linli.embedded.errors import EmbeddedError

PROGRAMS = Path("/usr/lib/rabbitmq/bin")
SERVER = PROGRAMS / "rabbitmq-server"
CTL = PROGRAMS / "rabbitmqctl"
POLICY = Path("/usr/sbin/policy-rc.d")
INSTALL = ["apt-get", "install", "-qq", "-y", "--no-install-recommends", "rabbitmq-server"]


def ensure_installed() -> None:
    """Install the package when it is absent and we are root of a Debian; else say what to do."""
    if SERVER.exists():
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise EmbeddedError(
            "RabbitMQ is not installed. Install it: sudo apt-get install --no-install-recommends rabbitmq-server "
            "(then: sudo systemctl disable --now rabbitmq-server), or set AMQP_URL to a broker of your own"
        )
    print("installing rabbitmq-server (apt-get); this happens once", file=sys.stderr, flush=True)
    with _system_node_kept_down():
        _install()
    if not SERVER.exists():
        raise EmbeddedError(f"rabbitmq-server was installed, but {SERVER} is not there")


def _install() -> None:
    # The package lists of a fresh machine are empty or old: update them when the first try fails.
    if _apt(INSTALL).returncode == 0:
        return
    _apt(["apt-get", "update", "-qq"])
    done = _apt(INSTALL)
    if done.returncode != 0:
        raise EmbeddedError(f"`{' '.join(INSTALL)}` failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def _apt(command: list[str]) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)


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
