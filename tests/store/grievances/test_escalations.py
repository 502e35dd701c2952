"""What a missed duty brings up is work for the street and the district: seen, ordered, settled."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import psycopg2.errors
import pytest

from chassis.database import SYSTEM, Access, Database
from chassis.errors import Conflict, LinliError, NotAllowed, NotFound
from chassis.identity import Actor, Grant
from services.grievances.access import eyes
from services.grievances.disputes import handlers as disputes
from services.grievances.disputes.model import Body, RefusalReason
from services.grievances.escalations import handlers
from services.grievances.escalations.model import Escalation
from tests.store.grievances.deadlines.timer import at, tell

XINGHAI, BEITOU, HAIYUE = "440305001012", "440305001013", "440305006011"
FILED = at("2026-03-10T10:00")
STREETS, DISTRICTS = at("2026-03-21T00:00"), at("2026-03-25T00:00")

STREET = Actor("street-1", (Grant("street_officer", "440305001000"),))
OTHER_STREET = Actor("street-2", (Grant("street_officer", "440305006000"),))
DISTRICT = Actor("district-1", (Grant("district_officer", "440305000000"),))

ORDER = "请社区三日内召集双方调解，并书面报街道。"


def came_to(database: Database, actor: Actor, **asked: Any) -> list[Escalation]:
    question = {"area": None, "level": None, "is_open": None, "after": None, "count": 100} | asked
    with database.transaction(eyes(actor)) as tx:
        return handlers.list_escalations(tx, actor=actor, **question)


def instruct(database: Database, actor: Actor, escalation: Escalation, text: str = ORDER) -> Escalation:
    with database.transaction(eyes(actor)) as tx:
        return handlers.instruct(tx, escalation.escalation_id, instruction=text, actor=actor, now=STREETS)


def read(database: Database, actor: Actor, escalation: Escalation) -> Escalation:
    with database.transaction(eyes(actor)) as tx:
        return handlers.get(tx, escalation.escalation_id, actor=actor)


@pytest.fixture
def raised(life: Any, database: Database) -> Escalation:
    """A dispute that nobody accepted; the street has it."""
    life.file(now=FILED)
    tell(database, STREETS)
    [escalation] = came_to(database, STREET)
    return escalation


def test_what_was_missed_comes_to_its_street_and_then_to_the_district(life: Any, database: Database) -> None:
    dispute = life.file(now=FILED)

    tell(database, STREETS)
    assert (len(came_to(database, STREET)), came_to(database, DISTRICT), came_to(database, OTHER_STREET)) == (1, [], [])
    tell(database, DISTRICTS)

    [of_street], [of_district] = came_to(database, STREET), came_to(database, DISTRICT)
    assert (of_street.level, of_street.raised_at, of_street.thing_id) == ("street", STREETS, dispute.dispute_id)
    assert (of_district.level, of_district.raised_at, of_district.rule) == (
        "district",
        DISTRICTS,
        "dispute.acceptance",
    )
    assert of_street.deadline_id == of_district.deadline_id


def test_the_district_may_look_at_what_came_to_a_street(database: Database, raised: Escalation) -> None:
    assert came_to(database, DISTRICT, level="street", area=XINGHAI) == [raised]
    assert came_to(database, DISTRICT, level="street", area=HAIYUE) == []


def test_another_streets_list_is_refused(database: Database, raised: Escalation) -> None:
    with pytest.raises(NotAllowed, match=XINGHAI):
        came_to(database, OTHER_STREET, area=XINGHAI)


def test_a_grant_for_a_part_of_a_grid_shows_nothing_of_the_street(database: Database, raised: Escalation) -> None:
    bound = Actor("street-3", (Grant("street_officer", XINGHAI, "/c/b"), Grant("street_officer", HAIYUE)))

    with database.transaction(Access(bound.actor_id, bound.areas({"street_officer"}))) as tx:
        asked: dict[str, Any] = {"area": None, "level": "street", "is_open": None, "after": None, "count": 100}
        assert handlers.list_escalations(tx, actor=bound, **asked) == []


def test_pages_follow_each_other_without_gap_or_repeat(life: Any, database: Database) -> None:
    for hours in range(5):
        life.file(now=FILED + timedelta(hours=hours))
    tell(database, STREETS)
    seen, after = [], None

    while page := came_to(database, STREET, after=after, count=2):
        seen += page
        after = (page[-1].raised_at, page[-1].escalation_id)

    assert len({one.thing_id for one in seen}) == len(seen) == 5


def test_an_order_is_given_once_and_read_by_those_it_is_for(life: Any, database: Database, raised: Escalation) -> None:
    instruct(database, STREET, raised)

    seen = read(database, life.people.officer, raised)
    assert (seen.instruction, seen.answered_by, seen.answered_at) == (ORDER, "street-1", STREETS)
    with pytest.raises(Conflict, match="already has its instruction"):
        instruct(database, STREET, raised, "another one")
    assert read(database, STREET, raised).instruction == ORDER


def test_an_order_is_sealed_at_rest_and_its_reading_is_audited(
    life: Any, database: Database, raised: Escalation
) -> None:
    instruct(database, STREET, raised)
    read(database, life.people.mediator, raised)

    with database.transaction() as tx:
        (kept,) = tx.rows("SELECT instruction_sealed FROM escalations")
    assert ORDER.encode() not in bytes(kept.instruction_sealed)
    with database.transaction() as tx:
        sealed = tx.rows("SELECT * FROM seal_audit(100)")
        rows = tx.rows("SELECT actor_id, kind, purpose FROM audit_log WHERE action = 'escalation.read'")
    assert sealed
    assert [tuple(row) for row in rows] == [("mediator-1", "read", "instruction")]


def test_a_street_gives_no_order_at_the_districts_level(database: Database, raised: Escalation) -> None:
    tell(database, DISTRICTS)
    [above] = came_to(database, DISTRICT)

    with pytest.raises(NotAllowed, match="district_officer"):
        instruct(database, STREET, above)
    assert instruct(database, DISTRICT, above).instruction == ORDER
    assert instruct(database, DISTRICT, raised).instruction == ORDER, "what came to a street is the district's as well"


@pytest.mark.parametrize("who", ["officer", "mediator", "resident", "neighbour", "elsewhere"])
def test_nobody_below_or_elsewhere_gives_an_order(life: Any, database: Database, raised: Escalation, who: str) -> None:
    with pytest.raises((NotAllowed, NotFound)):
        instruct(database, getattr(life.people, who), raised)

    with database.transaction() as tx:
        assert tx.rows("SELECT answered_by FROM escalations")[0].answered_by is None


def test_two_officers_at_once_give_one_order(database: Database, raised: Escalation) -> None:
    together = Barrier(2)

    def give(actor: Actor) -> str:
        together.wait()
        try:
            return instruct(database, actor, raised, actor.actor_id).instruction or ""
        except Conflict as error:
            return type(error).__name__

    with ThreadPoolExecutor(2) as pool:
        results = sorted(pool.map(give, (STREET, DISTRICT)))

    assert results[0] == "Conflict"
    assert read(database, STREET, raised).instruction == results[1]


@pytest.mark.parametrize("closing", [False, True], ids=["replaced", "settled"])
def test_what_moves_on_waits_above_no_more(life: Any, database: Database, raised: Escalation, closing: bool) -> None:
    dispute = disputes_of(database, raised)
    if closing:
        life.step(disputes.refuse, dispute, None, reason=RefusalReason.BEFORE_AUTHORITY)
    else:
        life.accept(dispute)

    assert came_to(database, STREET, is_open=True) == []
    [settled] = came_to(database, STREET, is_open=False)
    assert settled.settled_at is not None
    with pytest.raises(Conflict, match="settled"):
        instruct(database, STREET, raised)


def disputes_of(database: Database, escalation: Escalation) -> Any:
    with database.transaction(eyes(STREET)) as tx:
        return disputes.get_seen(tx, escalation.thing_id, actor=STREET)


def test_a_stage_below_the_street_leaves_nothing_to_settle(life: Any, database: Database) -> None:
    dispute = life.file(now=FILED)
    tell(database, at("2026-03-18T00:00"))

    life.accept(dispute)

    assert came_to(database, STREET) == []


def test_the_body_complained_of_is_not_asked_about_itself(life: Any, database: Database) -> None:
    """信访工作条例 Art. 28, 30: whoever acts for it, whatever the office."""
    life.file(now=FILED, respondent_body=Body.WORKSTATION)
    with database.transaction() as tx:
        tx.execute(
            "INSERT INTO seats (seat_id, area, body, account_id, since, recorded_by) "
            "VALUES (%s, %s, 'workstation', 'street-1', %s, 'street-9')",
            (uuid4(), XINGHAI, date(2026, 1, 1)),
        )
    tell(database, STREETS)
    colleague = Actor("street-9", (Grant("street_officer", "440305001000"),))

    [escalation] = came_to(database, colleague)

    assert came_to(database, STREET) == []
    for attempt in (read, instruct):
        with pytest.raises(NotFound):
            attempt(database, STREET, escalation)


def test_what_is_unknown_is_not_found(database: Database, raised: Escalation) -> None:
    nothing = Escalation(**vars(raised) | {"escalation_id": uuid4()})

    for attempt in (read, instruct):
        with pytest.raises(NotFound, match="no escalation"):
            attempt(database, STREET, nothing)


# The second lock.

COMMUNITY = Access("officer-1", (XINGHAI,))
THE_STREET = Access("street-1", ("440305001",))
THE_DISTRICT = Access("district-1", ("440305",))
ELSEWHERE = Access("street-2", ("440305006",))


@pytest.fixture
def at_both(life: Any, database: Database) -> Database:
    life.file(now=FILED)
    tell(database, DISTRICTS)
    return database


@pytest.mark.parametrize(
    ("access", "seen", "changed"),
    [(COMMUNITY, 2, 0), (THE_STREET, 2, 1), (THE_DISTRICT, 2, 2), (SYSTEM, 2, 2), (ELSEWHERE, 0, 0)],
)
def test_each_level_changes_what_came_to_it(at_both: Database, access: Access, seen: int, changed: int) -> None:
    with at_both.transaction(access) as tx:
        assert len(tx.rows("SELECT FROM escalations")) == seen
        assert tx.execute("UPDATE escalations SET answered_by = answered_by") == changed


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM escalations",
        "UPDATE escalations SET settled_at = now()",
        "UPDATE escalations SET area = area",
        "UPDATE escalations SET raised_at = raised_at",
    ],
)
def test_what_came_up_stays_as_it_was_written(at_both: Database, sql: str) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), at_both.transaction(SYSTEM) as tx:
        tx.execute(sql)


def test_only_the_timer_brings_something_up(at_both: Database) -> None:
    copy = (
        "INSERT INTO escalations (escalation_id, deadline_id, level, thing, thing_id, rule, area, due_at, raised_at) "
        "SELECT gen_random_uuid(), gen_random_uuid(), level, thing, thing_id, rule, area, due_at, raised_at "
        "FROM escalations"
    )

    with pytest.raises((psycopg2.errors.InsufficientPrivilege, LinliError)), at_both.transaction(THE_STREET) as tx:
        tx.execute(copy)
