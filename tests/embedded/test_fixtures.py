"""The fixtures that the other tests stand on."""

from collections.abc import Callable
from contextlib import closing
from urllib.parse import unquote, urlsplit

import amqp

from chassis.database import connect
from tests.support.instance import ServiceDatabase


def test_a_clone_has_the_schema_and_is_alone(service_database: Callable[[str], ServiceDatabase]) -> None:
    one, other = service_database("members"), service_database("members")

    with closing(connect(one.admin_url)) as connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE outbox")
    with closing(connect(other)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM outbox")
        counted = cursor.fetchone()

    assert counted == (0,)


def test_a_vhost_is_empty_and_open_to_the_generated_user(vhost: Callable[[], str]) -> None:
    where = urlsplit(vhost())

    with amqp.Connection(
        f"{where.hostname}:{where.port}", where.username, where.password, virtual_host=unquote(where.path[1:])
    ) as connection:
        queue = connection.channel().queue_declare(exclusive=True)

    assert queue.message_count == 0
