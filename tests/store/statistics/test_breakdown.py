"""The same figures by category and by relation, with all that lies in a division."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from chassis.database import Database
from chassis.errors import UnreadableEvent
from services.statistics import store
from services.statistics.model import Figures
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
    by_word,
    change_number,
    count,
    count_missed,
    events,
    learn,
    missed,
    sums,
)

ALL = (XINGHAI, DAXIN, HAIYUE, NANTOU, ZHAOSHANG, DISTRICT)


@pytest.fixture
def database(service_database: Callable[[str], str]) -> Iterator[Database]:
    database = Database(service_database("statistics"), service="statistics", size=2)
    yield database
    database.close()


def test_figures_by_category_of_communities_streets_and_district_agree(database: Database) -> None:
    learn(database)

    count(
        database,
        events(
            [
                Told("registered"),
                Told("registered", DAXIN, category="parking"),
                Told("registered", HAIYUE),
                Told("resolved", HAIYUE, days_open=9),
                Told("linked", DAXIN, category="parking"),
                Told("confirmed", HAIYUE, satisfaction=4),
                Told("confirmed", HAIYUE),
                Told("assigned", HAIYUE, category="waste"),
            ]
        ),
    )

    noise = Figures(
        registered=1, resolved=1, days_to_resolve_sum=9, days_to_resolve_count=1, confirmed=2, satisfaction_4=1
    )
    assert by_word(database, XINGHAI) == {"noise": Figures(registered=1)}
    assert by_word(database, NANTOU) == {
        "noise": Figures(registered=1),
        "parking": Figures(registered=1, linked=1),
    }
    assert by_word(database, ZHAOSHANG) == {"noise": noise}
    assert by_word(database, DISTRICT) == {
        "noise": noise + Figures(registered=1),
        "parking": Figures(registered=1, linked=1),
    }


def test_the_same_facts_are_told_by_relation(database: Database) -> None:
    learn(database)

    count(database, events([Told("accepted"), Told("accepted", DAXIN, relation="owner_property")]))

    assert by_word(database, NANTOU, "relation") == {
        "owner_owner": Figures(accepted=1),
        "owner_property": Figures(accepted=1),
    }


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        (Period(date(2026, 1, 1), date(2026, 12, 31)), 5),
        (Period(date(2026, 3, 1), date(2026, 3, 31)), 2),
        (Period(date(2026, 3, 11), date(2026, 5, 9)), 2),
        (Period(date(2026, 3, 11), date(2026, 5, 10)), 3),
        (Period(date(2026, 3, 12), date(2026, 4, 30)), 1),
        (Period(date(2025, 1, 1), date(2025, 12, 31)), 0),
    ],
)
@pytest.mark.parametrize("area", [XINGHAI, NANTOU, DISTRICT])
def test_months_and_days_add_up_to_any_period(database: Database, period: Period, expected: int, area: str) -> None:
    learn(database)
    days_later = (0, 1, 32, 61, 271)  # 10 and 11 March, 11 April, 10 May, 6 December

    count(database, events([Told("registered", hours=24 * days) for days in days_later]))

    found = by_word(database, area, period=period)
    assert found == ({"noise": Figures(registered=expected)} if expected else {})


def test_both_years_are_told_side_by_side_and_nothing_of_one_is_nothing(database: Database) -> None:
    learn(database)
    count(database, events([Told("accepted", hours=-365 * 24), Told("accepted", category="waste")]))

    with database.transaction() as tx:
        parts = store.sum_by_word(tx, DISTRICT, "category", MARCH)

    assert [(part.words, part.now.accepted, part.before.accepted) for part in parts] == [
        (("noise",), 0, 1),
        (("waste",), 1, 0),
    ]


def test_a_missed_deadline_counts_on_the_shanghai_day_on_which_it_was_missed(database: Database) -> None:
    learn(database)

    count_missed(database, missed(datetime(2026, 3, 31, 15, 59, tzinfo=UTC)))
    count_missed(database, missed(datetime(2026, 3, 31, 16, 0, tzinfo=UTC), number=7001))

    assert sums(database, DISTRICT).overdue == 1
    assert sums(database, DISTRICT, Period(date(2026, 4, 1), date(2026, 4, 1))).overdue == 1
    assert by_word(database, DISTRICT) == {"noise": Figures(overdue=1)}


def test_a_missed_deadline_of_no_dispute_counts_in_the_division_and_in_no_category(database: Database) -> None:
    learn(database)

    count_missed(database, missed(datetime(2026, 3, 10, tzinfo=UTC), category=None))

    assert sums(database, DISTRICT) == Figures(overdue=1)
    assert by_word(database, DISTRICT) == {}
    assert by_word(database, DISTRICT, "relation") == {}


def test_missed_deadlines_move_the_etag_and_none_do_not(database: Database) -> None:
    before = change_number(database)

    count_missed(database)
    count_missed(database, missed(datetime(2026, 3, 10, tzinfo=UTC)))

    assert change_number(database) == before + 1


def test_a_missed_deadline_whose_area_is_no_code_is_refused(database: Database) -> None:
    with pytest.raises(UnreadableEvent, match="nanshan"):
        count_missed(database, missed(datetime(2026, 3, 10, tzinfo=UTC), "nanshan"))


def assert_categories_are_the_sums(database: Database) -> None:
    """Every fact of these tests has a category, so those of a division add up to its own sums, whatever the period."""
    for area in ALL:
        for period in (MARCH, Period(date(2026, 3, 2), date(2026, 3, 31))):
            found = by_word(database, area, period=period)
            assert sum(found.values(), Figures()) == sums(database, area, period), area


def test_a_division_that_arrives_late_takes_its_months_to_its_real_parent(database: Database) -> None:
    count(database, events([Told("registered"), Told("accepted", HAIYUE, category="parking")]))
    moved = LearntDivision(XINGHAI, "星海名城社区居委会", "community", ZHAOSHANG, 1)

    learn(database, [moved if division.code == XINGHAI else division for division in TREE])

    assert by_word(database, NANTOU) == {}
    assert by_word(database, ZHAOSHANG) == {"noise": Figures(registered=1), "parking": Figures(accepted=1)}
    assert_categories_are_the_sums(database)


def test_a_division_that_moves_takes_all_that_lies_in_it_along(database: Database) -> None:
    learn(database)
    count(database, events([Told("registered"), Told("registered", DAXIN), Told("registered", HAIYUE)]))
    other = "440306000000"
    learn(database, [LearntDivision(other, "宝安区", "district", None, 1)])

    learn(database, [replace(TREE[1], parent_code=other, version=2)])
    count(database, events([Told("accepted", DAXIN)], first_id=100))

    assert by_word(database, other) == {"noise": Figures(registered=2, accepted=1)}
    assert by_word(database, DISTRICT) == {"noise": Figures(registered=1)}
    assert_categories_are_the_sums(database)


def test_two_divisions_that_move_at_once_end_where_they_belong(database: Database) -> None:
    """The community moves under the other street while that street moves out of the district."""
    learn(database)
    count(database, events([Told("registered"), Told("registered", HAIYUE), Told("registered", DAXIN)]))
    other = "440306000000"

    learn(
        database,
        [
            LearntDivision(other, "宝安区", "district", None, 1),
            replace(TREE[2], parent_code=other, version=2),
            replace(TREE[3], parent_code=ZHAOSHANG, version=2),
        ],
    )

    assert by_word(database, other) == {"noise": Figures(registered=2)}
    assert by_word(database, DISTRICT) == {"noise": Figures(registered=1)}
    assert_categories_are_the_sums(database)


def test_an_older_word_about_a_division_moves_nothing(database: Database) -> None:
    learn(database, [replace(one, version=3) for one in TREE])
    count(database, events([Told("registered")]))

    learn(database, [replace(TREE[3], parent_code=ZHAOSHANG, version=2)])

    assert by_word(database, NANTOU) == {"noise": Figures(registered=1)}
    assert_categories_are_the_sums(database)


def test_a_division_told_before_its_parent_is_in_the_sums_above_it(database: Database) -> None:
    learn(database, [LearntDivision(XINGHAI, "星海名城社区居委会", "community", "440305777000", 1)])
    count(database, events([Told("registered")]))

    learn(database, [*TREE[:3], LearntDivision("440305777000", "新街道", "street", DISTRICT, 1)])

    assert by_word(database, "440305777000") == {"noise": Figures(registered=1)}
    assert by_word(database, DISTRICT) == {"noise": Figures(registered=1)}
    assert_categories_are_the_sums(database)


def test_a_new_name_moves_nothing(database: Database) -> None:
    learn(database)
    count(database, events([Told("registered")]))

    learn(database, [replace(one, name=f"{one.name}（新）", version=2) for one in TREE])

    assert_categories_are_the_sums(database)
    assert by_word(database, DISTRICT) == {"noise": Figures(registered=1)}
