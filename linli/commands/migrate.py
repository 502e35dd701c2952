"""`linli migrate`: numbered plain SQL, forward only."""

import os
from pathlib import Path

import click

from linli.cli import data_option
from linli.instance import Instance
from linli.provision import migrate
from linli.services import WITH_DATABASE


@click.command(short_help="Bring the services' databases to this version.")
@click.option("--service", "services", multiple=True, type=click.Choice(WITH_DATABASE), help="Only this; repeatable.")
@data_option
def command(services: tuple[str, ...], data: Path) -> None:
    """Apply the migrations that are not applied yet. Safe beside the running version, and to repeat.

    Works on the server that DATABASE_URL names (an administrator's address), else on the embedded instance.

    \b
    Example:
      linli migrate
      DATABASE_URL=postgresql://postgres:…@db:5432/postgres linli migrate --service members
    """
    admin_url = os.environ.get("DATABASE_URL") or Instance.at(data).admin_url
    for service in services or WITH_DATABASE:
        migrate(admin_url, service)
        click.echo(f"{service}: up to date")
