"""Who has no account asks for a review with the number and secret of the case (信访工作条例 Art. 21, 35, 36)."""

from typing import Any

import psycopg2.errors
import pytest
import uuid_utils.compat

from chassis.database import SYSTEM
from chassis.errors import Conflict, NotFound, WrongState
from services.grievances.access import eyes
from services.grievances.disputes import handlers as disputes
from services.grievances.disputes.model import Dispute
from services.grievances.following import handlers as following
from services.grievances.following.handlers import NOBODY, FollowedCase, Shown
from services.grievances.following.secret import secret_of
from services.grievances.referrals import handlers
from services.grievances.referrals.model import Referral, Round, State
from tests.store.grievances.life import FILING
from tests.store.grievances.referrals.offices import HAIYUE

SECRET, OTHER_SECRET = secret_of(7), secret_of(8)


def filed(way: Any, secret: str = SECRET) -> Dispute:
    """A mediator took it in for somebody without an account."""
    told = {**vars(FILING), "area": HAIYUE, "grid_unit_id": None}
    with way.database.transaction(eyes(way.people.mediator)) as tx:
        return disputes.register(
            tx,
            disputes.Register(**told),
            dispute_id=uuid_utils.compat.uuid7(),
            actor=way.people.mediator,
            now=way.now,
            secret_hash=following.hash_of(secret),
        )


def answered(way: Any, dispute: Dispute) -> Referral:
    referral = way.register(way.people.officer, dispute_id=dispute.dispute_id)
    answered: Referral = way.answer(way.accept(way.sort(referral)))
    return answered


def contest(way: Any, dispute: Dispute, number: str, secret: str = SECRET) -> Referral:
    with way.database.transaction(NOBODY) as tx:
        dispute_id = following.open_case(tx, Shown(dispute.case_number, secret))
        return handlers.contest_followed(tx, dispute_id, number, grounds="夜间仍在作业", now=way.now)


def follow(way: Any, dispute: Dispute) -> FollowedCase:
    with way.database.transaction(NOBODY) as tx:
        return following.get_followed(tx, Shown(dispute.case_number, SECRET), now=way.now)


def test_who_shows_the_secret_asks_for_a_review_and_then_a_re_review(way: Any) -> None:
    dispute = filed(way)
    first = answered(way, dispute)

    review = contest(way, dispute, first.number)
    second = way.answer(review, way.people.reviewer)
    rereview = contest(way, dispute, first.number)

    assert (review.state, review.round, review.due_rule) == (State.CONTESTED, Round.REVIEW, "referral.review")
    assert (rereview.state, rereview.round, rereview.due_rule) == (
        State.CONTESTED,
        Round.REREVIEW,
        "referral.rereview",
    )
    assert second.complainant_id is None
    assert way.due(first)["state"] == "referral.rereview"
    with way.database.transaction(SYSTEM) as tx:
        steps = tx.rows("SELECT taken_by FROM referral_steps WHERE step = 'contest'")
    assert [step.taken_by for step in steps] == ["anonymous", "anonymous"]


def test_the_case_shows_its_referrals_with_what_is_due(way: Any) -> None:
    dispute = filed(way)
    referral = answered(way, dispute)

    (shown,) = follow(way, dispute).referrals

    assert (shown.referral.number, shown.referral.due_rule) == (referral.number, "referral.review_request")
    assert shown.referral.due_on == shown.referral.appeal_until == referral.appeal_until
    with way.database.transaction(SYSTEM) as tx:
        read = tx.rows("SELECT actor_id FROM audit_pending WHERE action = 'referral.read_by_secret'")
    assert [row.actor_id for row in read] == ["anonymous"]


def test_art_35_after_thirty_days_there_is_no_review(way: Any) -> None:
    dispute = filed(way)
    referral = answered(way, dispute)
    assert referral.term is not None
    way.now = referral.term.due_at

    before = way.snapshot()
    with pytest.raises((Conflict, WrongState)):
        contest(way, dispute, referral.number)
    assert way.snapshot() == before


def test_what_is_not_answered_yet_is_not_contested(way: Any) -> None:
    dispute = filed(way)
    referral = way.register(way.people.officer, dispute_id=dispute.dispute_id)

    with pytest.raises(WrongState):
        contest(way, dispute, referral.number)


def test_the_secret_of_one_case_contests_no_other(way: Any) -> None:
    dispute, other = filed(way), filed(way, OTHER_SECRET)
    referral = answered(way, other)
    before = way.snapshot()

    with pytest.raises(NotFound, match="no referral of this number"):
        contest(way, dispute, referral.number)
    with pytest.raises(NotFound):
        contest(way, other, referral.number, SECRET)
    assert way.snapshot() == before


@pytest.mark.parametrize("change", ["state = 'closed', outcome = 'withdrawn'", "handler_id = 'x'", "version = 99"])
def test_the_database_takes_nothing_else_by_the_secret(way: Any, change: str) -> None:
    dispute = filed(way)
    answered(way, dispute)

    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        _changed(way, dispute, change)
    with way.database.transaction(NOBODY) as tx:
        assert tx.execute("UPDATE referrals SET state = 'contested'") == 0


def _changed(way: Any, dispute: Dispute, change: str) -> int:
    with way.database.transaction(NOBODY) as tx:
        following.open_case(tx, Shown(dispute.case_number, SECRET))
        count: int = tx.execute(f"UPDATE referrals SET {change}")
        return count
