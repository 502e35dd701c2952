"""The chart of a run: a panel for each measure, years along it, every panel from zero.

`python -m bench.flat_cost.chart [RESULTS] [PNG]` draws it again from results.json.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bench.flat_cost.figures import KEPT_PROCESSES, times_of

FILE = Path(__file__).parents[1] / "flat_cost.png"
RESULTS = Path(__file__).parents[1] / "results.json"
COLOURS = ("#1f5fa8", "#c4581a", "#4a7d3a", "#8a4a9e", "#8a6d1c", "#3a8a8a", "#a83a5f", "#666666", "#2b2b2b")


class Panel(NamedTuple):
    """`lines`: a figure and what it is called."""

    title: str
    unit: str
    lines: Sequence[tuple[str, str]]


PANELS = (
    Panel("Throughput", "a second", (("lives_per_s", "lives of disputes"), ("events_per_s", "events in effect"))),
    Panel("Commit → effect at 200 commands/s", "ms", (("effect_p50_ms", "p50"), ("effect_p99_ms", "p99"))),
    Panel("Board queries", "ms", (("board_p50_ms", "p50"), ("board_p99_ms", "p99"))),
    Panel("Work lists", "ms", (("lists_p50_ms", "p50"), ("lists_p99_ms", "p99"))),
    Panel("Relay: claim and move 500 facts", "ms", (("claim_ms", "both statements"),)),
    Panel("On disk", "KB a case", (("table_bytes_per_case", "tables"), ("index_bytes_per_case", "indexes"))),
    Panel("Memory of each process (PSS)", "MB", ()),
    Panel("Verify", "µs a fact", (("verify_us_per_fact", "recount everything"),)),
)


def draw(figures: Mapping[str, float], path: Path = FILE) -> None:
    """Needs matplotlib, which nothing else here does. Raises ImportError without it."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    times = times_of(figures)
    fonts = {"font.size": 9, "axes.titlesize": 10, "axes.spines.top": False, "axes.spines.right": False}
    with pyplot.rc_context(fonts):
        figure, axes = pyplot.subplots(2, 4, figsize=(15, 7), layout="constrained")
        for panel, axis in zip(PANELS, axes.flat, strict=True):
            _draw_panel(panel, axis, figures, times)
        figure.suptitle(
            "Linli: what a longer past costs", fontsize=13, fontweight="bold", x=0.01, horizontalalignment="left"
        )
        figure.supxlabel(_caption(figures, times), fontsize=9, x=0.01, horizontalalignment="left")
        figure.savefig(path, dpi=130)
        pyplot.close(figure)


def _caption(figures: Mapping[str, float], times: Sequence[float]) -> str:
    cases = ", ".join(f"×{one:g}: {figures[f'x{one:g}_cases']:,.0f}" for one in times if one)
    return (
        f"Along: the past of a district in years of 45,345 cases (S3: 4,345 mediations and 41,000 hotline tickets); "
        f"from ×10 on ten years, with more cases in each. Cases: {cases}."
    )


def _draw_panel(panel: Panel, axis: Any, figures: Mapping[str, float], times: Sequence[float]) -> None:
    lines = panel.lines or [(name, name.removesuffix(KEPT_PROCESSES)) for name in _processes(figures)]
    # Without a past stands left of the others, at the same distance as they have.
    places = list(range(len(times)))
    for (key, label), colour in zip(lines, COLOURS * 2, strict=False):
        known = [
            (at, figures[f"x{one:g}_{key}"])
            for at, one in zip(places, times, strict=True)
            if f"x{one:g}_{key}" in figures
        ]
        scale = 1000 if panel.unit.startswith("KB") else 1
        axis.plot(
            [at for at, _ in known],
            [value / scale for _, value in known],
            marker="o",
            markersize=4,
            color=colour,
            label=label,
        )
    axis.set_title(panel.title, loc="left")
    axis.set_ylabel(panel.unit)
    axis.set_xticks(places, [f"×{one:g}" if one else "empty" for one in times])
    axis.set_xlim(-0.2, len(times) - 0.8)
    axis.set_ylim(bottom=0, top=axis.get_ylim()[1] * 1.1)
    axis.grid(axis="y", color="#dddddd", linewidth=0.6)
    axis.set_axisbelow(True)
    axis.legend(frameon=False, fontsize=7 if len(lines) > 3 else 8, ncols=2 if len(lines) > 3 else 1, loc="best")


def _processes(figures: Mapping[str, float]) -> list[str]:
    """The figures of single processes, the largest first at the largest size."""
    most = f"x{times_of(figures)[-1]:g}_"
    sums = ("services_pss_mb", "postgres_pss_mb", "rabbitmq_pss_mb", "verify_mb")
    found = [name.removeprefix(most) for name in figures if name.startswith(most) and name.endswith(KEPT_PROCESSES)]
    return sorted((name for name in found if name not in sums), key=lambda name: -figures[most + name])


def main(results: str = str(RESULTS), png: str = str(FILE)) -> None:
    draw(json.loads(Path(results).read_text("utf-8"))["flat_cost_sizes"], Path(png))


if __name__ == "__main__":
    main(*sys.argv[1:])
