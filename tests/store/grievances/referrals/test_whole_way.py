"""A referral from its registration to the last answer, at the hands of all who have a part in it."""

from datetime import date
from typing import Any

import pytest

from chassis.database import SYSTEM
from chassis.errors import WrongState
from services.grievances.deadlines import handlers as deadlines
from services.grievances.departments.model import Position
from services.grievances.referrals import handlers
from services.grievances.referrals.model import NO_RETALIATION, Outcome, Round, State

KINDS = (
    *("sorted", "objected", "sorted", "accepted", "extended", "answered"),
    *("contested", "answered", "contested", "answered", "closed"),
)


def test_255_days_from_registration_to_the_final_answer(way: Any) -> None:
    people = way.people
    registered = way.register()
    assert registered.number == "XF-440305006011-2026-0001"
    assert (way.due(registered), registered.due_on) == ({"state": "referral.sorting"}, date(2026, 3, 25))

    given = way.later(15).sort(registered)
    assert way.due(given) == {"state": "referral.notice", "objection": "referral.objection"}

    back = way.later(3).object(given)
    assert (back.state, way.due(back)) == (State.REGISTERED, {"state": "referral.sorting"})
    assert back.due_on == date(2026, 4, 12)

    again = way.later(15).sort(back, "hygiene")
    accepted = way.later(15).accept(again, people.hygiene)
    assert (accepted.handler_id, way.due(accepted)) == ("hy-ma", {"state": "referral.handling"})

    way.seat("hygiene", "hy-head", Position.HEAD)
    extended = way.later(59).extend(accepted, 30, people.hygiene, approver_id="hy-head")
    assert (extended.due_on - accepted.due_on).days == 30
    answered = way.later(30).answer(extended, people.hygiene)
    assert (answered.appeal_level, way.due(answered)) == ("city", {"state": "referral.review_request"})

    review = way.later(30).contest(answered)
    assert (review.round, review.handler_id, way.due(review)) == (Round.REVIEW, None, {"state": "referral.review"})
    reviewed = way.later(29).answer(review, people.reviewer)
    assert (reviewed.appeal_level, way.due(reviewed)) == ("province", {"state": "referral.rereview_request"})

    rereview = way.later(29).contest(reviewed)
    final = way.later(30).answer(rereview, people.last)
    assert (final.state, final.outcome, final.appeal_until) == (State.CLOSED, Outcome.FINAL, None)
    assert way.due(final) == {}
    assert (way.now - registered.registered_at).days == 255

    told = ["case.referred", *(f"referral.{kind}" for kind in KINDS)]
    assert way.facts(final) == [(kind, version) for version, kind in enumerate(told, start=1)]
    with pytest.raises(WrongState, match=r"Art\. 35, 36|is closed"):
        way.later(1).contest(final)


def test_who_complains_sees_every_hand_over_and_due_time(way: Any) -> None:
    """信访工作条例 Art. 21: progress can be asked for at any time."""
    back = way.later(1).object(way.later(1).sorted())
    given = way.later(1).sort(back, "hygiene")

    progress = way.progress(given, way.people.resident)

    assert [(step.step, step.department_code) for step in progress.steps] == [
        ("register", None),
        ("sort", "urban_management"),
        ("object", "urban_management"),
        ("sort", "hygiene"),
    ]
    assert all(step.due_at for step in progress.steps)
    assert all(step.words is None for step in progress.steps)
    assert (progress.department.name_zh, progress.notice) == ("区环境卫生所", NO_RETALIATION)


def test_an_answer_nobody_contests_is_closed_for_every_reader_from_that_instant(way: Any) -> None:
    """Art. 35. Whether or not a timer has said so: what is read is what the timer then writes."""
    answered = way.answered()
    way.now = answered.term.due_at
    read = way.progress(answered, way.people.resident)

    assert (read.referral.state, read.referral.outcome) == (State.CLOSED, Outcome.ANSWERED)
    with pytest.raises(WrongState):
        way.contest(read.referral)

    written = way.lapse(answered)
    reread = way.progress(answered, way.people.resident)
    assert written is not None
    assert (reread.referral, reread.steps[-1].taken_at) == (read.referral, read.steps[-1].taken_at)
    assert [step.step for step in reread.steps] == [step.step for step in read.steps]
    assert way.facts(answered)[-1] == ("referral.closed", 5)
    assert way.due(answered) == {}


def test_lapsing_twice_or_too_early_or_what_went_on_changes_nothing(way: Any) -> None:
    answered = way.answered()
    before = way.snapshot()

    assert way.lapse(answered) is None
    assert way.snapshot() == before

    way.now = answered.term.due_at
    assert way.lapse(answered).outcome is Outcome.ANSWERED
    before = way.snapshot()
    assert way.lapse(answered) is None
    assert way.snapshot() == before


def test_the_lapsed_days_for_objecting_close_nothing(way: Any) -> None:
    given = way.sorted()
    way.now = given.objection_due_at

    assert way.lapse(given) is None
    assert way.accept(given).state is State.ACCEPTED


def test_the_referrals_of_a_dispute_are_told_to_who_follows_it(way: Any, life: Any) -> None:
    dispute = life.file()
    referral = way.register(life.people.mediator, dispute_id=dispute.dispute_id)

    with way.database.transaction(SYSTEM) as tx:
        (progress,) = handlers.list_of_dispute(tx, dispute.dispute_id, now=way.now)

    assert progress.referral.referral_id == referral.referral_id
    assert progress.referral.due_rule == "referral.sorting"
    assert [step.step for step in progress.steps] == ["register"]


def test_a_dispute_is_referred_with_whom_it_complains_of(way: Any, life: Any) -> None:
    accused = life.respondent(person_id="officer-9")
    dispute = life.file(respondent=accused, respondent_body="property_office")

    referral = way.register(life.people.officer, dispute_id=dispute.dispute_id, department_complained_of="hygiene")

    assert (referral.complainant_id, referral.accused_id) == ("resident-1", "officer-9")
    assert (referral.body_complained_of, referral.department_complained_of) == ("property_office", "hygiene")
    assert (referral.category, referral.area) == (dispute.category, dispute.area)


def test_numbers_have_no_gaps(way: Any) -> None:
    assert [way.register().number[-4:] for _ in range(3)] == ["0001", "0002", "0003"]


def test_a_list_shows_what_is_to_be_done_and_what_is_over_as_closed(way: Any) -> None:
    """A department lists what it has, a street what lies in it, who complains an own matter."""
    answered, waiting = way.answered(), way.register()
    way.now = answered.term.due_at
    people = way.people

    assert way.ids(people.street) == [waiting.referral_id, answered.referral_id]
    assert way.ids(people.lin) == [answered.referral_id]
    assert way.ids(people.hygiene) == []
    assert way.ids(people.resident) == [waiting.referral_id, answered.referral_id]
    assert way.ids(people.neighbour) == []
    assert way.ids(people.other_street) == []
    assert way.ids(people.street, state=State.CLOSED) == [answered.referral_id]
    assert way.ids(people.street, state=State.ANSWERED) == []


def test_a_list_is_narrowed_to_what_one_dispute_led_to(way: Any, life: Any) -> None:
    way.register()
    dispute = life.file()
    led_to = way.register(dispute_id=dispute.dispute_id)
    people = way.people

    for who in (life.people.officer, people.resident):
        assert way.ids(who, dispute_id=dispute.dispute_id) == [led_to.referral_id]
    assert way.ids(people.neighbour, dispute_id=dispute.dispute_id) == []


def test_the_timer_closes_what_lapsed_and_tells_each_once(way: Any) -> None:
    """Together with the due times: the right lapses, the referral is closed, and one fact tells of each."""
    answered = way.answered()
    way.now = answered.term.due_at
    for _ in range(2):
        with way.database.transaction() as tx:
            lapsing = deadlines.list_lapsing(tx, way.now, apart=("referral",))
        for right in lapsing:
            with way.database.transaction() as tx:
                deadlines.lapse(tx, right, way.now, end=handlers.lapse)

    with way.database.transaction() as tx:
        told = [row.type for row in tx.rows("SELECT type FROM outbox ORDER BY position")]
    assert told.count("referral.closed") == told.count("deadline.lapsed") == 1
    assert way.progress(answered, way.people.resident).referral.version == 5
    assert way.due(answered) == {}
