"""`linli verify`: is everything that is derived what its sources say?"""

import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from chassis.audit import Anchor
from chassis.errors import LinliError
from linli import verification
from linli.cli import data_option
from linli.explaining import Depth
from linli.instance import Reach
from linli.services import WITH_DATABASE, routes
from linli.status.queues import look_at_queues
from linli.verification import Check


@click.command(short_help="Check ledger, statistics, notices and audit chains.")
@click.option("--anchor", "anchors", multiple=True, help="SERVICE=NUMBER:HASH, an audit head noted in the logs.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for machines.")
@data_option
def command(anchors: tuple[str, ...], as_json: bool, data: Path) -> None:
    """Count everything derived again from its sources, name each difference, why it is there and what helps.

    Exit status 1 when there is one.

    An audit chain whose end was cut off looks sound by itself; give an anchor that the service's log has told.

    \b
    Example:
      linli verify
      linli verify --json | jq '.[] | select(.holds | not)'
      linli verify --anchor grievances=42:52c245e652633b23fb1484f7854edfaef39abc2c1e47d3c79f4623bddc9093e9
    """
    console = Console(soft_wrap=True, stderr=as_json)
    noted, found = _noted(anchors), list[Check]()
    with console.status("verifying") as status:
        reach = Reach.find(data)
        asked = verification.checks(
            reach.databases(), lambda told: status.update(f"verifying {told}"), noted, _depth(reach.amqp_url)
        )
        for check in asked:
            found.append(check)
            if not as_json:
                _show(console, check, reach)
    wrong = sum(not check.holds for check in found)
    if as_json:
        click.echo(json.dumps([_as_data(check, reach) for check in found], ensure_ascii=False, indent=2))
    elif wrong:
        console.print(f"{wrong} checks found differences; while work goes on, ask again in a second")
    sys.exit(1 if wrong else 0)


def _show(console: Console, check: Check, reach: Reach) -> None:
    console.print(f"{'✓' if check.holds else '✗'} {check.name}: {check.looked_at}", highlight=False, markup=False)
    for difference in check.differences:
        console.print(f"    {difference}", highlight=False, markup=False)
        if (why := check.reasons.get(difference)) is not None:
            console.print(f"        because: {why.reason}", highlight=False, markup=False)
            console.print(f"        → {meant(why.command, reach)}", highlight=False, markup=False)


def _as_data(check: Check, reach: Reach) -> dict[str, Any]:
    told = [
        {"difference": one, "reason": why and why.reason, "command": why and meant(why.command, reach)}
        for one in check.differences
        for why in [check.reasons.get(one)]
    ]
    return {"name": check.name, "holds": check.holds, "looked_at": check.looked_at, "differences": told}


def meant(command: str, reach: Reach) -> str:
    """One of ours as it must be given to mean this instance; relays are started by `linli up` there."""
    if reach.data is None or not command.startswith("linli "):
        return command
    return f"linli up --data {reach.data}" if command.startswith("linli relay ") else f"{command} --data {reach.data}"


def _depth(amqp_url: str) -> Depth:
    """The length of a queue; None when the broker does not answer, which is no reason not to verify."""

    def depth(consumer: str, source: str) -> tuple[int, int] | None:
        mine = [one for one in routes() if (one.consumer, one.source) == (consumer, source)]
        with suppress(LinliError):
            for queue in look_at_queues(amqp_url, mine).values():
                if queue.ready is not None and queue.consumers is not None:
                    return queue.ready, queue.consumers
        return None

    return depth


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
