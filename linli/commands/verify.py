"""`linli verify`: is everything that is derived what its sources say?"""

import sys
from pathlib import Path

import click
from rich.console import Console

from chassis.audit import Anchor
from linli import verification
from linli.cli import data_option
from linli.instance import Reach
from linli.services import WITH_DATABASE


@click.command(short_help="Check ledger, statistics, notices and audit chains.")
@click.option("--anchor", "anchors", multiple=True, help="SERVICE=NUMBER:HASH, an audit head noted in the logs.")
@data_option
def command(anchors: tuple[str, ...], data: Path) -> None:
    """Count everything derived again from its sources and name each difference. Exit status 1 when there is one.

    An audit chain whose end was cut off looks sound by itself; give an anchor that the service's log has told.

    \b
    Example:
      linli verify
      linli verify --anchor grievances=42:52c245e652633b23fb1484f7854edfaef39abc2c1e47d3c79f4623bddc9093e9
    """
    console = Console(soft_wrap=True)
    noted = _noted(anchors)
    wrong = 0
    with console.status("verifying") as status:
        databases = Reach.find(data).databases()
        for check in verification.checks(databases, lambda told: status.update(f"verifying {told}"), noted):
            wrong += not check.holds
            console.print(f"{'✓' if check.holds else '✗'} {check.name}: {check.looked_at}", highlight=False)
            for difference in check.differences:
                console.print(f"    {difference}", highlight=False)
    if wrong:
        console.print(f"{wrong} checks found differences; while work goes on, ask again in a second")
        sys.exit(1)


def _noted(anchors: tuple[str, ...]) -> dict[str, list[Anchor]]:
    found: dict[str, list[Anchor]] = {}
    for text in anchors:
        service, _, anchor = text.partition("=")
        if service not in WITH_DATABASE:
            raise click.BadParameter(
                f"{text!r} must begin with {', '.join(WITH_DATABASE)} and =", param_hint="--anchor"
            )
        try:
            found.setdefault(service, []).append(Anchor.parse(anchor))
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--anchor") from error
    return found
