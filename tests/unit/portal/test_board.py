from dataclasses import replace
from typing import Any

import pytest

from services.portal import board
from services.portal.figures import Snapshot
from services.portal.person import Person, read_token
from tests.unit.portal.test_person import CLAIMS, token


@pytest.fixture
def person() -> Person:
    return read_token(token(CLAIMS))


def child(code: str, accepted: int, resolved: int) -> dict[str, Any]:
    figures = {name: 0 for name, _ in board.FIGURES} | {"accepted": accepted, "resolved": resolved}
    return {"area": {"code": code, "name": code}, "figures": figures}


def snapshot(children: list[dict[str, Any]] | None) -> Snapshot:
    return Snapshot('"1"', child("440305000000", 0, 0), children, [])


@pytest.mark.parametrize(
    ("change", "text"), [(-50.0, "−50.0%"), (12.5, "+12.5%"), (0.0, "±0.0%"), (1234.5, "+1,234.5%"), (None, "–")]
)
@pytest.mark.usefixtures("language")
def test_a_change_is_shown_with_its_sign(change: float | None, text: str) -> None:
    assert board.percent(change) == text


@pytest.mark.parametrize(("days", "text"), [(6.5, "6.5"), (5.0, "5.0"), (None, "–")])
@pytest.mark.usefixtures("language")
def test_an_average_is_shown_to_one_decimal_or_not_at_all(days: float | None, text: str) -> None:
    assert board.average(days) == text


def test_instants_are_shown_as_shanghai_reads_them(language: str) -> None:
    shown = board.moment("2026-11-20T17:05:00+00:00")

    assert shown == {"zh": "11月21日 01:05", "en": "21 Nov 01:05"}[language]


@pytest.mark.usefixtures("language")
def test_bars_are_measured_by_the_longest(person: Person) -> None:
    rows = board.rows(snapshot([child("440305001000", 40, 10), child("440305006000", 8, 9)]), person)

    assert rows is not None
    assert [(row.accepted_width, row.resolved_width) for row in rows] == [(100.0, 25.0), (20.0, 22.5)]


@pytest.mark.usefixtures("language")
def test_bars_of_nothing_have_no_length(person: Person) -> None:
    rows = board.rows(snapshot([child("440305001000", 0, 0)]), person)

    assert rows is not None
    assert (rows[0].accepted_width, rows[0].resolved_width) == (0.0, 0.0)


@pytest.mark.usefixtures("language")
def test_only_places_of_ones_own_scope_can_be_looked_into(person: Person) -> None:
    rows = board.rows(snapshot([child("440305001000", 1, 0), child("440305006000", 1, 0)]), person)

    assert rows is not None
    assert [row.is_open for row in rows] == [True, False]


@pytest.mark.usefixtures("language")
def test_parts_that_are_not_for_this_person_are_none(person: Person) -> None:
    assert board.rows(snapshot(None), person) is None


def breakdown(*parts: tuple[str, ...]) -> dict[str, Any]:
    told = [{"words": list(words), "figures": {}, "year_over_year": {}} for words in parts]
    return {"period": {"from": "2026-01-01", "to": "2026-10-31"}, "parts": told}


def test_parts_stand_in_the_order_they_are_listed_in_and_groups_last(language: str) -> None:
    told = breakdown(("aquarium",), ("noise",), ("other", "waste"), ("property_fee",))

    [found] = board.breakdowns(replace(snapshot(None), by_category=told))

    names = {
        "zh": ["物业费", "噪声", "aquarium", "其他、垃圾与环境卫生"],
        "en": ["Property fees", "Noise", "aquarium", "Other, Waste and hygiene"],
    }
    assert [part.name for part in found.parts] == names[language]
    assert found.has_groups


@pytest.mark.usefixtures("language")
def test_a_breakdown_that_is_not_for_this_person_is_left_out() -> None:
    found = board.breakdowns(replace(snapshot(None), by_relation=breakdown(("owner_owner",))))

    assert [(one.kind, one.has_groups) for one in found] == [("relation", False)]


def test_points_are_told_best_first_and_measured_by_the_most() -> None:
    assert board.points([2, 0, 1, 4, 8]) == [(5, 8, 100.0), (4, 4, 50.0), (3, 1, 12.5), (2, 0, 0.0), (1, 2, 25.0)]


@pytest.mark.usefixtures("language")
def test_refused_and_reopened_stand_beside_resolved() -> None:
    assert {"accepted", "resolved", "refused", "reopened", "linked", "overdue", "confirmed"} <= {
        name for name, _ in board.FIGURES
    }
