"""信访工作条例 Art. 28, 30, 46: who is complained of knows nothing of it, by no office and no seat, and does nothing.

Every body and department, and a person, × every role × every action; in the handlers, and below them in the database.
"""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg2.errors
import pytest
import uuid_utils.compat

from chassis.database import SYSTEM, Access, Database
from chassis.errors import InvalidInput, NotFound
from chassis.identity import Actor, Grant
from services.grievances.access import eyes
from services.grievances.disputes.model import Body
from services.grievances.referrals import handlers
from services.grievances.referrals.model import DeclineReason, Referral
from services.grievances.referrals.rights import Purpose
from tests.store.grievances.ground import opened
from tests.store.grievances.referrals.offices import Way
from tests.support.instance import Fill, MakeDatabase

DISTRICT, STREET, COMMUNITY = "440305000000", "440305006000", "440305006011"
ACCUSED = "accused-1"

ROLES = {
    "mediator": Grant("mediator", COMMUNITY),
    "community officer": Grant("community_officer", COMMUNITY),
    "street officer": Grant("street_officer", STREET),
    "district officer": Grant("district_officer", DISTRICT),
    "department officer": Grant("department_officer", DISTRICT),
}

COMPLAINED_OF = [*Body, "hygiene", "street_team", "the person"]

STEPS: dict[str, Callable[..., object]] = {
    "sort": lambda tx, it, **asked: handlers.sort(tx, it, department_code="urban_management", reason="决定", **asked),
    "object": lambda tx, it, **asked: handlers.object_(tx, it, reason="不属本局", **asked),
    "decline": lambda tx, it, **asked: handlers.decline(
        tx, it, reason=DeclineReason.COURT, explanation="法院", **asked
    ),
    "accept": lambda tx, it, **asked: handlers.accept(tx, it, handler_id=None, **asked),
    "extend": lambda tx, it, **asked: handlers.extend(tx, it, days=1, approver_id="um-head", reason="检测", **asked),
    "recuse": lambda tx, it, **asked: handlers.recuse(tx, it, successor_id="um-wu", reason="interest", **asked),  # type: ignore[arg-type]
    "answer": lambda tx, it, **asked: handlers.answer(
        tx, it, handlers.Reply("答复", "1号", asked["now"].date()), **asked
    ),
    "contest": lambda tx, it, **asked: handlers.contest(tx, it, grounds=None, **asked),
    "withdraw": lambda tx, it, **asked: handlers.withdraw(tx, it, **asked),
}

READS: dict[str, Callable[..., object]] = {
    "the referral": lambda tx, it, **asked: handlers.get_in_detail(tx, it, purpose=None, **asked),
    **{
        f"the referral, for {purpose}": lambda tx, it, purpose=purpose, **asked: handlers.get_in_detail(
            tx, it, purpose=purpose, **asked
        )
        for purpose in Purpose
    },
    "its progress": lambda tx, it, **asked: handlers.get_progress(tx, it, **asked),
    "its steps": lambda tx, it, **asked: handlers.list_steps(tx, it, purpose=Purpose.REVIEW, **asked),
    "its answers": lambda tx, it, **asked: handlers.list_answers(tx, it, purpose=Purpose.REVIEW, **asked),
}


def sits(database: Database, body: str, account: str = ACCUSED) -> None:
    """The account acts for a body of 海月."""
    sql = "INSERT INTO seats (seat_id, area, body, account_id, since, recorded_by) VALUES (%s, %s, %s, %s, now(), 'a')"
    with database.transaction() as tx:
        tx.execute(sql, (uuid_utils.compat.uuid7(), COMMUNITY, body, account))


def about(way: Any, whom: str) -> tuple[Referral, Referral]:
    """A referral that waits for sorting and one that is handled, both about this body, department or person.

    To leave no other door open, the accused acts for the department in charge as well, as its head.
    """
    given: dict[str, Any] = {"accused_id": ACCUSED}
    if whom in list(Body):
        given = {"body_complained_of": Body(whom)}
        sits(way.database, whom)
    elif whom != "the person":
        given = {"department_complained_of": whom}
        way.seat(whom, ACCUSED)
    way.seat("urban_management", ACCUSED, "head")
    return way.register(**given), way.accepted(**given)


@pytest.fixture(scope="module", params=COMPLAINED_OF)
def complained(
    request: pytest.FixtureRequest, module_database: MakeDatabase, ground: Fill
) -> Iterator[tuple[Way, tuple[Referral, Referral]]]:
    """Both of them, for tests in which nothing happens to them."""
    with opened(module_database("grievances", ground)) as database:
        way = Way(database)
        yield way, about(way, request.param)


@pytest.mark.parametrize("role", ROLES)
def test_who_is_complained_of_neither_reads_nor_acts(complained: tuple[Way, Any], role: str) -> None:
    accused = Actor(ACCUSED, (ROLES[role],))
    way, referrals = complained
    before = way.snapshot()

    for referral in referrals:
        asked = {"actor": accused, "now": way.now}
        # With eyes that see everything, the handlers alone stand in the way.
        for access in (eyes(accused), SYSTEM):
            for read in READS.values():
                with pytest.raises(NotFound, match="that you may see"), way.database.transaction(access) as tx:
                    read(tx, referral.referral_id, **asked)
            for step in STEPS.values():
                with pytest.raises(NotFound, match="that you may see"), way.database.transaction(access) as tx:
                    step(tx, referral.referral_id, version=referral.version, **asked)
    assert way.ids(accused) == []
    assert way.snapshot() == before


TABLES = ("referrals", "referral_handovers", "referral_steps", "referral_answers")
CHANGES = (
    "referrals SET state = 'contested'",
    "referrals SET handler_id = 'x'",
    "referral_handovers SET returned_at = now()",
)


@pytest.mark.parametrize("role", ROLES)
def test_the_database_shows_and_lets_it_do_nothing(complained: tuple[Way, Any], role: str) -> None:
    way, _ = complained
    access = eyes(Actor(ACCUSED, (ROLES[role],)))

    with way.database.transaction(access) as tx:
        seen = {table: tx.rows(f"SELECT count(*) AS n FROM {table}")[0].n for table in TABLES}
        changed = [tx.execute(f"UPDATE {change}") for change in CHANGES]
    assert seen == dict.fromkeys(TABLES, 0)
    assert changed == [0] * len(CHANGES)


@pytest.mark.parametrize("whom", COMPLAINED_OF)
def test_others_of_the_same_offices_work_on_it(way: Any, whom: str) -> None:
    """So that the test above does not pass because nobody can."""
    waiting, handled = about(way, whom)
    people = way.people
    officer = people.reviewer if whom == "workstation" else people.officer

    assert way.progress(waiting, officer).referral.referral_id == waiting.referral_id
    assert way.detail(handled, people.head, Purpose.HANDLING).matter
    assert way.answer(way.extend(handled)).version == handled.version + 2
    assert way.sort(waiting).department_code == "urban_management"


def test_the_workstation_s_own_staff_needs_no_seat_to_be_complained_of(way: Any) -> None:
    """As for disputes: who works in the community alone is its workstation's, unless of another body."""
    referral = way.register(body_complained_of=Body.WORKSTATION)

    with pytest.raises(NotFound):
        way.progress(referral, way.people.officer)
    sits(way.database, Body.PARTY_COMMITTEE, way.people.officer.actor_id)
    assert way.progress(referral, way.people.officer).referral.number == referral.number


@pytest.mark.parametrize("department", ["hygiene", "street_team"])
def test_a_department_is_never_given_what_complains_of_it(way: Any, department: str) -> None:
    """Art. 30, 46: not even by the district, nor after all others objected."""
    referral = way.register(department_complained_of=department)
    for actor in (way.people.street, way.people.district):
        with pytest.raises(InvalidInput, match="goes to the level above") as refused:
            way.sort(referral, department, actor=actor, reason="决定")
        assert refused.value.rule == "信访工作条例 Art. 30, 46"


def test_who_complains_of_the_own_department_sees_the_own_matter(way: Any) -> None:
    """Who gave it is not kept from what he or she gave."""
    way.seat("hygiene", "resident-1")
    referral = way.register(department_complained_of="hygiene")

    assert way.detail(referral, way.people.resident).matter
    assert way.ids(way.people.resident, own=True) == [referral.referral_id]


def test_nobody_moves_or_rewrites_what_was_referred(way: Any) -> None:
    way.accepted()

    for column in ("area", "filed_by", "complainant_id", "matter_sealed", "department_complained_of", "accused_id"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege), way.database.transaction(SYSTEM) as tx:
            tx.execute(f"UPDATE referrals SET {column} = {column}")
    for table in (*TABLES, "departments", "department_seats", "referral_serials"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege), way.database.transaction(SYSTEM) as tx:
            tx.execute(f"DELETE FROM {table}")
    for table in ("referral_steps", "referral_answers"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege), way.database.transaction(SYSTEM) as tx:
            tx.execute(f"UPDATE {table} SET round = round")


ELSEWHERE = {
    "nobody": Access("nobody", ()),
    "another street": Access("street-2", ("440305001",)),
    "another department": Access("hy-ma", ()),
    "a neighbour": Access("resident-2", ()),
}


@pytest.mark.parametrize("who", ELSEWHERE)
def test_who_has_no_part_in_it_sees_and_changes_nothing(way: Any, who: str) -> None:
    way.reviewing()

    with way.database.transaction(ELSEWHERE[who]) as tx:
        assert [tx.rows(f"SELECT FROM {table}") for table in TABLES] == [[]] * len(TABLES)
        assert tx.execute("UPDATE referrals SET state = 'closed'") == 0


@pytest.mark.parametrize("who", ["um-lin", "street-1"])
def test_those_in_charge_see_all_that_belongs_to_it(way: Any, who: str) -> None:
    way.reviewing()
    areas = ("440305006",) if who == "street-1" else ()

    with way.database.transaction(Access(who, areas)) as tx:
        assert [len(tx.rows(f"SELECT FROM {table}")) for table in TABLES] == [1, 1, 5, 1]


@pytest.mark.parametrize("step", ["state = 'accepted'", "state = 'closed', outcome = 'answered'", "handler_id = 'me'"])
def test_who_complains_takes_no_step_but_an_own_one(way: Any, step: str) -> None:
    way.answered()
    access = eyes(way.people.resident)

    with pytest.raises(psycopg2.errors.InsufficientPrivilege), way.database.transaction(access) as tx:
        tx.execute(f"UPDATE referrals SET {step}")
    with way.database.transaction(access) as tx:
        assert tx.execute("UPDATE referrals SET state = 'contested'") == 1


def test_who_complains_writes_no_answer(way: Any) -> None:
    way.reviewing()

    with (
        pytest.raises(psycopg2.errors.InsufficientPrivilege),
        way.database.transaction(eyes(way.people.resident)) as tx,
    ):
        tx.execute(
            "INSERT INTO referral_answers SELECT referral_id, 'review', answering_level, department_code, "
            "answer_sealed, 'x', answered_on, received_on, null, 'resident-1', now() FROM referral_answers"
        )


def test_nobody_below_the_district_says_who_acts_for_a_department_of_it(way: Any) -> None:
    for access in (eyes(way.people.street), eyes(way.people.lin)):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege), way.database.transaction(access) as tx:
            tx.execute(
                "INSERT INTO department_seats (seat_id, code, area, account_id, position, since, recorded_by) "
                "VALUES (gen_random_uuid(), 'hygiene', '440305000000', 'x', 'staff', now(), 'y')"
            )
