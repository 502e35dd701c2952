"""Who mediates, who else comes, and when (人民调解法 Art. 14, 19, 20, 23, 27)."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import InvalidInput
from services.grievances.disputes.model import Body, Dispute, State
from services.grievances.sessions import model
from services.grievances.sessions.model import Guest, Session

ID = UUID("01936f00-0000-7000-8000-00000000000a")
NOW = datetime(2026, 3, 12, 8, tzinfo=UTC)
HELD = datetime(2026, 3, 12, 6, tzinfo=UTC)
DISPUTE = Dispute(
    dispute_id=ID,
    area="440305001012",
    grid_unit_id=None,
    relation="owner_property",
    category="repair",
    filed_by="resident-1",
    registered_at=datetime(2026, 3, 1, 2, tzinfo=UTC),
    state=State.ASSIGNED,
    applicant_id="resident-1",
    respondent_id="manager-1",
    respondent_body=Body.PROPERTY_OFFICE,
    opposed_ids=("manager-2",),
)
CLOSED = Session(ID, ID, 1, HELD, False, ("applicant", "respondent"), "…", "mediator-1", mediators=("mediator-1",))


def check(guests_agreed: bool = False, **changes: Any) -> None:
    model.check(replace(CLOSED, **changes), DISPUTE, guests_agreed=guests_agreed, now=NOW)


@pytest.mark.parametrize(
    ("ended_at", "is_right"),
    [
        (None, True),
        (HELD, False),
        (datetime(2026, 3, 12, 6, 1, tzinfo=UTC), True),
        (NOW, True),
        (datetime(2026, 3, 12, 8, 1, tzinfo=UTC), False),
    ],
)
def test_art_27_a_session_ends_after_it_began_and_before_it_is_recorded(
    ended_at: datetime | None, is_right: bool
) -> None:
    if is_right:
        check(ended_at=ended_at)
    else:
        with pytest.raises(InvalidInput, match="must be after held_at and not yet to come"):
            check(ended_at=ended_at)


def test_art_19_several_may_mediate() -> None:
    check(mediators=("mediator-1", "mediator-2", "mediator-3"))


@pytest.mark.parametrize("partial", ["resident-1", "manager-1", "manager-2"])
def test_art_14_nobody_with_a_part_in_it_mediates_and_who_that_is_nobody_is_told(partial: str) -> None:
    with pytest.raises(InvalidInput, match="one of these accounts has a part in dispute") as refused:
        check(mediators=("mediator-1", partial))

    assert refused.value.rule == "人民调解法 Art. 14"
    assert partial not in str(refused.value)


def test_art_14_who_was_not_impartial_mediates_no_further_session() -> None:
    recused = replace(DISPUTE, recused_ids=("mediator-9",))

    with pytest.raises(InvalidInput, match="has a part in dispute") as refused:
        model.check(replace(CLOSED, mediators=("mediator-1", "mediator-9")), recused, guests_agreed=False, now=NOW)
    assert refused.value.rule == "人民调解法 Art. 14"


INVITED = [guest for guest in Guest if guest is not Guest.AUDIENCE]


@pytest.mark.parametrize("guest", INVITED)
def test_art_20_others_come_with_the_consent_of_the_parties(guest: Guest) -> None:
    check(guests={guest: 2}, guests_agreed=True)
    check(guests={guest: 0})

    with pytest.raises(InvalidInput, match=f"{guest} come with the parties' consent") as refused:
        check(guests={guest: 2})

    assert refused.value.rule == "人民调解法 Art. 20"


@pytest.mark.parametrize("guests_agreed", [False, True])
def test_art_23_only_an_open_session_has_an_audience(guests_agreed: bool) -> None:
    check(guests={Guest.AUDIENCE: 12}, is_public=True)

    with pytest.raises(InvalidInput, match="the parties chose a closed session") as refused:
        check(guests={Guest.AUDIENCE: 12}, guests_agreed=guests_agreed)

    assert refused.value.rule == "人民调解法 Art. 23"
