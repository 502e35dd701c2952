"""A message that came back because a connection was lost has killed nobody; one that nobody here knows may have."""

from chassis.survived import Survived


def test_what_was_in_hand_when_the_connection_was_lost_is_not_suspected() -> None:
    survived = Survived(10)
    survived.received(b"a", redelivered=False)
    survived.connection_lost()

    assert not survived.received(b"a", redelivered=True)


def test_what_nobody_here_has_had_is_suspected_each_time() -> None:
    survived = Survived(10)

    assert survived.received(b"a", redelivered=True)
    survived.connection_lost()
    assert survived.received(b"a", redelivered=True)


def test_a_new_message_is_never_suspected() -> None:
    assert not Survived(10).received(b"a", redelivered=False)


def test_what_was_acknowledged_is_forgotten() -> None:
    survived = Survived(10)
    survived.received(b"a", redelivered=False)
    survived.acknowledged([b"a"])
    survived.connection_lost()

    assert survived.received(b"a", redelivered=True)


def test_several_losses_in_a_row_are_remembered() -> None:
    survived = Survived(10)
    survived.received(b"a", redelivered=False)
    survived.received(b"b", redelivered=False)
    survived.connection_lost()
    survived.received(b"a", redelivered=True)
    survived.connection_lost()

    assert not survived.received(b"a", redelivered=True)
    assert not survived.received(b"b", redelivered=True)


def test_what_went_to_others_is_forgotten_in_the_end() -> None:
    survived = Survived(2)
    for body in (b"a", b"b", b"c"):
        survived.received(body, redelivered=False)
        survived.connection_lost()

    assert [survived.received(body, redelivered=True) for body in (b"a", b"b", b"c")] == [True, True, False]
