"""The numbers of 信访工作条例 (2022): each row names its article; the day after the last one is too late."""

from datetime import date, datetime
from typing import Any

import pytest

from chassis.calendar import SHANGHAI, end_of_day
from chassis.errors import Conflict, InvalidInput, Refused, WrongState
from services.grievances.referrals.model import Round, State

LAST_MOMENT = {"microseconds": -1}


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=SHANGHAI)


DUE = {
    "Art. 22, sorting: 15 days from registration": ("register", "2026-03-25"),
    "Art. 23, notice: 15 days from sorting": ("sorted", "2026-03-25"),
    "Art. 34, handling: 60 days from acceptance": ("accepted", "2026-05-09"),
    "Art. 35, asking for a review: 30 days from the answer": ("answered", "2026-04-09"),
    "Art. 35, review: 30 days from asking": ("reviewing", "2026-04-09"),
}


@pytest.mark.parametrize("rule", DUE)
def test_what_is_due_when(way: Any, rule: str) -> None:
    until, day = DUE[rule]

    assert getattr(way, until)().due_on.isoformat() == day


OBJECTIONS = {
    "an ordinary week": ("2026-03-10", "2026-03-17"),
    "National Day 2026: off from 10-01 to 10-07, Saturday 10-10 is worked": ("2026-09-28", "2026-10-10"),
    "the Sunday before it, 09-20, is worked; Mid-Autumn 09-25 is off": ("2026-09-18", "2026-09-24"),
    "Labour Day 2026: off from 05-01 to 05-05": ("2026-04-28", "2026-05-08"),
    "Spring Festival 2026: off from 02-15 to 02-23": ("2026-02-11", "2026-02-25"),
}


@pytest.mark.parametrize("around", OBJECTIONS)
def test_a_wrong_recipient_objects_within_five_working_days(way: Any, around: str) -> None:
    """Art. 23, and 民法典 Art. 201: the day itself does not count."""
    sorted_on, last_day = OBJECTIONS[around]
    way.now = noon(sorted_on)
    in_time, late = way.sorted(), way.sorted()
    over = end_of_day(date.fromisoformat(last_day))

    assert in_time.objection_due_at == over
    way.now = over
    with pytest.raises(Conflict, match=r"working days for objecting .* are over") as refused:
        way.object(late)
    assert "Art. 23" in refused.value.rule

    way.later(**LAST_MOMENT)
    assert way.object(in_time).state is State.REGISTERED


@pytest.mark.parametrize(("days", "allowed"), [(0, False), (1, True), (30, True), (31, False), (-1, False)])
def test_an_extension_is_of_30_days_at_most(way: Any, days: int, allowed: bool) -> None:
    """Art. 34."""
    accepted = way.accepted()

    if allowed:
        assert (way.extend(accepted, days).due_on - accepted.due_on).days == days
    else:
        with pytest.raises(InvalidInput, match="give 1 to 30") as refused:
            way.extend(accepted, days)
        assert "Art. 34" in refused.value.rule


def test_an_extension_is_given_once_and_before_the_term_is_over(way: Any) -> None:
    """Art. 34."""
    accepted, other = way.accepted(), way.accepted()
    way.now = accepted.term.due_at
    way.later(**LAST_MOMENT)
    extended = way.extend(accepted, 10)

    with pytest.raises(Conflict, match="has been extended once"):
        way.extend(extended, 1)
    way.now = other.term.due_at
    with pytest.raises(Conflict, match="it can only be extended before"):
        way.extend(other, 1)


@pytest.mark.parametrize("approver", ["um-lin", "um-wu", "hy-ma", "street-1", "nobody"])
def test_an_extension_is_approved_by_a_head_who_does_not_handle_it(way: Any, approver: str) -> None:
    """Art. 34: 经本机关、单位负责人批准."""
    accepted = way.accepted()

    with pytest.raises(InvalidInput, match="a head of department urban_management who does not handle it"):
        way.extend(accepted, approver_id=approver)


def test_a_head_who_handles_it_does_not_approve_it(way: Any) -> None:
    accepted = way.accept(way.sorted(), way.people.head)

    with pytest.raises(InvalidInput, match="who does not handle it"):
        way.extend(accepted, actor=way.people.head)


@pytest.mark.parametrize("of_round", [Round.REVIEW, Round.REREVIEW])
def test_an_answer_is_contested_to_the_end_of_its_last_day(way: Any, of_round: Round) -> None:
    """Art. 35, 36."""

    def answered() -> Any:
        once = way.answered()
        return once if of_round is Round.REVIEW else way.answer(way.contest(once), way.people.reviewer)

    in_time, late = answered(), answered()
    way.now = in_time.term.due_at
    with pytest.raises(Refused) as refused:
        way.contest(late, version=late.version + 1)
    assert isinstance(refused.value, WrongState)
    assert "Art. 35, 36" in refused.value.rule

    way.later(**LAST_MOMENT)
    assert way.contest(in_time).round is of_round


def test_a_right_that_ends_on_a_day_off_ends_on_the_next_working_day(way: Any) -> None:
    """民法典 Art. 203: 30 days from 2026-09-03 end on Saturday 10-03, in the holidays."""
    way.now = noon("2026-09-03")

    assert way.answered().appeal_until == date(2026, 10, 8)


@pytest.mark.parametrize(
    ("answered_on", "received_on"),
    [("2026-03-11", None), ("2026-03-09", None), ("2026-03-10", "2026-03-11"), ("2026-03-10", "2026-03-09")],
)
def test_an_answer_is_dated_after_acceptance_and_recorded_once_received(
    way: Any, answered_on: str, received_on: str | None
) -> None:
    accepted = way.accepted()
    reply = {"answered_on": date.fromisoformat(answered_on)}
    if received_on:
        reply["received_on"] = date.fromisoformat(received_on)

    with pytest.raises(InvalidInput, match="must follow each other, from 2026-03-10 to 2026-03-10"):
        way.answer(accepted, **reply)


def test_what_is_late_is_done_all_the_same(way: Any) -> None:
    """A duty that was missed stays one: nothing that is late is ever lost."""
    referral = way.later(20).sort(way.register())
    accepted = way.later(20).accept(referral)

    assert way.later(90).answer(accepted).state is State.ANSWERED
