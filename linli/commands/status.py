"""`linli status`: everything at a glance, and what needs a hand."""

import json
import sys
import time
from pathlib import Path

import click
from rich.console import Console, Group
from rich.live import Live

from linli.cli import data_option
from linli.status.judging import problems
from linli.status.looking import look
from linli.status.places import Places
from linli.status.seen import Problem, Seen
from linli.status.showing import as_data, drawn


@click.command(short_help="Show services, relays, queues and databases at a glance.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a look, for machines.")
@click.option(
    "--watch",
    type=click.FloatRange(min=0.5),
    is_flag=False,
    flag_value=2.0,
    metavar="[SECONDS]",
    help="Look again every so many seconds (2), until Ctrl-C.",
)
@data_option
def command(as_json: bool, watch: float | None, data: Path) -> None:
    """Show what runs, what waits and what is dead, and say of each trouble which command helps.

    Exit status 0 when all is well, 1 when something needs an operator. Nothing is changed; what does not answer is
    waited for at most eight seconds. Of a deployment, <SERVICE>_URL and <SERVICE>_RELAY_URL name what is asked by HTTP.

    \b
    Example:
      linli status
      linli status --watch 5
      linli status --json | jq .problems
    """
    places = Places.find(data)
    found = _watched(places, watch, as_json) if watch else _told(places, as_json)
    sys.exit(1 if found else 0)


def _told(places: Places, as_json: bool) -> list[Problem]:
    seen, found = _seen(places)
    if as_json:
        click.echo(_line(seen, found, indent=2))
    else:
        _console().print(drawn(seen, found))
    return found


def _watched(places: Places, every_s: float, as_json: bool) -> list[Problem]:
    """What the last look before Ctrl-C found."""
    found: list[Problem] = []
    with Live(Group(), console=_console(), auto_refresh=False, transient=as_json) as live:
        try:
            while True:
                begun = time.monotonic()
                seen, found = _seen(places)
                if as_json:
                    click.echo(_line(seen, found))
                else:
                    live.update(drawn(seen, found), refresh=True)
                time.sleep(max(every_s - (time.monotonic() - begun), 0))
        except KeyboardInterrupt:
            return found


def _console() -> Console:
    """As wide as the terminal; wide enough for every table where there is none."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=120)


def _seen(places: Places) -> tuple[Seen, list[Problem]]:
    seen = look(places)
    return seen, problems(seen, places.help)


def _line(seen: Seen, found: list[Problem], indent: int | None = None) -> str:
    return json.dumps(as_data(seen, found), ensure_ascii=False, default=str, indent=indent)
