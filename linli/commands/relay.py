"""`linli relay`: one service's relay in this process."""

import os
import sys

import click

from linli.services import publishers


@click.command(short_help="Run the relay of one service in this process.")
@click.argument("service", type=click.Choice(publishers()))
def command(service: str) -> None:
    """Send a service's committed facts to the broker until SIGTERM. Settings come from the environment.

    Two relays of one service may run: one leads, the other takes over when it ends.

    \b
    Example:
      DATABASE_URL=postgresql://… AMQP_URL=amqp://… linli relay grievances
    """
    # A fresh interpreter: asking which services publish has brought in nameko and eventlet, and the relay has neither.
    os.execv(sys.executable, [sys.executable, "-m", "linli.relaying", service])  # noqa: S606
