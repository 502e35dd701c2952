"""The clock of a played year: one instant in a file, read by every service of the instance, moved by its player alone.

It stands still between two moves. So nothing is late, however slow the machine, and the year takes as long as it takes.
"""

import mmap
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

VARIABLE = "LINLI_SIMULATED_CLOCK"
"""Names the file. Only `linli.simulation.serving` reads it; no process of a deployment does."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SIZE = 8


class PlayedClock:
    """Gives the instant that the player has come to. Raises OSError where there is no such file."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            # One aligned machine word, read and written whole: nobody sees half of a move.
            self._word = memoryview(mmap.mmap(file.fileno(), _SIZE, access=mmap.ACCESS_READ)).cast("q")

    def __call__(self) -> datetime:
        return _EPOCH + timedelta(microseconds=self._word[0])


class Hands:
    """What moves the clock of that file, forwards only."""

    def __init__(self, path: Path, at: datetime) -> None:
        path.write_bytes(bytes(_SIZE))
        descriptor = os.open(path, os.O_RDWR)
        try:
            self._word = memoryview(mmap.mmap(descriptor, _SIZE)).cast("q")
        finally:
            os.close(descriptor)
        self._word[0] = _micros(at)

    @property
    def at(self) -> datetime:
        return _EPOCH + timedelta(microseconds=self._word[0])

    def move(self, to: datetime) -> None:
        """From now on it is so late. Raises ValueError for an instant that has been already."""
        micros = _micros(to)
        if micros < self._word[0]:
            raise ValueError(f"the clock stands at {self.at.isoformat()} and does not go back to {to.isoformat()}")
        self._word[0] = micros


def _micros(instant: datetime) -> int:
    return (instant - _EPOCH) // _MICROSECOND
