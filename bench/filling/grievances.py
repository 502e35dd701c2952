"""The cases of a past in the tables of grievances; from here the others hear of them."""

import io
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from bench.filling import functions
from bench.filling.tables import Chain, ensure_partitions, queries
from bench.filling.texts import texts
from chassis import privacy
from chassis.calendar import end_of_day, local_day
from chassis.database import Connection, Transaction
from services.grievances.agreements import store as agreements
from services.grievances.deadlines import store as deadlines
from services.grievances.disputes import store
from services.grievances.search.store import words_of
from services.grievances.sessions import store as sessions

TABLES = (
    "disputes",
    "dispute_parties",
    "sessions",
    "agreements",
    "dispute_steps",
    "deadlines",
    "deadlines_told",
    "escalations",
    "case_serials",
    "idempotency_keys",
    "audit_log",
    "event_log",
)
RULES = (
    "dispute.acceptance",
    "dispute.assignment",
    "dispute.mediation",
    "hotline.enquiry",
    "hotline.ordinary",
    "hotline.complex",
    "agreement.judicial_confirmation",
)
LONGEST = timedelta(days=120)
"""No case lives longer, so what was due of one began at most so long before the first that is filled."""

cases = queries("cases")
left = queries("grievances")


class Grievances:
    """Fills stretch by stretch: new cases first, then all that was told meanwhile, in its order."""

    def __init__(self, connection: Connection, count: int, *, since: datetime, until: datetime, seed: int) -> None:
        self._connection = connection
        self._until = until
        self._apart_s = (until - since).total_seconds() / count
        self._count = count
        self._chain = Chain()
        self._position = 0
        self.facts = 0
        self._begin(seed, since)

    def _begin(self, seed: int, since: datetime) -> None:
        functions.make(self._connection, seed)
        cases.make_ground(self._connection)
        cases.note_places(self._connection)
        cases.note_steps(self._connection)
        sealer = privacy.sealer()
        with self._connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO fill_texts VALUES (%s, %s, %s)",
                [
                    (at, sealer.seal(text, store.SUMMARY), words_of(text))
                    for at, text in enumerate(texts(seed)[: self._count])
                ],
            )
            cursor.executemany(
                "INSERT INTO fill_due VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                _due_times(Transaction(self._connection, "grievances"), since, self._until),
            )
            cursor.execute("ANALYZE fill_texts, fill_due, fill_places")
        self._seals = {
            "person": sealer.seal("王小明", store.NAME),
            "phone": sealer.seal("13800138000", store.PHONE),
            "office": sealer.seal("星海物业服务中心", store.NAME),
        }
        self._record = sealer.seal("双方同意先检测漏点，费用按责任分担，一周内由物业公司上门修复。", sessions.RECORD)
        self._terms = sealer.seal("三十日内修复，费用由物业公司承担。", agreements.TERMS)

    def empty(self) -> None:
        """Take away what is there; other facts than those of disputes stay."""
        left.keep_other_facts(self._connection)
        left.empty(self._connection)
        left.give_back_other_facts(self._connection)
        self._position = left.last_position(self._connection)

    def take(self, first: int, last: int) -> bytes:
        """Put the cases of these numbers, and all that was told until the next one; gives the facts as COPY does."""
        stretch: dict[str, Any] = {"first": first, "last": last, "until": self._until}
        asked = {**stretch, "cases": self._count, "seconds_apart": self._apart_s}
        connection = self._connection
        cases.add_cases(connection, **asked)
        cases.number_cases(connection, **stretch)
        left.add_serials(connection, first=first, last=last)
        self._say("TRUNCATE fill_now")
        cases.add_spans(connection, **stretch)
        self._say("ANALYZE fill_cases, fill_spans")
        cases.tell_steps(connection, **stretch)
        cases.tell_deadlines(connection, **stretch)
        self._say("ANALYZE fill_told")
        left.add_disputes(connection, **stretch)
        left.add_parties(connection, first=first, last=last, **self._seals)
        left.add_deadlines(connection, **stretch)
        self.facts += cases.take_due(connection, up_to=self._end_of(last), position=self._position)
        self._say("ANALYZE fill_now")
        return self._told(last)

    def _told(self, last: int) -> bytes:
        connection = self._connection
        left.add_sessions(connection, record=self._record)
        left.add_agreements(connection, terms=self._terms)
        left.add_steps(connection)
        left.add_told(connection)
        left.add_escalations(connection, until=self._until)
        ensure_partitions(connection, "grievances", [row.month for row in left.list_months(connection)])
        left.add_facts(connection)
        left.add_audit(connection, sequence=self._chain.sequence, head=self._chain.head)
        self._chain.follow(connection)
        left.add_keys(connection, until=self._until)
        self._position = left.last_position(connection)
        facts = io.BytesIO()
        with connection.cursor() as cursor:
            cursor.copy_expert(f"COPY ({left.copy_facts.sql.rstrip(';')}) TO STDOUT (FORMAT binary)", facts)
        cases.forget_cases(connection)
        cases.forget_spans(connection)
        for table in ("fill_told", "fill_cases", "fill_spans"):
            self._say(f"VACUUM ANALYZE {table}")
        return facts.getvalue()

    def finish(self) -> None:
        """The outbox goes on where the past ends."""
        self._say("SELECT setval(pg_get_serial_sequence('outbox', 'position'), %s)", (max(self._position, 1),))
        functions.drop(self._connection)

    def _end_of(self, last: int) -> datetime:
        """The instant that is sure to lie before the next case comes."""
        return self._until - timedelta(seconds=(self._count - last) * self._apart_s)

    def _say(self, sql: str, parameters: Sequence[Any] | None = None) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(sql, parameters)


def _due_times(tx: Transaction, since: datetime, until: datetime) -> list[tuple[Any, ...]]:
    """What the service itself would count from each day, by each rule."""
    timetable = deadlines.read_timetable(tx)
    first, last = local_day(since - LONGEST), local_day(until)
    days = [first + timedelta(days=at) for at in range((last - first).days + 1)]
    return [_row(rule, day, timetable.due(rule, _noon(day))) for rule in RULES for day in days]


def _noon(day: date) -> datetime:
    return end_of_day(day) - timedelta(hours=12)


def _row(rule: str, day: date, due: Any) -> tuple[Any, ...]:
    return rule, day, due.near_at, due.due_at, due.street_at, due.district_at, due.amount, due.provisional
