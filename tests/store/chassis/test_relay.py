"""The relay between a real PostgreSQL and a broker that is away."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from threading import Thread

from chassis import metrics
from chassis.database import Database
from chassis.relay.loop import Relay
from linli.embedded.ports import free_ports
from tests.support.facts import add
from tests.support.instance import ServiceDatabase
from tests.support.waiting import wait_for


@contextmanager
def relaying(database_url: str, amqp_url: str) -> Iterator[None]:
    relay = Relay(database_url, amqp_url, service="grievances")
    thread = Thread(target=relay.run)
    thread.start()
    try:
        yield
    finally:
        relay.stop()
        thread.join()


def test_the_boards_see_the_outbox_age_while_the_broker_is_away(
    service_database: Callable[[str], ServiceDatabase],
) -> None:
    address = service_database("grievances")
    metrics.OUTBOX_ROWS.set(0)
    metrics.OUTBOX_OLDEST_AGE.set(0)
    with closing(Database(address, service="grievances")) as database, database.transaction() as tx:
        add(tx, "a", 1)

    with relaying(address, f"amqp://nobody:nothing@127.0.0.1:{free_ports().amqp}/"):
        wait_for(lambda: metrics.OUTBOX_OLDEST_AGE._value.get() > 0)  # type: ignore[attr-defined]

    assert metrics.OUTBOX_ROWS._value.get() == 1  # type: ignore[attr-defined]
