"""What an operator decides about events that are not in effect: look, replay, discard."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from chassis.envelope import to_json
from chassis.errors import NotFound, WrongState
from chassis.inbox import dead_letters
from chassis.inbox.dead_letters import DeadLetter
from chassis.inbox.delivery import Delivery
from tests.store.chassis.conftest import MakeConsumer
from tests.support.consumer import Consumer, failing
from tests.support.facts import CONTENT_TYPE, delivery, event, told


def letters(consumer: Consumer, state: str | None = None, limit: int = 100) -> list[DeadLetter]:
    with consumer.database.transaction() as tx:
        return dead_letters.list_letters(tx, state=state, limit=limit)


def letter(consumer: Consumer, event_id: UUID) -> DeadLetter:
    with consumer.database.transaction() as tx:
        return dead_letters.get_letter(tx, event_id)


def replay(consumer: Consumer, *event_ids: UUID) -> int:
    with consumer.database.transaction() as tx:
        return dead_letters.replay(tx, list(event_ids) or None, consumer.now)


def discard(consumer: Consumer, event_id: UUID) -> None:
    with consumer.database.transaction() as tx:
        dead_letters.discard(tx, event_id)


def killed(consumer: Consumer, subject: str = "a", *versions: int, dead: int = 1) -> list[UUID]:
    """Facts of a subject of which one is dead after its last attempt; their ids."""
    facts = [event(subject, version) for version in versions or (1,)]
    consumer.behaviour = failing(f"{subject}{dead}")
    consumer.apply(*(delivery(fact) for fact in facts))
    for _ in range(5):
        consumer.retry(after_s=3600)
    consumer.behaviour = failing()
    return [fact.event_id for fact in facts]


def test_letters_are_listed_oldest_first_and_by_state(consumer: Consumer) -> None:
    killed(consumer, "a", 1, 2)
    consumer.apply(Delivery(b"junk", "text/plain"))

    assert [f"{one.subject} {one.state} {one.reason}" for one in letters(consumer)] == [
        "a dead handler", "a parked order", "None dead content_type",
    ]  # fmt: skip
    assert [one.state for one in letters(consumer, "parked")] == ["parked"]
    assert [one.subject for one in letters(consumer, limit=1)] == ["a"]


def test_one_letter_is_shown_with_its_body_and_its_history(consumer: Consumer) -> None:
    fact = event("a", 1)
    consumer.behaviour = failing("a1")
    consumer.apply(delivery(fact))
    shown = letter(consumer, fact.event_id)

    assert shown.body == to_json(fact).encode()
    assert shown.size_bytes == len(shown.body)
    assert (shown.state, shown.reason, shown.attempts, shown.first_seen_at) == ("waiting", "handler", 1, consumer.now)
    assert shown.detail == "RuntimeError: cannot handle a1"


def test_a_letter_that_is_not_there_is_not_found(consumer: Consumer) -> None:
    with pytest.raises(NotFound, match="no event"):
        letter(consumer, UUID(int=1))


def test_a_replayed_fact_comes_into_effect_and_those_behind_it_follow(consumer: Consumer) -> None:
    ids = killed(consumer, "a", 1, 2, 3, dead=2)
    replay(consumer, ids[1])
    consumer.retry()

    assert (consumer.effects(), consumer.kept()) == (["a1", "a2", "a3"], {})


def test_a_replay_gives_all_attempts_back_and_no_more(consumer: Consumer) -> None:
    (event_id,) = killed(consumer)
    consumer.behaviour = failing("a1")
    replay(consumer, event_id)
    before = len(consumer.calls)
    for _ in range(10):
        consumer.retry(after_s=3600)

    assert len(consumer.calls) == before + 3
    assert consumer.kept() == {"a1": "dead handler"}


def test_a_replay_without_ids_is_of_all_dead_and_of_no_others(consumer: Consumer) -> None:
    killed(consumer, "a")
    killed(consumer, "b", 1, 2)
    count = replay(consumer)

    assert count == 2
    assert consumer.kept() == {"a1": "waiting handler", "b1": "waiting handler", "b2": "parked order"}


def test_replaying_twice_and_at_once_has_each_effect_once(consumer: Consumer) -> None:
    for number in range(20):
        killed(consumer, f"s{number}")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: (replay(consumer), consumer.inbox.retry_due()), range(8)))
    consumer.retry(after_s=3600)

    assert sorted(consumer.effects()) == sorted(f"s{number}1" for number in range(20))
    assert consumer.kept() == {}


def test_a_replay_that_is_killed_midway_goes_on_where_it_was(consumer: Consumer) -> None:
    class Killed(BaseException):
        pass

    for number in range(6):
        killed(consumer, f"s{number}")
    replay(consumer)

    def die(_tx: object, fact: object) -> None:
        if getattr(fact, "subject", "") == "s3":
            raise Killed

    consumer.behaviour = die
    with pytest.raises(Killed):
        consumer.retry()
    consumer.behaviour = failing()
    replay(consumer)
    consumer.retry(after_s=3600)

    assert sorted(consumer.effects()) == [f"s{number}1" for number in range(6)]
    assert consumer.kept() == {}


def test_what_cannot_be_read_is_dead_again_after_a_replay(consumer: Consumer) -> None:
    consumer.apply(Delivery(b"junk", CONTENT_TYPE))
    replay(consumer)
    consumer.retry()

    assert [(one.state, one.reason) for one in letters(consumer)] == [("dead", "json")]


def test_what_the_broker_gave_up_comes_into_effect_when_it_is_replayed(consumer: Consumer) -> None:
    consumer.apply(delivery(event("a", 1), returned=True))
    replay(consumer)
    consumer.retry()

    assert (consumer.effects(), consumer.kept()) == (["a1"], {})


@pytest.mark.parametrize("in_sequence", [True, False])
@pytest.mark.parametrize("dead", [1, 2])
def test_a_discarded_fact_has_no_effect_and_lets_later_ones_go_on(
    make_consumer: MakeConsumer, in_sequence: bool, dead: int
) -> None:
    consumer = make_consumer(in_sequence=in_sequence)
    ids = killed(consumer, "a", 1, 2, 3, 4, dead=dead)
    discard(consumer, ids[dead - 1])
    consumer.retry(after_s=3600)
    consumer.apply(*told("a", 5))

    assert consumer.effects() == [f"a{version}" for version in (1, 2, 3, 4, 5) if version != dead]
    assert consumer.kept() == {}


def test_two_dead_in_a_row_may_be_discarded_in_any_order(consumer: Consumer) -> None:
    first, second, third, fourth = (event("a", version) for version in (1, 2, 3, 4))
    consumer.apply(delivery(first))
    consumer.apply(delivery(second, returned=True), delivery(third, returned=True), delivery(fourth))
    discard(consumer, third.event_id)
    discard(consumer, second.event_id)
    consumer.retry(after_s=3600)

    assert (consumer.effects(), consumer.kept()) == (["a1", "a4"], {})


def test_a_fact_may_be_discarded_before_its_predecessor_has_come(consumer: Consumer) -> None:
    first, second, third = (event("a", version) for version in (1, 2, 3))
    consumer.apply(delivery(second, returned=True), delivery(third))
    discard(consumer, second.event_id)
    consumer.apply(delivery(first))
    consumer.retry(after_s=3600)

    assert (consumer.effects(), consumer.kept()) == (["a1", "a3"], {})


def test_a_discarded_fact_is_known_to_the_ledger_and_absorbed_when_it_comes_again(consumer: Consumer) -> None:
    fact = event("a", 1)
    consumer.apply(delivery(fact, returned=True))
    discard(consumer, fact.event_id)
    consumer.apply(delivery(fact))

    assert [row.outcome for row in consumer.rows("SELECT outcome FROM inbox")] == ["discarded"]
    assert (consumer.effects(), consumer.kept()) == ([], {})


def test_junk_may_be_discarded(consumer: Consumer) -> None:
    consumer.apply(Delivery(b"junk", CONTENT_TYPE))
    discard(consumer, letters(consumer)[0].event_id)

    assert (letters(consumer), consumer.rows("SELECT FROM inbox")) == ([], [])


def test_what_may_still_come_into_effect_cannot_be_discarded(consumer: Consumer) -> None:
    fact = event("a", 1)
    consumer.behaviour = failing("a1")
    consumer.apply(delivery(fact))
    with pytest.raises(WrongState, match="is waiting; this is possible only when it is dead"):
        discard(consumer, fact.event_id)
