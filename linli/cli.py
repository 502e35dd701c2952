"""The operator's command line."""

import importlib
import sys
from pathlib import Path
from typing import Any

import click

from chassis.errors import LinliError
from linli.embedded.data_folder import DEFAULT
from linli.embedded.errors import EmbeddedError

COMMANDS = {
    "up": "Run all processes until Ctrl-C.",
    "demo": "Play the story of forty disputes on real parts.",
    "simulate": "Play a district's year on real parts.",
    "migrate": "Bring the services' databases to this version.",
    "serve": "Run one service in this process.",
    "relay": "Run the relay of one service in this process.",
    "token": "Make a token for a person or program (embedded issuer).",
    "import": "Bring data in from files.",
    "replay": "Send facts of the past to a consumer again.",
    "status": "Show services, relays, queues and databases at a glance.",
    "verify": "Check ledger, statistics, notices and audit chains.",
    "dead-letters": "Look after events that could not be handled.",
}


class Lazy(click.Group):
    """Imports a command's module when it is asked for: `linli --help` loads nothing of the services."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"linli.commands.{cmd_name.replace('-', '_').replace('import', 'importing')}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """What Linli refuses is a sentence and exit status 1, never a stack trace."""
        try:
            return super().main(*args, **kwargs)
        except (LinliError, EmbeddedError) as error:
            click.echo(f"linli: {error}", err=True)
            sys.exit(1)


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="linli")
def main() -> None:
    """Run and look after Linli (邻里), the community work of one city district.

    \b
    Example:
      linli demo            # everything, with a story, on this machine
      linli up --fresh      # everything, empty
      linli COMMAND --help  # each command shows an example
    """


def data_option(function: Any) -> Any:
    """--data DIR: the embedded instance's folder."""
    return click.option(
        "--data",
        type=click.Path(file_okay=False, path_type=Path),
        default=DEFAULT,
        show_default=True,
        help="Folder of the embedded instance.",
    )(function)
