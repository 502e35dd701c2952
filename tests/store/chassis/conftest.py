"""A consumer over a database of each module's own, empty at the beginning of every test."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from chassis.database import Database
from tests.support.consumer import Consumer, prepare
from tests.support.instance import ServiceDatabase

MakeConsumer = Callable[..., Consumer]


@pytest.fixture(scope="module")
def consumer_address(module_database: Callable[[str], ServiceDatabase]) -> ServiceDatabase:
    return prepare(module_database("statistics"))


@pytest.fixture
def consumer_database(consumer_address: ServiceDatabase) -> Iterator[Database]:
    with closing(Database(consumer_address, service="statistics", size=10, wait_s=30)) as database:
        yield database


@pytest.fixture
def make_consumer(consumer_database: Database) -> MakeConsumer:
    """Makes a consumer of another kind than the usual one: make_consumer(in_sequence=False)."""

    def make(**options: Any) -> Consumer:
        consumer = Consumer(consumer_database, **options)
        consumer.empty()
        return consumer

    return make


@pytest.fixture
def consumer(make_consumer: MakeConsumer) -> Consumer:
    """One that takes every version in order, event by event."""
    return make_consumer()
