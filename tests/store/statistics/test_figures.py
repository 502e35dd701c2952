from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from chassis.database import Access, Database, Transaction
from chassis.errors import UnreadableEvent
from services.statistics import handlers, store
from services.statistics.model import NEWEST_KEPT, Figures
from services.statistics.periods import Period
from services.statistics.store import LearntDivision
from tests.store.statistics.facts import (
    DAXIN,
    DISTRICT,
    HAIYUE,
    MARCH,
    NANTOU,
    TREE,
    XINGHAI,
    ZHAOSHANG,
    Told,
    change_number,
    count,
    events,
    learn,
    sums,
)


@pytest.fixture
def database(service_database: Callable[[str], str]) -> Iterator[Database]:
    database = Database(service_database("statistics"), service="statistics", size=2)
    yield database
    database.close()


def test_sums_of_communities_streets_and_district_agree(database: Database) -> None:
    learn(database)

    count(
        database,
        events(
            [
                Told("registered"),
                Told("registered", DAXIN),
                Told("registered", HAIYUE),
                Told("accepted"),
                Told("accepted", HAIYUE),
                Told("assigned"),
                Told("mediated"),
                Told("resolved", days_open=4),
                Told("resolved", HAIYUE, days_open=9),
                Told("reopened", HAIYUE),
                Told("refused", DAXIN),
                Told("terminated", DAXIN),
            ]
        ),
    )

    assert sums(database, XINGHAI) == Figures(1, 1, 1, 0, 0, 0, 4, 1)
    assert sums(database, NANTOU) == Figures(2, 1, 1, 1, 1, 0, 4, 1)
    assert sums(database, ZHAOSHANG) == Figures(1, 1, 1, 0, 0, 1, 9, 1)
    assert sums(database, DISTRICT) == sums(database, NANTOU) + sums(database, ZHAOSHANG)


def test_resolved_again_after_reopening_counts_twice_beside_the_reopening(database: Database) -> None:
    learn(database)

    count(database, events([Told("resolved", days_open=3), Told("reopened", hours=1)]))
    count(database, events([Told("resolved", hours=2, days_open=5)], first_id=10))

    assert sums(database, DISTRICT) == Figures(resolved=2, reopened=1, days_to_resolve_sum=8, days_to_resolve_count=2)


def test_a_fact_belongs_to_its_day_in_shanghai(database: Database) -> None:
    learn(database)

    count(
        database, events([Told("registered", hours=13), Told("registered", hours=14)])
    )  # 23:00, then 00:00 in Shanghai

    tenth, eleventh = date(2026, 3, 10), date(2026, 3, 11)
    assert sums(database, XINGHAI, Period(tenth, tenth)).registered == 1
    assert sums(database, XINGHAI, Period(eleventh, eleventh)).registered == 1


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        (Period(date(2026, 1, 1), date(2026, 12, 31)), 5),
        (Period(date(2026, 3, 1), date(2026, 3, 31)), 2),
        (Period(date(2026, 3, 11), date(2026, 5, 9)), 2),
        (Period(date(2026, 3, 11), date(2026, 5, 10)), 3),
        (Period(date(2026, 3, 10), date(2026, 12, 6)), 5),
        (Period(date(2026, 3, 12), date(2026, 4, 30)), 1),
        (Period(date(2025, 1, 1), date(2025, 12, 31)), 0),
    ],
)
def test_months_and_days_add_up_to_any_period(database: Database, period: Period, expected: int) -> None:
    learn(database)
    days_later = (0, 1, 32, 61, 271)  # 10 and 11 March, 11 April, 10 May, 6 December

    count(database, events([Told("registered", hours=24 * days) for days in days_later]))

    assert sums(database, DISTRICT, period).registered == expected


def test_facts_before_their_divisions_count_where_their_digits_say(database: Database) -> None:
    count(database, events([Told("registered"), Told("registered", HAIYUE)]))

    assert sums(database, NANTOU).registered == 1
    assert sums(database, DISTRICT).registered == 2
    with database.transaction() as tx:
        division = store.find_division(tx, XINGHAI)
    assert division is not None
    assert (division.name, division.parent_code) == (XINGHAI, NANTOU)


def test_a_division_that_arrives_late_takes_its_facts_to_its_real_parent(database: Database) -> None:
    count(database, events([Told("registered"), Told("registered", HAIYUE)]))
    moved = LearntDivision(XINGHAI, "星海名城社区居委会", "community", ZHAOSHANG, 1)

    learn(database, [moved if division.code == XINGHAI else division for division in TREE])

    assert sums(database, NANTOU).registered == 0
    assert sums(database, ZHAOSHANG).registered == 2
    assert sums(database, DISTRICT).registered == 2


def test_a_division_that_only_digits_told_of_is_no_child_once_its_facts_have_left_it(database: Database) -> None:
    count(database, events([Told("registered", "440305777001")]))
    learn(database, [*TREE, LearntDivision("440305777001", "新社区", "community", NANTOU, 1)])

    with database.transaction() as tx:
        children = [child.code for child in store.list_children(tx, DISTRICT)]

    assert children == [NANTOU, ZHAOSHANG]


def test_a_known_division_needs_no_parent_by_digits(database: Database) -> None:
    learn(database, [*TREE, LearntDivision("440305777001", "新社区", "community", NANTOU, 1)])

    count(database, events([Told("registered", "440305777001")]))

    with database.transaction() as tx:
        assert store.find_division(tx, "440305777000") is None


def test_an_older_word_about_a_division_never_replaces_a_newer_one(database: Database) -> None:
    renamed = LearntDivision(XINGHAI, "星海名城社区", "community", NANTOU, 2)
    learn(database, [renamed])
    learn(database, [renamed, *TREE])

    with database.transaction() as tx:
        division = store.find_division(tx, XINGHAI)

    assert division is not None
    assert division.name == "星海名城社区"


def test_a_tree_with_a_circle_still_gives_each_figure_once(database: Database) -> None:
    learn(database, [*TREE, LearntDivision(DISTRICT, "南山区", "district", XINGHAI, 2)])

    count(database, events([Told("registered"), Told("registered", HAIYUE)]))

    assert sums(database, DISTRICT).registered == 2
    assert sums(database, NANTOU).registered == 2


def test_an_area_that_is_no_code_is_refused_and_nothing_of_the_batch_counts(database: Database) -> None:
    learn(database)

    with pytest.raises(UnreadableEvent, match="nanshan"):
        count(database, events([Told("registered"), Told("registered", "nanshan")]))

    assert sums(database, DISTRICT) == Figures()


def test_every_change_moves_the_number_that_the_etag_is_made_of(database: Database) -> None:
    before = change_number(database)

    learn(database)
    count(database, events([Told("registered"), Told("assigned")]))
    count(database, events([Told("mediated")], first_id=10))

    assert change_number(database) == before + 3


def test_a_batch_of_any_size_costs_the_same_number_of_statements(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    learn(database)
    statements: list[str] = []
    at_commit = Transaction.at_commit

    def noted(tx: Transaction, sql: str, parameters: Any) -> None:
        statements.append(sql)
        at_commit(tx, sql, parameters)

    monkeypatch.setattr(Transaction, "at_commit", noted)

    count(database, events([Told("registered")]))
    for_one = list(statements)
    statements.clear()
    count(
        database,
        events([Told("accepted", area, hours) for area in (XINGHAI, HAIYUE) for hours in range(250)], first_id=9),
    )

    assert statements == for_one
    assert len(statements) == 6


def test_only_the_newest_facts_of_each_division_are_kept(database: Database) -> None:
    learn(database)

    count(database, events([Told("registered", hours=hours) for hours in range(2 * NEWEST_KEPT)]))
    count(database, events([Told("registered", HAIYUE, hours=-5)], first_id=1000))

    with database.transaction() as tx:
        of_street = store.list_newest_facts(tx, NANTOU, 100)
        of_district = store.list_newest_facts(tx, DISTRICT, 100)
    assert len(of_street) == NEWEST_KEPT
    assert [fact["occurred_at"] for fact in of_street] == sorted((f["occurred_at"] for f in of_street), reverse=True)
    assert len(of_district) == NEWEST_KEPT + 1
    assert of_district[-1]["area"] == {"code": HAIYUE, "name": "海月社区居委会"}


def test_facts_are_shown_of_the_areas_that_one_may_see(database: Database) -> None:
    learn(database)
    count(database, events([Told("registered"), Told("registered", HAIYUE)]))

    with database.transaction(Access("officer-1", ("440305006",))) as tx:
        seen = [fact["area"] for fact in store.list_newest_facts(tx, DISTRICT, 10)]
    with database.transaction(Access("nobody", ())) as tx:
        unseen = store.list_newest_facts(tx, DISTRICT, 10)

    assert seen == [{"code": HAIYUE, "name": "海月社区居委会"}]
    assert unseen == []


def test_an_empty_batch_changes_nothing(database: Database) -> None:
    before = change_number(database)

    with database.transaction() as tx:
        handlers.count(tx, [])
        handlers.learn_divisions(tx, [])

    assert change_number(database) == before


def test_both_years_are_read_at_once(database: Database) -> None:
    learn(database)
    count(database, events([Told("accepted", hours=-365 * 24), Told("accepted"), Told("accepted", DAXIN)]))

    with database.transaction() as tx:
        found = store.sum_by_branch(tx, DISTRICT, {"now": MARCH, "before": MARCH.year_before()})

    assert found["now"][NANTOU].accepted == 2
    assert found["before"][NANTOU].accepted == 1
