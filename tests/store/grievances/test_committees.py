"""Committees over a real PostgreSQL (人民调解法 Art. 8, 9, 13, 14, 19): terms, who may be named, who sees what."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import psycopg2.errors
import pytest
import uuid_utils.compat

from chassis.database import SYSTEM, Access, Database
from chassis.errors import Conflict, InvalidInput, NotAllowed, NotFound, StaleVersion, WrongState
from chassis.identity import Actor, Grant
from services.grievances.committees import handlers as committees
from services.grievances.committees import store
from services.grievances.committees.model import Appointment, EndReason, Formed, Person, Position
from tests.store.grievances.ground import with_places
from tests.support.instance import Fill

DISTRICT, STREET, XINGHAI, HAIYUE = "440305000000", "440305001000", "440305001012", "440305006011"
BEITOU = "440305001013"
NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)
NEXT_YEAR = datetime(2027, 3, 10, 2, tzinfo=UTC)
AFTER_THE_TERM = datetime(2029, 3, 1, 16, tzinfo=UTC)
"""The first instant of 2 March 2029 in Shanghai."""

STREET_OFFICER = Actor("officer-2", (Grant("street_officer", STREET),))


def eyes(actor: Actor) -> Access:
    """What an entrypoint of the register sees with: wherever the actor has a role."""
    return Access(actor.actor_id, actor.areas({grant.role for grant in actor.grants}))


def person(account_id: str, **changes: Any) -> Person:
    usual = Person(uuid_utils.compat.uuid7(), account_id, "陈丽", date(1980, 5, 4), True, Position.MEMBER)
    return replace(usual, **changes)


def command(area: str, *accounts: str, formed_on: date = date(2026, 3, 1)) -> committees.Form:
    chair, *others = [person(account) for account in accounts]
    elected = [replace(chair, position=Position.CHAIR), *others]
    return committees.Form(uuid_utils.compat.uuid7(), area, formed_on, None, elected)


def form(database: Database, asked: committees.Form, *, actor: Actor = STREET_OFFICER, now: datetime = NOW) -> Formed:
    with database.transaction(eyes(actor)) as tx:
        return committees.form(tx, asked, actor=actor, now=now)


def hire(database: Database, formed: Formed, account: str, *, actor: Actor = STREET_OFFICER) -> Appointment:
    hired = person(account, position=None, is_woman=None)
    with database.transaction(eyes(actor)) as tx:
        return committees.hire(tx, formed.committee.committee_id, hired, actor=actor, now=NOW)


def end(database: Database, appointment: Appointment, actor: Actor, **more: Any) -> Appointment:
    asked = {"reason": EndReason.OWN_REQUEST, "version": appointment.version, "now": NOW} | more
    with database.transaction(eyes(actor)) as tx:
        return committees.end(tx, appointment.appointment_id, actor=actor, **asked)


def named(database: Database, area: str, now: datetime = NOW) -> list[str]:
    """The accounts that may be named in this area, as an officer of it sees them."""
    actor = Actor("officer-1", (Grant("community_officer", area),))
    with database.transaction(eyes(actor)) as tx:
        return [one.account_id for one in committees.list_mediators(tx, area, actor=actor, now=now)]


@pytest.fixture(scope="module")
def ground() -> Fill:
    return with_places


@pytest.fixture
def formed(database: Database) -> Formed:
    """The first committee of 星海名城."""
    return form(database, command(XINGHAI, "chen", "li", "he"))


def test_a_committee_is_one_fact_and_so_is_each_of_its_mediators(
    database: Database, formed: Formed, facts: Any
) -> None:
    hired = hire(database, formed, "wu")
    end(database, hired, STREET_OFFICER)

    assert facts() == [("committee.formed", 1), *[("mediator.appointed", 1)] * 4, ("mediator.ended", 2)]
    assert named(database, XINGHAI) == ["chen", "li", "he"]


def test_names_are_sealed_and_shown_masked_and_no_day_of_birth_is_kept(database: Database, formed: Formed) -> None:
    assert {one.name for one in formed.members} == {"陈*"}
    with database.transaction() as tx:
        kept = tx.rows("SELECT m::text AS row FROM mediators AS m")
        assert {one.name for one in store.list_of_committee(tx, formed.committee.committee_id)} == {"陈丽"}
    assert not any(word in one.row for one in kept for word in ("陈", "1980"))


def test_art_9_the_next_term_ends_the_one_before(database: Database, formed: Formed, facts: Any) -> None:
    hire(database, formed, "wu")
    before = len(facts())

    again = form(database, command(XINGHAI, "li", "zhou", "sun", formed_on=date(2027, 3, 10)), now=NEXT_YEAR)

    assert facts()[before:] == [
        *[("mediator.ended", 2)] * 4,
        ("committee.formed", 1),
        *[("mediator.appointed", 1)] * 3,
    ]
    assert named(database, XINGHAI, NEXT_YEAR) == ["li", "zhou", "sun"]
    officer = Actor("officer-1", (Grant("community_officer", XINGHAI),))
    with database.transaction(eyes(officer)) as tx:
        [current] = committees.list_committees(tx, XINGHAI, actor=officer)
        ended = tx.rows("SELECT ended_on FROM committees WHERE committee_id <> %s", (current.committee_id,))
    assert current == again.committee
    assert ended == [(date(2027, 3, 10),)]


def test_art_9_after_the_term_nobody_is_named(database: Database, formed: Formed) -> None:
    last_instant = AFTER_THE_TERM.replace(hour=15, minute=59)

    assert named(database, XINGHAI, last_instant) == ["chen", "li", "he"]
    assert named(database, XINGHAI, AFTER_THE_TERM) == []


def test_art_13_mediators_of_the_community_and_of_the_street_above_it_may_be_named(
    database: Database, formed: Formed
) -> None:
    form(database, command(STREET, "street-a", "street-b", "street-c"))

    assert named(database, XINGHAI) == ["chen", "li", "he", "street-a", "street-b", "street-c"]
    assert named(database, BEITOU) == ["street-a", "street-b", "street-c"]
    assert named(database, HAIYUE) == []


def test_art_8_who_leaves_may_leave_it_incomplete_and_that_is_shown(database: Database, formed: Formed) -> None:
    end(database, formed.members[0], STREET_OFFICER)

    with database.transaction(eyes(STREET_OFFICER)) as tx:
        [committee] = committees.list_committees(tx, XINGHAI, actor=STREET_OFFICER)
    assert (committee.members, committee.chairs, committee.is_complete) == (2, 0, False)


LEAVER = Actor("li", (Grant("mediator", XINGHAI),))
OFFICER = Actor("officer-1", (Grant("community_officer", XINGHAI),))
ELSEWHERE = Actor("officer-9", (Grant("community_officer", HAIYUE),))
COLLEAGUE = Actor("chen", (Grant("mediator", XINGHAI),))


@pytest.mark.parametrize("actor", [LEAVER, OFFICER, STREET_OFFICER], ids=["himself", "community", "street"])
def test_a_mediator_may_ask_to_leave(database: Database, formed: Formed, actor: Actor) -> None:
    ended = end(database, formed.members[1], actor)

    assert (ended.ended_on, ended.version) == (date(2026, 3, 10), 2)
    assert named(database, XINGHAI) == ["chen", "he"]


REFUSED: dict[str, tuple[type[Exception], Any]] = {
    "a colleague ends it": (NotAllowed, lambda db, formed: end(db, formed.members[1], COLLEAGUE)),
    "another community's officer ends it": (NotFound, lambda db, formed: end(db, formed.members[1], ELSEWHERE)),
    "a mediator dismisses himself": (
        NotAllowed,
        lambda db, formed: end(db, formed.members[1], LEAVER, reason=EndReason.DISMISSED),
    ),
    "a version gone by": (StaleVersion, lambda db, formed: end(db, formed.members[1], OFFICER, version=0)),
    "a mediator forms one": (
        NotAllowed,
        lambda db, _: form(db, command(XINGHAI, "li", "b", "c", formed_on=date(2026, 3, 2)), actor=LEAVER),
    ),
    "another community's officer forms one": (
        NotAllowed,
        lambda db, _: form(db, command(XINGHAI, "a", "b", "c", formed_on=date(2026, 3, 2)), actor=ELSEWHERE),
    ),
    "a community's officer forms the street's": (
        NotAllowed,
        lambda db, _: form(db, command(STREET, "a", "b", "c"), actor=OFFICER),
    ),
    "an officer elects himself": (
        NotAllowed,
        lambda db, _: form(db, command(XINGHAI, "officer-1", "b", "c", formed_on=date(2026, 3, 2)), actor=OFFICER),
    ),
    "an officer hires himself": (NotAllowed, lambda db, formed: hire(db, formed, "officer-1", actor=OFFICER)),
    "one before the current one": (
        Conflict,
        lambda db, _: form(db, command(XINGHAI, "a", "b", "c", formed_on=date(2026, 2, 1))),
    ),
    "one too few": (InvalidInput, lambda db, _: form(db, command(XINGHAI, "a", "b", formed_on=date(2026, 3, 2)))),
    "hired twice": (Conflict, lambda db, formed: hire(db, formed, "li")),
    "hired by another community": (NotFound, lambda db, formed: hire(db, formed, "wu", actor=ELSEWHERE)),
    "hired by a mediator": (NotAllowed, lambda db, formed: hire(db, formed, "wu", actor=LEAVER)),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_changes_nothing(database: Database, formed: Formed, case: str) -> None:
    refusal, act = REFUSED[case]
    before = snapshot(database)

    with pytest.raises(refusal):
        act(database, formed)

    assert snapshot(database) == before


@pytest.mark.parametrize(("area", "told"), [(DISTRICT, "is a district"), ("440305999000", "is not a division known")])
def test_art_8_a_committee_belongs_to_a_community_or_a_street(database: Database, area: str, told: str) -> None:
    district = Actor("officer-3", (Grant("district_officer", DISTRICT),))

    with pytest.raises(InvalidInput, match=told):
        form(database, command(area, "a", "b", "c"), actor=district)


def test_an_appointment_ends_once(database: Database, formed: Formed) -> None:
    ended = end(database, formed.members[1], OFFICER)

    with pytest.raises(WrongState, match="ended since 2026-03-10"):
        end(database, ended, OFFICER)


@pytest.mark.parametrize(
    ("actor", "sees"),
    [
        (Actor("resident-1", (Grant("resident", XINGHAI),)), True),
        (Actor("leader-1", (Grant("grid_leader", XINGHAI, "/c/b"),)), True),
        (STREET_OFFICER, True),
        (Actor("resident-9", (Grant("resident", HAIYUE),)), False),
        (Actor("operator-1", (Grant("operator", XINGHAI),)), False),
    ],
)
def test_art_19_whoever_may_file_there_sees_whom_to_choose(
    database: Database, formed: Formed, actor: Actor, sees: bool
) -> None:
    with database.transaction(eyes(actor)) as tx:
        if sees:
            assert len(committees.list_mediators(tx, XINGHAI, actor=actor, now=NOW)) == 3
        else:
            with pytest.raises(NotAllowed):
                committees.list_mediators(tx, XINGHAI, actor=actor, now=NOW)


COUNT = "SELECT (SELECT count(*) FROM committees) AS committees, (SELECT count(*) FROM mediators) AS mediators"


@pytest.mark.parametrize(
    ("access", "seen"),
    [
        (Access("nobody", ()), (0, 0)),
        (Access("officer-9", ("440305006011",)), (0, 0)),
        (Access("officer-1", ("440305001012",)), (2, 6)),
        (Access("officer-4", ("440305001013",)), (1, 3)),
        (Access("officer-2", ("440305001",)), (2, 6)),
        (Access("li", ()), (0, 1)),
        (SYSTEM, (2, 6)),
    ],
    ids=["nobody", "another street", "community", "its neighbour", "street", "a mediator", "system"],
)
def test_past_the_handlers_the_register_shows_to_those_it_serves(
    database: Database, formed: Formed, access: Access, seen: tuple[int, int]
) -> None:
    form(database, command(STREET, "street-a", "street-b", "street-c"))

    with database.transaction(access) as tx:
        assert tx.rows(COUNT) == [seen]


ENDS = "UPDATE mediators SET ended_on = now(), end_reason = %s WHERE account_id = %s"


@pytest.mark.parametrize(
    ("access", "reason", "account", "touched"),
    [
        (Access("nobody", ()), "own_request", "li", 0),
        (Access("officer-4", ("440305001013",)), "dismissed", "street-a", 0),
        (Access("li", ()), "own_request", "li", 1),
        (Access("li", ()), "own_request", "chen", 0),
        (Access("officer-1", ("440305001012",)), "dismissed", "li", 1),
    ],
)
def test_past_the_handlers_only_the_area_or_the_mediator_ends_an_appointment(
    database: Database, formed: Formed, access: Access, reason: str, account: str, touched: int
) -> None:
    form(database, command(STREET, "street-a", "street-b", "street-c"))

    with database.transaction(access) as tx:
        assert tx.execute(ENDS, (reason, account)) == touched


def test_past_the_handlers_a_mediator_enters_no_dismissal(database: Database, formed: Formed) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), database.transaction(Access("li", ())) as tx:
        tx.execute(ENDS, ("dismissed", "li"))


@pytest.mark.parametrize(
    "forbidden",
    [
        "DELETE FROM committees",
        "DELETE FROM mediators",
        "UPDATE committees SET area = area",
        "UPDATE committees SET term_ends_on = term_ends_on",
        "UPDATE mediators SET account_id = account_id",
        "UPDATE mediators SET name_sealed = name_sealed",
        "UPDATE mediators SET term_ends_on = term_ends_on",
    ],
)
def test_past_the_handlers_the_register_is_not_rewritten(database: Database, formed: Formed, forbidden: str) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), database.transaction(SYSTEM) as tx:
        tx.execute(forbidden)


def snapshot(database: Database) -> dict[str, Any]:
    tables = ("committees", "mediators", "outbox")
    with database.transaction() as tx:
        return {table: tx.rows(f"SELECT t::text FROM {table} AS t ORDER BY 1") for table in tables}
