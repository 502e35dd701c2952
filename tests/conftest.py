"""What tests on real parts ask for: `service_database("members")`, `vhost()`, both module-wide, running services."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from linli.embedded.parts import Embedded
from tests.support.instance import Databases, MakeDatabase, MakeVhost, ServiceDatabase, new_vhost, running_instance
from tests.support.service import Kind, StartService, running


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
        yield lambda service, fill=None: stack.enter_context(databases.clone(service, fill))


@pytest.fixture(scope="module")
def module_database(databases: Databases) -> Iterator[MakeDatabase]:
    """Makes a service's own fresh database; gone after the module's tests."""
    with ExitStack() as stack:
        yield lambda service, fill=None: stack.enter_context(databases.clone(service, fill))


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


@pytest.fixture(scope="module")
def start_service(
    module_database: MakeDatabase, module_vhost: MakeVhost, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StartService]:
    """Starts a service over a database and a virtual host of its own; stopped after the module's tests."""
    with ExitStack() as stack:

        def start(kind: type[Kind], database: ServiceDatabase | None = None) -> Kind:
            own = database or module_database(kind.name)
            return stack.enter_context(running(kind, own, module_vhost(), tmp_path_factory.mktemp(kind.name)))

        yield start
