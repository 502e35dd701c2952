"""A run in words: bench/flat_cost.md, with each table, question and process."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.flat_cost import figures
from bench.flat_cost.figures import GROWN, LINES, AtSize

FILE = Path(__file__).parents[1] / "flat_cost.md"
SHOWN = 25


def write(sizes: Sequence[AtSize], path: Path = FILE) -> None:
    """Needs two sizes with cases to tell what grows; the first of them is what the others are compared with."""
    path.write_text("\n".join(_lines(sizes)) + "\n", "utf-8")


def _lines(sizes: Sequence[AtSize]) -> list[str]:
    base = next((size for size in sizes if not size.cases), None)
    filled = [size for size in sizes if size.cases]
    first, last = filled[0], filled[-1]
    of = {size.name: figures.of(size, base) for size in sizes}
    heads = [f"×{size.times:g}" if size.cases else "empty" for size in sizes]
    ratio = f"×{last.times:g} to ×{first.times:g}"
    return [
        "# Flat cost: one run",
        "",
        "Written by `python -m bench flat_cost`; how to read it: [docs/flat-cost.md](../docs/flat-cost.md).",
        "",
        "![What a longer past costs](flat_cost.png)",
        "",
        *_table(
            ["", *heads, ratio],
            [
                [
                    f"{line.label} ({line.unit})" if line.unit else line.label,
                    *(_shown(of[size.name].get(line.key)) for size in sizes),
                    _ratio(of[first.name].get(line.key), of[last.name].get(line.key)),
                ]
                for line in LINES
            ],
        ),
        "",
        *(f"Differences that verify finds at ×{size.times:g}: {size.verified.differences}." for size in sizes),
        "",
        "## Bytes a case",
        "",
        *_bytes(filled, base),
        "",
        f"## Questions, the {SHOWN} that grew most (median, ms)",
        "",
        *_questions(sizes, first, last),
        "",
        "## Memory of each process (PSS, in brackets RSS; MB)",
        "",
        *_table(
            ["", *heads],
            [
                [name, *(f"{size.memory[name].pss:.0f} ({size.memory[name].rss:.0f})" for size in sizes)]
                for name in sizes[0].memory
            ],
        ),
    ]


def _bytes(filled: Sequence[AtSize], base: AtSize | None) -> list[str]:
    of = {size.name: figures.bytes_per_case(size, base) for size in filled}
    rows = [
        [
            f"`{name}`",
            *(f"{of[size.name][name][0]:,.0f} + {of[size.name][name][1]:,.0f}" for size in filled),
            _ratio(sum(of[filled[0].name][name]), sum(of[filled[-1].name][name])),
        ]
        for name, own in of[filled[-1].name].items()
        if sum(own) >= 1
    ]
    heads = [f"×{size.times:g}: table + indexes" for size in filled]
    return _table(["", *heads, f"×{filled[-1].times:g} to ×{filled[0].times:g}"], rows)


def _questions(sizes: Sequence[AtSize], first: AtSize, last: AtSize) -> list[str]:
    def each(size: AtSize) -> dict[str, float]:
        return size.board.each_ms | size.lists.each_ms

    grew = sorted(each(last), key=lambda name: -(each(last)[name] - each(first)[name]))[:SHOWN]
    heads = [f"×{size.times:g}" if size.cases else "empty" for size in sizes]
    return _table(
        ["", *heads, f"×{last.times:g} to ×{first.times:g}"],
        [
            [f"`{name}`", *(f"{each(size)[name]:.1f}" for size in sizes), _ratio(each(first)[name], each(last)[name])]
            for name in grew
        ],
    )


def _shown(figure: float | None) -> str:
    if figure is None:
        return "–"
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:,.1f}"


def _ratio(before: float | None, now: float | None) -> str:
    if not before or now is None:
        return "–"
    return f"{now / before:.2f} ×" + (" ▲" if now / before > GROWN else "")


def _table(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    return [
        f"| {' | '.join(heads)} |",
        f"|{'-|' * len(heads)}",
        *(f"| {' | '.join(map(str, row))} |" for row in rows),
    ]
