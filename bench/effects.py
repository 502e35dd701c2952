"""The one effect that every consumer is measured by, and how its rate is read from the database's own clock."""

from bench import ground
from bench.ground import BenchError, Database

TABLE = """
CREATE TABLE effects (
    event_id uuid PRIMARY KEY,
    subject text NOT NULL,
    area text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
"""

UPSERT = """
INSERT INTO effects (event_id, subject, area) VALUES (%s, %s, %s)
ON CONFLICT (event_id) DO UPDATE SET applied_at = clock_timestamp()
"""

UPSERT_MANY = """
INSERT INTO effects (event_id, subject, area)
SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[])
ON CONFLICT (event_id) DO UPDATE SET applied_at = clock_timestamp()
"""

# Connecting, the first query plans and the first batch are not what is asked about.
RATE = """
WITH numbered AS (SELECT applied_at, row_number() OVER (ORDER BY applied_at) AS number FROM effects),
warm AS (SELECT applied_at FROM numbered WHERE number = %s)
SELECT count(*) / extract(epoch FROM max(numbered.applied_at) - warm.applied_at) AS per_s
FROM numbered, warm WHERE numbered.applied_at > warm.applied_at GROUP BY warm.applied_at
"""


def make_table(database: Database, login: str) -> None:
    """Owned as the service's other tables are, so that its login may write rows and nothing else."""
    database.run(f"SET ROLE {login}_owner; {TABLE}")


def rate(database: Database, count: int) -> float:
    """Wait until so many effects are there, and give how many came in a second after the first tenth of them."""

    def are_there() -> bool:
        (row,) = database.run("SELECT count(*) AS effects FROM effects")
        return bool(row.effects >= count)

    ground.wait_until(f"{count} effects", are_there, timeout_s=120, pause_s=0.25)
    (row,) = database.run("SELECT count(*) AS effects FROM effects")
    if row.effects != count:
        raise BenchError(f"{row.effects} effects of {count} events")
    (found,) = database.run(RATE, (count // 10,))
    return float(found.per_s)
