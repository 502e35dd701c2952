"""How far behind a source: what may be said, and what may never be said silently."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chassis.behind import beats
from chassis.behind.beats import Beat
from chassis.behind.measure import Behind, Noted, Own, Queue, Watched, rounded
from chassis.errors import UnreadableEvent

BEGIN = datetime(2026, 3, 10, 2, 42, tzinfo=UTC)
EMPTY = Queue(0, 1)


def at(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


class Play:
    """One process that looks at given seconds."""

    def __init__(self) -> None:
        self.watched = Watched("grievances", BEGIN)
        self.noted = Noted()

    def look(self, second: float, queue: Queue = EMPTY, own: Own | None = None, *, unsent: int = 0) -> Behind:
        """The relay speaks and the broker answers."""
        self.beat(second, unsent)
        return self.ask(second, queue, own)

    def beat(self, second: float, unsent: int = 0) -> None:
        self.watched.heard(Beat("grievances", at(second), unsent, at(second - 30) if unsent else None), at(second))

    def note(self, noted: Noted) -> None:
        """What the database says from now on."""
        self.noted = noted
        self.watched.read(noted)

    def ask(self, second: float, queue: Queue = EMPTY, own: Own | None = None) -> Behind:
        """Of the database, then of the broker."""
        self.watched.read(self.noted)
        self.watched.asked(queue, own or Own(), at(second))
        return self.watched.behind(at(second))

    def even(self, second: float) -> None:
        self.look(second - 1)
        assert self.look(second).state == "even"


@pytest.fixture
def play() -> Play:
    return Play()


def test_before_anything_is_known_nothing_is_said_to_be_even(play: Play) -> None:
    told = play.watched.behind(at(0.1))

    assert (told.state, told.reason, told.unknown_since, told.as_of) == ("unknown", "broker", BEGIN, None)


def test_nothing_on_its_way_is_even_up_to_what_the_relay_said_before(play: Play) -> None:
    play.look(1)
    told = play.look(2)

    assert (told.state, told.events, told.as_of, told.oldest_at) == ("even", 0, at(1), None)


def test_a_backlog_is_told_with_the_time_up_to_which_all_is_counted(play: Play) -> None:
    play.even(5)

    told = play.look(60, Queue(999_500, 1), Own(in_hand=500, receives=True))

    assert (told.state, told.events, told.as_of, told.oldest_at) == ("behind", 1_000_000, at(5), at(5))
    assert told.reason is None


@pytest.mark.parametrize(
    ("queue", "own", "unsent"),
    [(Queue(7, 1), Own(), 0), (EMPTY, Own(in_hand=7), 0), (EMPTY, Own(), 7), (Queue(2, 1), Own(in_hand=3), 2)],
)
def test_it_counts_wherever_a_fact_lies(play: Play, queue: Queue, own: Own, unsent: int) -> None:
    play.even(5)

    told = play.look(60, queue, own, unsent=unsent)

    assert (told.state, told.events) == ("behind", 7)


@pytest.mark.parametrize(("second", "state"), [(6, "even"), (60, "behind")])
def test_what_a_relay_cannot_send_is_as_old_as_it_says(play: Play, second: int, state: str) -> None:
    play.even(5)
    play.watched.heard(Beat("grievances", at(second), 3, at(5)), at(second))

    told = play.ask(second)

    assert (told.state, told.oldest_at, told.as_of) == (state, at(5), at(5))


def test_what_is_on_its_way_for_seconds_only_is_not_behind(play: Play) -> None:
    play.even(5)

    assert play.look(6, Queue(20, 1), Own(in_hand=3)).state == "even"
    assert play.look(15, Queue(20, 1), Own(in_hand=3)).state == "even"
    assert play.look(16, Queue(20, 1), Own(in_hand=3)).state == "behind"


def test_under_steady_load_it_follows_what_is_settled(play: Play) -> None:
    for second in range(1, 60):
        told = play.look(second, Queue(5, 1), Own(in_hand=10, settled=200 * second, receives=True))

    assert (told.state, told.as_of) == ("even", at(58))


def test_while_a_backlog_drains_the_time_stands_until_all_of_it_is_settled(play: Play) -> None:
    play.even(5)
    seen = []
    for second, settled in ((60, 0), (61, 300), (62, 600), (63, 900), (64, 1000), (65, 1000)):
        left = 1000 - settled
        seen.append(play.look(second, Queue(left, 1), Own(settled=settled, receives=True)).as_of)

    assert seen == [at(5), at(5), at(5), at(5), at(60), at(64)]


def test_a_connection_that_was_lost_starts_the_count_anew(play: Play) -> None:
    """What was in hand comes again and is settled twice."""
    play.even(5)
    play.look(60, Queue(10, 1), Own(settled=0, connected=1))

    told = play.look(61, Queue(5, 1), Own(settled=10, connected=2))

    assert told.as_of == at(4)


def test_a_consumer_that_stands_still_is_told_as_the_reason(play: Play) -> None:
    play.even(5)

    told = play.look(60, Queue(7, 0))

    assert (told.state, told.events, told.reason) == ("behind", 7, "consumer")


def test_a_queue_that_nobody_consumes_and_that_reads_as_empty_is_not_believed(play: Play) -> None:
    """RabbitMQ says 0 and 0, too, where it cannot tell."""
    play.even(5)
    assert play.look(10, Queue(0, 0)).state == "even"

    told = play.look(16, Queue(0, 0))

    assert (told.state, told.reason, told.unknown_since, told.as_of) == ("unknown", "consumer", at(5), at(4))


def test_a_silent_relay_is_told(play: Play) -> None:
    """Nothing tells an idle source from one whose facts nobody sends."""
    play.even(5)
    assert play.ask(14).state == "even"

    told = play.ask(16, Queue(3, 1))

    assert (told.state, told.reason, told.unknown_since, told.events) == ("unknown", "relay", at(5), 3)


def test_a_silent_broker_is_told_with_what_was_known(play: Play) -> None:
    play.even(5)
    play.look(20, Queue(12, 1))

    told = play.watched.behind(at(31))

    assert (told.state, told.reason, told.unknown_since, told.events) == ("unknown", "broker", at(20), 12)
    assert told.as_of == at(5)


def test_it_recovers_by_itself(play: Play) -> None:
    play.even(5)
    assert play.watched.behind(at(90)).state == "unknown"

    assert play.look(91).state == "even"


def test_facts_that_are_kept_are_counted_and_do_not_stop_the_time(play: Play) -> None:
    play.note(Noted(kept=3, kept_oldest_at=at(-600)))
    play.look(1)
    told = play.look(2)

    assert (told.state, told.events, told.kept) == ("behind", 3, 3)
    assert (told.as_of, told.oldest_at) == (at(1), at(-600))


def test_a_fact_that_failed_just_now_is_tried_again_before_it_is_told(play: Play) -> None:
    play.note(Noted(kept=1, kept_oldest_at=at(1)))

    assert [play.look(second).state for second in (2, 11, 12)] == ["even", "even", "behind"]


def test_a_new_process_begins_with_what_others_have_noted(play: Play) -> None:
    play.note(Noted(as_of=at(-300)))

    told = play.watched.behind(at(60))

    assert (told.state, told.as_of) == ("unknown", at(-300))


def test_what_another_process_has_in_hand_counts(play: Play) -> None:
    play.even(5)
    play.note(Noted(as_of=at(4), in_hand=300))

    told = play.look(60)

    assert (told.state, told.events, told.as_of) == ("behind", 300, at(4))


def test_what_another_process_turns_out_to_have_had_in_hand_is_not_passed_over(play: Play) -> None:
    """It notes it after the broker was asked: the queue was empty, and nothing had been noted."""
    play.even(5)
    play.look(6)
    play.note(Noted(in_hand=300))

    assert [play.look(second).as_of for second in (7, 8, 9)] == [at(5)] * 3


def test_while_the_database_does_not_answer_one_that_does_not_consume_says_no_more_than_it_knew(play: Play) -> None:
    play.even(5)
    for second in range(6, 66):
        play.beat(second)
        play.watched.asked(EMPTY, Own(), at(second))

    assert play.watched.behind(at(66)).as_of == at(4)


def test_one_that_does_not_consume_learns_from_the_one_that_does(play: Play) -> None:
    for second in range(1, 30):
        play.note(Noted(as_of=at(second - 2), in_hand=4))
        told = play.look(second, Queue(5, 1))

    assert (told.state, told.as_of) == ("even", at(27))


def test_the_time_never_goes_back(play: Play) -> None:
    play.even(50)
    play.note(Noted(as_of=at(1)))

    assert play.watched.behind(at(51)).as_of == at(49)


BEHIND = Behind("grievances", "behind", as_of=at(0), queued=1_000_000)


@pytest.mark.parametrize(
    "other",
    [
        replace(BEHIND, state="even"),
        replace(BEHIND, state="unknown"),
        replace(BEHIND, queued=900_000),
        replace(BEHIND, as_of=at(60)),
        replace(BEHIND, as_of=None),
        replace(BEHIND, reason="consumer"),
        replace(BEHIND, queued=0, kept=1_000_000),
    ],
    ids=str,
)
def test_its_mark_changes_with_what_is_read(other: Behind) -> None:
    assert BEHIND.mark != other.mark
    assert 0 <= other.mark < 2**32


@pytest.mark.parametrize("other", [replace(BEHIND, queued=999_600), replace(BEHIND, as_of=at(17))], ids=str)
def test_its_mark_does_not_change_every_second(other: Behind) -> None:
    assert BEHIND.mark == other.mark


def test_while_even_its_mark_stands_still_whatever_is_on_its_way() -> None:
    assert {Behind("grievances", "even", as_of=at(n), queued=n).mark for n in range(5)} == {0}


@pytest.mark.parametrize(("count", "shown"), [(0, 0), (99, 99), (104, 100), (995, 1000), (999_512, 1_000_000)])
def test_a_large_number_is_told_to_two_digits(count: int, shown: int) -> None:
    assert rounded(count) == shown


@pytest.mark.parametrize("beat", [Beat("grievances", at(0), 0), Beat("grievances", at(0), 12, at(-5))], ids=str)
def test_a_beat_is_read_as_it_was_told(beat: Beat) -> None:
    assert beats.from_bytes(beats.to_bytes(beat)) == beat


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"source": "grievances", "time": "2026-03-10T02:42:00", "data": {"unsent": 0, "oldest_at": null}}',
        b'{"source": "grievances", "time": "2026-03-10T02:42:00+00:00", "data": {"unsent": "many", "oldest_at": null}}',
        b'{"source": "grievances", "time": 7, "data": {"unsent": 0, "oldest_at": null}}',
    ],
)
def test_what_is_no_beat_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableEvent):
        beats.from_bytes(body)
