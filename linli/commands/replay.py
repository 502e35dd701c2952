"""`linli replay`: facts of the past, to one consumer, again."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from chassis import broker, topology
from chassis.consumer import route
from chassis.database import Transaction
from chassis.errors import BrokerUnavailable
from chassis.relay.publisher import Letter, Publisher
from linli.auditing import note
from linli.cli import data_option
from linli.instance import Reach
from linli.services import publishers, subscriptions

PAGE = 500
CONFIRM_TIMEOUT_S = 30.0

_SELECT = (
    "SELECT position, event_id, type, envelope FROM event_log WHERE type = ANY(%(types)s) "
    "AND (%(since)s::timestamptz IS NULL OR sent_at >= %(since)s) "
    "AND (%(until)s::timestamptz IS NULL OR sent_at < %(until)s) ORDER BY position"
)
_COUNT = _SELECT.replace("position, event_id, type, envelope", "count(*) AS facts").removesuffix(" ORDER BY position")


@click.command(short_help="Send facts of the past to a consumer again.")
@click.argument("source", type=click.Choice(publishers()))
@click.option("--to", "consumer", required=True, help="The service that shall hear them.")
@click.option("--since", type=click.DateTime(), help="Sent from this instant on (UTC).")
@click.option("--until", type=click.DateTime(), help="Sent before this instant (UTC).")
@data_option
def command(source: str, consumer: str, since: datetime | None, until: datetime | None, data: Path) -> None:
    """Put a source's facts into a consumer's queue again, in their order, from event_log.

    What the consumer has already applied its inbox absorbs; what it has lost, or never had, comes into effect.

    \b
    Example:
      linli replay grievances --to statistics
      linli replay grievances --to statistics --since 2026-11-01
    """
    found = [one for one in subscriptions() if (one.source, one.consumer) == (source, consumer)]
    if not found:
        consumers = sorted({one.consumer for one in subscriptions() if one.source == source}) or ["nobody"]
        raise click.BadParameter(
            f"{consumer!r} takes nothing of {source}; {', '.join(consumers)} do", param_hint="--to"
        )
    reach = Reach.find(data)
    asked = {"types": list(found[0].types), "since": _utc(since), "until": _utc(until)}
    link = broker.open_connection(reach.amqp_url, name=f"replay:{source}:{consumer}")
    try:
        queue = route(found[0])
        topology.declare_route(link.channel(), queue)
        with reach.database(source).transaction() as tx:
            note(tx, "replay_facts", f"{queue.queue} since {since} until {until}")
        with reach.database(source).transaction() as tx:
            sent = _send(tx, asked, Publisher(link), queue.queue)
    finally:
        broker.discard(link)
    click.echo(f"{sent} facts of {source} are in {queue.queue}")


def _utc(told: datetime | None) -> datetime | None:
    return told and told.replace(tzinfo=UTC)


def _send(tx: Transaction, asked: dict[str, Any], publisher: Publisher, queue: str) -> int:
    total, sent = tx.rows(_COUNT, asked)[0].facts, 0
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, transient=True) as bar:
        task = bar.add_task("facts", total=total)
        for letters in _pages(tx, asked, queue):
            for letter in letters:
                publisher.send(letter)
            answers = publisher.settle(CONFIRM_TIMEOUT_S)
            if answers.returned or answers.refused:
                raise BrokerUnavailable(f"the broker did not take {len(answers.returned + answers.refused)} facts")
            sent += len(letters)
            bar.update(task, completed=sent)
    return sent


def _pages(tx: Transaction, asked: dict[str, Any], queue: str) -> Iterator[list[Letter]]:
    """Straight to the consumer's own queue (through the default exchange): no other consumer hears them."""
    rows = tx.stream(_SELECT, asked)
    while page := list(islice(rows, PAGE)):
        yield [Letter(row.position, str(row.event_id), "", queue, row.envelope, mandatory=True) for row in page]
