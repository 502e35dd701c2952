"""A written agreement, signature by signature (人民调解法 Art. 28, 29), and what is performed of it (Art. 31)."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import Conflict, InvalidInput, NotFound
from services.grievances.agreements import model
from services.grievances.agreements.model import MEANS, Agreement, Means, Signer, Standing
from services.grievances.disputes.model import AgreementForm, Dispute, State
from services.grievances.obligations.model import Obligation, Obliged, Progress

ID = UUID("01936f00-0000-7000-8000-00000000000a")
REGISTERED_ON, REACHED_ON, TODAY = date(2026, 3, 1), date(2026, 3, 10), date(2026, 3, 20)
REGISTERED_AT = datetime(2026, 3, 1, 2, tzinfo=UTC)

DAYS = {
    Signer.APPLICANT: date(2026, 3, 10),
    Signer.RESPONDENT: date(2026, 3, 14),
    Signer.MEDIATOR: date(2026, 3, 11),
    Signer.COMMITTEE: date(2026, 3, 12),
}
REPAIR = Obligation(UUID(int=1), 1, Obliged.RESPONDENT, "修复漏点", date(2026, 3, 31))
PAYMENT = Obligation(UUID(int=2), 2, Obliged.APPLICANT, "补缴物业费", date(2026, 4, 15))
PROMISED = Agreement(
    ID,
    ID,
    AgreementForm.WRITTEN,
    "…",
    REACHED_ON,
    {},
    "mediator-1",
    obligations=(REPAIR, PAYMENT),
    steps_before=3,
)
MEDIATING = Dispute(
    dispute_id=ID,
    area="440305001012",
    grid_unit_id=None,
    relation="owner_owner",
    category="noise",
    filed_by="resident-1",
    registered_at=REGISTERED_AT,
    state=State.MEDIATING,
    version=4,
    session_count=1,
)


def drafted(**changes: Any) -> model.Change:
    return model.draft(replace(PROMISED, **changes), registered_on=REGISTERED_ON, today=TODAY)


def signed(agreement: Agreement, signer: Signer, **changes: Any) -> model.Change:
    given = {"signed_on": DAYS[signer], "means": MEANS[signer][0], "today": TODAY} | changes
    return model.sign(agreement, signer=signer, **given)


def signed_by_all() -> Agreement:
    agreement = drafted().agreement
    for signer in Signer:
        agreement = signed(agreement, signer).agreement
    return agreement


def test_art_29_a_draft_binds_nobody() -> None:
    agreement, fact = drafted()

    assert (agreement.effective_on, agreement.missing, agreement.version) == (None, tuple(Signer), 1)
    assert (fact.type, fact.form) == ("agreement.drafted", "written")


@pytest.mark.parametrize("order", list(permutations(Signer)), ids=lambda order: "-".join(one[0] for one in order))
def test_art_29_it_binds_from_the_latest_day_in_whatever_order_they_sign(order: tuple[Signer, ...]) -> None:
    agreement, facts = drafted().agreement, []
    for signer in order:
        assert agreement.effective_on is None
        agreement, fact = signed(agreement, signer)
        facts.append(fact)

    assert agreement.effective_on == date(2026, 3, 14)
    assert [(fact.signer, fact.missing) for fact in facts] == list(zip(order, (3, 2, 1, 0), strict=True))
    assert agreement.version == 5


@pytest.mark.parametrize("signer", Signer)
def test_art_29_nobody_signs_twice(signer: Signer) -> None:
    once = signed(drafted().agreement, signer).agreement

    with pytest.raises(Conflict, match=f"the {signer} has already signed, on {DAYS[signer]}") as refused:
        signed(once, signer, signed_on=TODAY)

    assert refused.value.rule == "人民调解法 Art. 29"


@pytest.mark.parametrize(
    ("signed_on", "is_right"),
    [
        (date(2026, 3, 9), False),  # before it was agreed
        (date(2026, 3, 10), True),
        (date(2026, 3, 20), True),
        (date(2026, 3, 21), False),  # tomorrow
    ],
)
def test_art_29_a_signature_has_a_day_from_the_agreement_until_today(signed_on: date, is_right: bool) -> None:
    agreement = drafted().agreement

    if is_right:
        assert signed(agreement, Signer.APPLICANT, signed_on=signed_on).agreement.signatures == {"applicant": signed_on}
    else:
        with pytest.raises(InvalidInput, match="must be from 2026-03-10 to 2026-03-20") as refused:
            signed(agreement, Signer.APPLICANT, signed_on=signed_on)
        assert [field.pointer for field in refused.value.fields] == ["/signed_on"]


@pytest.mark.parametrize(
    ("signer", "allowed"),
    [
        (Signer.APPLICANT, {"signature", "seal", "fingerprint"}),
        (Signer.RESPONDENT, {"signature", "seal", "fingerprint"}),
        (Signer.MEDIATOR, {"signature"}),
        (Signer.COMMITTEE, {"seal"}),
    ],
)
@pytest.mark.parametrize("means", Means)
def test_art_29_by_what_each_signs(signer: Signer, allowed: set[str], means: Means) -> None:
    agreement = drafted().agreement

    if means in allowed:
        assert signed(agreement, signer, means=means).agreement.means == {signer: means}
    else:
        with pytest.raises(InvalidInput, match=f"the {signer} signs by .*, not by {means}") as refused:
            signed(agreement, signer, means=means)
        assert [field.pointer for field in refused.value.fields] == ["/means"]


@pytest.mark.parametrize("reached_on", [date(2026, 2, 28), date(2026, 3, 21)])
def test_art_28_a_draft_is_reached_between_registration_and_today(reached_on: date) -> None:
    with pytest.raises(InvalidInput, match="reached_on"):
        drafted(reached_on=reached_on)


@pytest.mark.parametrize(
    ("dispute", "standing"),
    [
        (MEDIATING, Standing.DRAFT),
        (replace(MEDIATING, version=5, session_count=2), Standing.DRAFT),  # they met again
        (replace(MEDIATING, version=5), Standing.LAPSED),  # another mediator
        (replace(MEDIATING, version=8, session_count=2), Standing.LAPSED),  # reopened, another mediation
        (replace(MEDIATING, version=5, state=State.TERMINATED), Standing.LAPSED),
        (replace(MEDIATING, version=5, state=State.REFUSED), Standing.LAPSED),
        (replace(MEDIATING, version=5, state=State.RESOLVED), Standing.LAPSED),  # by another agreement or a decision
    ],
)
def test_art_26_a_draft_lapses_with_the_mediation_it_came_from(dispute: Dispute, standing: Standing) -> None:
    assert drafted().agreement.standing(dispute) is standing


def test_what_binds_binds_whatever_becomes_of_the_dispute() -> None:
    assert signed_by_all().standing(replace(MEDIATING, version=6, state=State.ACCEPTED)) is Standing.IN_EFFECT


def test_a_withdrawn_draft_waits_for_nobody() -> None:
    before = drafted().agreement
    withdrawn, fact = model.withdraw(before)

    assert (withdrawn.standing(MEDIATING), withdrawn.waits) == (Standing.WITHDRAWN, False)
    assert (fact.type, fact.agreement_id) == ("agreement.withdrawn", str(before.agreement_id))
    assert withdrawn.version == before.version + 1


def test_art_31_what_was_promised_is_performed_one_by_one() -> None:
    agreement, first = model.perform(signed_by_all(), number=2, performed_on=date(2026, 3, 16), today=TODAY)
    agreement, second = model.perform(agreement, number=1, performed_on=TODAY, today=TODAY)

    assert [(fact.type, fact.obligation_number, fact.left) for fact in (first, second)] == [
        ("agreement.performed", 2, 1),
        ("agreement.performed", 1, 0),
    ]
    assert [one.performed_on for one in agreement.obligations] == [TODAY, date(2026, 3, 16)]
    assert agreement.version == 7


def test_art_31_nothing_is_performed_twice() -> None:
    agreement = model.perform(signed_by_all(), number=1, performed_on=TODAY, today=TODAY).agreement

    with pytest.raises(Conflict, match="obligation 1 was already performed, on 2026-03-20"):
        model.perform(agreement, number=1, performed_on=TODAY, today=TODAY)


@pytest.mark.parametrize("number", [0, 3])
def test_only_what_was_promised_is_performed(number: int) -> None:
    with pytest.raises(NotFound, match=f"no obligation {number}; it has 2, counted from 1"):
        model.perform(signed_by_all(), number=number, performed_on=TODAY, today=TODAY)


@pytest.mark.parametrize("performed_on", [date(2026, 3, 9), date(2026, 3, 21)])
def test_art_31_it_is_performed_after_the_promise_and_recorded_afterwards(performed_on: date) -> None:
    with pytest.raises(InvalidInput, match="must be from 2026-03-10, when it was agreed, to 2026-03-20"):
        model.perform(signed_by_all(), number=1, performed_on=performed_on, today=TODAY)


@pytest.mark.parametrize(
    ("binds", "performed_on", "today", "progress"),
    [
        (False, None, date(2026, 4, 1), Progress.PENDING),
        (True, None, date(2026, 3, 31), Progress.OPEN),  # its last day
        (True, None, date(2026, 4, 1), Progress.OVERDUE),
        (True, date(2026, 4, 2), date(2026, 4, 3), Progress.PERFORMED),
    ],
)
def test_art_31_an_obligation_is_overdue_after_its_last_day(
    binds: bool, performed_on: date | None, today: date, progress: Progress
) -> None:
    assert replace(REPAIR, performed_on=performed_on).progress(binds=binds, today=today) is progress


@pytest.mark.parametrize("due_on", [date(2026, 3, 9), date(2056, 4, 10)])
def test_an_obligation_is_due_from_the_agreement_on_and_within_a_lifetime(due_on: date) -> None:
    with pytest.raises(InvalidInput, match="due_on") as refused:
        drafted(obligations=(PAYMENT, replace(REPAIR, due_on=due_on)))

    assert [field.pointer for field in refused.value.fields] == ["/obligations/1/due_on"]


@pytest.mark.parametrize(("count", "is_right"), [(0, True), (50, True), (51, False)])
def test_an_agreement_has_at_most_fifty_obligations(count: int, is_right: bool) -> None:
    obligations = tuple(replace(REPAIR, number=number + 1) for number in range(count))

    if is_right:
        assert len(drafted(obligations=obligations).agreement.obligations) == count
    else:
        with pytest.raises(InvalidInput, match="at most 50 obligations, not 51"):
            drafted(obligations=obligations)


def test_without_a_purpose_no_word_of_it_is_shown() -> None:
    closed = model.closed(drafted().agreement)

    assert (closed.terms, [one.what for one in closed.obligations]) == (None, [None, None])
