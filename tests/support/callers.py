"""People who tell facts while a server dies, and remember which of them they were told are kept."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from chassis.database import Database
from chassis.errors import Unavailable
from tests.support.facts import add
from tests.support.waiting import wait_for

PEOPLE = 4
SUBJECTS = 5
PAUSE_S = 0.05
"""Between two transactions of one of them: what is played has to come about beside them, also on a busy machine."""

_TOLD = """
SELECT subject, max((envelope::json ->> 'version')::int) AS version
FROM (SELECT subject, envelope FROM outbox UNION ALL SELECT subject, envelope FROM event_log) AS facts
WHERE subject = ANY(%s) GROUP BY subject
"""


class Callers:
    """Each tells of subjects of its own, one fact of each in a transaction. After an error, and on another server, it
    goes on from what is there: a service reads a version under its row's lock. `confirmed`: facts whose commit was
    answered; `doubtful`: those whose commit may have happened."""

    def __init__(self, source: Database) -> None:
        self.confirmed: set[UUID] = set()
        self.doubtful: set[UUID] = set()
        self._source = source
        self._enough = threading.Event()

    @contextmanager
    def calling(self) -> Iterator[None]:
        """They tell without a pause, as long as this lasts."""
        with ThreadPoolExecutor(PEOPLE) as people:
            calls = [people.submit(self._call, number) for number in range(PEOPLE)]
            try:
                yield
            finally:
                self._enough.set()
        for call in calls:
            call.result()

    def wait_confirmed(self, more: int) -> None:
        """Until so many more facts are confirmed."""
        some = len(self.confirmed) + more
        wait_for(lambda: len(self.confirmed) >= some, 60)

    def _call(self, number: int) -> None:
        subjects = [f"p{number}s{subject}" for subject in range(SUBJECTS)]
        while not self._enough.is_set():
            told: list[UUID] = []
            try:
                self._tell_on(subjects, told)
            except Unavailable:
                self.doubtful.update(told)
            self._enough.wait(PAUSE_S)

    def _tell_on(self, subjects: list[str], told: list[UUID]) -> None:
        """Until an error or enough; `told` holds what is not confirmed yet."""
        versions: dict[str, int] = {}
        server: datetime | None = None
        while not self._enough.is_set():
            with self._source.transaction() as tx:
                (here,) = tx.rows("SELECT pg_postmaster_start_time() AS since")
                if server != here.since:
                    versions = {row.subject: row.version for row in tx.rows(_TOLD, (subjects,))}
                    server = here.since
                for subject in subjects:
                    versions[subject] = versions.get(subject, 0) + 1
                    told.append(add(tx, subject, versions[subject]))
            self.confirmed.update(told)
            told.clear()
            self._enough.wait(PAUSE_S)
