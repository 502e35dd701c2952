"""Which outbox rows to send next, so that a subject's facts leave in the order they were committed.

Positions are given out before commit, so a lower one can become visible after a higher one. The fast path reads beyond
a watermark and remembers the positions it skipped over (gaps) until they appear or are known to have been rolled back;
because a subject's row is locked from the first of its facts to that commit, a later fact of the subject is never
visible before an earlier one, and reading gaps and fresh rows together keeps its order. The sweep re-reads everything
up to the watermark: rows that could not be delivered, and the rare gap that was given up too early.
"""

from collections.abc import Iterator
from typing import Protocol

from chassis.relay.rows import Row

MAX_GAPS = 10_000
"""More holes than this (a burst of rollbacks) are left to the sweep."""

LOOK_BACK = 1_000
"""So many positions before its first row a new leader takes for gaps: their transactions may have been open already."""


class UnsentRows(Protocol):
    """What Claims reads; chassis.relay.rows.OutboxRows over PostgreSQL, or a model of it in tests."""

    def after(self, position: int, limit: int) -> list[Row]: ...
    def after_or_at(self, position: int, gaps: list[int], limit: int) -> list[Row]: ...
    def between(self, after: int, up_to: int, limit: int) -> list[Row]: ...
    def oldest_running(self) -> int: ...
    def next_new(self) -> int: ...


class Claims:
    """The leader's memory of what it has seen. A new leader begins with an empty one."""

    def __init__(self, outbox: UnsentRows, batch: int) -> None:
        self._outbox = outbox
        self._batch = batch
        self._watermark = 0
        self._gaps: dict[int, int] = {}
        self._held: set[str] = set()

    def fresh(self) -> list[Row]:
        """Up to `batch` rows not seen before (and any gap that has filled), without those of held subjects."""
        if not self._gaps:
            rows = self._outbox.after(self._watermark, self._batch)
        else:
            oldest_running = self._outbox.oldest_running()
            rows = self._outbox.after_or_at(self._watermark, list(self._gaps), self._batch)
            self._forget_gaps({row.position for row in rows}, oldest_running)
        self._note_gaps([row.position for row in rows if row.position > self._watermark])
        return [row for row in rows if row.subject not in self._held]

    def sweep(self) -> Iterator[list[Row]]:
        """All unsent rows up to the watermark, in order, a batch at a time; nothing is held at the beginning."""
        self._held.clear()
        position = 0
        while position < self._watermark:
            rows = self._outbox.between(position, self._watermark, self._batch)
            if not rows:
                return
            position = rows[-1].position
            yield [row for row in rows if row.subject not in self._held]

    def hold(self, subjects: set[str]) -> None:
        """A fact of these subjects was not taken: keep their later ones back until the next sweep."""
        self._held |= subjects

    def _note_gaps(self, positions: list[int]) -> None:
        if not positions:
            return
        first = self._watermark + 1 if self._watermark else max(positions[0] - LOOK_BACK, 1)
        seen = set(positions)
        missing = [position for position in range(first, positions[-1]) if position not in seen][:MAX_GAPS]
        self._watermark = positions[-1]
        if missing and len(self._gaps) + len(missing) <= MAX_GAPS:
            next_new = self._outbox.next_new()
            self._gaps.update(dict.fromkeys(missing, next_new))

    def _forget_gaps(self, seen: set[int], oldest_running: int) -> None:
        """A gap has filled, or every transaction that could fill it has ended."""
        self._gaps = {
            position: next_new
            for position, next_new in self._gaps.items()
            if position not in seen and next_new > oldest_running
        }
