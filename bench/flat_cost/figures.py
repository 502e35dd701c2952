"""What was measured at each size, as the flat names that results.json keeps, and what of it grew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bench.flat_cost.questions import Answers
from bench.flat_cost.sizes import Memory, Size

MB = 2**20
KEPT_PROCESSES = "_mb"

GROWN = 1.25
"""A latency that many times as long as with one year is looked at; noise of a busy machine reaches it, too."""


class Verified(NamedTuple):
    seconds: float
    most_mb: float
    differences: int


@dataclass(frozen=True)
class AtSize:
    """One size: `times` a year of S3's district, 0 for a deployment without a past."""

    times: float
    cases: int
    facts: int
    fill_s: float
    lives_per_s: float
    events_per_s: float
    effect_p50_ms: float
    effect_p99_ms: float
    board: Answers
    lists: Answers
    claim_ms: float
    sizes: Mapping[str, Size]
    memory: Mapping[str, Memory]
    verified: Verified

    @property
    def name(self) -> str:
        return f"x{self.times:g}"


class Line(NamedTuple):
    """A figure that each size has; `of` gives None where a size has none."""

    key: str
    label: str
    unit: str


LINES = (
    Line("cases", "cases", ""),
    Line("facts", "facts kept", ""),
    Line("lives_per_s", "lives of disputes", "/s"),
    Line("events_per_s", "events in effect", "/s"),
    Line("effect_p50_ms", "commit → effect, p50", "ms"),
    Line("effect_p99_ms", "commit → effect, p99", "ms"),
    Line("board_p50_ms", "board, p50", "ms"),
    Line("board_p99_ms", "board, p99", "ms"),
    Line("lists_p50_ms", "work lists, p50", "ms"),
    Line("lists_p99_ms", "work lists, p99", "ms"),
    Line("claim_ms", "relay: claim and move 500", "ms"),
    Line("table_bytes_per_case", "tables", "bytes a case"),
    Line("index_bytes_per_case", "indexes", "bytes a case"),
    Line("services_pss_mb", "services and relays, PSS", "MB"),
    Line("postgres_pss_mb", "PostgreSQL, PSS", "MB"),
    Line("rabbitmq_pss_mb", "RabbitMQ, PSS", "MB"),
    Line("verify_us_per_fact", "verify", "µs a fact"),
    Line("verify_mb", "verify, most memory", "MB"),
)


GROWING = ("lives_per_s", "effect_p99_ms", "board_p99_ms", "lists_p99_ms", "claim_ms", "bytes_per_case")
"""What is told in percent, to be held against a bound."""


def of(size: AtSize, base: AtSize | None) -> dict[str, float]:
    """The figures of LINES. `base` is the size without a past, whose tables are taken off; figures it cannot have are
    left out."""
    found = {
        "cases": float(size.cases),
        "facts": float(size.facts),
        "lives_per_s": size.lives_per_s,
        "events_per_s": size.events_per_s,
        "effect_p50_ms": size.effect_p50_ms,
        "effect_p99_ms": size.effect_p99_ms,
        "board_p50_ms": size.board.p50_ms,
        "board_p99_ms": size.board.p99_ms,
        "lists_p50_ms": size.lists.p50_ms,
        "lists_p99_ms": size.lists.p99_ms,
        "claim_ms": size.claim_ms,
        "services_pss_mb": sum(one.pss for name, one in size.memory.items() if name not in ("PostgreSQL", "RabbitMQ")),
        "postgres_pss_mb": size.memory["PostgreSQL"].pss,
        "rabbitmq_pss_mb": size.memory["RabbitMQ"].pss,
        "verify_mb": size.verified.most_mb,
    }
    if size.cases:
        per_case = bytes_per_case(size, base)
        found["table_bytes_per_case"] = sum(tables for tables, _ in per_case.values())
        found["index_bytes_per_case"] = sum(indexes for _, indexes in per_case.values())
        found["verify_us_per_fact"] = size.verified.seconds * 1e6 / size.facts
    return found


def bytes_per_case(size: AtSize, base: AtSize | None) -> dict[str, tuple[float, float]]:
    """Of each table and of its indexes, beyond what they take without a past; the largest first."""
    without = base.sizes if base else {}
    grown = {
        name: tuple(
            max(now - before, 0) / size.cases for now, before in zip(own, without.get(name, Size(0, 0)), strict=True)
        )
        for name, own in size.sizes.items()
    }
    return {name: (own[0], own[1]) for name, own in sorted(grown.items(), key=lambda one: -sum(one[1]))}


def flat(sizes: Sequence[AtSize]) -> dict[str, float]:
    """All figures by `x<times>_<figure>`, and the PSS of each process by `x<times>_<process>_mb`."""
    base = next((size for size in sizes if not size.cases), None)
    found: dict[str, float] = {}
    for size in sizes:
        found |= {f"{size.name}_{key}": figure for key, figure in of(size, base).items()}
        found |= {f"{size.name}_{process}{KEPT_PROCESSES}": held.pss for process, held in size.memory.items()}
    return found


def grown(sizes: Sequence[AtSize]) -> dict[str, float]:
    """GROWING of the last size in percent of that of the first that has cases."""
    base = next((size for size in sizes if not size.cases), None)
    filled = [size for size in sizes if size.cases]
    first, last = of(filled[0], base), of(filled[-1], base)
    for figures in (first, last):
        figures["bytes_per_case"] = figures["table_bytes_per_case"] + figures["index_bytes_per_case"]
    return {f"{key}_percent": 100 * last[key] / first[key] for key in GROWING}


def times_of(figures: Mapping[str, float]) -> list[float]:
    """The sizes that these flat figures are of, the smallest first."""
    return sorted({float(name[1:].split("_", 1)[0]) for name in figures})
