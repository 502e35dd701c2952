"""Who acts for which body, the street or the district says: never the community about itself, nobody of oneself."""

from datetime import date, timedelta
from typing import Any

import psycopg2.errors
import pytest
import uuid_utils.compat

from chassis.database import Access, Database
from chassis.errors import Conflict, InvalidInput, NotAllowed, NotFound
from chassis.identity import Actor, Grant
from services.grievances.access import eyes
from services.grievances.disputes.model import Body
from services.grievances.seats import handlers, model
from services.grievances.seats.model import Seat
from tests.store.grievances.joint.bodies import DISTRICT_OFFICER, GRANTS, SEATERS, XINGHAI, Bodies

TODAY = date(2026, 3, 10)

INSERT = (
    "INSERT INTO seats (seat_id, area, body, account_id, since, recorded_by) "
    "VALUES (gen_random_uuid(), '440305001012', 'workstation', %s, '2026-03-01', 'x')"
)


@pytest.fixture
def bodies(database: Database, life: Any) -> Bodies:
    return Bodies(database, life)


def end(bodies: Bodies, seat: Seat, by: Actor = SEATERS, on: date | None = None) -> Seat:
    with bodies.database.transaction(eyes(by)) as tx:
        return handlers.end(tx, seat.seat_id, on=on, actor=by, now=bodies.life.now)


def listed(bodies: Bodies, by: Actor, area: str = XINGHAI) -> list[Seat]:
    with bodies.database.transaction(eyes(by)) as tx:
        return handlers.list_seats(tx, area=area, after=None, count=10, actor=by)


@pytest.mark.parametrize("by", [SEATERS, DISTRICT_OFFICER], ids=["street", "district"])
def test_the_street_and_the_district_give_and_end_seats(bodies: Bodies, by: Actor) -> None:
    seat = bodies.give(Body.PROPERTY_OFFICE, by=by)
    assert (seat.since, seat.ended_on) == (TODAY, None)
    assert end(bodies, seat, by).ended_on == TODAY
    assert [one.ended_on for one in listed(bodies, by)] == [TODAY]


@pytest.mark.parametrize("role", ["community_officer", "mediator"])
def test_the_community_says_nothing_about_itself(bodies: Bodies, role: str) -> None:
    own = Actor("officer-1", GRANTS[role])
    seat = bodies.give(Body.PROPERTY_OFFICE)

    with pytest.raises(NotAllowed):
        bodies.give(Body.WORKSTATION, by=own)
    with pytest.raises((NotAllowed, NotFound)):
        end(bodies, seat, own)
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), bodies.database.transaction(eyes(own)) as tx:
        tx.execute(INSERT, ("somebody",))
    with bodies.database.transaction(eyes(own)) as tx:
        assert tx.execute("UPDATE seats SET ended_on = now()") == 0


def test_nobody_gives_or_ends_the_own_seat(bodies: Bodies) -> None:
    seat = bodies.give(Body.PROPERTY_OFFICE, account=SEATERS.actor_id, by=DISTRICT_OFFICER)

    for step in (lambda: bodies.give(Body.WORKSTATION, account=SEATERS.actor_id), lambda: end(bodies, seat)):
        with pytest.raises((NotAllowed, NotFound)):
            step()
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), bodies.database.transaction(eyes(SEATERS)) as tx:
        tx.execute(INSERT, (SEATERS.actor_id,))
    with bodies.database.transaction(eyes(SEATERS)) as tx:
        assert tx.execute("UPDATE seats SET ended_on = now()") == 0
    assert end(bodies, seat, DISTRICT_OFFICER).ended_on == TODAY


def test_another_street_gives_none(bodies: Bodies) -> None:
    other = Actor("street-9", (Grant("street_officer", "440305006000"),))

    with pytest.raises(NotAllowed):
        bodies.give(Body.WORKSTATION, by=other)


def test_an_account_has_a_seat_of_a_body_once_at_a_time(bodies: Bodies) -> None:
    seat = bodies.give(Body.PROPERTY_OFFICE)
    with pytest.raises(Conflict, match="end that one first"):
        bodies.give(Body.PROPERTY_OFFICE)

    end(bodies, seat)
    with pytest.raises(Conflict, match="ended on 2026-03-10"):
        end(bodies, seat)
    bodies.give(Body.PROPERTY_OFFICE)


@pytest.mark.parametrize("area", ["440305001000", "440305001999"])
def test_only_a_community_has_bodies(bodies: Bodies, area: str) -> None:
    with pytest.raises(InvalidInput):
        bodies.give(Body.WORKSTATION, area=area)


@pytest.mark.parametrize(("days", "holds"), [(-400, True), (0, True), (1, False)])
def test_a_seat_is_given_when_it_has_begun(days: int, holds: bool) -> None:
    seat = Seat(uuid_utils.compat.uuid7(), XINGHAI, Body.WORKSTATION, "a", TODAY + timedelta(days), "street-head")

    if holds:
        assert model.give(seat, today=TODAY) is seat
    else:
        with pytest.raises(InvalidInput, match="when it begins"):
            model.give(seat, today=TODAY)


@pytest.mark.parametrize(("day", "holds"), [("2026-02-28", False), ("2026-03-01", True), ("2026-03-11", False)])
def test_a_seat_ends_between_its_beginning_and_today(day: str, holds: bool) -> None:
    seat = Seat(uuid_utils.compat.uuid7(), XINGHAI, Body.WORKSTATION, "a", date(2026, 3, 1), "street-head")

    if holds:
        assert model.end(seat, on=date.fromisoformat(day), by="street-head", today=TODAY).ended_on
    else:
        with pytest.raises(InvalidInput, match="ended_on"):
            model.end(seat, on=date.fromisoformat(day), by="street-head", today=TODAY)


def test_seats_show_where_one_works_and_ones_own(bodies: Bodies, life: Any) -> None:
    bodies.fill()

    assert len(listed(bodies, life.people.mediator)) == 5
    with pytest.raises(NotAllowed):
        listed(bodies, life.people.elsewhere)
    with bodies.database.transaction(Access("of-workstation", ())) as tx:
        assert [row.body for row in tx.rows("SELECT body FROM seats")] == ["workstation"]


def test_a_seat_stays_on_record(bodies: Bodies) -> None:
    bodies.fill()

    for sql in ("DELETE FROM seats", "UPDATE seats SET body = 'workstation'", "UPDATE seats SET account_id = 'b'"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege), bodies.database.transaction() as tx:
            tx.execute(sql)
