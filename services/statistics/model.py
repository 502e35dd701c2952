"""What the figures mean: counts that are only ever shown together, and their change over a year."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

COUNTED = {
    "dispute.registered": "registered",
    "dispute.accepted": "accepted",
    "dispute.resolved": "resolved",
    "dispute.refused": "refused",
    "dispute.terminated": "terminated",
    "dispute.reopened": "reopened",
    "dispute.linked": "linked",
    "deadline.missed": "overdue",
    "dispute.confirmed": "confirmed",
}
"""Which figure a fact adds one to. Assignment and sessions move a dispute on but are no figure of the board."""

KINDS = ("category", "relation")
"""What figures are also told by: what a dispute is about, and who stands against whom."""

POINTS = range(1, 6)
"""How satisfied 满意度 a complainant is who confirms that a dispute is resolved; 5 is the best."""

FEWEST = 5
"""Of fewer answers, or cases, nothing is told that could be one person's (DOMAIN D)."""

NEWEST_KEPT = 30
"""Newest facts kept of each division, so at most as many can be asked for."""


@dataclass(frozen=True)
class Satisfaction:
    """How many gave 1 to 5 points, the average to one decimal, and how many gave each; None of fewer than FEWEST."""

    answers: int
    average: float | None = None
    distribution: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Figures:
    """Counts of facts, not of disputes: one resolved, reopened and resolved again counts 2 resolved and 1 reopened."""

    registered: int = 0
    accepted: int = 0
    resolved: int = 0
    refused: int = 0
    terminated: int = 0
    reopened: int = 0
    days_to_resolve_sum: int = 0
    days_to_resolve_count: int = 0
    linked: int = 0
    overdue: int = 0
    confirmed: int = 0
    satisfaction_1: int = 0
    satisfaction_2: int = 0
    satisfaction_3: int = 0
    satisfaction_4: int = 0
    satisfaction_5: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(*(getattr(self, name) + getattr(other, name) for name in FIGURES))

    @property
    def average_days_to_resolve(self) -> float | None:
        """Days from registration to resolution, to one decimal; None while nothing has been resolved."""
        if not self.days_to_resolve_count:
            return None
        return float(_one_decimal(Decimal(self.days_to_resolve_sum) / self.days_to_resolve_count))

    def satisfaction(self, *, with_points: bool = True) -> Satisfaction:
        """What those who confirmed think of it; without points where they are not for the person who asks."""
        points = tuple(getattr(self, f"satisfaction_{number}") for number in POINTS)
        answers = sum(points)
        if not with_points or answers < FEWEST:
            return Satisfaction(answers)
        average = Decimal(sum(number * count for number, count in zip(POINTS, points, strict=True))) / answers
        return Satisfaction(answers, float(_one_decimal(average)), points)

    @property
    def most(self) -> int:
        """The largest of the counts: at least so many cases stand behind them."""
        counts: list[int] = [getattr(self, name) for name in COUNTS]
        return max(counts)


FIGURES = tuple(field.name for field in fields(Figures))
COUNTS = tuple(COUNTED.values())


def change_percent(before: Figures, now: Figures) -> dict[str, float | None]:
    """Each count's change against the year before. Never to be given without the accepted counts of both years."""
    return {name: percent_change(getattr(before, name), getattr(now, name)) for name in COUNTS}


def percent_change(before: int, now: int) -> float | None:
    """400 → 200 is −50.0; None when there was nothing before, as a change of nothing has no percentage."""
    return float(_one_decimal(Decimal(now - before) * 100 / before)) if before else None


class Tally:
    """Adds up a batch by division and day, and by each word a fact names, before anything is written."""

    def __init__(self) -> None:
        self.by_day: dict[tuple[date, str], list[int]] = {}
        self.by_word: dict[tuple[date, str, str, str], list[int]] = {}
        self._rows: dict[tuple[date, str, str | None, str | None], list[list[int]]] = {}

    def add(
        self,
        fact_type: str,
        *,
        area: str,
        day: date,
        category: str | None = None,
        relation: str | None = None,
        days_open: int | None = None,
        satisfaction: int | None = None,
    ) -> None:
        """One fact; a type that is no figure of the board adds nothing."""
        figure = _COLUMN.get(fact_type)
        if figure is None:
            return
        key = (day, area, category, relation)
        for row in self._rows.get(key) or self._rows_of(*key):
            row[figure] += 1
            if figure == _RESOLVED and days_open is not None:
                row[_DAYS_SUM] += days_open
                row[_DAYS_COUNT] += 1
            elif figure == _CONFIRMED and satisfaction is not None:
                row[_POINTS + satisfaction] += 1

    def _rows_of(self, day: date, area: str, category: str | None, relation: str | None) -> list[list[int]]:
        """The rows that a fact of this place, day and kind adds to: looked up once for all facts of a batch."""
        rows = [self.by_day.setdefault((day, area), [0] * len(FIGURES))]
        for kind, word in zip(KINDS, (category, relation), strict=True):
            if word:
                rows.append(self.by_word.setdefault((day, area, kind, word), [0] * len(FIGURES)))
        self._rows[day, area, category, relation] = rows
        return rows


def total(figures: Iterable[Figures]) -> Figures:
    return sum(figures, Figures())


@dataclass(frozen=True)
class Part:
    """The figures of one category or relation; of several, where each alone would tell of single cases."""

    words: tuple[str, ...]
    now: Figures
    before: Figures

    @property
    def is_small(self) -> bool:
        return any(0 < figures.most < FEWEST for figures in (self.now, self.before))

    def __add__(self, other: "Part") -> "Part":
        return Part(tuple(sorted(self.words + other.words)), self.now + other.now, self.before + other.before)


def folded(parts: Iterable[Part]) -> list[Part]:
    """Parts of which each has at least FEWEST cases, or none, in both periods (ADR 0013).

    Smaller ones are added together, so that nothing is left out; while that is still too small, the next smallest
    joins them: what is missing from the whole would tell it else.
    """
    ordered = sorted(parts, key=lambda part: (not part.is_small, part.now.most + part.before.most, part.words))
    together = [part for part in ordered if part.is_small]
    rest = ordered[len(together) :]
    while rest and together and _joined(together).is_small:
        together.append(rest.pop(0))
    return sorted([*rest, _joined(together)] if together else rest, key=lambda part: part.words)


_COLUMN = {fact_type: FIGURES.index(name) for fact_type, name in COUNTED.items()}
_RESOLVED = FIGURES.index("resolved")
_DAYS_SUM = FIGURES.index("days_to_resolve_sum")
_DAYS_COUNT = FIGURES.index("days_to_resolve_count")
_CONFIRMED = FIGURES.index("confirmed")
_POINTS = FIGURES.index("satisfaction_1") - 1


def _joined(parts: list[Part]) -> Part:
    return sum(parts[1:], parts[0])


def _one_decimal(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"), ROUND_HALF_UP)
