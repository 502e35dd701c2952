"""What the faults of a run left: one line each, and `tests/faults/results.json`."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Protocol

from tests.support.stage import Outcome

FILE = Path(__file__).parents[1] / "faults" / "results.json"
NUMBERS = tuple(str(number) for number in range(1, 27))
MACHINE = "machine"
"""The state machine: it has no number in DESIGN §6."""


class Report(Protocol):
    """The fixture `report`: says in one line what was done and what is left; fails when that is not sound.

    `recovered_s`: seconds from the end of the fault until nothing was on its way any more.
    """

    def __call__(self, done: str, outcome: Outcome, *, recovered_s: float | None = None) -> None: ...


@dataclass(frozen=True)
class Played:
    """One fault that was played; `fault` is its number in DESIGN §6 or "machine"."""

    fault: str
    test: str
    done: str
    outcome: Outcome
    recovered_s: float | None
    took_s: float
    seed: int
    held: bool = True
    """Whether everything the test asserts was so."""

    def __str__(self) -> str:
        back = "" if self.recovered_s is None else f", settled {self.recovered_s:.1f} s after it"
        broken = "" if self.held else "DID NOT HOLD: "
        return f"{self.fault:>7} {broken}{self.done}: {self.outcome}{back} (took {self.took_s:.1f} s)"


def by_number(fault: str) -> int:
    """The order of faults: the state machine last."""
    return int(fault) if fault.isdigit() else len(NUMBERS) + 1


def is_chosen(only: str, fault: str, test: str) -> bool:
    """Whether `ONLY` names this test: by its fault's number, or by a word of its name. Several are parted by commas.

    Raises ValueError for a number that no fault has.
    """
    words = [word.strip() for word in only.split(",") if word.strip()]
    for word in words:
        if word.isdigit() and word not in NUMBERS:
            raise ValueError(f"no fault has the number {word}; there are 1 to {NUMBERS[-1]}, and {MACHINE}")
    return not words or any(word == fault or (not word.isdigit() and word in test) for word in words)


def write(path: Path, played: Iterable[Played]) -> None:
    """Put the faults of this run into the file. When every fault was played they are all it holds; otherwise the lines
    of other tests stay as they are."""
    rows = [_row(one) for one in played]
    whole = {row["fault"] for row in rows} == {*NUMBERS, MACHINE}
    if not whole and path.exists():
        names = {row["test"] for row in rows}
        rows += [row for row in json.loads(path.read_text("utf-8")) if row["test"] not in names]
    rows.sort(key=lambda row: (by_number(row["fault"]), row["test"], row["done"]))
    path.write_text("[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n", "utf-8")


def _row(played: Played) -> dict[str, Any]:
    row = {field.name: getattr(played, field.name) for field in fields(played)}
    del row["outcome"]
    seconds = {name: None if row[name] is None else round(row[name], 1) for name in ("recovered_s", "took_s")}
    return {**row, **asdict(played.outcome), **seconds}


def lines(played: Sequence[Played]) -> list[str]:
    return [str(one) for one in sorted(played, key=lambda one: by_number(one.fault))]
