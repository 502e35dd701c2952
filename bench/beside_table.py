"""The figures of Linli beside its peers as a table: each with theirs, and how many times theirs it is."""

from collections.abc import Mapping

from rich.table import Table

from bench.results import BESIDE, FIGURES_BESIDE, Results
from bench.rounds import RATE_PER_S

NAMES = {
    "stock": "stock nameko",
    "celery": "Celery",
    "faststream": "FastStream",
    "drf": "DRF monolith",
    "drf_records": "… with records",
}
MEANT = {
    ("peer_consumers", "per_s"): ("event → row", "/s"),
    ("peer_consumers", "p99_ms"): (f"… p99 at {RATE_PER_S}/s", " ms"),
    ("peer_consumers", "memory_mb"): ("… memory", " MB"),
    ("peer_lives", "per_s"): ("dispute's life", "/s"),
    ("peer_lives", "p99_ms"): ("… p99 of answers", " ms"),
    ("peer_lives", "memory_mb"): ("… memory", " MB"),
}


def of(found: Results) -> Table | None:
    """A line for each figure and peer; None where nothing was measured beside any."""
    lines = [line for job in BESIDE if job in found for line in _lines(job, found[job])]
    if not lines:
        return None
    shown = Table(title="邻里 Linli · beside its peers", title_justify="left")
    for name in ("", "ours", "beside", "its figure", "ratio"):
        shown.add_column(name, justify="left" if name in ("", "beside") else "right", no_wrap=True)
    for line in lines:
        shown.add_row(*line)
    return shown


def _lines(job: str, figures: Mapping[str, float]) -> list[tuple[str, ...]]:
    lines: list[tuple[str, ...]] = []
    for figure in FIGURES_BESIDE:
        meant, unit = MEANT[job, figure]
        ours = figures[f"ours_{figure}"]
        for peer in BESIDE[job]:
            theirs = figures[f"{peer}_{figure}"]
            ratio = f"{ours / theirs:.2f} ×" if theirs else "–"
            lines.append((meant, f"{ours:,.0f}{unit}", NAMES[peer], f"{theirs:,.0f}{unit}", ratio))
    return lines
