"""From hand to hand: who sorts, who objects, who decides, who withdraws from it. Nothing is lost on the way."""

from dataclasses import replace
from typing import Any

import pytest

from chassis.calendar import local_day
from chassis.errors import Conflict, InvalidInput, NotAllowed, NotFound, Refused, StaleVersion
from chassis.identity import Actor, Grant
from services.grievances.access import eyes
from services.grievances.departments import handlers as departments
from services.grievances.referrals import handlers
from services.grievances.referrals.model import State


def test_what_was_given_back_is_with_nobody_and_due_for_sorting_anew(way: Any) -> None:
    """Art. 23; the 15 days of sorting run anew from the objection (c)."""
    given = way.later(14).sort(way.register())
    back = way.later(2).object(given)

    assert (back.state, back.department_code, back.objection_due_at) == (State.REGISTERED, None, None)
    assert (back.due_on - local_day(way.now)).days == 15
    with pytest.raises(NotFound):
        way.progress(back, way.people.lin)
    assert way.ids(way.people.lin) == []


def test_a_department_that_objected_is_given_it_again_only_by_the_district(way: Any) -> None:
    """Art. 23 (c)."""
    back = way.object(way.sorted())

    for actor, reason in ((way.people.street, "再次转送"), (way.people.district, None)):
        with pytest.raises(NotAllowed, match="only the district_officer decides now, with a reason"):
            way.sort(back, actor=actor, reason=reason)
    decided = way.sort(back, actor=way.people.district, reason="市容条例规定由其负责")

    assert decided.is_bound
    assert way.due(decided) == {"state": "referral.notice"}
    with pytest.raises(Conflict, match="the district has decided"):
        way.object(decided)
    assert way.accept(decided).state is State.ACCEPTED


def test_all_hand_overs_stay_with_their_reasons(way: Any) -> None:
    back = way.object(way.sorted(), reason="由环卫所负责")
    given = way.sort(back, "hygiene")

    with way.database.transaction(eyes(way.people.district)) as tx:
        asked = {"actor": way.people.district, "now": way.now}
        opened = handlers.list_steps(tx, given.referral_id, purpose="review", **asked)
        masked = handlers.list_steps(tx, given.referral_id, purpose=None, **asked)

    assert [(step.step, step.taken_by, step.words) for step in opened] == [
        ("register", "resident-1", None),
        ("sort", "street-1", None),
        ("object", "um-lin", "由环卫所负责"),
        ("sort", "street-1", None),
    ]
    assert {step.words for step in masked} == {None}


def test_a_department_that_is_no_longer_used_is_given_nothing_new(way: Any) -> None:
    given, waiting = way.sorted(), way.register()
    district = way.people.district
    with way.database.transaction(eyes(district)) as tx:
        departments.retire(tx, "urban_management", actor=district)

    assert way.accept(given).state is State.ACCEPTED
    with pytest.raises(InvalidInput, match="not in use"):
        way.sort(waiting)
    with way.database.transaction(eyes(district)) as tx:
        departments.restore(tx, "urban_management", actor=district)
    assert way.sort(waiting).state is State.SORTED


def test_who_handles_it_withdraws_and_a_successor_has_it_at_once(way: Any) -> None:
    """Art. 28."""
    accepted = way.accepted()
    passed = way.recuse(accepted)

    assert (passed.handler_id, passed.term) == ("um-wu", accepted.term)
    with pytest.raises(NotAllowed, match="this is for its handler"):
        way.answer(passed)
    assert way.answer(passed, way.people.wu).state is State.ANSWERED


def test_a_head_takes_it_from_who_handles_it_and_a_colleague_does_not(way: Any) -> None:
    accepted = way.accepted()

    with pytest.raises(NotAllowed, match="its handler or a head of its department"):
        way.recuse(accepted, way.people.wu)
    assert way.recuse(accepted, way.people.head).handler_id == "um-wu"


RIGHTS = {
    "a mediator does not sort": lambda way: way.sort(way.register(), actor=way.people.mediator),
    "a community does not sort": lambda way: way.sort(way.register(), actor=way.people.officer),
    "a street does not accept": lambda way: way.accept(way.sorted(), way.people.street),
    "a district does not object": lambda way: way.object(way.sorted(), way.people.district),
    "a street does not decline what a department has": lambda way: way.decline(way.sorted()),
    "a colleague does not extend": lambda way: way.extend(way.accepted(), actor=way.people.wu),
    "a colleague does not answer": lambda way: way.answer(way.accepted(), way.people.wu),
    "a street does not review": lambda way: way.answer(way.reviewing(), way.people.street),
    "a department does not review": lambda way: way.answer(way.reviewing(), way.people.lin),
    "an officer does not contest for who has an account": lambda way: way.contest(way.answered(), way.people.officer),
    "an officer does not withdraw it either": lambda way: way.withdraw(way.register(), way.people.officer),
    "who complains does not sort": lambda way: way.sort(
        way.register(), actor=replace(way.people.resident, grants=way.people.district.grants)
    ),
}


@pytest.mark.parametrize("what", RIGHTS)
def test_each_step_is_for_those_whom_the_law_names(way: Any, what: str) -> None:
    with pytest.raises(NotAllowed):
        RIGHTS[what](way)


ELSEWHERE = {
    "another department": lambda way: way.accept(way.sorted(), way.people.hygiene),
    "another street": lambda way: way.sort(way.register(), actor=way.people.other_street),
    "a neighbour": lambda way: way.contest(way.answered(), way.people.neighbour),
}


@pytest.mark.parametrize("who", ELSEWHERE)
def test_who_has_nothing_to_do_with_it_knows_nothing_of_it(way: Any, who: str) -> None:
    with pytest.raises(NotFound, match="that you may see"):
        ELSEWHERE[who](way)


def test_who_answered_a_review_does_not_answer_the_rereview(way: Any) -> None:
    """Art. 28, 36."""
    rereview = way.contest(way.answer(way.reviewing(), way.people.reviewer))

    with pytest.raises(NotAllowed, match="does not review it"):
        way.answer(rereview, way.people.reviewer)


def test_for_who_has_no_account_the_hotline_that_filed_it_asks_for_a_review(way: Any) -> None:
    """Art. 35: the right is the complainant's, however the matter came in."""
    answered = way.answered(actor=way.people.hotline)

    assert answered.complainant_id is None
    assert way.contest(answered, way.people.hotline).state is State.CONTESTED


def test_a_worker_of_the_community_asks_for_who_has_no_account(way: Any) -> None:
    answered = way.answered(actor=way.people.hotline)

    assert way.contest(answered, way.people.officer).state is State.CONTESTED


def test_what_is_withdrawn_is_closed(way: Any) -> None:
    withdrawn = way.withdraw(way.accepted())

    assert (withdrawn.state, withdrawn.outcome, way.due(withdrawn)) == (State.CLOSED, "withdrawn", {})


REFUSED = {
    "sorted twice": lambda way: way.sort(way.sorted()),
    "to an unknown department": lambda way: way.sort(way.register(), "nobody"),
    "to another street's department": lambda way: way.sort(way.register(), "nantou_team"),
    "objected too late": lambda way: way.object(way.later(0).sorted(), now=way.now.replace(month=4)),
    "accepted by a stranger": lambda way: way.accept(way.sorted(), handler_id="street-1"),
    "31 days": lambda way: way.extend(way.accepted(), 31),
    "answered too early": lambda way: way.answer(way.sorted()),
    "contested before an answer": lambda way: way.contest(way.accepted()),
    "a stale version": lambda way: way.accept(replace(way.sorted(), version=1)),
    "a successor from elsewhere": lambda way: way.recuse(way.accepted(), successor_id="hy-ma"),
    "reviewed by the department": lambda way: way.answer(way.reviewing(), way.people.lin),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_refused_step_changes_nothing(way: Any, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    before: list[Any] = []
    step = way.step

    def watched(*given: Any, **more: Any) -> Any:
        before.append(way.snapshot())
        return step(*given, **more)

    monkeypatch.setattr(way, "step", watched)
    with pytest.raises(Refused):
        REFUSED[what](way)

    assert before[-1] == way.snapshot()


def test_a_step_names_the_version_it_is_meant_for(way: Any) -> None:
    given = way.sorted()
    way.accept(given)

    with pytest.raises(StaleVersion):
        way.object(given)


REGISTRATIONS = {
    "an unknown community": ({"area": "440305001999"}, "is not a division known here"),
    "an unknown category": ({"category": "ghosts"}, "this category is not in use; give one of"),
    "an unknown department": ({"requested_department": "ghosts"}, "GET /departments lists them"),
    "nothing to go by": ({"area": None, "category": None, "name": None}, "give a dispute_id, or area, category"),
}


@pytest.mark.parametrize("what", REGISTRATIONS)
def test_what_cannot_be_placed_is_told_what_would_be_right(way: Any, what: str) -> None:
    given, told = REGISTRATIONS[what]
    before = way.snapshot()

    with pytest.raises(InvalidInput, match=told):
        way.register(**given)
    assert way.snapshot() == before


def test_a_resident_complains_in_the_own_name(way: Any) -> None:
    with pytest.raises(NotAllowed, match=r"leave complainant\.person_id out"):
        way.register(complainant_id="resident-2")


def test_nobody_gives_or_ends_an_own_seat(way: Any) -> None:
    """Who could end it would see what is hidden from the department."""
    own = Actor("district-9", (Grant("district_officer", "440305000000"),))
    seat = way.seat("hygiene", own.actor_id)

    with pytest.raises(NotAllowed), way.database.transaction(eyes(own)) as tx:
        departments.end_seat(tx, "hygiene", seat.seat_id, actor=own, now=way.now)
    with pytest.raises(NotAllowed), way.database.transaction(eyes(own)) as tx:
        departments.seat(tx, replace(seat, code="urban_management"), actor=own)
