"""The figures of a run: their form, how they are kept in results.json, and what they must reach."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parent / "results.json"

Figures = Mapping[str, float]
Results = dict[str, dict[str, float]]

BESIDE: Mapping[str, tuple[str, ...]] = {
    "peer_consumers": ("stock", "celery", "faststream"),
    "peer_lives": ("drf", "drf_records"),
}
"""Jobs that others do as well, and who they are (docs/peers.md)."""

FIGURES_BESIDE = ("per_s", "p99_ms", "memory_mb")
"""What is told of each, under its name: `ours_per_s`, `celery_per_s`."""

FORM: Mapping[str, tuple[str, ...]] = {
    "relay": ("per_s", "stock_per_s", "raw_per_s"),
    "consumer_each": ("per_s", "stock_per_s", "tuned_stock_per_s"),
    "consumer_each_unawaited": ("per_s", "stock_per_s", "tuned_stock_per_s"),
    "consumer_batch": ("per_s", "stock_per_s", "tuned_stock_per_s", "raw_per_s"),
    "commit_to_effect_ms": ("rate_per_s", "p50", "p99"),
    "http_command": ("per_s", "bare_per_s"),
    "dispute_life": ("per_s", "per_s_at_1m", "spike_requests", "spike_errors", "worklist_p99_ms_at_1m"),
    **{
        job: tuple(f"{name}_{figure}" for name in ("ours", *peers) for figure in FIGURES_BESIDE)
        for job, peers in BESIDE.items()
    },
    "backpressure": (
        "events",
        "errors",
        "told_behind",
        "p99_ms",
        "p99_ms_draining",
        "p99_ms_idle",
        "commands_cores",
        "relayed_per_s",
        "drain_per_s",
        "batch_per_s",
        "outbox_mb_per_100k",
        "rabbitmq_mb_per_100k",
        "rabbitmq_disk_mb_per_100k",
    ),
    "backpressure_mb": (),
    "memory_mb": (),
    "flat_cost": (
        "lives_per_s_percent",
        "effect_p99_ms_percent",
        "board_p99_ms_percent",
        "lists_p99_ms_percent",
        "claim_ms_percent",
        "bytes_per_case_percent",
    ),
    "flat_cost_sizes": (),
}
"""The keys of results.json and the figures under each; memory_mb has a figure for every process, by its name,
backpressure_mb two, what it held at first and (`_peak`) at most, and flat_cost_sizes those of bench.flat_cost.figures
for every size."""


@dataclass(frozen=True)
class Target:
    """One thing to reach: a figure, or its ratio to a peer's, at least (or, `at_most`) so much."""

    key: str
    figure: str
    bound: float
    peer: str | None = None
    at_most: bool = False

    def value(self, figures: Figures) -> float:
        return figures[self.figure] / figures[self.peer] if self.peer else figures[self.figure]

    def is_reached(self, figures: Figures) -> bool:
        value = self.value(figures)
        return value <= self.bound if self.at_most else value >= self.bound


TARGETS = (
    Target("relay", "per_s", 10, peer="stock_per_s"),
    Target("relay", "per_s", 0.5, peer="raw_per_s"),
    Target("consumer_each", "per_s", 4, peer="stock_per_s"),
    Target("consumer_each", "per_s", 1, peer="tuned_stock_per_s"),
    Target("consumer_each_unawaited", "per_s", 4, peer="stock_per_s"),
    Target("consumer_batch", "per_s", 9, peer="stock_per_s"),
    Target("consumer_batch", "per_s", 1, peer="tuned_stock_per_s"),
    Target("consumer_batch", "per_s", 0.5, peer="raw_per_s"),
    Target("commit_to_effect_ms", "p50", 15, at_most=True),
    Target("commit_to_effect_ms", "p99", 60, at_most=True),
    Target("http_command", "per_s", 0.5, peer="bare_per_s"),
    Target("dispute_life", "per_s", 150),
    Target("dispute_life", "per_s_at_1m", 0.95, peer="per_s"),
    Target("dispute_life", "spike_errors", 0, at_most=True),
    Target("dispute_life", "worklist_p99_ms_at_1m", 50, at_most=True),
    Target("backpressure", "errors", 0, at_most=True),
    Target("backpressure", "drain_per_s", 0.8, peer="batch_per_s"),
    Target("flat_cost", "lives_per_s_percent", 95),
    Target("flat_cost", "effect_p99_ms_percent", 125, at_most=True),
    Target("flat_cost", "board_p99_ms_percent", 125, at_most=True),
    Target("flat_cost", "lists_p99_ms_percent", 125, at_most=True),
    Target("flat_cost", "claim_ms_percent", 125, at_most=True),
    Target("flat_cost", "bytes_per_case_percent", 110, at_most=True),
)
"""The stock handler's targets are against nameko's own settings; beside them stands the stock handler at its best."""

SERVICE_MEMORY_MB = 90


def merged(path: Path, found: Results) -> Results:
    """What the file holds, with the figures of this run in place of older ones of the same key.

    Raises ValueError when a key of FORM has other figures than it must.
    """
    for key, figures in found.items():
        _check(key, figures)
    kept = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return {**kept, **found}


def write(path: Path, found: Results) -> None:
    """Put the figures of this run into the file; those of benchmarks that did not run stay."""
    results = merged(path, found)
    results = {key: {name: round(figure, 1) for name, figure in figures.items()} for key, figures in results.items()}
    path.write_text(json.dumps(results, indent=2, sort_keys=True) + "\n", "utf-8")


def _check(key: str, figures: Figures) -> None:
    wanted = FORM.get(key)
    if wanted and set(figures) != set(wanted):
        raise ValueError(f"{key} must hold {', '.join(wanted)}, not {', '.join(figures)}")
    if not figures or not all(isinstance(value, int | float) and value >= 0 for value in figures.values()):
        raise ValueError(f"{key} must hold numbers from 0, not {dict(figures)}")
