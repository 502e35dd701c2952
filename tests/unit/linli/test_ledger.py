"""The ledger's comparison of two ordered streams."""

from uuid import UUID

import pytest

from linli.ledger import Balance, _compare


def ids(*numbers: int) -> list[UUID]:
    return [UUID(int=number) for number in numbers]


@pytest.mark.parametrize(
    ("owed", "applied", "kept", "counts"),
    [
        ((), (), (), (0, 0, 0, 0, 0)),
        ((1, 2, 3), (1, 2, 3), (), (3, 3, 0, 0, 0)),
        ((1, 2, 3), (1, 3), (), (3, 2, 0, 1, 0)),
        ((1, 2, 3), (1, 3), (2,), (3, 2, 1, 0, 0)),
        ((1, 3), (1, 2, 3, 4), (), (2, 2, 0, 0, 2)),
        ((), (1,), (), (0, 0, 0, 0, 1)),
        ((1, 2), (), (), (2, 0, 0, 2, 0)),
        ((5,), (4, 6), (), (1, 0, 0, 1, 2)),
    ],
)
def test_each_fact_is_in_effect_kept_or_missing_and_each_other_effect_extra(
    owed: tuple[int, ...], applied: tuple[int, ...], kept: tuple[int, ...], counts: tuple[int, ...]
) -> None:
    balance = Balance("statistics", "grievances")
    _compare(balance, iter(ids(*owed)), iter(ids(*applied)), set(ids(*kept)))
    assert (balance.facts, balance.effects, balance.kept, balance.missing, balance.extra) == counts


def test_only_the_first_few_ids_are_kept() -> None:
    balance = Balance("statistics", "grievances")
    _compare(balance, iter(ids(*range(100))), iter([]), set())
    assert (balance.missing, len(balance.missing_ids)) == (100, 10)
