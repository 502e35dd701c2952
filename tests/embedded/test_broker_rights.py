"""What a service's login may do at the broker, and nothing more."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import quote

import amqp
import pytest
from amqp.exceptions import AccessRefused

from chassis import broker, topology
from chassis.errors import BrokerUnavailable, Misconfigured
from chassis.topology import Route
from linli.broker_rights import rights
from linli.embedded.parts import Embedded
from linli.embedded.ports import HOST
from linli.services import WITH_DATABASE, publishers, routes
from tests.support.instance import new_vhost

PASSWORD = "a-password'\"\\"


@contextmanager
def channel(embedded: Embedded, vhost: str, service: str) -> Iterator[amqp.Channel]:
    login = f"{service}:{quote(PASSWORD, safe='')}"
    link = broker.open_connection(f"amqp://{login}@{HOST}:{embedded.ports.amqp}/{vhost}", name="test")
    try:
        opened = link.channel()
        opened.confirm_select()
        yield opened
    finally:
        broker.discard(link)


def publish(opened: amqp.Channel, exchange: str, key: str) -> None:
    """Return when the broker has it."""
    opened.basic_publish(amqp.Message("{}"), exchange, key)
    opened.wait(amqp.spec.Basic.Ack)


@pytest.fixture(scope="module")
def empty(embedded: Embedded) -> Iterator[str]:
    """A virtual host in which nothing is declared, and every service has its login."""
    with _with_logins(embedded) as vhost:
        yield vhost


@pytest.fixture(scope="module")
def declared(embedded: Embedded) -> Iterator[str]:
    """One that the administrator has prepared as `linli up` does."""
    with _with_logins(embedded) as vhost:
        link = broker.open_connection(embedded.rabbitmq.url(vhost), name="test")
        topology.declare(link.channel(), publishers(), routes())
        broker.discard(link)
        yield vhost


@contextmanager
def _with_logins(embedded: Embedded) -> Iterator[str]:
    with new_vhost(embedded.rabbitmq) as url:
        vhost = url.rpartition("/")[2]
        for service in WITH_DATABASE:
            embedded.rabbitmq.let_in(service, PASSWORD, rights(service), vhost)
        yield vhost


@pytest.fixture(scope="module", autouse=True)
def _logins(embedded: Embedded) -> Iterator[None]:
    """A login is the node's, not a virtual host's: gone after the module's tests."""
    yield
    for service in WITH_DATABASE:
        embedded.rabbitmq.evaluate(f'rabbit_auth_backend_internal:delete_user(<<"{service}">>, <<>>).')


@pytest.mark.parametrize("route", routes(), ids=lambda route: route.queue)
def test_a_consumer_declares_binds_and_reads_its_queues(embedded: Embedded, declared: str, route: Route) -> None:
    with channel(embedded, declared, route.consumer) as opened:
        topology.declare_route(opened, route)

        for queue in (route.queue, route.returned):
            opened.basic_consume(queue)


@pytest.mark.parametrize("service", publishers())
def test_a_relay_declares_its_exchange_and_publishes_to_it(embedded: Embedded, empty: str, service: str) -> None:
    with channel(embedded, empty, service) as opened:
        topology.declare_exchange(opened, service)
        publish(opened, topology.exchange(service), "a.fact")


@pytest.mark.parametrize(
    ("exchange", "key"),
    [
        ("grievances.events", "dispute.resolved"),
        ("members.events", "division.registered"),
        ("", "members.from.grievances.v1"),
        ("", "statistics.from.grievances.v1"),
    ],
)
def test_statistics_tells_nobody_anything(embedded: Embedded, declared: str, exchange: str, key: str) -> None:
    """Neither in another's name, nor past the exchanges straight into a queue."""
    with channel(embedded, declared, "statistics") as opened, pytest.raises(AccessRefused):
        publish(opened, exchange, key)


@pytest.mark.parametrize(
    "forbidden",
    [
        lambda opened: opened.basic_get("members.from.grievances.v1"),
        lambda opened: opened.basic_consume("members.from.grievances.v1"),
        lambda opened: opened.queue_purge("grievances.from.members.v1"),
        lambda opened: opened.queue_delete("members.from.grievances.v1"),
        lambda opened: opened.exchange_delete("grievances.events"),
        lambda opened: opened.queue_bind("members.from.grievances.v1", "members.events", "#"),
        lambda opened: opened.queue_declare("of_its_own", durable=True),
        lambda opened: opened.exchange_declare("grievances.events.too", "topic"),
    ],
)
def test_statistics_reaches_nothing_of_anothers(
    embedded: Embedded, declared: str, forbidden: Callable[[amqp.Channel], object]
) -> None:
    with channel(embedded, declared, "statistics") as opened, pytest.raises(AccessRefused):
        forbidden(opened)


def test_a_service_does_not_hear_what_it_does_not_subscribe_to(embedded: Embedded, declared: str) -> None:
    """members hears grievances, and could otherwise bind its queue to anything that is published."""
    with channel(embedded, declared, "grievances") as opened, pytest.raises(AccessRefused):
        opened.queue_bind("grievances.from.members.v1", "grievances.events", "#")


def test_a_login_gets_into_no_other_virtual_host(embedded: Embedded, declared: str) -> None:
    with pytest.raises(BrokerUnavailable, match="refuses user 'statistics'"), channel(embedded, "%2F", "statistics"):
        pass


def test_a_login_administers_nothing(embedded: Embedded, declared: str) -> None:
    told = embedded.rabbitmq.ctl("list_users").splitlines()

    assert {line.split("\t")[1] for line in told if line.split("\t")[0] in WITH_DATABASE} == {"[]"}


def test_a_login_that_is_let_in_again_has_the_new_password_alone(embedded: Embedded, declared: str) -> None:
    embedded.rabbitmq.let_in("statistics", "another", rights("statistics"), declared)
    with pytest.raises(BrokerUnavailable, match="refuses user"), channel(embedded, declared, "statistics"):
        pass

    embedded.rabbitmq.let_in("statistics", PASSWORD, rights("statistics"), declared)
    with channel(embedded, declared, "statistics") as opened:
        assert opened.is_open


def test_with_write_on_the_default_exchange_a_consumer_makes_its_queues(embedded: Embedded) -> None:
    """What running.md says of brokers where nobody prepares them."""
    with _with_logins(embedded) as vhost:
        given = rights("statistics")
        wider = replace(given, write=rf"{given.write}|^amq\.default$")
        embedded.rabbitmq.let_in("statistics", PASSWORD, wider, vhost)
        with channel(embedded, vhost, "grievances") as relay:
            topology.declare_exchange(relay, "grievances")

        with channel(embedded, vhost, "statistics") as opened:
            topology.declare_route(opened, Route("statistics", "grievances", ("dispute.resolved",)))


def test_a_consumer_says_what_is_missing_where_nothing_was_prepared(embedded: Embedded, empty: str) -> None:
    with (
        channel(embedded, empty, "statistics") as opened,
        pytest.raises(Misconfigured, match=r"exchange nobody\.events is not there yet, .* relay of nobody"),
    ):
        topology.declare_route(opened, Route("statistics", "nobody", ("a.fact",)))

    with channel(embedded, empty, "members") as relay:
        topology.declare_exchange(relay, "members")
    with (
        channel(embedded, empty, "statistics") as opened,
        pytest.raises(Misconfigured, match=r"queue statistics\.from\.members\.v1 is not there"),
    ):
        topology.declare_route(opened, Route("statistics", "members", ("a.fact",)))
