"""`linli dead-letters`: what an operator does with events that are not in effect."""

import json
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

import click
from rich.console import Console
from rich.table import Table

from chassis.calendar import system_clock
from chassis.inbox import dead_letters
from chassis.inbox.dead_letters import DeadLetter
from linli.auditing import note
from linli.cli import data_option
from linli.instance import Reach
from linli.services import WITH_DATABASE


@click.group(name="dead-letters", short_help="Look after events that could not be handled.")
def command() -> None:
    """Events that a service could not bring into effect: list, show, replay, discard.

    \b
    Example:
      linli dead-letters list
      linli dead-letters show statistics 01890a5d-ac96-774b-bcce-b302099a8057
      linli dead-letters replay statistics --all
    """


SERVICE = click.argument("service", type=click.Choice(WITH_DATABASE))
EVENT = click.argument("event_id", type=click.UUID)


@command.command(name="list")
@click.option("--state", type=click.Choice(["suspect", "waiting", "parked", "dead"]), help="Only these.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000))
@data_option
def list_(state: str | None, limit: int, data: Path) -> None:
    """List kept events of all services, oldest first.

    \b
    Example:
      linli dead-letters list --state dead
    """
    found: list[tuple[str, DeadLetter]] = []
    for service, database in Reach.find(data).databases().items():
        with database.transaction() as tx:
            found += [(service, letter) for letter in dead_letters.list_letters(tx, state=state, limit=limit)]
        database.close()
    Console().print(_table(found) if found else "no event is kept: everything is in effect or on its way")


@command.command()
@SERVICE
@EVENT
@data_option
def show(service: str, event_id: UUID, data: Path) -> None:
    """Show one kept event with its reason and its content.

    \b
    Example:
      linli dead-letters show statistics 01890a5d-ac96-774b-bcce-b302099a8057
    """
    with Reach.find(data).database(service).transaction() as tx:
        letter = dead_letters.get_letter(tx, event_id)
        note(tx, "show_dead_letter", str(event_id), kind="read")
    for name in ("event_id", "source", "type", "subject", "version", "state", "reason", "detail", "attempts"):
        click.echo(f"{name:14} {getattr(letter, name)}")
    click.echo(f"{'size_bytes':14} {letter.size_bytes}")
    click.echo(_content(letter.body or b""))


@command.command()
@SERVICE
@click.argument("event_ids", type=click.UUID, nargs=-1)
@click.option("--all", "all_", is_flag=True, help="Every dead event of the service.")
@data_option
def replay(service: str, event_ids: tuple[UUID, ...], all_: bool, data: Path) -> None:
    """Give dead events their attempts back; the service runs them within a second or two.

    \b
    Example:
      linli dead-letters replay members 01890a5d-ac96-774b-bcce-b302099a8057
      linli dead-letters replay members --all
    """
    if bool(event_ids) == all_:
        raise click.UsageError("name the events to replay, or say --all")
    with Reach.find(data).database(service).transaction() as tx:
        count = dead_letters.replay(tx, None if all_ else list(event_ids), system_clock())
        note(tx, "replay_dead_letters", " ".join(map(str, event_ids)) or "all")
    click.echo(f"{count} events of {service} are tried again")


@command.command()
@SERVICE
@EVENT
@click.confirmation_option(prompt="The event will never come into effect. Go on?")
@data_option
def discard(service: str, event_id: UUID, data: Path) -> None:
    """Decide that a dead event shall have no effect; later ones of its subject go on.

    \b
    Example:
      linli dead-letters discard statistics 01890a5d-ac96-774b-bcce-b302099a8057 --yes
    """
    with Reach.find(data).database(service).transaction() as tx:
        dead_letters.discard(tx, event_id)
        note(tx, "discard_dead_letter", str(event_id))
    click.echo(f"event {event_id} is discarded in {service}; the ledger counts it as such")


def _table(found: Iterable[tuple[str, DeadLetter]]) -> Table:
    table = Table("service", "event", "type", "version", "state", "reason", "attempts", "since", "detail")
    for service, letter in found:
        table.add_row(
            service,
            str(letter.event_id),
            letter.type or "–",
            str(letter.version or "–"),
            letter.state,
            letter.reason,
            str(letter.attempts),
            f"{letter.first_seen_at:%Y-%m-%d %H:%M:%S}",
            letter.detail,
        )
    return table


def _content(body: bytes) -> str:
    try:
        return json.dumps(json.loads(body), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return repr(body[:2000])
