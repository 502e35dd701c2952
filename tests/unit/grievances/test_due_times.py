"""When things are due by their rules, what is told of them, and what a district may set."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from chassis.calendar import SHANGHAI, Holidays, end_of_day
from chassis.errors import InvalidInput
from services.grievances.deadlines import model
from services.grievances.deadlines.model import Amounts, Rule, Thing, Timetable, Unit, Watched
from services.grievances.holidays.file import read_file

DAYS, WORKING = Unit.DAYS, Unit.WORKING_DAYS
RULES = {
    rule.rule: rule
    for rule in (
        Rule("dispute.acceptance", 5, WORKING, True, 24, 3, 7, None, "(c)"),
        Rule("dispute.mediation", 30, DAYS, True, 120, 5, 10, None, "(c)"),
        Rule("hotline.enquiry", 1, WORKING, True, 4, 1, 2, None, "(c) 12345"),
        Rule("agreement.judicial_confirmation", 30, DAYS, False, 168, 0, 0, 30, "人民调解法 Art. 33"),
        Rule("referral.sorting", 15, DAYS, True, 72, 3, 7, 15, "信访工作条例 Art. 22"),
        Rule("referral.objection", 5, WORKING, False, 24, 0, 0, 5, "信访工作条例 Art. 23"),
        Rule("referral.handling", 60, DAYS, True, 240, 5, 10, 60, "信访工作条例 Art. 34"),
        Rule("joint.task", None, DAYS, True, 48, 3, 7, None, "(c)"),
    )
}


@pytest.fixture(scope="module")
def timetable() -> Timetable:
    years = read_file(Path(__file__).parents[3] / "data" / "holidays.csv", "test")
    days = [day for year in years for day in year.days]
    holidays = Holidays(
        off=frozenset(day.day for day in days if not day.is_working),
        worked=frozenset(day.day for day in days if day.is_working),
        until=date(2026, 12, 31),
    )
    return Timetable(RULES, holidays)


def at(text: str) -> datetime:
    """An instant of Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("rule", "start", "last_day"),
    [
        # 民法典 Art. 201: the day of the event does not count, whatever the hour.
        ("dispute.mediation", "2026-03-10T00:00", "2026-04-09"),
        ("dispute.mediation", "2026-03-10T23:59", "2026-04-09"),
        ("dispute.acceptance", "2026-02-13T09:00", "2026-02-27"),
        ("dispute.acceptance", "2026-09-30T09:00", "2026-10-13"),
        ("hotline.enquiry", "2026-02-13T09:00", "2026-02-14"),
        ("hotline.enquiry", "2026-02-27T23:59", "2026-02-28"),
        # A duty does not wait for the holiday's end.
        ("dispute.mediation", "2026-01-20T09:00", "2026-02-19"),
        ("referral.sorting", "2026-09-20T09:00", "2026-10-05"),
        ("referral.handling", "2026-08-05T09:00", "2026-10-04"),
        # 民法典 Art. 203: a right that would end on a day off ends on the next working day.
        ("agreement.judicial_confirmation", "2026-01-20T09:00", "2026-02-24"),
        ("agreement.judicial_confirmation", "2026-09-01T09:00", "2026-10-08"),
        ("agreement.judicial_confirmation", "2026-04-10T09:00", "2026-05-11"),
        ("agreement.judicial_confirmation", "2026-01-15T09:00", "2026-02-14"),
        ("referral.objection", "2026-09-28T09:00", "2026-10-10"),
    ],
)
def test_the_last_day_in_time(timetable: Timetable, rule: str, start: str, last_day: str) -> None:
    due = timetable.due(rule, at(start))

    assert due.last_day == date.fromisoformat(last_day)
    assert due.due_at == end_of_day(due.last_day)
    assert not due.provisional


def test_a_missed_duty_has_days_at_each_level_and_a_right_has_none(timetable: Timetable) -> None:
    duty = timetable.due("dispute.mediation", at("2026-03-10T09:00"))
    right = timetable.due("agreement.judicial_confirmation", at("2026-03-10T09:00"))

    assert (duty.near_at, duty.street_at, duty.district_at) == (
        end_of_day(date(2026, 4, 4)),
        end_of_day(date(2026, 4, 14)),
        end_of_day(date(2026, 4, 19)),
    )
    assert (right.street_at, right.district_at) == (None, None)


@pytest.mark.parametrize(
    ("rule", "start", "last_day", "provisional"),
    [
        ("dispute.acceptance", "2026-12-24T09:00", "2026-12-31", False),
        ("dispute.acceptance", "2026-12-28T09:00", "2027-01-04", True),
        ("dispute.mediation", "2026-12-28T09:00", "2027-01-27", False),
        ("agreement.judicial_confirmation", "2026-12-10T09:00", "2027-01-11", True),
    ],
)
def test_what_reaches_past_the_holiday_table_is_provisional(
    timetable: Timetable, rule: str, start: str, last_day: str, provisional: bool
) -> None:
    due = timetable.due(rule, at(start))

    assert (due.last_day, due.provisional) == (date.fromisoformat(last_day), provisional)


def test_what_names_its_own_last_day_is_due_then(timetable: Timetable) -> None:
    due = timetable.due_on("joint.task", date(2026, 10, 3))

    assert (due.last_day, due.amount, due.provisional) == (date(2026, 10, 3), None, False)
    with pytest.raises(ValueError, match="name the last day"):
        timetable.due("joint.task", at("2026-03-10T09:00"))


WATCHED = Watched(
    UUID(int=7),
    Thing("dispute", UUID(int=8), "440305001012", "noise", "owner_owner"),
    "dispute.mediation",
    datetime(2026, 4, 9, 16, tzinfo=UTC),
    is_duty=True,
    told=0,
    reached=4,
)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"reached": 1}, [(1, "deadline.near", "community")]),
        ({"told": 1, "reached": 2}, [(2, "deadline.missed", "community")]),
        ({"told": 2, "reached": 3}, [(3, "deadline.escalated", "street")]),
        ({"told": 3, "reached": 4}, [(4, "deadline.escalated", "district")]),
        (
            {},
            [
                (1, "deadline.near", "community"),
                (2, "deadline.missed", "community"),
                (3, "deadline.escalated", "street"),
                (4, "deadline.escalated", "district"),
            ],
        ),
        ({"is_duty": False, "reached": 2}, [(1, "deadline.near", "community"), (2, "deadline.lapsed", "community")]),
    ],
)
def test_every_stage_is_told_in_order_and_none_is_left_out(changes: Mapping[str, Any], told: list[Any]) -> None:
    tellings = model.tellings(replace(WATCHED, **changes))

    assert [(stage, fact.type, fact.level) for stage, fact in tellings] == told


def amounts(rule: Rule, **changes: Any) -> Amounts:
    kept = {name: getattr(rule, name) for name in Amounts.__dataclass_fields__}
    return Amounts(**kept | changes)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("dispute.mediation", {"amount": 20}),
        ("dispute.mediation", {"amount": 60}),
        ("referral.sorting", {"amount": 15}),
        ("referral.sorting", {"amount": 10, "street_after_days": 1, "district_after_days": 2}),
        ("referral.objection", {"near_hours": 48}),
        ("joint.task", {"near_hours": 24}),
    ],
)
def test_a_district_sets_what_the_law_leaves_to_it(name: str, changes: Mapping[str, Any]) -> None:
    rule = RULES[name]

    after = model.changed(rule, amounts(rule, **changes))

    assert after == replace(rule, version=2, **changes)


@pytest.mark.parametrize(
    ("name", "changes", "article", "told"),
    [
        ("referral.sorting", {"amount": 16}, "信访工作条例 Art. 22", "allows at most 15 days"),
        ("referral.handling", {"amount": 61}, "信访工作条例 Art. 34", "allows at most 60 days"),
        ("agreement.judicial_confirmation", {"amount": 31}, "人民调解法 Art. 33", "gives 30 days"),
        ("agreement.judicial_confirmation", {"amount": 29}, "人民调解法 Art. 33", "no district takes or adds a day"),
        ("referral.objection", {"amount": 4}, "信访工作条例 Art. 23", "gives 5 working days"),
        ("dispute.mediation", {"amount": None}, "(c)", "must be a number of days"),
        ("joint.task", {"amount": 10}, "(c)", "each thing has its own last day"),
        ("dispute.mediation", {"near_hours": 721}, "(c)", "must not be more than"),
        ("dispute.mediation", {"street_after_days": 0}, "(c)", "after 1 day or more"),
        ("dispute.mediation", {"district_after_days": 5}, "(c)", "later than that"),
        ("referral.objection", {"street_after_days": 3, "district_after_days": 7}, "Art. 23", "goes nowhere"),
    ],
)
def test_what_the_law_does_not_leave_to_a_district_is_refused(
    name: str, changes: Mapping[str, Any], article: str, told: str
) -> None:
    rule = RULES[name]

    with pytest.raises(InvalidInput, match=told) as refused:
        model.changed(rule, amounts(rule, **changes))

    assert article in (refused.value.rule or "")


def test_shanghais_days_have_24_hours_so_a_level_takes_over_at_a_days_end(timetable: Timetable) -> None:
    for month in range(1, 13):
        due = timetable.due("dispute.mediation", datetime(2026, month, 5, tzinfo=UTC))
        assert due.street_at == end_of_day(due.last_day + timedelta(days=5))
