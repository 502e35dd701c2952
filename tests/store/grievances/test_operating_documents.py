"""What docs/operating says of due times and of a new district is what a new database holds and allows."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from chassis.database import SYSTEM, Database, connect
from services.grievances.disputes import store as disputes
from tests.support.instance import ServiceDatabase

DOCUMENTS = Path(__file__).parents[3] / "docs" / "operating"
RULE = re.compile(r"^\| `([a-z._]+)` \| [^|]+ \| ([^|]+) \| (\d+) h \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
SQL = re.compile(r"```sql\n(.*?)```", re.DOTALL)


def told_rules() -> set[tuple[str, ...]]:
    return set(RULE.findall((DOCUMENTS / "due-times.md").read_text()))


def kept_rules(database: Database) -> Iterator[tuple[str, ...]]:
    with database.transaction(SYSTEM) as tx:
        rows = tx.rows("SELECT * FROM deadline_rules")
    for row in rows:
        unit = row.unit.replace("_", " ").removesuffix("s") if row.amount == 1 else row.unit.replace("_", " ")
        within = "by its own day" if row.amount is None else f"{row.amount} {unit}"
        above = f"{row.street_after_days}, {row.district_after_days} days" if row.is_duty else "a right"
        yield row.rule, within, str(row.near_hours), above, row.source


def test_the_rules_of_the_document_are_those_of_a_new_database(database: Database) -> None:
    assert told_rules() == set(kept_rules(database))


def test_a_category_is_added_as_the_document_says(database: Database, service_address: ServiceDatabase) -> None:
    [statements] = SQL.findall((DOCUMENTS / "new-district.md").read_text())
    before = _categories(database)

    with closing(connect(service_address.admin_url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statements)

    assert _categories(database) == (before | {"lift"}) - {"other"}


def _categories(database: Database) -> set[str]:
    with database.transaction(SYSTEM) as tx:
        return {one.category for one in disputes.list_categories(tx)}
