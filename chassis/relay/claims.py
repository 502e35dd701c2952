"""Which outbox rows to send next, so that a subject's facts leave in the order they were committed.

Positions are given out before commit, so a lower one can become visible after a higher one. The fast path reads beyond
a watermark and remembers the positions it skipped over (gaps) until they appear or are known to have been rolled back;
because a subject's row is locked from the first of its facts to that commit, a later fact of the subject is never
visible before an earlier one, and reading gaps and fresh rows together keeps its order. The sweep re-reads what lies
up to the watermark: rows that could not be delivered, and gaps nobody remembers.

A sweep passes over positions up to which all has left: where a million rows were a moment ago, and some reader keeps
VACUUM from them, looking costs half a second. One in so many looks there, too: a gap is given up too early when its
transaction took its position, then others were told of, then it took its id.
"""

from collections.abc import Collection, Iterator
from itertools import islice
from typing import Protocol

from chassis.relay.rows import Row

MAX_GAPS = 10_000
"""More holes than this (a burst of rollbacks, a transaction with many facts) are left to the sweep."""

SWEEPS = 30
"""One sweep in so many looks through everything."""

LOOK_BACK = 1_000
"""So many positions before its first row a new leader takes for gaps: their transactions may have been open already."""


class Unsent(Protocol):
    """What is asked of a row, or of the message made of it."""

    @property
    def position(self) -> int: ...
    @property
    def subject(self) -> str: ...


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
        self._first_held: int | None = None
        self._settled = 0
        self._doubtful_until: int | None = None
        self._sweeps = 0

    @property
    def all_sent_up_to(self) -> int:
        """No row up to this position is there, or will come."""
        return min(self._settled, min(self._gaps, default=self._watermark + 1) - 1)

    def fresh(self) -> list[Row]:
        """Up to `batch` rows not seen before (and any gap that has filled), without those of held subjects."""
        if not self._gaps:
            rows = self._outbox.after(self._watermark, self._batch)
        else:
            oldest_running = self._outbox.oldest_running()
            rows = self._outbox.after_or_at(self._watermark, list(self._gaps), self._batch)
            seen = {row.position for row in rows}
            if filled := seen & self._gaps.keys():
                # Until they have left, which the next sweep finds.
                self._settled = min(self._settled, min(filled) - 1)
            self._forget_gaps(seen, oldest_running)
        self._note_gaps([row.position for row in rows if row.position > self._watermark])
        return self._free(rows)

    def sweep(self) -> Iterator[list[Row]]:
        """All unsent rows up to the watermark, in order, a batch at a time; nothing is held at the beginning.

        What was given must be sent, or held, before more is asked for.
        """
        self._held.clear()
        self._first_held = None
        self._sweeps += 1
        position, up_to = self._settled if self._sweeps % SWEEPS else 0, self._watermark
        is_certain = self._is_certain()
        while position < up_to and (rows := self._outbox.between(position, up_to, self._batch)):
            position = rows[-1].position
            yield self._free(rows)
        if is_certain:
            self._settled = up_to if self._first_held is None else self._first_held - 1

    def hold(self, rows: Collection[Unsent]) -> None:
        """These were not taken: keep back the later facts of their subjects until the next sweep."""
        if rows:
            self._held |= {row.subject for row in rows}
            self._note_held(min(row.position for row in rows))

    def _free(self, rows: list[Row]) -> list[Row]:
        free = [row for row in rows if row.subject not in self._held]
        if len(free) < len(rows):
            self._note_held(next(row.position for row in rows if row.subject in self._held))
        return free

    def _note_held(self, position: int) -> None:
        self._first_held = position if self._first_held is None else min(position, self._first_held)
        self._settled = min(self._settled, position - 1)

    def _is_certain(self) -> bool:
        """Whether every row that is not visible up to the watermark is a gap we remember, or will never be."""
        if self._doubtful_until is not None and self._outbox.oldest_running() >= self._doubtful_until:
            self._doubtful_until = None
        return self._doubtful_until is None

    def _note_gaps(self, positions: list[int]) -> None:
        if not positions:
            return
        is_first = self._watermark == 0
        first = max(positions[0] - LOOK_BACK, 1) if is_first else self._watermark + 1
        seen = set(positions)
        holes = (position for position in range(first, positions[-1]) if position not in seen)
        missing = list(islice(holes, max(MAX_GAPS - len(self._gaps), 0) + 1))
        self._watermark = positions[-1]
        if not (missing or is_first):
            return
        next_new = self._outbox.next_new()
        if is_first or len(self._gaps) + len(missing) > MAX_GAPS:
            self._doubtful_until = next_new
        self._gaps.update(dict.fromkeys(missing[: MAX_GAPS - len(self._gaps)], next_new))

    def _forget_gaps(self, seen: set[int], oldest_running: int) -> None:
        """A gap has filled, or every transaction that could fill it has ended."""
        self._gaps = {
            position: next_new
            for position, next_new in self._gaps.items()
            if position not in seen and next_new > oldest_running
        }
