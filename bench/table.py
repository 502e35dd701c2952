"""The figures of a run as a table: each beside its peer and its floor, with the ratio and what it must be."""

from collections.abc import Mapping
from typing import Literal

from rich.table import Table

from bench.results import SERVICE_MEMORY_MB, TARGETS, Results, Target

LABELS = {
    "relay": "relay",
    "consumer_each": "consumer, each",
    "consumer_each_unawaited": "… each, unawaited",
    "consumer_batch": "consumer, batch",
    "commit_to_effect_ms": "commit → effect",
    "http_command": "HTTP command",
    "dispute_life": "dispute's life",
    "backpressure": "backpressure",
    "memory_mb": "idle memory",
    "flat_cost": "flat cost",
}
PEERS = {
    "stock_per_s": "stock nameko",
    "tuned_stock_per_s": "stock, tuned",
    "raw_per_s": "floor (raw)",
    "bare_per_s": "bare nameko",
    "per_s": "empty table",
    "batch_per_s": "without commands",
}


def of(found: Results) -> Table:
    """A line for each target, and one for each process's memory."""
    table = Table(title="邻里 Linli · bench", title_justify="left")
    for name in ("", "figure", "beside", "its figure", "ratio", "target", ""):
        justify: Literal["left", "right"] = "left" if name in ("", "beside") else "right"
        table.add_column(name, justify=justify, no_wrap=True)
    for target in TARGETS:
        if target.key in found:
            table.add_row(*_line(target, found[target.key]))
    for process, most_mb in found.get("backpressure_mb", {}).items():
        if process.endswith("_peak"):
            table.add_row(*_held(process.removesuffix("_peak"), most_mb, found["backpressure_mb"]))
    for process, size_mb in found.get("memory_mb", {}).items():
        bound = "" if process.endswith("-relay") else f"≤ {SERVICE_MEMORY_MB} MB"
        told = _mark(size_mb <= SERVICE_MEMORY_MB) if bound else ""
        table.add_row(f"{LABELS['memory_mb']}: {process}", f"{size_mb:.0f} MB", "", "", "", bound, told)
    return table


def _line(target: Target, figures: dict[str, float]) -> tuple[str, ...]:
    label, reached = LABELS[target.key], _mark(target.is_reached(figures))
    if target.peer is None:
        return _alone(target, figures, label, reached)
    ratio, bound = target.value(figures), target.bound
    shown, wanted = (f"{ratio:.1f} ×", f"≥ {bound:g} ×") if bound >= 1 else (f"{ratio:.0%}", f"≥ {bound:.0%}")
    return (
        label,
        f"{figures[target.figure]:,.0f}/s",
        PEERS[target.peer],
        f"{figures[target.peer]:,.0f}/s",
        shown,
        wanted,
        reached,
    )


def _alone(target: Target, figures: dict[str, float], label: str, reached: str) -> tuple[str, ...]:
    figure = figures[target.figure]
    if target.figure.endswith("_percent"):
        name = target.figure.removesuffix("_percent").replace("_", " ")
        bound = f"{'≤' if target.at_most else '≥'} {target.bound:g}%"
        return f"{label}, {name}", f"{figure:.0f}%", "one year", "", "", bound, reached
    if not target.at_most:
        return f"{label}", f"{figure:,.0f}/s", "", "", "", f"≥ {target.bound:g}/s", reached
    if "rate_per_s" in figures:
        label = f"{label}, {target.figure}, {figures['rate_per_s']:.0f}/s"
        return label, f"{figure:.1f} ms", "", "", "", f"≤ {target.bound:g} ms", reached
    return f"{label}, {target.figure.replace('_', ' ')}", f"{figure:,.0f}", "", "", "", f"≤ {target.bound:g}", reached


def _held(process: str, most_mb: float, figures: Mapping[str, float]) -> tuple[str, ...]:
    first_mb = figures[process]
    return f"backlog: {process}", f"{most_mb:.0f} MB", "at first", f"{first_mb:.0f} MB", "", "", ""


def _mark(reached: bool) -> str:
    return "[green]✓[/]" if reached else "[red]✗[/]"
