"""What the tables and their indexes take on disk, and what processes hold in memory."""

from collections.abc import Mapping
from typing import NamedTuple

import psutil

from bench.ground import Database, Ground

# A partitioned table counts with all its partitions.
SIZES = """
SELECT
    coalesce(parent.relname, own.relname) AS name,
    sum(pg_table_size(own.oid))::bigint AS table_bytes,
    sum(pg_indexes_size(own.oid))::bigint AS index_bytes
FROM pg_class AS own
LEFT JOIN pg_inherits AS child ON child.inhrelid = own.oid
LEFT JOIN pg_class AS parent ON parent.oid = child.inhparent
WHERE own.relkind = 'r' AND own.relnamespace = 'public'::regnamespace AND NOT own.relname ^@ '_yoyo'
GROUP BY 1
"""


class Size(NamedTuple):
    table_bytes: int
    index_bytes: int


def tables(databases: Mapping[str, Database]) -> dict[str, Size]:
    """By service and table."""
    return {
        f"{service}.{row.name}": Size(row.table_bytes, row.index_bytes)
        for service, database in databases.items()
        for row in database.run(SIZES)
    }


class Memory(NamedTuple):
    """In MB. `rss` charges every process with the whole of what it shares, `pss` with its part of it."""

    rss: float
    pss: float


def memory(stage: Ground) -> dict[str, Memory]:
    """Each process of the deployment; PostgreSQL with all its backends, the broker with all it started."""
    running = stage.deployment()
    found = {
        program.name: _held([psutil.Process(stage.supervisor.pid(program.name))]) for program in running.programs()
    }
    for name, pid in (("PostgreSQL", running.postgres.pid), ("RabbitMQ", running.rabbitmq.pid)):
        if pid is not None:
            root = psutil.Process(pid)
            found[name] = _held([root, *root.children(recursive=True)])
    return found


def _held(processes: list[psutil.Process]) -> Memory:
    rss = pss = 0
    for process in processes:
        # A backend may have ended since it was listed.
        if process.is_running():
            held = process.memory_full_info()
            rss, pss = rss + held.rss, pss + held.pss
    return Memory(rss / 2**20, pss / 2**20)
