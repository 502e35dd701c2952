"""`linli serve`: one service in this process."""

import os
import sys

import click

from linli.services import CLASSES


@click.command(short_help="Run one service in this process.")
@click.argument("service", type=click.Choice(list(CLASSES)))
def command(service: str) -> None:
    """Serve until SIGTERM. Settings come from the environment; a wrong one stops the start with its name.

    \b
    Example:
      HTTP_ADDRESS=0.0.0.0:8000 DATABASE_URL=… AMQP_URL=… JWT_ISSUER=… JWT_JWKS=… linli serve members
    """
    # A fresh interpreter: eventlet must patch the standard library before anything else has been imported.
    os.execv(sys.executable, [sys.executable, "-m", "linli.serve", service])  # noqa: S606
