"""The plan of what is killed and frozen (DESIGN §6: 5): its seed alone decides."""

from itertools import pairwise

import pytest

from tests.support.havoc import BROKER, FREEZE, KILL, POSTGRES, plan

TARGETS = (BROKER, POSTGRES, "grievances", "grievances-relay", "statistics")
SEEDS = range(20)


def test_a_seed_gives_the_same_plan_each_time_and_another_seed_another_one() -> None:
    assert plan(7, 300, TARGETS) == plan(7, 300, TARGETS)
    assert plan(7, 300, TARGETS) != plan(8, 300, TARGETS)


@pytest.mark.parametrize("seed", SEEDS)
def test_everything_is_killed_once_before_anything_is_hit_again(seed: int) -> None:
    first = plan(seed, 300, TARGETS)[: len(TARGETS)]

    assert {(blow.target, blow.how) for blow in first} == {(target, KILL) for target in TARGETS}


@pytest.mark.parametrize("seed", SEEDS)
def test_one_blow_of_a_target_ends_before_its_next_begins(seed: int) -> None:
    blows = plan(seed, 300, TARGETS)

    assert blows == sorted(blows, key=lambda blow: blow.at_s)
    for target in TARGETS:
        own = [blow for blow in blows if blow.target == target]
        assert all(one.ends_s < next_.at_s for one, next_ in pairwise(own))


@pytest.mark.parametrize("seed", SEEDS)
def test_no_blow_lasts_longer_than_the_run(seed: int) -> None:
    blows = plan(seed, 60, TARGETS)

    assert max(blow.ends_s for blow in blows) <= 60.01


def test_a_long_run_kills_and_freezes_each_target_many_times() -> None:
    blows = plan(7, 1800, TARGETS)

    assert all(
        sum((blow.target, blow.how) == (target, how) for blow in blows) > 20
        for target in TARGETS
        for how in (KILL, FREEZE)
    )
