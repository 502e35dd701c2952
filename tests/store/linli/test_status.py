"""What `linli status` reads from real databases and a real broker."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from uuid import UUID

import amqp
import pytest

from chassis import broker, topology
from chassis.behind import rows as progress
from chassis.consumer import route
from chassis.database import Database, connect
from chassis.errors import BrokerUnavailable, DatabaseUnavailable
from chassis.relay.rows import OutboxRows
from linli.embedded.parts import Embedded
from linli.services import subscriptions
from linli.status import databases
from linli.status.databases import Looked, look_at_database, look_at_server
from linli.status.queues import look_at_queues, look_inside
from tests.support.facts import add
from tests.support.hosts import at
from tests.support.instance import MakeDatabase, MakeVhost, ServiceDatabase
from tests.support.service_process import free_port

NOW = datetime(2026, 3, 10, 4, tzinfo=UTC)


@pytest.fixture
def address(service_database: MakeDatabase) -> ServiceDatabase:
    return service_database("grievances")


@pytest.fixture
def database(address: ServiceDatabase) -> Iterator[Database]:
    database = Database(address.url, service="grievances", size=2)
    yield database
    database.close()


def look(address: ServiceDatabase) -> Looked:
    return look_at_database("grievances", address.url, publishes=True, sources=["members"])


def test_an_empty_database_is_well(address: ServiceDatabase) -> None:
    found = look(address)

    assert found.database.reachable
    assert found.database.trouble is None
    assert found.database.size_bytes
    assert found.database.migrations_outstanding == []
    assert (found.database.audit_pending, found.database.timers_late) == (0, 0)
    assert found.relay
    assert (found.relay.leader, found.relay.standbys, found.relay.outbox_rows) == (None, 0, 0)
    assert found.consumers["members"].kept == 0


def test_the_relay_that_leads_is_told_from_those_that_stand_by(address: ServiceDatabase) -> None:
    named = "linli:grievances:relay"
    with closing(connect(address.url, application_name=named)) as leader:
        assert OutboxRows(leader).try_to_lead()
        with closing(connect(address.url, application_name=named)), closing(connect(address.url)):
            found = look(address).relay

    assert found
    assert found.leader
    assert "session" in found.leader
    assert found.leads_since
    assert found.standbys == 1


def test_what_waits_in_the_outbox_and_what_was_sent_last(database: Database, address: ServiceDatabase) -> None:
    with database.transaction() as tx:
        for version in (1, 2, 3):
            add(tx, "a", version)
    with closing(connect(address.admin_url)) as admin, admin.cursor() as cursor:
        cursor.execute("UPDATE outbox SET recorded_at = recorded_at - interval '95 seconds'")
    with closing(connect(address.url)) as connection:
        rows = OutboxRows(connection)
        rows.ensure_partition(NOW.date())
        rows.move([rows.after(0, 1)[0].position], NOW)
        found = look(address).relay

    assert found
    assert (found.outbox_rows, found.last_sent_at) == (2, NOW)
    assert found.oldest_unsent_s is not None
    assert 95 <= found.oldest_unsent_s < 600


def test_what_is_kept_is_counted_by_state_and_reason(database: Database, address: ServiceDatabase) -> None:
    with database.transaction() as tx:
        for state, reason, age_s in (("waiting", "handler", 5), ("dead", "json", 900), ("dead", "json", 3)):
            tx.execute(
                "INSERT INTO failed_events (event_id, source, state, reason, detail, body, first_seen_at) "
                "VALUES (gen_random_uuid(), 'members', %s, %s, '', '', clock_timestamp() - make_interval(secs => %s))",
                (state, reason, age_s),
            )
        progress.note(tx, "members", NOW, UUID(int=1), 7)

    found = look(address).consumers["members"]

    assert (found.failed, found.dead, found.in_hand, found.as_of) == ({"waiting": 1}, {"json": 2}, 7, NOW)
    assert found.oldest_kept_s is not None
    assert 900 <= found.oldest_kept_s < 1500


def test_due_times_that_nobody_told_are_late(database: Database, address: ServiceDatabase) -> None:
    with database.transaction() as tx:
        for minutes in (0, 5, -5):
            tx.execute(
                "INSERT INTO deadlines (thing_id, slot, thing, deadline_id, rule, area, started_at, due_at, next_at) "
                "VALUES (gen_random_uuid(), 'state', 'dispute', gen_random_uuid(), 'dispute.mediation', "
                "'440305001012', %(at)s, %(at)s, %(at)s)",
                {"at": datetime.now(UTC) + timedelta(minutes=minutes)},
            )

    found = look(address).database

    assert found.timers_late == 1
    assert found.timers_late_s is not None
    assert found.timers_late_s > 290


def test_a_migration_that_was_not_applied_is_outstanding(address: ServiceDatabase) -> None:
    with closing(connect(address.admin_url)) as admin, admin.cursor() as cursor:
        cursor.execute("DELETE FROM _yoyo_migration WHERE migration_id = '0006_progress'")
        cursor.execute("DROP TABLE progress")

    found = look(address).database

    assert found.migrations_outstanding == ["0006_progress"]
    assert found.trouble is not None
    assert "progress" in found.trouble
    assert found.reachable


def test_a_database_that_was_never_migrated_says_so(address: ServiceDatabase) -> None:
    with closing(connect(address.admin_url)) as admin, admin.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")

    found = look(address)

    assert "0001_chassis" in found.database.migrations_outstanding
    assert found.relay is None


def test_the_oldest_transaction_of_anybody_is_seen_by_the_administrator(address: ServiceDatabase) -> None:
    with closing(connect(address.url, application_name="a-long-one")) as connection, connection.cursor() as cursor:
        cursor.execute("BEGIN; SELECT count(*) FROM outbox")
        seen = look(address).database.oldest_transaction
        by_all = look_at_server(address.admin_url)

    assert seen
    assert "a-long-one" in seen.who
    assert by_all
    assert by_all.age_s >= seen.age_s - 1


def test_looking_changes_nothing(address: ServiceDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    """The session cannot write, whatever is asked in it."""
    monkeypatch.setattr(databases, "_AUDIT", "DELETE FROM audit_pending WHERE entry_id < %s RETURNING 1 AS rows")

    assert look(address).database.trouble == "audit: cannot execute DELETE in a read-only transaction"


def test_of_several_hosts_the_one_that_answers_is_looked_at(address: ServiceDatabase) -> None:
    several = at(address.url, free_port(), None)

    assert look_at_database("grievances", several, publishes=True, sources=[]).database.reachable


def test_what_a_process_had_in_hand_is_forgotten_with_it(database: Database, address: ServiceDatabase) -> None:
    """As the service's other processes do."""
    with database.transaction() as tx:
        progress.note(tx, "members", NOW, UUID(int=1), 7)
        tx.execute("UPDATE progress SET noted_at = noted_at - make_interval(secs => %s)", (progress.FORGOTTEN_S,))

    assert look(address).consumers["members"].in_hand == 0


def test_a_database_that_is_not_there_is_a_sentence(address: ServiceDatabase) -> None:
    with pytest.raises(DatabaseUnavailable, match="does not exist"):
        look_at_database("grievances", address.url + "_gone", publishes=True, sources=[])


def test_queues_are_counted_and_those_that_are_missing_named(vhost: MakeVhost) -> None:
    url = vhost()
    there, missing = (route(one) for one in subscriptions()[:2])
    connection = broker.open_connection(url, name="test")
    try:
        topology.declare_exchange(connection.channel(), there.source)
        channel = connection.channel()
        topology.declare_route(channel, there)
        for _ in range(3):
            channel.basic_publish_confirm(amqp.Message(b"{}"), exchange="", routing_key=there.queue)
        found = look_at_queues(url, [there, missing])
    finally:
        broker.discard(connection)

    assert (found[there.queue].ready, found[there.queue].consumers, found[there.queue].returned) == (3, 0, 0)
    assert found[missing.queue].trouble == "is not there"


def test_a_broker_that_is_not_there_is_a_sentence() -> None:
    with pytest.raises(BrokerUnavailable, match="does not answer"):
        look_at_queues("amqp://nobody:secret@127.0.0.1:1/", [])


def test_the_node_of_this_machine_tells_who_leads(embedded: Embedded) -> None:
    connection = broker.open_connection(embedded.rabbitmq.url(), name="test")
    name = "status-test"
    try:
        channel = connection.channel()
        channel.queue_declare(name, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
        inside = look_inside(embedded.rabbitmq)
        channel.queue_delete(name)
    finally:
        broker.discard(connection)

    assert inside[name] == (0, "linli@localhost", 1)
