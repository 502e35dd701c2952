"""Follow-up visits 回访 (人民调解法 Art. 31)."""

from datetime import date
from uuid import UUID

import pytest

from chassis.errors import InvalidInput
from services.grievances.visits import model
from services.grievances.visits.model import Performed, Visit

ID = UUID("01936f00-0000-7000-8000-00000000000a")


def visit(held_on: date = date(2026, 4, 2), performed: Performed = Performed.YES) -> Visit:
    return Visit(ID, ID, ID, held_on, performed, "…", "mediator-1")


@pytest.mark.parametrize(
    ("held_on", "is_right"),
    [
        (date(2026, 3, 13), False),
        (date(2026, 3, 14), True),
        (date(2026, 4, 3), True),
        (date(2026, 4, 4), False),
    ],
)
def test_art_31_a_visit_follows_the_agreements_effect_and_is_recorded_afterwards(held_on: date, is_right: bool) -> None:
    days = {"effective_on": date(2026, 3, 14), "today": date(2026, 4, 3)}

    if is_right:
        model.check(visit(held_on), **days)
    else:
        with pytest.raises(InvalidInput, match="held_on") as refused:
            model.check(visit(held_on), **days)
        assert refused.value.rule == "人民调解法 Art. 31"


@pytest.mark.parametrize(
    ("performed", "reason"), [(Performed.YES, None), (Performed.PARTLY, None), (Performed.NO, "not_performed")]
)
def test_art_31_what_was_not_performed_is_a_reason_to_reopen(performed: Performed, reason: str | None) -> None:
    assert visit(performed=performed).reopening_reason == reason
