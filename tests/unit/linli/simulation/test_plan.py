"""The plan of a year: a pure function of its seed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import islice, pairwise

import pytest

from linli.simulation.acts import Act, Community
from linli.simulation.days import Calendar
from linli.simulation.parts import PARTS
from linli.simulation.plan import Plan, weighed

NEW_YEAR = date(2026, 1, 1)


@pytest.fixture
def plan(days: Calendar, communities: list[Community]) -> Plan:
    return Plan(7, "s3", weighed(communities, 7), days, NEW_YEAR, 365, share=0.02)


def told(acts: Sequence[Act]) -> list[tuple[object, ...]]:
    return [(act.at, act.case.number, act.case.community.code, act.case.facts, act.step, act.details) for act in acts]


def test_the_same_seed_plays_the_same_year_and_another_seed_another(plan: Plan) -> None:
    first, again, other = (told(list(islice(one.acts(), 500))) for one in (plan, replace(plan), replace(plan, seed=8)))

    assert first == again
    assert first != other


def test_acts_come_in_their_order_within_the_days_that_are_played(plan: Plan) -> None:
    acts = list(plan.acts())

    assert all(one.at <= next_.at for one, next_ in pairwise(acts))
    assert plan.begins_at <= acts[0].at
    assert acts[-1].at < plan.ends_at


def test_as_many_cases_begin_as_the_volume_says(plan: Plan) -> None:
    begun = Counter(
        act.case.part for act in plan.acts() for part in PARTS if part.name == act.case.part and act.step in part.begins
    )

    assert begun == {"mediations": 87, "hotline tickets": 820, "inboxes": 360}
    assert plan.volumes == sum(begun.values())


def test_a_day_is_the_same_whatever_day_the_play_begins_with(plan: Plan) -> None:
    day = date(2026, 6, 15)
    later = replace(plan, first_day=day, days=1)

    def begun(acts: list[Act]) -> set[tuple[object, ...]]:
        return {(act.at, act.case.number) for act in acts if act.step == "register" and act.at.date() == day}

    assert begun(list(later.acts())) == begun(list(plan.acts())) != set()


def test_a_play_goes_on_over_new_years_eve(plan: Plan) -> None:
    over = replace(plan, first_day=date(2025, 12, 25), days=14)

    years = {act.at.year for act in over.acts()}

    assert years == {2025, 2026}


def test_a_case_begins_with_its_filing_and_its_last_act_is_marked(plan: Plan) -> None:
    by_case: dict[str, list[Act]] = {}
    for act in plan.acts():
        by_case.setdefault(act.case.number, []).append(act)

    for acts in by_case.values():
        assert acts[0].step in ("register", "open inbox")
        assert not any(act.is_last for act in acts[:-1])
    ended = sum(acts[-1].is_last for acts in by_case.values())
    assert 0.9 < ended / len(by_case) <= 1  # the last weeks' cases are still open


def test_only_what_is_open_is_held_at_a_time(plan: Plan, days: Calendar) -> None:
    """Nanshan's 199,070 cases are begun day by day, not before the first act is played."""
    begun: list[str] = []

    def live(story: object) -> None:
        begun.append(str(story))
        mediations.live(story)  # type: ignore[arg-type]

    mediations = PARTS[0]
    whole = replace(plan, profile="nanshan", share=1.0, parts=[replace(mediations, live=live)])

    next(whole.acts())

    assert len(begun) < whole.volumes / 100


def test_every_step_has_a_request(plan: Plan) -> None:
    asks = {part.name: part.asks for part in PARTS}

    steps = {(act.case.part, act.step) for act in replace(plan, share=0.1).acts()}

    assert all(step in asks[part] for part, step in steps)
    assert {"reopen", "deny", "withdraw", "link", "decide", "unassign", "reassign"} <= {step for _, step in steps}


def test_what_becomes_of_mediations_is_as_the_mix_says(plan: Plan) -> None:
    steps = Counter(act.step for act in replace(plan, share=0.3, parts=PARTS[:1]).acts())

    resolved = steps["resolve"] / steps["register"]
    assert 0.70 < resolved < 0.80
    assert steps["confirm"] / steps["resolve"] == pytest.approx(0.28, abs=0.04)


def test_some_due_times_are_missed(plan: Plan) -> None:
    """Acceptance is due within five working days; one in twenty comes later."""
    filed: dict[str, Act] = {}
    late = accepted = 0
    for act in replace(plan, share=0.3, parts=PARTS[:1]).acts():
        if act.step == "register":
            filed[act.case.number] = act
        elif act.step == "accept":
            accepted += 1
            late += act.at.date() > plan.calendar.holidays.working_days_after(filed[act.case.number].at.date(), 5)

    assert 0.03 < late / accepted < 0.08


def test_communities_differ_in_what_they_have_to_do(plan: Plan) -> None:
    weights = [one.weight for one in weighed(plan.communities, 7)]

    assert weights == [one.weight for one in weighed(list(reversed(plan.communities)), 7)]
    assert len(set(weights)) == len(weights)
