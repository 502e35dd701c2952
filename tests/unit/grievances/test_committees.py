"""Who forms a mediation committee and who mediates: the People's Mediation Law, Art. 8, 9, 13, 14, rule by rule."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from chassis.errors import Conflict, InvalidInput, WrongState
from services.grievances.committees import events, model
from services.grievances.committees.model import Committee, EndReason, Formed, Kind, Person, Position

TODAY = date(2026, 3, 10)

COMMITTEE = Committee(
    committee_id=UUID("01936f00-0000-7000-8000-00000000000c"),
    area="440305001012",
    formed_on=date(2026, 3, 1),
    term_ends_on=date(2029, 3, 1),
)


def person(number: int, **changes: object) -> Person:
    """The first is the chair and a woman."""
    usual = Person(
        appointment_id=UUID(int=number),
        account_id=f"mediator-{number}",
        name="陈丽",
        birth_on=date(1980, 5, 4),
        is_woman=number == 1,
        position=Position.CHAIR if number == 1 else Position.MEMBER,
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def persons(count: int) -> list[Person]:
    return [person(number) for number in range(1, count + 1)]


def form(committee: Committee = COMMITTEE, members: list[Person] | None = None) -> Formed:
    return model.form(committee, members or persons(3), before=None, today=TODAY)


def hired(person: Person) -> model.Appointment:
    return model.hire(COMMITTEE, replace(person, is_woman=None, position=None), today=TODAY)


@pytest.mark.parametrize(("count", "allowed"), [(1, False), (2, False), (3, True), (9, True), (10, False)])
def test_art_8_a_committee_has_three_to_nine_members(count: int, allowed: bool) -> None:
    if allowed:
        assert len(form(members=persons(count)).members) == count
    else:
        with pytest.raises(InvalidInput, match=f"3 to 9 members, not {count}") as refused:
            form(members=persons(count))
        assert refused.value.rule == "人民调解法 Art. 8"
        assert [field.pointer for field in refused.value.fields] == ["/members"]


MEMBERSHIP: dict[str, tuple[str, list[Person], str, str]] = {
    "no woman": ("人民调解法 Art. 8", [replace(one, is_woman=False) for one in persons(3)], "/members", "a woman"),
    "no chair": (
        "人民调解法 Art. 8",
        [replace(one, position=Position.MEMBER) for one in persons(3)],
        "/members",
        "one member is the chair, not 0",
    ),
    "two chairs": (
        "人民调解法 Art. 8",
        [*persons(3), person(4, position=Position.CHAIR)],
        "/members",
        "one member is the chair, not 2",
    ),
    "one twice": (
        "人民调解法 Art. 8",
        [*persons(3), person(4, account_id="mediator-2")],
        "/members/3/account_id",
        "a person is a member once",
    ),
    "a day too young": (
        "人民调解法 Art. 14",
        [*persons(3), person(4, birth_on=date(2008, 3, 2))],
        "/members/3/birth_on",
        "18 or older on 2026-03-01",
    ),
}


@pytest.mark.parametrize("case", MEMBERSHIP)
def test_a_membership_against_the_law_is_refused(case: str) -> None:
    article, members, pointer, told = MEMBERSHIP[case]

    with pytest.raises(InvalidInput, match=told) as refused:
        form(members=members)

    assert refused.value.rule == article
    assert [field.pointer for field in refused.value.fields] == [pointer]


def test_a_refusal_names_all_that_is_wrong_and_nobody() -> None:
    alone = person(7, is_woman=False, birth_on=date(2010, 1, 1), position=Position.MEMBER)

    with pytest.raises(InvalidInput) as refused:
        form(replace(COMMITTEE, term_ends_on=date(2031, 3, 1)), [alone])

    assert refused.value.rule == "人民调解法 Art. 9; 人民调解法 Art. 8; 人民调解法 Art. 14"
    assert len(refused.value.fields) == 5
    assert "陈丽" not in str(refused.value)
    assert "mediator-7" not in str(refused.value)


@pytest.mark.parametrize(
    ("formed_on", "last_day"),
    [
        (date(2026, 3, 1), date(2029, 3, 1)),
        (date(2025, 12, 31), date(2028, 12, 31)),
        (date(2024, 2, 29), date(2027, 2, 28)),
    ],
)
def test_art_9_a_term_is_three_years(formed_on: date, last_day: date) -> None:
    """To the same day; where there is none, to the month's last (民法典 Art. 202)."""
    committee = replace(COMMITTEE, formed_on=formed_on, term_ends_on=last_day)

    assert form(committee).committee.term_ends_on == last_day
    for wrong in (last_day.replace(year=last_day.year + 2), last_day.replace(day=27)):
        with pytest.raises(InvalidInput, match=f"three years; the last day of this one is {last_day}") as refused:
            form(replace(committee, term_ends_on=wrong))
        assert refused.value.rule == "人民调解法 Art. 9"


@pytest.mark.parametrize(
    ("formed_on", "told"), [(date(2026, 3, 11), "is yet to come"), (date(2023, 3, 9), "was over on 2026-03-09")]
)
def test_art_9_a_term_is_entered_while_it_runs(formed_on: date, told: str) -> None:
    with pytest.raises(InvalidInput, match=told) as refused:
        form(replace(COMMITTEE, formed_on=formed_on, term_ends_on=model.years_after(formed_on, 3)))
    assert refused.value.rule == "人民调解法 Art. 9"


@pytest.mark.parametrize("day", [date(2026, 3, 10), date(2023, 3, 10)])
def test_a_term_is_entered_from_its_first_day_to_its_last(day: date) -> None:
    assert form(replace(COMMITTEE, formed_on=day, term_ends_on=model.years_after(day, 3))).committee.formed_on == day


@pytest.mark.parametrize(
    ("birth_on", "on", "adult"),
    [
        (date(2008, 3, 10), date(2026, 3, 9), False),
        (date(2008, 3, 10), date(2026, 3, 10), True),
        (date(2008, 2, 29), date(2026, 2, 27), False),
        (date(2008, 2, 29), date(2026, 2, 28), True),
        (date(2026, 3, 11), date(2026, 3, 10), False),
    ],
)
def test_art_14_a_mediator_is_an_adult(birth_on: date, on: date, adult: bool) -> None:
    """From the birthday on (民法典 Art. 17)."""
    assert model.is_adult(birth_on, on) is adult


def test_art_14_who_is_hired_is_an_adult_on_that_day() -> None:
    assert hired(person(4, birth_on=date(2008, 3, 10))).kind is Kind.HIRED
    with pytest.raises(InvalidInput, match="18 or older on 2026-03-10") as refused:
        hired(person(4, birth_on=date(2008, 3, 11)))
    assert refused.value.rule == "人民调解法 Art. 14"
    assert refused.value.fields[0].pointer == "/birth_on"


def test_art_13_members_and_hired_ones_mediate_until_the_term_ends() -> None:
    appointments = [*form().members, hired(person(4))]

    assert [one.kind for one in appointments] == ["member", "member", "member", "hired"]
    assert {one.term_ends_on for one in appointments} == {COMMITTEE.term_ends_on}
    assert [one.since for one in appointments] == [COMMITTEE.formed_on] * 3 + [TODAY]


@pytest.mark.parametrize(
    ("changes", "today"),
    [({"ended_on": date(2026, 3, 9)}, TODAY), ({}, date(2029, 3, 2))],
    ids=["ended by the next", "run out"],
)
def test_art_9_nobody_is_hired_once_the_term_is_over(changes: dict[str, date], today: date) -> None:
    with pytest.raises(WrongState, match="possible only when it is running") as refused:
        model.hire(replace(COMMITTEE, **changes), person(4), today=today)  # type: ignore[arg-type]
    assert refused.value.rule == "人民调解法 Art. 9"
    assert model.hire(COMMITTEE, person(4), today=COMMITTEE.term_ends_on).since == COMMITTEE.term_ends_on


@pytest.mark.parametrize("day", [date(2026, 3, 1), date(2026, 3, 2)])
def test_art_9_the_next_term_begins_after_the_last_began(day: date) -> None:
    with pytest.raises(Conflict, match="a later one follows it"):
        model.form(COMMITTEE, persons(3), before=replace(COMMITTEE, formed_on=day), today=TODAY)


def test_art_8_a_committee_that_many_have_left_is_no_longer_complete() -> None:
    formed = form().committee

    assert formed.is_complete
    assert not replace(formed, members=2).is_complete
    assert not replace(formed, women=0).is_complete
    assert not replace(formed, chairs=0).is_complete


def test_an_appointment_ends_once() -> None:
    appointment = form().members[0]

    ended = model.end(appointment, reason=EndReason.OWN_REQUEST, on=TODAY)

    assert (ended.ended_on, ended.end_reason, ended.version) == (TODAY, "own_request", 2)
    with pytest.raises(WrongState, match="ended since 2026-03-10"):
        model.end(ended, reason=EndReason.DISMISSED, on=TODAY)


def test_facts_tell_numbers_and_nobody() -> None:
    committee, members = form()

    assert model.fact_of_forming(committee) == events.CommitteeFormed(
        committee_id=str(COMMITTEE.committee_id), members=3, women=1, term_ends_on="2029-03-01"
    )
    assert model.fact_of(members[0]) == events.MediatorAppointed(committee_id=str(COMMITTEE.committee_id))
    ended = model.end(members[0], reason=EndReason.DISMISSED, on=TODAY)
    assert model.fact_of(ended) == events.MediatorEnded(committee_id=str(COMMITTEE.committee_id))
