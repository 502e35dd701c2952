"""Draws what was seen: five small tables and the list of what needs a hand. A dash is what could not be known."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from chassis.calendar import SHANGHAI, system_clock
from linli.status.seen import Problem, Seen

NONE = "–"


def as_data(seen: Seen, problems: Sequence[Problem]) -> dict[str, Any]:
    """The same for machines; `well` is what the exit status says."""
    told = asdict(seen)
    for consumer, one in zip(told["consumers"], seen.consumers, strict=True):
        consumer["events"] = one.events
    return {"well": not problems, **told, "problems": [asdict(problem) for problem in problems]}


def drawn(seen: Seen, problems: Sequence[Problem]) -> Group:
    """For a terminal of a hundred columns."""
    head = Text(f"Linli · {seen.where} · {_time(seen.at)}", style="bold")
    tables = [draw(seen) for draw in (_services, _relays, _queues, _consumers, _databases)]
    parts = [part for table in tables for part in (Text(), table)]
    notes = [Text(note, style="dim") for note in seen.notes]
    return Group(head, *parts, Text(), *notes, *_verdict(problems))


def _verdict(problems: Sequence[Problem]) -> list[RenderableType]:
    if not problems:
        return [Text("✓ all well", style="green")]
    told: list[RenderableType] = []
    for problem in problems:
        told += [Text(f"✗ {problem.sentence}", style="red"), Text(f"    → {problem.command}")]
    return told


def _services(seen: Seen) -> Table:
    table = _table("service", "", "version", "up for", "memory")
    for one in seen.services:
        state = Text("ready", "green") if one.ready else Text("not ready" if one.reachable else "no answer", "red")
        table.add_row(one.name, state, one.version or NONE, _span(one.uptime_s), _size(one.memory_bytes))
    return table


def _relays(seen: Seen) -> Table:
    table = _table("relay", "leader", "stand by", "unsent", "oldest", "last sent", "returned", "refused", "memory")
    for one in seen.relays:
        table.add_row(
            one.service,
            one.leader or Text("none" if one.outbox_rows is not None else NONE, "red"),
            _count(one.standbys),
            _count(one.outbox_rows),
            _span(one.oldest_unsent_s) if one.outbox_rows else NONE,
            _time(one.last_sent_at),
            _count(one.returned),
            _count(one.refused),
            _size(one.memory_bytes),
        )
    return table


def _queues(seen: Seen) -> Table:
    table = _table("queue", "ready", "in hand", "consumers", "given up", "leader", "members")
    for one in seen.queues:
        counts = [_count(number) for number in (one.ready, one.unacked, one.consumers, one.returned)]
        table.add_row(one.name, *counts, one.trouble or one.leader or NONE, _count(one.members))
    return table


def _consumers(seen: Seen) -> Table:
    table = _table("consumer", "behind by", "in effect until", "kept", "dead", "oldest kept")
    for one in seen.consumers:
        table.add_row(
            f"{one.service} ← {one.source}",
            _count(one.events),
            _time(one.as_of),
            _counts(one.failed),
            _counts(one.dead),
            _span(one.oldest_kept_s),
        )
    return table


def _databases(seen: Seen) -> Table:
    table = _table("database", "", "size", "oldest open", "unsealed", "timers late", "holidays", "to migrate")
    for one in seen.databases:
        session = one.oldest_transaction
        table.add_row(
            one.service,
            Text("answers", "green") if one.reachable else Text("no answer", "red"),
            _size(one.size_bytes),
            _span(session.age_s) if session else NONE,
            _count(one.audit_pending),
            _count(one.timers_late),
            NONE if one.holiday_days_left is None else f"{one.holiday_days_left} days",
            _count(len(one.migrations_outstanding)) if one.reachable else NONE,
        )
    return table


_LEFT = {"", "leader", "kept", "dead"}
_FOLDED = {"kept", "dead"}


def _table(*heads: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for at, head in enumerate(heads):
        table.add_column(head, justify="left" if at == 0 or head in _LEFT else "right", no_wrap=head not in _FOLDED)
    return table


def _count(number: int | None) -> str:
    return NONE if number is None else f"{number:,}"


def _counts(found: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {what}" for what, count in sorted(found.items())) or "0"


def _size(size_bytes: int | None) -> str:
    if size_bytes is None:
        return NONE
    return f"{size_bytes / 2**30:.1f} GB" if size_bytes >= 2**30 else f"{size_bytes / 2**20:.0f} MB"


def _span(seconds: float | None) -> str:
    if seconds is None:
        return NONE
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def _time(instant: datetime | None) -> str:
    """In Shanghai; without the day when it is today."""
    if instant is None:
        return NONE
    local = instant.astimezone(SHANGHAI)
    is_today = local.date() == system_clock().astimezone(SHANGHAI).date()
    return f"{local:%H:%M:%S}" if is_today else f"{local:%Y-%m-%d %H:%M}"
