"""What a play prints, and what it writes for programs."""

from collections.abc import Iterator
from datetime import timedelta
from math import inf
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from linli import latency, ledger
from linli.simulation.play import EFFECTS, PLAYING, SETTLING, STARTING, VERIFYING, Play
from linli.simulation.player import CLOCK, DUE, PLANNING

BAR = 40


def show(console: Console, play: Play) -> None:
    """Everything that was measured, and every check with its differences."""
    console.print(_steps(play))
    console.print(_months(play))
    console.print(_time(play))
    for line in _lines(play):
        console.print(line, highlight=False, soft_wrap=True)
    console.print()
    for check in play.checks:
        console.print(f"{'✓' if check.holds else '✗'} {check.name}: {check.looked_at}", highlight=False, soft_wrap=True)
        for difference in check.differences:
            console.print(f"    {difference}", highlight=False, soft_wrap=True)
    for refusal in play.accounts.refusals:
        console.print(f"✗ refused: {refusal}", highlight=False, soft_wrap=True)


def figures(play: Play) -> dict[str, Any]:
    """The same for programs. Times in seconds, latencies in milliseconds."""
    accounts, plan = play.accounts, play.plan
    totals = ledger.totals(play.balances)
    return {
        "seed": plan.seed,
        "profile": plan.profile,
        "share": plan.share,
        "from": plan.first_day.isoformat(),
        "days": plan.days,
        "volume": {part.name: plan.volume(part) for part in plan.parts},
        "figures": dict(sorted(accounts.figures.items())),
        "commands": accounts.commands,
        "refused": accounts.refused,
        "times_faster": round(play.times_faster),
        "phases_s": {name: round(took, 2) for name, took in accounts.phases_s.items()},
        "commands_per_s": round(accounts.commands / accounts.phases_s[PLAYING], 1),
        "facts_per_s": round(play.facts / accounts.phases_s[PLAYING], 1),
        "command_ms": accounts.percentiles_ms(),
        "steps_ms": {
            f"{part}: {step}": {"commands": len(taken), **accounts.percentiles_ms(part, step)}
            for (part, step), taken in sorted(accounts.steps_ms.items())
        },
        "commit_to_effect_ms": latency.percentiles(play.delays_ms),
        "notices": play.notices,
        "due_times": play.due_times,
        "ledger": {name: totals[name] for name in ("facts", "effects", "kept", "missing", "extra")},
        "differences": {check.name: list(check.differences) for check in play.checks if not check.holds},
    }


def _steps(play: Play) -> Table:
    table = _table("What was played: commands, and milliseconds to their answers")
    for column in ("part", "step", "commands", "p50", "p99", "seconds in all"):
        table.add_column(column, justify="left" if column in ("part", "step") else "right")
    accounts = play.accounts
    for part in play.plan.parts:
        steps = {step: taken for (of, step), taken in accounts.steps_ms.items() if of == part.name}
        for step, taken in sorted(steps.items(), key=lambda one: -len(one[1])):
            percentiles = accounts.percentiles_ms(part.name, step)
            numbers = (f"{len(taken):,}", percentiles["p50"], percentiles["p99"], f"{sum(taken) / 1000:,.1f}")
            table.add_row(part.name, step, *map(str, numbers))
    return table


def _months(play: Play) -> Table:
    """How many of each part began, by month; the bar is of those that statistics counts."""
    table = _table("What came in, by month")
    parts = play.plan.parts
    for name in ("month", "", *(part.name for part in parts)):
        table.add_column(name, justify="right" if name not in ("month", "") else "left")
    begun = play.accounts.begun
    months = sorted({month for _, month in begun})
    bars = {month: sum(begun[part.name, month] for part in parts if part.figures) for month in months}
    most = max(bars.values(), default=0) or 1
    for month in months:
        table.add_row(month, "█" * round(BAR * bars[month] / most), *(f"{begun[part.name, month]:,}" for part in parts))
    return table


def _time(play: Play) -> Table:
    """Phases follow each other; those with a dot are parts of the one above. Commands are what is left of it."""
    table = _table("Where the time went")
    table.add_column("phase")
    table.add_column("seconds", justify="right")
    table.add_column("of all", justify="right")
    took = dict(play.accounts.phases_s)
    inner = (PLANNING, DUE, CLOCK)
    took["commands"] = took[PLAYING] - sum(took.get(name, 0.0) for name in inner)
    whole = sum(took.get(name, 0.0) for name in (STARTING, SETTLING, PLAYING, EFFECTS, VERIFYING))
    for name in (STARTING, SETTLING, PLAYING, "commands", *inner, EFFECTS, VERIFYING):
        if name in took:
            label = f"  · {name}" if name in ("commands", *inner) else name
            table.add_row(label, f"{took[name]:,.1f}", f"{took[name] / whole:.0%}")
    return table


def _lines(play: Play) -> Iterator[str]:
    accounts, seconds = play.accounts, play.accounts.phases_s[PLAYING]
    of_commands, of_effects = accounts.percentiles_ms(), latency.percentiles(play.delays_ms)
    yield (
        f"{play.plan.days} days in {timedelta(seconds=round(seconds))}: "
        f"{play.times_faster:,.0f} times faster than real time{_asked_for(play)}"
    )
    yield (
        f"{accounts.commands:,} commands, {accounts.commands / seconds:,.0f} a second, "
        f"p50 {of_commands['p50']} ms, p99 {of_commands['p99']} ms"
    )
    yield f"{play.facts:,} facts, {play.facts / seconds:,.0f} a second"
    yield (
        f"commit → effect: p50 {of_effects['p50']} ms, p99 {of_effects['p99']} ms "
        f"({len(play.delays_ms):,} effects of the last two minutes)"
    )
    yield f"{play.notices:,} notices to grid leaders"


def _asked_for(play: Play) -> str:
    if play.speed == inf:
        return ""
    followed = play.times_faster > play.speed * 0.95
    return f" (asked for {play.speed:,.0f}{'' if followed else '; the machine did not follow'})"


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
