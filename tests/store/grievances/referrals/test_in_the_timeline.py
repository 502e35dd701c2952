"""A referral's steps stand in the timeline of the case that it came from."""

from typing import Any

from chassis.database import Database
from chassis.identity import Actor
from services.grievances.access import eyes
from services.grievances.timeline import handlers
from tests.store.grievances.referrals.offices import HAIYUE, Way


def lines(database: Database, dispute_id: Any, actor: Actor) -> list[tuple[str, str | None, str | None]]:
    with database.transaction(eyes(actor)) as tx:
        page, _ = handlers.list_entries(tx, dispute_id, actor=actor, purpose=None, after=None, count=50)
    return [(one.kind, one.by, one.detail_zh) for one in page]


def test_from_registration_to_a_contested_answer(way: Way, life: Any, database: Database) -> None:
    people = way.people
    dispute = life.file(people.resident, area=HAIYUE, grid_unit_id=None)
    way.later(hours=1)
    referral = way.register(people.officer, dispute_id=dispute.dispute_id)
    referral = way.later(hours=1).sort(referral)
    referral = way.later(hours=1).object(referral)
    referral = way.later(hours=1).sort(referral, "hygiene")
    referral = way.later(hours=1).accept(referral, people.hygiene)
    referral = way.later(hours=1).answer(referral, people.hygiene)
    way.later(hours=1).contest(referral)

    told = lines(database, dispute.dispute_id, people.officer)

    assert [line[:2] for line in told] == [
        ("dispute.registered", "complainant"),
        ("referral.register", "officer"),
        ("referral.sort", "officer"),
        ("referral.object", "department"),
        ("referral.sort", "officer"),
        ("referral.accept", "department"),
        ("referral.answer", "department"),
        ("referral.contest", "complainant"),
    ]
    assert told[4][2] == "区环境卫生所；期限至2026-03-25"
    assert lines(database, dispute.dispute_id, people.resident) == told


def test_what_is_not_accepted_says_why(way: Way, life: Any, database: Database) -> None:
    dispute = life.file(way.people.resident, area=HAIYUE, grid_unit_id=None)
    way.later(hours=1).decline(way.register(way.people.officer, dispute_id=dispute.dispute_id))

    assert lines(database, dispute.dispute_id, way.people.officer)[-1] == (
        "referral.decline",
        "officer",
        "应当通过诉讼等法定程序处理",
    )
