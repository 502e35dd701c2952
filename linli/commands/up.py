"""`linli up`: everything on this machine, until Ctrl-C."""

from pathlib import Path

import click

from linli.cli import data_option
from linli.embedded.ports import DEFAULT_BASE
from linli.running import Running, end_on_sigterm


@click.command(short_help="Run all processes until Ctrl-C.")
@click.option("--fresh", is_flag=True, help="Begin empty: wipe what earlier runs kept in the folder.")
@click.option("--port-base", default=DEFAULT_BASE, show_default=True, help="First of 60 ports on loopback.")
@data_option
def command(fresh: bool, port_base: int, data: Path) -> None:
    """Start PostgreSQL, RabbitMQ, the services and their relays on loopback; stop all of it with Ctrl-C.

    DATABASE_URL (an administrator's address) and AMQP_URL, when set, take the place of the embedded parts. A process
    that dies is started again, as Kubernetes would.

    \b
    Example:
      linli up
      linli up --fresh --data /srv/linli --port-base 9800
    """
    running = Running(data, port_base)
    end_on_sigterm()
    running.start_parts(fresh=fresh)
    try:
        running.prepare()
        click.echo(running.addresses())
        running.supervisor().run()
    finally:
        running.stop()
