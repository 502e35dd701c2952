"""The second lock about the body complained of: each body, role and table, past all handlers (信访工作条例 Art. 28).

The tables are those of the database: a new one fails here until it is said whether it hangs on a dispute.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg2
import psycopg2.errors
import pytest
from psycopg2.extras import Json, RealDictCursor

from chassis.database import Database, connect
from chassis.identity import Actor, Grant
from services.grievances.access import eyes
from services.grievances.disputes.model import Body
from tests.guards.repository import files, text
from tests.store.grievances.ground import opened
from tests.store.grievances.joint.bodies import DISTRICT_OFFICER, GRANTS, XINGHAI, Bodies
from tests.store.grievances.life import Life
from tests.support.instance import Fill, MakeDatabase, ServiceDatabase

DISPUTE, AGREEMENT = "01936f00-0000-7000-8000-0000000000d1", "01936f00-0000-7000-8000-0000000000a1"
ANOTHER, OBLIGATION = "01936f00-0000-7000-8000-0000000000a2", "01936f00-0000-7000-8000-0000000000c1"

_OF_DISPUTE = {"dispute_id": DISPUTE, "area": XINGHAI, "filed_by": "resident-1"}
_WRITTEN = {"recorded_by": "x", "recorded_at": "2026-03-01"}

ROWS: dict[str, list[dict[str, Any]]] = {
    "disputes": [
        _OF_DISPUTE
        | {"case_year": 2026, "serial": 9001, "relation": "owner_government", "category": "other"}
        | {"registered_at": "2026-03-01", "state": "mediating", "version": 4, "session_count": 1, "summary_sealed": "x"}
    ],
    "dispute_parties": [_OF_DISPUTE | {"side": "applicant", "kind": "person", "name_sealed": "x"}],
    "sessions": [
        _OF_DISPUTE
        | {"session_id": DISPUTE, "number": 1, "held_at": "2026-03-02", "is_public": False, "attended": "{}"}
        | {"record_sealed": "x", "recorded_by": "x"}
    ],
    "agreements": [
        _OF_DISPUTE
        | {"agreement_id": agreement_id, "form": "written", "terms_sealed": "x", "reached_on": "2026-03-03"}
        | {"effective_on": effective_on, "steps_before": 4, "waits": effective_on is None}
        | _WRITTEN
        for agreement_id, effective_on in ((AGREEMENT, None), (ANOTHER, "2026-03-03"))
    ],
    "agreement_signatures": [{"agreement_id": ANOTHER, "signer": "applicant", "signed_on": "2026-03-03"}],
    "agreement_ends": [{"agreement_id": ANOTHER, "outcome": "in_effect", "effective_on": "2026-03-03"} | _WRITTEN],
    "obligations": [
        {"obligation_id": OBLIGATION, "agreement_id": ANOTHER, "number": 1, "owed_by": "respondent"}
        | {"what_sealed": "x", "due_on": "2026-04-01"}
    ],
    "performances": [{"obligation_id": OBLIGATION, "performed_on": "2026-03-20"} | _WRITTEN],
    "judicial_confirmations": [{"agreement_id": ANOTHER, "applied_on": "2026-03-04", "court": "x"} | _WRITTEN],
    "judicial_decisions": [{"agreement_id": ANOTHER, "outcome": "confirmed", "decided_on": "2026-03-05"} | _WRITTEN],
    "visits": [
        _OF_DISPUTE
        | {"visit_id": DISPUTE, "agreement_id": ANOTHER, "held_on": "2026-04-02", "performed": "yes"}
        | {"record_sealed": "x"}
        | _WRITTEN
    ],
    "dispute_steps": [{"dispute_id": DISPUTE, "version": 1, "step": "registered", "taken_at": "2026-03-01"}],
    "case_secrets_renewed": [{"dispute_id": DISPUTE, "renewed_at": "2026-03-01", "renewed_by": "x"}],
    "comments": [
        _OF_DISPUTE
        | {"comment_id": DISPUTE, "author": "worker", "author_id": "x", "visible_to_complainant": True}
        | {"written_at": "2026-03-02", "text_sealed": "x"}
    ],
    "mediator_changes": [
        {"dispute_id": DISPUTE, "version": 3, "from_id": "mediator-2", "to_id": "mediator-1", "reason_code": "unable"}
        | {"changed_by": "x", "changed_at": "2026-03-02"}
    ],
}
"""A row of every table that shows or says something of a dispute."""

OTHERS: dict[str, str] = {
    "case_serials": "counts, no case",
    "categories": "names of categories",
    "relations": "names of relations",
    "divisions": "places",
    "grid_units": "places",
    "holidays": "days",
    "holiday_years": "days",
    "deadline_rules": "rules, which the district sets",
    "deadlines": "test_nobody_of_the_body_makes_its_due_time_forgotten",
    "service_changes": "how the catalogue of the façade changed, no case",
    "deadlines_told": "shows with the thing behind it; written by the timer alone",
    "escalations": "show with the thing behind them; tests of the escalations",
    "seats": "tests of the seats",
    "committees": "who mediates in the community",
    "mediators": "who mediates in the community",
    "departments": "who is in charge of what",
    "department_seats": "who is in charge of what",
    "joint_cases": "made for the body complained of as well: tests of joint cases, and below",
    "joint_answers": "as joint cases",
    "joint_tasks": "as joint cases",
    "joint_decisions": "as joint cases",
    "notes": "taken before there is a case; tests of notes",
    "note_steps": "taken before there is a case; tests of notes",
    "referrals": "about a department or body of its own; tests of referrals",
    "referral_handovers": "as referrals",
    "referral_steps": "as referrals",
    "referral_answers": "as referrals",
    "referral_serials": "counts, no referral",
}

COPIED: dict[str, dict[str, Any]] = {
    "disputes": {"dispute_id": "01936f00-0000-7000-8000-0000000000d2"},
    "obligations": {"agreement_id": AGREEMENT},
    "agreement_signatures": {"agreement_id": AGREEMENT},
    "agreement_ends": {"agreement_id": AGREEMENT, "outcome": "withdrawn", "effective_on": None},
}
"""How a second row differs from the one there is, so that nothing but the policies about bodies can refuse it."""


class Rows:
    """A dispute that complains of one body, with a row in every table, and eyes to try them with."""

    def __init__(self, database: Database, admin: Any, body: Body) -> None:
        self.database, self.admin, self.body = database, admin, body
        self._columns: dict[str, list[Any]] = {}
        for table, rows in ROWS.items():
            for row in rows:
                self.add(table, row | ({"respondent_body": body} if table == "disputes" else {}))

    def add(self, table: str, row: dict[str, Any]) -> None:
        known = {column["column_name"] for column in self.columns(table)}
        row = {column: value for column, value in row.items() if column in known} | (
            {column: value for column, value in _OF_DISPUTE.items() if column in known and column not in row}
        )
        names, places = ", ".join(f'"{name}"' for name in row), ", ".join("%s" for _ in row)
        self.ask(f"INSERT INTO {table} ({names}) VALUES ({places})", list(row.values()))

    def ask(self, sql: str, parameters: Any = None) -> list[Any]:
        with self.admin.cursor(cursor_factory=RealDictCursor) as cursor:
            cursor.execute(sql, parameters)
            found: list[Any] = cursor.fetchall() if cursor.description else []
            return found

    def columns(self, table: str) -> list[Any]:
        if table not in self._columns:
            self._columns[table] = self.ask(
                "SELECT column_name, is_generated, "
                "has_column_privilege('grievances', %s, column_name, 'UPDATE') AS written "
                "FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s",
                (table, table),
            )
        return self._columns[table]

    def count(self, actor: Actor, sql: str) -> int | None:
        """How many rows a statement touches with the actor's eyes, taken back at once; None where it is refused."""
        try:
            with self.database.transaction(eyes(actor)) as tx:
                touched = tx.execute(sql)
                raise _TakenBack(touched)
        except _TakenBack as back:
            return back.touched
        except psycopg2.errors.InsufficientPrivilege:
            return None
        except psycopg2.IntegrityError:
            return 1
        except Exception as error:
            if isinstance(error.__cause__, psycopg2.IntegrityError):
                return 1
            raise

    def seen(self, actor: Actor, table: str) -> int | None:
        return self.count(actor, f"SELECT FROM {table}")

    def changed(self, actor: Actor, table: str) -> dict[str, int | None]:
        """Column → how many rows the actor could write it in, reading it or, past what hides rows, blindly."""
        written = [column["column_name"] for column in self.columns(table) if column["written"]]
        return {
            name: max(
                self.count(actor, f'UPDATE {table} SET "{name}" = {value}') or 0 for value in (f'"{name}"', "DEFAULT")
            )
            for name in written
        }

    def deleted(self, actor: Actor, table: str) -> int | None:
        return self.count(actor, f"DELETE FROM {table}")

    def added(self, actor: Actor, table: str) -> int | None:
        """A copy of the row under a key of its own; what stands in the way of the key itself is no policy."""
        names = [column["column_name"] for column in self.columns(table) if column["is_generated"] == "NEVER"]
        [row, *_] = self.ask(f"SELECT to_jsonb(t) AS row FROM {table} AS t ORDER BY t::text")
        values = row["row"] | COPIED.get(table, {})
        values |= {name: values[name] + 100 for name in ("version", "number", "serial") if name in values}
        listed = ", ".join(f'"{name}"' for name in names)
        with self.admin.cursor() as cursor:
            copied = cursor.mogrify("%s", (Json(values),)).decode()
        return self.count(
            actor, f"INSERT INTO {table} ({listed}) SELECT {listed} FROM jsonb_populate_record(NULL::{table}, {copied})"
        )


class _TakenBack(Exception):
    """No error: it carries the answer out of a transaction that is not to be kept."""

    def __init__(self, touched: int) -> None:
        super().__init__()
        self.touched = touched


@contextmanager
def complaining(address: ServiceDatabase, body: Body) -> Iterator[Rows]:
    """All bodies are seated, one account in each and one in all of them."""
    with opened(address) as database, closing(connect(address.admin_url)) as admin:
        bodies = Bodies(database, Life(database))
        bodies.fill()
        for each in Body:
            bodies.give(each, "of-all")
        yield Rows(database, admin, body)


@pytest.fixture(scope="module", params=list(Body))
def rows(request: pytest.FixtureRequest, module_database: MakeDatabase, ground: Fill) -> Iterator[Rows]:
    """For tests that take back whatever they try."""
    with complaining(module_database("grievances", ground), request.param) as made:
        yield made


@pytest.fixture(params=list(Body))
def own_rows(request: pytest.FixtureRequest, service_address: ServiceDatabase) -> Iterator[Rows]:
    """For tests that add something."""
    with complaining(service_address, request.param) as made:
        yield made


def accused_in(rows: Rows) -> dict[str, Actor]:
    """Everybody who acts for the body complained of, in every role."""
    found = {role: Actor(f"of-{rows.body}", grants) for role, grants in GRANTS.items()}
    found["with a seat of every other body, too"] = Actor("of-all", GRANTS["all of them"])
    if rows.body is Body.WORKSTATION:
        found["its own staff"] = Actor("officer-1", (Grant("community_officer", XINGHAI),))
        found["a mediator nobody has registered"] = Actor("mediator-9", GRANTS["mediator"])
        found["staff of several offices"] = Actor("officer-1", GRANTS["community_officer"] + GRANTS["mediator"])
    return found


def others_than(rows: Rows) -> dict[str, Actor]:
    """The same roles, acting for another body or for none."""
    other = next(body for body in Body if body is not rows.body)
    found = {role: Actor(f"of-{other}", grants) for role, grants in GRANTS.items()}
    found["sent from above, without a seat"] = Actor("officer-2", GRANTS["street_officer"])
    found["a registered mediator"] = Actor("mediator-1", GRANTS["mediator"])
    return found


CHASSIS = [path for path in files() if path.parent == Path("chassis/migrations")]


def by_role(actors: dict[str, Actor], does: Callable[[Actor, str], object]) -> dict[tuple[str, str], object]:
    return {(table, role): does(actor, table) for table in ROWS for role, actor in actors.items()}


def test_every_table_is_said_to_hang_on_a_dispute_or_not(service_address: ServiceDatabase) -> None:
    chassis = {name for path in CHASSIS for name in re.findall(r"CREATE TABLE (\w+)", text(path))}
    with closing(connect(service_address.admin_url)) as admin, admin.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') "
            "AND NOT relispartition AND relname NOT LIKE '%yoyo%'"
        )
        own = {name for (name,) in cursor.fetchall()} - chassis

    assert own - ROWS.keys() - OTHERS.keys() == set()
    assert (ROWS.keys() | OTHERS.keys()) - own == set()


def test_it_sees_no_row_and_others_see_all(rows: Rows) -> None:
    assert not any(by_role(accused_in(rows), rows.seen).values())
    assert all(by_role(others_than(rows), rows.seen).values())


def test_it_writes_no_column_of_any_row(rows: Rows) -> None:
    written = by_role(accused_in(rows), rows.changed)

    assert {key: columns for key, columns in written.items() if any(columns.values())} == {}


def test_others_write_every_column_that_a_step_writes(rows: Rows) -> None:
    """So that the test above can fail."""
    for role, actor in others_than(rows).items():
        written = rows.changed(actor, "disputes")
        assert len(written) > 10, role
        assert set(written.values()) == {1}, role


def test_nobody_deletes_any_row(rows: Rows) -> None:
    assert not any(by_role(accused_in(rows) | others_than(rows), rows.deleted).values())


def test_it_adds_no_row_and_others_do(rows: Rows) -> None:
    """A session, an agreement, a signature, a comment …; also a dispute in somebody else's name."""
    assert [key for key, added in by_role(accused_in(rows), rows.added).items() if added is not None] == []
    assert [key for key, added in by_role(others_than(rows), rows.added).items() if added is None] == []


def test_who_files_against_the_own_body_follows_the_filing_and_takes_no_step(own_rows: Rows) -> None:
    """Everyone who complains gets a case number, also with the office that is complained of."""
    officer = Actor(f"of-{own_rows.body}", GRANTS["community_officer"])
    dispute = Life(own_rows.database).file(officer, respondent_body=own_rows.body, relation="owner_government")

    assert own_rows.count(officer, f"SELECT FROM disputes WHERE dispute_id = '{dispute.dispute_id}'") == 1
    assert own_rows.count(officer, f"UPDATE disputes SET version = 9 WHERE dispute_id = '{dispute.dispute_id}'") == 0
    assert own_rows.count(officer, "UPDATE disputes SET state = 'refused', reason_code = 'party_refused'") == 0


def test_nobody_of_the_body_makes_its_due_time_forgotten(own_rows: Rows) -> None:
    Life(own_rows.database).file(respondent_body=own_rows.body, relation="owner_government")

    for actor in accused_in(own_rows).values():
        assert own_rows.deleted(actor, "deadlines") == 0
        assert own_rows.count(actor, "UPDATE deadlines SET next_at = NULL") == 0
    for actor in others_than(own_rows).values():
        assert own_rows.count(actor, "UPDATE deadlines SET next_at = NULL") == 1


JOINT: dict[str, list[dict[str, Any]]] = {
    "joint_cases": [
        {"joint_case_id": DISPUTE, "dispute_id": DISPUTE, "area": XINGHAI, "category": "other", "version": 1}
        | {"relation": "owner_government", "question_sealed": "x", "withheld": "{}", "convened_by": "x"}
        | {"convened_at": "2026-03-01", "answer_due_at": "2026-03-11", "state": "open"}
    ],
    "joint_answers": [
        {"joint_case_id": DISPUTE, "dispute_id": DISPUTE, "area": XINGHAI, "body": body, "answer_sealed": "x"}
        | {"answered_by": "x", "answered_at": "2026-03-02", "recorded_for_it": False}
        for body in Body
    ],
    "joint_tasks": [
        {"task_id": str(UUID(int=number)), "joint_case_id": DISPUTE, "dispute_id": DISPUTE, "area": XINGHAI}
        | {"body": body, "what_sealed": "x", "due_on": "2026-04-10", "given_by": "x", "given_at": "2026-03-02"}
        for number, body in enumerate(Body)
    ],
}
DECISION = (
    "INSERT INTO joint_decisions VALUES ("
    f"'{DISPUTE}', '{DISPUTE}', '{XINGHAI}', now(), 'x', 'x', 'x', 60, 'x', now(), 'x', now())"
)


def answer_of(body: Body) -> str:
    return f"INSERT INTO joint_answers VALUES ('{DISPUTE}', '{body}', '{DISPUTE}', '{XINGHAI}', 'x', 'x', now(), false)"


def task_for(body: Body) -> str:
    values = f"gen_random_uuid(), '{DISPUTE}', '{DISPUTE}', '{XINGHAI}', '{body}', 'x', now(), 'x', now()"
    columns = "task_id, joint_case_id, dispute_id, area, body, what_sealed, due_on, given_by, given_at"
    return f"INSERT INTO joint_tasks ({columns}) VALUES ({values})"


def convene(rows: Rows) -> Rows:
    """A joint case about the body, with an answer and a task of each."""
    for table, added in JOINT.items():
        for row in added:
            rows.add(table, row | ({"body_complained_of": rows.body} if table == "joint_cases" else {}))
    return rows


@pytest.fixture(scope="module", params=list(Body))
def convened(request: pytest.FixtureRequest, module_database: MakeDatabase, ground: Fill) -> Iterator[Rows]:
    """For tests that take back whatever they try."""
    with complaining(module_database("grievances", ground), request.param) as made:
        yield convene(made)


def test_of_the_joint_case_it_sees_and_does_its_own_alone(convened: Rows) -> None:
    for role, actor in accused_in(convened).items():
        for table, seen in {"joint_cases": 1, "joint_answers": 1, "joint_tasks": 1}.items():
            assert convened.seen(actor, table) == seen, (role, table)
        assert convened.count(actor, "UPDATE joint_tasks SET done_at = now()") == 1, role
        assert convened.count(actor, "UPDATE joint_cases SET version = version + 1") == 1, role
        for state in ("decided", "ended"):
            assert convened.count(actor, f"UPDATE joint_cases SET state = '{state}'") is None, role
        for body in Body:
            assert (convened.count(actor, answer_of(body)) is None) == (body is not convened.body), (role, body)
            assert convened.count(actor, task_for(body)) is None, (role, body)
        assert convened.count(actor, DECISION) is None, role


def test_of_the_joint_case_others_in_charge_see_and_do_all(convened: Rows) -> None:
    for role, actor in others_than(convened).items():
        for table, seen in {"joint_cases": 1, "joint_answers": 5, "joint_tasks": 5}.items():
            assert convened.seen(actor, table) == seen, (role, table)
        assert convened.count(actor, "UPDATE joint_tasks SET done_at = now()") == 5, role
        assert convened.count(actor, "UPDATE joint_cases SET state = 'decided'") == 1, role
        assert convened.count(actor, task_for(convened.body)) == 1, role
        assert convened.count(actor, DECISION) == 1, role


def test_a_person_whom_the_dispute_is_about_sees_nothing_of_a_joint_case_by_office(own_rows: Rows) -> None:
    """信访工作条例 Art. 30, 46."""
    convened = convene(own_rows)
    convened.ask("UPDATE dispute_parties SET person_id = 'officer-2', side = 'respondent'")

    convened.ask(DECISION)

    for table in ("joint_cases", "joint_answers", "joint_tasks", "joint_decisions"):
        assert convened.seen(Actor("officer-2", GRANTS["street_officer"]), table) == 0, table
        assert convened.seen(Actor("officer-3", GRANTS["street_officer"]), table) in (1, len(Body)), table


def test_for_whom_it_was_filed_sees_its_joint_case_without_any_office(own_rows: Rows) -> None:
    convened = convene(own_rows)
    convened.ask("UPDATE dispute_parties SET person_id = 'resident-5'")

    for table, seen in {"joint_cases": 1, "joint_answers": 5, "joint_tasks": 5}.items():
        assert convened.seen(Actor("resident-5", ()), table) == seen
        assert convened.seen(Actor("resident-6", ()), table) == 0


def test_a_seat_without_an_office_answers_for_its_own_body_and_decides_nothing(convened: Rows) -> None:
    other = next(body for body in Body if body is not convened.body)
    actor = Actor(f"of-{other}", ())

    assert convened.seen(actor, "joint_answers") == 5
    assert convened.seen(actor, "disputes") == 0
    assert convened.count(actor, "UPDATE joint_tasks SET done_at = now()") == 1
    assert {body for body in Body if convened.count(actor, answer_of(body)) is not None} == {other}
    assert convened.count(actor, "UPDATE joint_cases SET state = 'decided'") is None
    assert convened.count(actor, task_for(other)) is None
    assert convened.count(actor, DECISION) is None


def test_where_another_body_is_complained_of_a_seat_hides_nothing(own_rows: Rows) -> None:
    other = next(body for body in Body if body not in (own_rows.body, Body.WORKSTATION))
    actor = Actor(f"of-{own_rows.body}", GRANTS["community_officer"])
    dispute = Life(own_rows.database).file(respondent_body=other, relation="owner_government")

    assert own_rows.count(actor, f"SELECT FROM disputes WHERE dispute_id = '{dispute.dispute_id}'") == 1


def test_a_seat_of_another_community_is_none_here(own_rows: Rows) -> None:
    bodies = Bodies(own_rows.database, Life(own_rows.database))
    bodies.give(own_rows.body, "officer-8", by=DISTRICT_OFFICER, area="440305006011")
    # With a seat of another body here it is not the workstation's own staff either.
    bodies.give(next(body for body in Body if body is not own_rows.body), "officer-8")

    assert own_rows.seen(Actor("officer-8", GRANTS["community_officer"]), "disputes") == 1
