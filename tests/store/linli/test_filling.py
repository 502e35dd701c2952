"""The past that benchmarks fill tables with is as one that was played: recounting it finds no difference."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest

from bench.filling import past
from chassis.database import Database, connect
from linli import ledger, verification
from linli.services import subscriptions
from tests.store.grievances.ground import with_committees
from tests.support import sealing
from tests.support.instance import MakeDatabase

UNTIL = datetime(2026, 7, 1, 4, tzinfo=UTC)
CASES = 400
PLACES = "SELECT code, name, level, parent_code, version FROM divisions"


@pytest.fixture(scope="module")
def filled(module_database: MakeDatabase) -> Iterator[Mapping[str, Database]]:
    """Half a year of a few cases a day, in the three databases."""
    with ExitStack() as stack, sealing.in_this_process():
        made = {name: module_database(name, with_committees if name == "grievances" else None) for name in _NAMES}
        with (
            connect(made["grievances"].admin_url).cursor() as source,
            connect(made["statistics"].admin_url).cursor() as to,
        ):
            source.execute(PLACES)
            to.executemany("INSERT INTO divisions VALUES (%s, %s, %s, %s, %s)", source.fetchall())
        past.fill({name: one.admin_url for name, one in made.items()}, CASES, 0.5, until=UNTIL, seed=1)
        databases = {name: Database(one.url, service=name, size=2) for name, one in made.items()}
        for database in databases.values():
            stack.callback(database.close)
        yield databases


_NAMES = ("grievances", "statistics", "members")


def test_every_fact_is_in_effect_once(filled: Mapping[str, Database]) -> None:
    of_grievances = [one for one in subscriptions() if one.source == "grievances"]

    balances = ledger.balances(filled, of_grievances)

    assert [(one.consumer, one.missing, one.extra) for one in balances] == [("members", 0, 0), ("statistics", 0, 0)]
    assert all(one.facts > CASES / 2 for one in balances)


def test_every_figure_notice_and_due_time_is_as_its_sources_say(filled: Mapping[str, Database]) -> None:
    grievances, statistics, members = (filled[name] for name in _NAMES)
    checks = (
        verification._of_days(grievances, statistics),
        verification._of_months(statistics),
        verification._of_notices(grievances, members),
        verification._of_due_times(grievances),
    )

    assert {one.name: list(one.differences) for one in checks if one.differences} == {}


def test_the_audit_chain_holds(filled: Mapping[str, Database]) -> None:
    check = verification._of_audit("grievances", filled["grievances"], ())

    assert check.holds
    assert int(check.looked_at.split()[0]) > CASES
