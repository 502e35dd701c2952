"""Pauses between tries grow while nothing works, and are short again once something has worked for a while."""

from chassis.pauses import Pauses


class Tries:
    """Tries that last as long as the test says."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses = Pauses(0.1, 5.0, lambda: self.now)

    def fail_after(self, seconds: float) -> float:
        self.pauses.begin()
        self.now += seconds
        return self.pauses.after_failure_s()


def test_pauses_double_up_to_the_longest() -> None:
    tries = Tries()

    assert [tries.fail_after(1) for _ in range(8)] == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]


def test_after_a_try_that_lasted_the_next_pause_is_the_first() -> None:
    tries = Tries()
    for _ in range(8):
        tries.fail_after(1)

    assert [tries.fail_after(60), tries.fail_after(1)] == [0.1, 0.2]


def test_after_a_try_that_was_of_use_the_next_pause_is_the_first() -> None:
    tries = Tries()
    for _ in range(8):
        tries.fail_after(1)
    tries.pauses.was_of_use()

    assert [tries.fail_after(1), tries.fail_after(1)] == [0.1, 0.2]
