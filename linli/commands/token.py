"""`linli token`: a token of the embedded issuer."""

from pathlib import Path

import click
import uuid_utils.compat

from chassis import areas
from chassis.identity import ROLES, Grant
from linli.cli import data_option
from linli.instance import Instance


@click.command(short_help="Make a token for a person or program.")
@click.option(
    "--role", "roles", multiple=True, required=True, type=click.Choice(sorted(ROLES)), help="May be repeated."
)
@click.option("--area", required=True, help="Division code the roles hold in, and below it.")
@click.option("--grid", default="", help="Only this part of the grid: /<id>/<id>.")
@click.option("--subject", default=None, help="Who: an account id; a new one when omitted.")
@click.option("--hours", default=12, show_default=True, type=click.IntRange(1, 24 * 30), help="Good for so long.")
@data_option
def command(roles: tuple[str, ...], area: str, grid: str, subject: str | None, hours: int, data: Path) -> None:
    """Print a bearer token that the instance in the data folder believes.

    A deployment takes its tokens from its own OIDC provider; this works for the embedded instance only.

    \b
    Example:
      linli token --role mediator --area 440305001012
      curl -H "Authorization: Bearer $(linli token --role district_officer --area 440305000000)" \\
           http://127.0.0.1:8803/statistics/440305000000
    """
    if not areas.is_code(area):
        raise click.BadParameter(f"{area!r} must be 12 digits, for example 440305001012", param_hint="--area")
    grants = [Grant(role, area, grid) for role in roles]
    click.echo(Instance.at(data).token(subject or str(uuid_utils.compat.uuid7()), grants, hours * 3600))
