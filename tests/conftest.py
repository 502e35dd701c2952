"""What tests on real parts ask for: `service_database("members")`, `vhost()`, and the module-wide forms of both."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from linli.embedded.parts import Embedded
from tests.support.instance import Databases, ServiceDatabase, new_vhost, running_instance

MakeDatabase = Callable[[str], ServiceDatabase]
MakeVhost = Callable[[], str]


@pytest.fixture(scope="session")
def embedded() -> Iterator[Embedded]:
    """PostgreSQL and RabbitMQ, started once."""
    with running_instance() as instance:
        yield instance


@pytest.fixture(scope="session")
def databases(embedded: Embedded) -> Databases:
    return Databases(embedded)


@pytest.fixture
def service_database(databases: Databases) -> Iterator[MakeDatabase]:
    """Makes a service's own fresh database; gone after the test."""
    with ExitStack() as stack:
        yield lambda service: stack.enter_context(databases.clone(service))


@pytest.fixture(scope="module")
def module_database(databases: Databases) -> Iterator[MakeDatabase]:
    """Makes a service's own fresh database; gone after the module's tests."""
    with ExitStack() as stack:
        yield lambda service: stack.enter_context(databases.clone(service))


@pytest.fixture
def vhost(embedded: Embedded) -> Iterator[MakeVhost]:
    """Makes an empty virtual host and gives its AMQP address; gone after the test."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(new_vhost(embedded.rabbitmq))


@pytest.fixture(scope="module")
def module_vhost(embedded: Embedded) -> Iterator[MakeVhost]:
    """Makes an empty virtual host and gives its AMQP address; gone after the module's tests."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(new_vhost(embedded.rabbitmq))
