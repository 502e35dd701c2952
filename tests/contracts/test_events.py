"""What a publisher says, each of its consumers understands: through the consumer's own schema, inbox and handler."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from chassis.database import Database
from chassis.envelope import from_bytes
from chassis.inbox.effects import Inbox
from tests.contracts.pairs import Pair, content, data_of, message, pairs, samples
from tests.support.instance import ServiceDatabase

EVERY_PAIR = pytest.mark.parametrize("pair", pairs(), ids=str)
EVERY_SAMPLE = pytest.mark.parametrize(
    "sample", [sample for _, sample in samples()], ids=[f"{source}:{sample.type}" for source, sample in samples()]
)

ADDITIONS: dict[str, Any] = {"added_later": 1, "also_later": {"deep": [{"er": None}]}, "later_still": "新"}
HARMLESS = {
    "an id": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "a path of ids": r"(/[0-9a-f-]{36})+",
    "a division code": r"[1-9][0-9]{11}",
    "an instant": r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|\+00:00)",
    "a day": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "a word of a fixed list": r"[a-z]+(_[a-z]+)*",
    "the name of a rule": r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*",
}
PERSONAL = re.compile(
    "name|phone|mobile|holder|recipient|person|party|parties|birth|address|summary|record|terms|label"
)
PLACES_NAME = ("division.registered", "name")
"""The official name of a division: the one name that is told, and nobody's."""


class Consumer:
    """One service's inbox for one source, over a real database."""

    def __init__(self, inbox: Inbox, admin_url: str) -> None:
        self.inbox = inbox
        self._admin_url = admin_url

    def content(self) -> dict[str, list[str]]:
        return content(self._admin_url)

    def outcomes(self) -> list[str]:
        """How each inbox row ended."""
        return [row.strip("()").split(",")[5] for row in self.content()["inbox"]]


@pytest.fixture
def consumer(pair: Pair, service_database: Callable[[str], ServiceDatabase]) -> Iterator[Consumer]:
    """The pair's consumer with a database of its own."""
    address = service_database(pair.consumer)
    with closing(Database(address.url, service=pair.consumer)) as database:
        yield Consumer(Inbox(database, pair.subscribed), address.admin_url)


@EVERY_PAIR
def test_a_sample_comes_into_effect(pair: Pair, consumer: Consumer) -> None:
    before = consumer.content()

    consumer.inbox.apply([message(pair)])

    after = consumer.content()
    assert after["failed_events"] == []
    assert consumer.outcomes() == ["applied"]
    assert {table for table in after if after[table] != before[table]} - {"inbox", "subject_versions"}


@EVERY_PAIR
def test_a_sample_delivered_again_changes_nothing(pair: Pair, consumer: Consumer) -> None:
    consumer.inbox.apply([message(pair)])
    once = consumer.content()

    consumer.inbox.apply([message(pair), message(pair)])

    assert consumer.content() == once


@EVERY_PAIR
def test_what_a_publisher_adds_later_disturbs_nobody(pair: Pair, consumer: Consumer) -> None:
    consumer.inbox.apply([message(pair, more=ADDITIONS, addedattribute="x")])

    assert consumer.content()["failed_events"] == []
    assert consumer.outcomes() == ["applied"]


@EVERY_SAMPLE
def test_a_fact_tells_ids_places_kinds_and_numbers_and_no_person(sample: Any) -> None:
    for path, value in leaves(data_of(sample)):
        if (sample.type, path) != PLACES_NAME:
            assert not PERSONAL.search(path), f"{path} of {sample.type} names something personal"
            assert is_harmless(value), f"{path} of {sample.type} is none of {', '.join(HARMLESS)}: {value!r}"


@pytest.mark.parametrize("value", ["王小明", "13800138000", "0755-26666666", "11010519491231002X", "Wang Xiaoming"])
def test_what_looks_like_a_person_would_be_found(value: str) -> None:
    assert not is_harmless(value)


@EVERY_SAMPLE
def test_a_sample_is_a_whole_event_on_the_wire(sample: Any) -> None:
    delivery = message(Pair("anyone", "members", sample))

    event = from_bytes(delivery.body, delivery.content_type)

    assert event.type == sample.type
    assert dict(event.data) == data_of(sample)


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value that holds no other, with the names that lead to it."""
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, f"{path}.{key}".strip("."))
    else:
        yield path, value


def is_harmless(value: Any) -> bool:
    if isinstance(value, str):
        return any(re.fullmatch(pattern, value) for pattern in HARMLESS.values())
    return value is None or isinstance(value, bool | float) or (isinstance(value, int) and value < 10**9)
