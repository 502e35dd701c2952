"""What a past's resolutions leave in the tables of members: that leaders were told."""

import io
from datetime import datetime

from bench.filling import functions
from bench.filling.tables import Chain, ensure_partitions, queries
from chassis.database import Connection

TABLES = ("inbox", "notifications", "notices", "audit_log", "event_log")

heard = queries("members")


class Members:
    """Hears facts stretch by stretch."""

    def __init__(self, connection: Connection, seed: int, *, until: datetime) -> None:
        self._connection = connection
        self._until = until
        self._chain = Chain()
        self._position = 0
        functions.make(connection, seed)
        heard.make_heard(connection)
        heard.note_leaders(connection)

    def empty(self) -> None:
        """Take away what facts of grievances have left."""
        heard.empty(self._connection)
        self._position = heard.last_position(self._connection)

    def take(self, facts: bytes) -> None:
        connection = self._connection
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE fill_heard")
            cursor.copy_expert("COPY fill_heard FROM STDIN (FORMAT binary)", io.BytesIO(facts))
        heard.keep_resolutions(connection)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE fill_heard")
        heard.add_events(connection)
        heard.add_notifications(connection)
        heard.add_notices(connection, until=self._until)
        ensure_partitions(connection, "members", [row.month for row in heard.list_months(connection)])
        heard.add_facts(connection, position=self._position)
        self._position = heard.last_position(connection)
        heard.add_audit(connection, sequence=self._chain.sequence, head=self._chain.head)
        self._chain.follow(connection)

    def finish(self) -> None:
        """The outbox goes on where the past ends."""
        with self._connection.cursor() as cursor:
            cursor.execute("SELECT setval(pg_get_serial_sequence('outbox', 'position'), %s)", (max(self._position, 1),))
        functions.drop(self._connection)
