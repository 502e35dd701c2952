"""The workstation's staff does not make itself nobody's staff by the register of mediators (信访工作条例 Art. 28)."""

from datetime import date
from typing import Any

import psycopg2.errors
import pytest
import uuid_utils.compat

from chassis.database import SYSTEM, Access, Database
from chassis.errors import NotAllowed, NotFound
from chassis.identity import Actor, Grant
from services.grievances.access import eyes
from services.grievances.committees import handlers as committees
from services.grievances.committees.model import Appointment, Person, Position
from services.grievances.disputes import handlers as disputes
from services.grievances.disputes.model import Body, Dispute
from services.grievances.joint.model import State
from services.grievances.seats.handlers import spoken_for
from tests.store.grievances.joint.bodies import SEATERS, Bodies

XINGHAI, STREET = "440305001012", "440305001000"
LI, SUN, FANG = (Actor(f"officer-{name}", (Grant("community_officer", XINGHAI),)) for name in ("li", "sun", "fang"))
MEDIATOR = Actor("mediator-wu", (Grant("mediator", XINGHAI),))


def person(account_id: str, **more: Any) -> Person:
    return Person(uuid_utils.compat.uuid7(), account_id, "吴芳", date(1969, 8, 21), **more)


def hire(life: Any, account_id: str, by: Actor) -> Appointment:
    with life.database.transaction() as tx:
        [row] = tx.rows("SELECT committee_id FROM committees WHERE area = %s AND ended_on IS NULL", (XINGHAI,))
    with life.database.transaction(eyes(by)) as tx:
        return committees.hire(tx, row.committee_id, person(account_id), actor=by, now=life.now)


def against_workstation(life: Any) -> Dispute:
    dispute: Dispute = life.file(respondent_body=Body.WORKSTATION, relation="owner_government")
    return dispute


def sees(database: Database, dispute: Dispute, actor: Actor, access: Access | None = None) -> bool:
    with database.transaction(access or eyes(actor)) as tx:
        try:
            disputes.get_seen(tx, dispute.dispute_id, actor=actor)
        except NotFound:
            return False
        return True


def row_shows(database: Database, actor: Actor) -> bool:
    with database.transaction(eyes(actor)) as tx:
        return bool(tx.rows("SELECT FROM disputes"))


def test_a_mediator_whom_the_community_enters_is_nobody_s_staff(life: Any, database: Database) -> None:
    hire(life, MEDIATOR.actor_id, LI)
    dispute = against_workstation(life)

    assert sees(database, dispute, MEDIATOR)
    assert row_shows(database, MEDIATOR)
    with database.transaction(eyes(MEDIATOR)) as tx:
        assert spoken_for(tx, MEDIATOR, XINGHAI) == frozenset()


def test_an_officer_in_the_register_is_staff_all_the_same(life: Any, database: Database) -> None:
    """What the database cannot know, the token says: Sun has an office here as well."""
    hire(life, SUN.actor_id, LI)
    both = Actor(SUN.actor_id, (*SUN.grants, Grant("mediator", XINGHAI)))
    dispute = against_workstation(life)

    for actor in (SUN, both):
        assert not sees(database, dispute, actor)
        assert not sees(database, dispute, actor, SYSTEM)
        with database.transaction(eyes(actor)) as tx:
            assert spoken_for(tx, actor, XINGHAI) == {Body.WORKSTATION}


def test_an_officer_whom_the_street_has_entered_is_not(life: Any, database: Database) -> None:
    hire(life, SUN.actor_id, SEATERS)
    dispute = against_workstation(life)

    assert sees(database, dispute, SUN)
    assert row_shows(database, SUN)


def test_two_colleagues_do_not_enter_each_other(life: Any, database: Database) -> None:
    hire(life, MEDIATOR.actor_id, LI)

    with pytest.raises(NotAllowed, match="holds an office") as refused:
        hire(life, LI.actor_id, SUN)

    assert refused.value.rule == "信访工作条例 Art. 28"
    hire(life, LI.actor_id, SEATERS)


def test_nor_form_a_committee_of_themselves(life: Any, database: Database) -> None:
    hire(life, MEDIATOR.actor_id, LI)
    members = [
        person(account, is_woman=True, position=position)
        for account, position in ((LI.actor_id, Position.CHAIR), ("x", Position.MEMBER), ("y", Position.MEMBER))
    ]
    command = committees.Form(uuid_utils.compat.uuid7(), XINGHAI, date(2026, 3, 1), None, members)

    with pytest.raises(NotAllowed, match="holds an office"), database.transaction(eyes(SUN)) as tx:
        committees.form(tx, command, actor=SUN, now=life.now)


def test_a_seat_of_the_workstation_is_an_office(life: Any, database: Database) -> None:
    Bodies(database, life).give(Body.WORKSTATION, "clerk-1")

    with pytest.raises(NotAllowed, match="holds an office"):
        hire(life, "clerk-1", LI)
    hire(life, "clerk-1", SEATERS)


def test_whom_the_database_knows_as_an_officer_it_takes_for_staff(life: Any, database: Database) -> None:
    """Sun entered Li before Li had entered anybody; since then Li is known to hold an office."""
    hire(life, LI.actor_id, SUN)
    against_workstation(life)
    as_mediator = Actor(LI.actor_id, (Grant("mediator", XINGHAI),))
    assert row_shows(database, as_mediator)

    hire(life, MEDIATOR.actor_id, LI)

    assert not row_shows(database, as_mediator)


APPOINT = (
    "INSERT INTO mediators (appointment_id, committee_id, area, account_id, kind, name_sealed, since, term_ends_on, "
    "version, appointed_by, from_above) SELECT gen_random_uuid(), committee_id, area, %s, 'hired', '', formed_on, "
    "term_ends_on, 1, 'x', %s FROM committees WHERE area = '440305001012'"
)


def test_the_database_takes_no_colleague_from_the_community(life: Any, database: Database) -> None:
    hire(life, MEDIATOR.actor_id, LI)

    with pytest.raises(psycopg2.errors.InsufficientPrivilege), database.transaction(eyes(SUN)) as tx:
        tx.execute(APPOINT, (LI.actor_id, False))
    with database.transaction(eyes(SEATERS)) as tx:
        assert tx.execute(APPOINT, (LI.actor_id, True)) == 1


def test_nobody_says_from_above_who_is_not(life: Any, database: Database) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), database.transaction(eyes(SUN)) as tx:
        tx.execute(APPOINT, ("somebody", True))
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), database.transaction(eyes(SUN)) as tx:
        tx.execute(
            "INSERT INTO committees (committee_id, area, formed_on, term_ends_on, formed_by, from_above, ended_on) "
            "VALUES (gen_random_uuid(), '440305001012', '2026-03-01', '2029-03-01', 'x', true, '2026-03-02')"
        )


def test_of_a_joint_case_an_officer_in_the_register_answers_for_the_workstation(life: Any, database: Database) -> None:
    hire(life, SUN.actor_id, LI)
    bodies = Bodies(database, life)
    case = bodies.convene(bodies.accepted(Body.WORKSTATION))

    assert bodies.answer(case, Body.WORKSTATION, SUN).answered == [Body.WORKSTATION]
    with pytest.raises(NotAllowed):
        bodies.answer(case, Body.RESIDENTS_COMMITTEE, SUN)
    assert bodies.read(case, SUN).state is State.OPEN
    assert bodies.read(case, SUN).dispute_id is None
