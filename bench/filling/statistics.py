"""What a past's facts leave in the tables of statistics."""

import io

from bench.filling import functions
from bench.filling.tables import queries
from chassis.database import Connection
from services.statistics.model import FIGURES, NEWEST_KEPT

TABLES = (
    "inbox",
    "subject_versions",
    "figures_by_day",
    "figures_by_month",
    "breakdown_by_day",
    "breakdown_by_month",
    "newest_facts",
)

heard = queries("statistics")

_NAMES = ", ".join(FIGURES)
_SUMS = ", ".join(f"sum({name})" for name in FIGURES)
# As the service keeps them, in the order of its days: months by category and relation hold all that lies in a division.
_FIGURES = (
    f"INSERT INTO figures_by_day (area, day, {_NAMES}) "
    f"SELECT area, day, {_SUMS} FROM fill_figures GROUP BY 1, 2 ORDER BY 2, 1",
    f"INSERT INTO figures_by_month (area, month, {_NAMES}) "
    f"SELECT area, date_trunc('month', day)::date, {_SUMS} FROM figures_by_day GROUP BY 1, 2",
    f"INSERT INTO breakdown_by_day (area, kind, day, word, {_NAMES}) SELECT area, kind, day, word, {_SUMS} "
    "FROM fill_figures CROSS JOIN LATERAL (VALUES ('category', category), ('relation', relation)) AS part (kind, word) "
    "GROUP BY 1, 2, 3, 4 ORDER BY 3, 1, 2, 4",
    f"""
    INSERT INTO breakdown_by_month (area, kind, month, word, {_NAMES})
    WITH RECURSIVE lineage AS (
        SELECT code AS area, code AS above FROM divisions
        UNION
        SELECT lineage.area, divisions.parent_code FROM lineage JOIN divisions ON divisions.code = lineage.above
        WHERE divisions.parent_code IS NOT NULL
    )
    SELECT above, kind, date_trunc('month', day)::date, word, {_SUMS}
    FROM breakdown_by_day JOIN lineage USING (area) GROUP BY 1, 2, 3, 4
    """,
)


class Statistics:
    """Hears facts stretch by stretch; the figures are written at the end."""

    def __init__(self, connection: Connection, seed: int) -> None:
        self._connection = connection
        functions.make(connection, seed)
        heard.make_heard(connection)

    def empty(self) -> None:
        """Take away what facts of grievances have left."""
        heard.empty(self._connection)

    def take(self, facts: bytes) -> None:
        connection = self._connection
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE fill_heard")
            cursor.copy_expert("COPY fill_heard FROM STDIN (FORMAT binary)", io.BytesIO(facts))
        heard.add_events(connection)
        heard.add_versions(connection)
        heard.count_facts(connection)
        heard.add_newest(connection, kept=NEWEST_KEPT)

    def finish(self) -> None:
        """Write the figures."""
        with self._connection.cursor() as cursor:
            cursor.execute("ANALYZE fill_figures")
            for statement in _FIGURES:
                cursor.execute(statement)
        heard.move_on(self._connection)
        functions.drop(self._connection)
