"""Judicial confirmation 司法确认: jointly, within 30 days of effect (人民调解法 Art. 33)."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta

import pytest

from chassis.errors import Conflict, InvalidInput
from services.grievances.confirmations import model
from services.grievances.confirmations.model import Confirmation, Outcome, Progress
from services.grievances.disputes.model import Side

EFFECTIVE_ON = date(2026, 3, 10)
UNTIL = EFFECTIVE_ON + timedelta(days=model.DAYS)
COURT = "深圳市南山区人民法院"
BOTH = tuple(Side)
ASKED = Confirmation(date(2026, 3, 20), COURT)


def asked_on(applied_on: date, applicants: Collection[Side] = BOTH, *, today: date = date(2026, 6, 1)) -> Confirmation:
    return model.request(
        None,
        applied_on=applied_on,
        applicants=applicants,
        court=COURT,
        effective_on=EFFECTIVE_ON,
        until=UNTIL,
        today=today,
    )


@pytest.mark.parametrize(
    ("day", "is_right"), [(-1, False), (0, True), (1, True), (29, True), (30, True), (31, False), (60, False)]
)
def test_art_33_the_court_is_asked_from_the_day_of_effect_until_the_thirtieth_day(day: int, is_right: bool) -> None:
    applied_on = EFFECTIVE_ON + timedelta(days=day)

    if is_right:
        assert asked_on(applied_on) == Confirmation(applied_on, COURT)
    else:
        with pytest.raises(InvalidInput, match="from 2026-03-10, the day of effect, to 2026-04-09") as refused:
            asked_on(applied_on)
        assert refused.value.rule == "人民调解法 Art. 33"
        assert [field.pointer for field in refused.value.fields] == ["/applied_on"]


def test_art_33_an_application_is_recorded_after_it_was_made() -> None:
    with pytest.raises(InvalidInput, match="must not be after today, 2026-03-19"):
        asked_on(date(2026, 3, 20), today=date(2026, 3, 19))


@pytest.mark.parametrize(
    ("applicants", "missing"),
    [([Side.APPLICANT], "respondent"), ([Side.RESPONDENT], "applicant"), ([], "applicant and respondent")],
)
def test_art_33_one_party_alone_is_refused(applicants: list[Side], missing: str) -> None:
    with pytest.raises(InvalidInput, match=f"both parties ask together; {missing} must be among") as refused:
        asked_on(date(2026, 3, 20), applicants)

    assert [field.pointer for field in refused.value.fields] == ["/applicants"]


def test_art_33_the_court_is_asked_once() -> None:
    with pytest.raises(Conflict, match="already asked on 2026-03-20"):
        model.request(
            ASKED,
            applied_on=date(2026, 3, 21),
            applicants=BOTH,
            court=COURT,
            effective_on=EFFECTIVE_ON,
            until=UNTIL,
            today=date(2026, 3, 22),
        )


@pytest.mark.parametrize("outcome", Outcome)
def test_art_33_the_court_decides_once_on_what_it_was_asked(outcome: Outcome) -> None:
    decided = model.decide(ASKED, outcome=outcome, decided_on=date(2026, 4, 2), today=date(2026, 4, 3))

    assert decided == replace(ASKED, outcome=outcome, decided_on=date(2026, 4, 2))
    with pytest.raises(Conflict, match=f"already decided: {outcome} on 2026-04-02"):
        model.decide(decided, outcome=outcome, decided_on=date(2026, 4, 2), today=date(2026, 4, 3))
    with pytest.raises(Conflict, match="the court was not asked"):
        model.decide(None, outcome=outcome, decided_on=date(2026, 4, 2), today=date(2026, 4, 3))


@pytest.mark.parametrize("decided_on", [date(2026, 3, 19), date(2026, 4, 4)])
def test_art_33_a_decision_follows_the_application_and_is_recorded_afterwards(decided_on: date) -> None:
    with pytest.raises(InvalidInput, match="decided_on"):
        model.decide(ASKED, outcome=Outcome.CONFIRMED, decided_on=decided_on, today=date(2026, 4, 3))


CONFIRMED = replace(ASKED, outcome=Outcome.CONFIRMED, decided_on=date(2026, 4, 2))
REJECTED = replace(ASKED, outcome=Outcome.REJECTED, decided_on=date(2026, 4, 2))


@pytest.mark.parametrize(
    ("asked", "today", "state", "days_left", "routes"),
    [
        (None, EFFECTIVE_ON, Progress.OPEN, 30, ()),
        (None, date(2026, 4, 8), Progress.OPEN, 1, ()),
        (None, date(2026, 4, 9), Progress.OPEN, 0, ()),
        (None, date(2026, 4, 10), Progress.LAPSED, None, ("court",)),  # Art. 32
        (ASKED, date(2026, 4, 1), Progress.APPLIED, None, ()),
        (ASKED, date(2026, 4, 10), Progress.APPLIED, None, ()),
        (CONFIRMED, date(2026, 4, 3), Progress.CONFIRMED, None, ("enforcement",)),
        (REJECTED, date(2026, 4, 3), Progress.REJECTED, None, ("mediation", "court")),
    ],
)
def test_art_33_the_countdown_and_what_is_open_then(
    asked: Confirmation | None, today: date, state: Progress, days_left: int | None, routes: tuple[str, ...]
) -> None:
    shown = model.countdown(asked, until=UNTIL, today=today)

    assert (shown.state, shown.days_left, shown.routes, shown.until) == (state, days_left, routes, UNTIL)


@pytest.mark.parametrize(
    ("asked", "until"), [(None, None), (ASKED, date(2026, 4, 19)), (CONFIRMED, None), (REJECTED, None)]
)
def test_art_33_the_court_decides_in_thirty_days(asked: Confirmation | None, until: date | None) -> None:
    assert model.countdown(asked, until=UNTIL, today=date(2026, 4, 3)).decision_until == until
