"""A broker of several nodes, a database of several servers: who answers is found, and found again."""

import select
import socket
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit, urlunsplit

import amqp
import psycopg2.extensions
import pytest

from chassis import broker, database
from chassis.broker import Nodes
from chassis.database import Connection, Servers, Silence, wait_with
from chassis.errors import BrokerUnavailable, DatabaseUnavailable, Misconfigured
from linli.provision import migrate
from tests.support.asking import HOST
from tests.support.hosts import at
from tests.support.instance import MakeDatabase, MakeVhost, ServiceDatabase
from tests.support.service_process import free_port


@pytest.fixture
def silent() -> Iterator[int]:
    """A port where whoever connects never hears a word."""
    with closing(socket.create_server((HOST, 0))) as listener:
        yield int(listener.getsockname()[1])


def node(connection: amqp.Connection) -> int:
    """The port of the node; the connection is dropped."""
    port = int(connection.sock.getpeername()[1])
    broker.discard(connection)
    return port


def server(connection: Connection) -> int:
    with closing(connection):
        return int(connection.info.port)


def test_a_node_that_is_not_there_is_passed_over(vhost: MakeVhost) -> None:
    url = vhost()

    assert node(broker.open_connection(at(url, free_port(), None), name="test")) == urlsplit(url).port


def test_a_node_that_never_answers_is_passed_over(
    vhost: MakeVhost, silent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker, "CONNECT_TIMEOUT_S", 0.2)
    url = vhost()

    assert node(broker.open_connection(at(url, silent, None), name="test")) == urlsplit(url).port


def test_after_a_loss_the_next_node_has_its_turn(vhost: MakeVhost) -> None:
    url = vhost()
    port, nowhere = urlsplit(url).port, free_port()
    parts = urlsplit(at(url, None))
    also = urlunsplit(parts._replace(netloc=f"{parts.netloc},localhost:{port},{HOST}:{nowhere}"))
    nodes = Nodes(also)

    connections = [nodes.connect(name="test") for _ in range(3)]
    hosts = [connection.transport.host for connection in connections]
    for connection in connections:
        broker.discard(connection)
    assert hosts == [HOST, "localhost", HOST]


def test_when_no_node_lets_us_in_each_is_named_and_no_password(vhost: MakeVhost) -> None:
    one, two = free_port(), free_port()
    with pytest.raises(BrokerUnavailable) as refusal:
        broker.open_connection(f"amqp://linli:hush@{HOST}:{one},{HOST}:{two}/x", name="test")

    assert f"RabbitMQ at {HOST}:{one}, vhost x does not answer" in str(refusal.value)
    assert f"RabbitMQ at {HOST}:{two}, vhost x does not answer" in str(refusal.value)
    assert "hush" not in str(refusal.value)


@pytest.mark.parametrize("kind", [Nodes, Servers])
def test_what_is_no_address_is_refused_without_being_shown(kind: type[Nodes | Servers]) -> None:
    with pytest.raises(Misconfigured, match="address must be") as refusal:
        kind("hush")

    assert "hush" not in str(refusal.value)
    assert refusal.value.__cause__ is None


def test_a_server_that_is_not_there_is_passed_over_and_not_asked_again(service_database: MakeDatabase) -> None:
    url = service_database("statistics")
    nowhere = free_port()
    servers = Servers(at(url, nowhere, None))

    assert server(servers.connect()) == urlsplit(url).port
    with closing(socket.create_server((HOST, nowhere))) as listener:
        listener.settimeout(0)
        assert server(servers.connect()) == urlsplit(url).port
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_of_several_servers_one_that_may_only_be_read_is_not_taken(
    service_database: MakeDatabase,
) -> None:
    url = service_database("statistics")
    with closing(database.connect(url.admin_url)) as admin, admin.cursor() as cursor:
        name = urlsplit(url).path.removeprefix("/")
        cursor.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")

    with pytest.raises(DatabaseUnavailable, match="read-only"):
        Servers(at(url, None, None)).connect()


def until(ready: str) -> database.Wait:
    """Waits as greenlets do: libpq's own time-outs do not hold."""

    def wait(descriptor: int, seconds: int, late: Silence) -> None:
        asked = ([descriptor], [], []) if ready == "readable" else ([], [descriptor], [])
        if not any(select.select(*asked, seconds)):
            raise late

    return wait


def test_where_greenlets_wait_a_server_that_never_answers_is_passed_over(
    service_database: MakeDatabase, silent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "CONNECT_S", 1)
    url = service_database("statistics")
    wait_with(until("readable"), until("writable"))
    try:
        assert server(Servers(at(url, silent, None)).connect()) == urlsplit(url).port
    finally:
        psycopg2.extensions.set_wait_callback(None)


def test_migrations_are_made_where_one_of_several_servers_can_be_written_to(databases_of_two: ServiceDatabase) -> None:
    assert migrate(databases_of_two.admin_url, "statistics", urlsplit(databases_of_two).path.removeprefix("/")) == []


@pytest.fixture
def databases_of_two(service_database: MakeDatabase) -> ServiceDatabase:
    url = service_database("statistics")
    nowhere = free_port()
    return ServiceDatabase(at(url, nowhere, None), at(url.admin_url, nowhere, None))
