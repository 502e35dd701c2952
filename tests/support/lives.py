"""People who live disputes over HTTP (register, accept, assign, sessions, resolve), whatever is killed meanwhile.

Each command is sent until it is answered: one that got no answer, or 503, is sent again with the same Idempotency-Key.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from typing import Any

import uuid_utils.compat

from tests.support.asking import Reply, ask
from tests.support.stage import Outcome
from tests.support.whole_instance import AREA, DISPUTE, Instance

STREET = AREA[:9] + "000"
PEOPLE = 4
PAUSE_S = 0.2
MEDIATOR = "mediator-1"
COMMITTEE = [
    {"account_id": MEDIATOR, "name": "陈静", "birth_on": "1980-05-01", "gender": "female", "position": "chair"},
    {"account_id": "m-2", "name": "李建国", "birth_on": "1975-05-01", "gender": "male", "position": "member"},
    {"account_id": "m-3", "name": "张秀英", "birth_on": "1970-05-01", "gender": "female", "position": "member"},
]


_FACTS = """
SELECT subject, (envelope::json ->> 'version')::integer AS version
FROM (SELECT * FROM outbox UNION ALL SELECT position, event_id, type, subject, mandatory, envelope, recorded_at
      FROM event_log) facts
WHERE type LIKE 'dispute.%%' ORDER BY position
"""


@dataclass(frozen=True)
class Confirmed:
    """A command that was answered 2xx: its dispute, and the version it made."""

    dispute_id: str
    version: int


class Refused(Exception):
    """A command got an answer that none of these faults excuses."""


class Lives:
    """The commands that were confirmed, and how often one had to be sent again."""

    def __init__(self, instance: Instance) -> None:
        self.confirmed: list[Confirmed] = []
        self.ended = 0
        self.unanswered = 0
        self.unavailable = 0
        self._port = instance.port
        self._enough = threading.Event()
        self._resident = instance.token("resident-1", "resident")
        self._officer = instance.officer
        self._mediator = instance.token(MEDIATOR, "mediator")
        self._form_committee(instance)
        self._database = instance.databases["grievances"]
        self._before = len(self._facts())

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """People live one dispute after the other as long as this lasts; each then waits for its last answer.

        Raises Refused for an answer that is neither 2xx nor 503.
        """
        with ThreadPoolExecutor(PEOPLE) as people:
            living = [people.submit(self._live_on) for _ in range(PEOPLE)]
            try:
                yield
            finally:
                self._enough.set()
        for one in living:
            one.result()

    def told(self) -> str:
        """What became of the commands, for the line of the run."""
        again = f"sent again {self.unanswered} times without an answer and {self.unavailable} times after 503"
        return f"{len(self.confirmed)} commands were confirmed, {again}"

    def weigh(self, outcome: Outcome) -> Outcome:
        """Add to the ledger what only who asked can know: confirmed commands without a fact are missing, facts of no
        confirmed command came twice, and versions of a dispute that are not 1, 2, 3 … are out of order."""
        facts = self._facts()
        lost = len(set(self.confirmed) - set(facts))
        last: Counter[str] = Counter()
        disordered = 0
        for fact in facts:
            disordered += fact.version != last[fact.dispute_id] + 1
            last[fact.dispute_id] = fact.version
        doubled = len(facts) - self._before - (len(self.confirmed) - lost)
        return replace(
            outcome,
            missing=outcome.missing + lost,
            twice=outcome.twice + doubled,
            disordered=outcome.disordered + disordered,
        )

    def _facts(self) -> list[Confirmed]:
        with self._database.transaction() as tx:
            return [Confirmed(row.subject, row.version) for row in tx.stream(_FACTS)]

    def _live_on(self) -> None:
        while not self._enough.is_set():
            self._live()

    def _live(self) -> None:
        filed = self._command(self._resident, "/disputes", DISPUTE)
        etag, dispute = filed.headers["etag"], f"/disputes/{filed.json['dispute_id']}"
        for who, step, body in self._steps():
            if self._enough.is_set():
                return
            etag = self._command(who, f"{dispute}/{step}", body, etag).headers["etag"]
        self.ended += 1

    def _steps(self) -> Iterator[tuple[str, str, Any]]:
        now = datetime.now(UTC)
        day = (now + timedelta(hours=8)).date().isoformat()
        yield self._officer, "accept", None
        yield self._officer, "assign", {"mediator_id": MEDIATOR}
        # Not a moment before: at midnight that would lie before the day of registration (人民调解法 Art. 27).
        session = {
            "held_at": now.isoformat(),
            "attended": ["applicant", "respondent"],
            "record": "双方同意先检测漏点。",
        }
        yield self._mediator, "sessions", session
        oral = {"form": "oral", "terms": "三十日内修复。", "reached_on": day, "confirmed_by_applicant_on": day}
        yield self._mediator, "resolve", oral

    def _command(self, token: str, path: str, body: Any, etag: str | None = None) -> Reply:
        """Send it until it is answered."""
        headers = {"idempotency_key": str(uuid_utils.compat.uuid7()), **({"if_match": etag} if etag else {})}
        while True:
            try:
                reply = ask(self._port, "POST", path, body, token=token, **headers)
            except (OSError, HTTPException):
                self.unanswered += 1
            else:
                if 200 <= reply.status < 300:
                    self._note(reply)
                    return reply
                if reply.status != 503:
                    raise Refused(f"POST {path} If-Match {etag}: {reply.status} {reply.text}")
                self.unavailable += 1
            # The pace of somebody who tries again.
            threading.Event().wait(PAUSE_S)

    def _note(self, reply: Reply) -> None:
        told = reply.json
        self.confirmed.append(Confirmed(told["dispute_id"], int(reply.headers["etag"].strip('"'))))

    def _form_committee(self, instance: Instance) -> None:
        token = instance.token("street-1", "street_officer")
        formed_on = (datetime.now(UTC) + timedelta(hours=8)).date().isoformat()
        committee = {"area": AREA, "formed_on": formed_on, "members": COMMITTEE}
        reply = ask(self._port, "POST", "/committees", committee, token=token)
        assert reply.status in (201, 409), reply.text
