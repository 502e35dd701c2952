"""Confirms: each message is accounted for by its own tag (faults 8, 9, 10)."""

import pytest

from chassis.relay.publisher import ConfirmWindow, Letter


def letter(position: int) -> Letter:
    return Letter(position, f"event-{position}", "grievances.events", "dispute.resolved", "{}", mandatory=True)


def window(count: int) -> ConfirmWindow:
    made = ConfirmWindow()
    for position in range(1, count + 1):
        made.sent(letter(position))
    return made


def positions(letters: list[Letter]) -> list[int]:
    return sorted(one.position for one in letters)


def test_an_ack_confirms_its_own_tag_and_no_other() -> None:
    confirms = window(3)
    confirms.on_ack(2, multiple=False)
    assert positions(confirms.take().confirmed) == [2]
    assert sorted(confirms.pending) == [1, 3]


def test_a_multiple_ack_confirms_everything_up_to_its_tag() -> None:
    confirms = window(5)
    confirms.on_ack(2, multiple=False)
    confirms.on_ack(4, multiple=True)
    assert positions(confirms.take().confirmed) == [1, 2, 3, 4]
    assert sorted(confirms.pending) == [5]


def test_acks_out_of_order_are_each_taken_once() -> None:
    confirms = window(3)
    for tag in (3, 1, 3, 2, 1):
        confirms.on_ack(tag, multiple=False)
    assert positions(confirms.take().confirmed) == [1, 2, 3]
    assert not confirms.pending


@pytest.mark.parametrize("multiple", [False, True])
def test_a_nack_is_never_a_confirm(multiple: bool) -> None:
    confirms = window(2)
    confirms.on_nack(2, multiple)
    answers = confirms.take()
    assert not answers.confirmed
    assert 2 in positions(answers.refused)


def test_a_return_vetoes_the_ack_that_follows_it() -> None:
    confirms = window(2)
    confirms.on_return("event-1")
    confirms.on_ack(2, multiple=True)
    answers = confirms.take()
    assert (positions(answers.confirmed), positions(answers.returned)) == ([2], [1])


def test_a_message_sent_again_is_not_vetoed_by_its_old_return() -> None:
    confirms = window(1)
    confirms.on_return("event-1")
    confirms.on_ack(1, multiple=False)
    confirms.take()
    confirms.sent(letter(1))
    confirms.on_ack(2, multiple=False)
    assert positions(confirms.take().confirmed) == [1]


def test_an_unknown_tag_confirms_nothing() -> None:
    confirms = window(1)
    confirms.on_ack(7, multiple=False)
    assert not confirms.take().confirmed
    assert sorted(confirms.pending) == [1]
