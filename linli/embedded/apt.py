"""Debian's packages, installed on the way where we are root of a Debian-like system."""

import os
import shutil
import subprocess

from linli.embedded.errors import EmbeddedError


def may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(*packages: str) -> None:
    """Raises EmbeddedError with the end of what apt-get said."""
    # The package lists of a fresh machine are empty or old: update them when the first try fails.
    command = ["apt-get", "install", "-qq", "-y", "--no-install-recommends", *packages]
    if _run(command).returncode == 0:
        return
    _run(["apt-get", "update", "-qq"])
    done = _run(command)
    if done.returncode != 0:
        raise EmbeddedError(f"`{' '.join(command)}` failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
