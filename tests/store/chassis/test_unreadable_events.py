"""What cannot be read is kept as dead with its reason and its raw bytes, and stops nothing (fault 16)."""

import pytest

from chassis.errors import UnreadableEvent
from chassis.inbox.delivery import Delivery
from chassis.logs import masked
from tests.support.consumer import Consumer
from tests.support.facts import delivery, event, told
from tests.support.unreadable import UNREADABLE, body, said


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_dead_with_its_reason_and_its_bytes(consumer: Consumer, name: str) -> None:
    bad, reason = UNREADABLE[name]
    consumer.apply(*told("before", 1), bad, *told("after", 1))

    (row,) = consumer.rows("SELECT state, reason, detail, content_type, body FROM failed_events")
    assert (row.state, row.reason) == ("dead", reason)
    assert row.detail
    assert bytes(row.body) == bad.body
    assert row.content_type == (bad.content_type and bad.content_type.replace("\0", "\\x00"))
    assert consumer.effects() == ["before1", "after1"]


@pytest.mark.parametrize("name", [name for name in UNREADABLE if name != "50 MB"])
def test_what_cannot_be_read_is_kept_once_however_often_it_comes(consumer: Consumer, name: str) -> None:
    bad, _ = UNREADABLE[name]
    again = Delivery(bad.body, bad.content_type, redelivered=True)
    consumer.apply(bad, bad, again)
    consumer.apply(again)

    assert len(consumer.kept()) == 1


def test_every_reason_is_found_in_the_table() -> None:
    assert {reason for _, reason in UNREADABLE.values()} == {
        "json", "content_type", "attributes", "oversized", "unknown", "schema",
    }  # fmt: skip


def test_different_bytes_are_different_dead_letters(consumer: Consumer) -> None:
    consumer.apply(said(b"one"), said(b"two"), said(b"one"))

    assert len(consumer.rows("SELECT FROM failed_events")) == 2


def test_the_later_facts_of_a_subject_wait_behind_one_that_cannot_be_read(consumer: Consumer) -> None:
    first, second = told("bad", 1, 3)
    consumer.apply(first, said(body(version=2, data={"act": 7})), second)

    assert consumer.effects() == ["bad1"]
    assert consumer.kept() == {"bad2": "dead schema", "bad3": "parked order"}


def test_a_detail_holds_nothing_that_looks_like_personal_data(consumer: Consumer) -> None:
    consumer.apply(said(body(specversion="13800138000")))

    (row,) = consumer.rows("SELECT detail FROM failed_events")
    assert row.detail == masked(row.detail)


def test_a_handler_may_say_that_a_fact_can_never_be_handled(consumer: Consumer) -> None:
    def refuse(*_: object) -> None:
        raise UnreadableEvent("unknown", "no such division")

    consumer.behaviour = refuse
    consumer.apply(*told("a", 1))

    assert consumer.kept() == {"a1": "dead unknown"}


def test_what_the_broker_gave_up_delivering_is_dead_and_can_be_replayed_whole(consumer: Consumer) -> None:
    consumer.apply(delivery(event("a", 1), returned=True))

    assert (consumer.effects(), consumer.kept()) == ([], {"a1": "dead delivery_limit"})


def test_what_is_in_effect_is_not_buried_when_the_broker_gives_up_its_late_copy(consumer: Consumer) -> None:
    fact = event("a", 1)
    consumer.apply(delivery(fact))
    consumer.apply(delivery(fact, returned=True), *told("a", 2))

    assert (consumer.effects(), consumer.kept()) == (["a1", "a2"], {})
