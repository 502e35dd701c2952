"""The timetable as a process keeps it between two readings: a step must not pay a round trip to learn what is due."""

import time

from chassis.database import Transaction
from services.grievances.deadlines import store
from services.grievances.deadlines.model import Timetable

KEPT_S = 30.0
"""A rule that was changed holds everywhere after so long; in the process that changed it, at once."""

MOST = 8


class Timetables:
    """The last reading of each database that this process works on."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, Timetable]] = {}
        self._forgotten = 0

    def current(self, tx: Transaction) -> Timetable:
        """As it stood at most KEPT_S ago, and after the last `forget` of this process."""
        database = tx.connection.dsn
        asked_at, forgotten = time.monotonic(), self._forgotten
        read_at, timetable = self._kept.get(database, (0.0, None))
        if timetable is None or asked_at - read_at > KEPT_S:
            timetable = store.read_timetable(tx)
            # Another greenlet may have changed a rule while this one read: what it has read is not kept.
            if forgotten == self._forgotten:
                if len(self._kept) >= MOST:
                    self._kept.clear()
                self._kept[database] = asked_at, timetable
        return timetable

    def forget(self) -> None:
        """Read again next time."""
        self._forgotten += 1
        self._kept.clear()


timetables = Timetables()
