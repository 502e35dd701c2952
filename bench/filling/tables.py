"""Tables that are filled: without their secondary indexes and their foreign keys meanwhile, as new afterwards."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiosql

from chassis.database import Connection

_INDEXES = """
SELECT format('%%I', indexname) AS name, indexdef AS definition
FROM pg_indexes WHERE schemaname = 'public' AND tablename = ANY(%s) AND indexdef NOT LIKE 'CREATE UNIQUE%%'
"""


def queries(name: str) -> Any:
    """The named queries of one file of this folder."""
    return aiosql.from_path(Path(__file__).parent / f"{name}.sql", "psycopg2", mandatory_parameters=False)


@contextmanager
def bare(connection: Connection, tables: Sequence[str]) -> Iterator[None]:
    """Inside the block rows cost little; after it the indexes are there again and PostgreSQL knows what is in them."""
    with connection.cursor() as cursor:
        cursor.execute(_INDEXES, (list(tables),))
        indexes = cursor.fetchall()
        for index in indexes:
            cursor.execute(f"DROP INDEX {index.name}")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")
            for index in indexes:
                cursor.execute(index.definition)
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"VACUUM ANALYZE {table}")


class Chain:
    """The end of an audit chain while rows are put behind it."""

    def __init__(self) -> None:
        self.sequence = 0
        self.head = bytes(32)

    def follow(self, connection: Connection) -> None:
        """Take the last row for its end."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT sequence, hash FROM audit_log ORDER BY sequence DESC LIMIT 1")
            for row in cursor.fetchall():
                self.sequence, self.head = row.sequence, bytes(row.hash)


def ensure_partitions(connection: Connection, login: str, months: Sequence[Any]) -> None:
    """event_log's tables of these months, made as the service's own relay makes them."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET SESSION AUTHORIZATION {login}")
        try:
            for month in months:
                cursor.execute("SELECT ensure_event_log_partition(%s)", (month,))
        finally:
            cursor.execute("RESET SESSION AUTHORIZATION")
