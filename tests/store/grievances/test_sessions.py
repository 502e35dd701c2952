"""Sessions over a real PostgreSQL: what is counted, what is sealed, and that open does not mean published."""

from collections.abc import Callable
from typing import Any

import pytest

from chassis.database import Database
from chassis.errors import InvalidInput
from services.grievances.access import Purpose, eyes
from services.grievances.disputes.model import Dispute, Side
from services.grievances.sessions import handlers as sessions
from services.grievances.sessions.model import Guest, Session
from tests.store.grievances.deadlines.timer import at

BEGAN, ENDED, NOW = at("2026-03-10T14:00"), at("2026-03-10T15:30"), at("2026-03-10T16:00")
OPEN = sessions.Record(
    BEGAN,
    True,
    list(Side),
    "邻居张三作证",
    ended_at=ENDED,
    place="海月路12号调解室",
    mediators=["mediator-1", "mediator-3"],
    guests={Guest.NEIGHBOURS: 2, Guest.EXPERTS: 1, Guest.AUDIENCE: 8, Guest.RELATIVES: 0},
    guests_agreed=True,
)


@pytest.fixture
def listed(database: Database) -> Callable[..., list[Session]]:
    def read(dispute: Dispute, actor: Any, purpose: Purpose | None = None) -> list[Session]:
        with database.transaction(eyes(actor)) as tx:
            return sessions.list_sessions(tx, dispute.dispute_id, actor=actor, purpose=purpose)

    return read


def test_a_session_says_who_came_how_long_and_where(life: Any, listed: Callable[..., list[Session]]) -> None:
    dispute = life.meet(life.assigned(), command=OPEN, now=NOW)

    (session,) = listed(dispute, life.people.mediator, Purpose.MEDIATION)

    assert (session.held_at, session.ended_at, session.is_public) == (BEGAN, ENDED, True)
    assert (session.attended, session.mediators) == (("applicant", "respondent"), ("mediator-1", "mediator-3"))
    assert session.guests == {"neighbours": 2, "experts": 1, "audience": 8}
    assert (session.place, session.record) == ("海月路12号调解室", "邻居张三作证")


def test_art_23_the_record_of_an_open_session_is_sealed_like_any_other(
    life: Any, database: Database, listed: Callable[..., list[Session]]
) -> None:
    dispute = life.meet(life.assigned(), command=OPEN, now=NOW)

    (masked,) = listed(dispute, life.people.resident)

    assert (masked.record, masked.place, masked.guests["audience"]) == (None, None, 8)
    with database.transaction() as tx:
        kept = str(tx.rows("SELECT s::text FROM sessions AS s")) + str(tx.rows("SELECT envelope FROM outbox"))
    for words in (OPEN.record, OPEN.place or ""):
        assert words not in kept
        assert words.encode().hex() not in kept


def test_who_records_it_mediated_unless_said(life: Any, listed: Callable[..., list[Session]]) -> None:
    dispute = life.meet(life.assigned(), life.people.officer)

    (session,) = listed(dispute, life.people.officer)

    assert (session.mediators, session.guests, session.ended_at) == (("officer-1",), {}, None)


def test_art_14_a_refused_session_is_not_counted(life: Any, listed: Callable[..., list[Session]]) -> None:
    dispute = life.assigned()
    partial = sessions.Record(BEGAN, False, list(Side), "…", mediators=["mediator-1", "resident-1"])

    with pytest.raises(InvalidInput, match="one of these accounts has a part"):
        life.meet(dispute, command=partial, now=NOW)

    assert listed(dispute, life.people.officer) == []
