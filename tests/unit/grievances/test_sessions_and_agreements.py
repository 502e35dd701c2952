"""When a session counts as held, and from which day an agreement binds."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from chassis.errors import InvalidInput
from services.grievances.agreements import model as agreements
from services.grievances.agreements.model import Agreement, Signer
from services.grievances.disputes.model import AgreementForm
from services.grievances.sessions.model import check_held_at

ID = UUID("01936f00-0000-7000-8000-00000000000a")
REGISTERED_AT = datetime(2026, 3, 1, 2, tzinfo=UTC)
NOW = datetime(2026, 3, 12, 2, tzinfo=UTC)
REGISTERED_ON, TODAY = date(2026, 3, 1), date(2026, 3, 12)

ORAL = Agreement(
    ID, ID, AgreementForm.ORAL, "以后晚十点后不再练琴", date(2026, 3, 10), {}, "mediator-1", date(2026, 3, 11)
)
WRITTEN = replace(
    ORAL,
    form=AgreementForm.WRITTEN,
    confirmed_by_applicant_on=None,
    signatures={
        Signer.APPLICANT: date(2026, 3, 10),
        Signer.RESPONDENT: date(2026, 3, 12),
        Signer.MEDIATOR: date(2026, 3, 10),
        Signer.COMMITTEE: date(2026, 3, 11),
    },
)


def test_art_29_a_written_agreement_binds_from_the_last_signature() -> None:
    agreements.check(WRITTEN, registered_on=REGISTERED_ON, today=TODAY)

    assert WRITTEN.effective_on == date(2026, 3, 12)


def test_art_30_an_oral_agreement_binds_from_the_day_it_was_reached() -> None:
    agreements.check(ORAL, registered_on=REGISTERED_ON, today=TODAY)

    assert ORAL.effective_on == date(2026, 3, 10)


@pytest.mark.parametrize("missing", Signer)
def test_art_29_a_written_agreement_needs_every_signature(missing: Signer) -> None:
    signatures = {signer: day for signer, day in WRITTEN.signatures.items() if signer is not missing}

    with pytest.raises(InvalidInput, match=f"needs the day the {missing} signed") as refused:
        agreements.check(replace(WRITTEN, signatures=signatures), registered_on=REGISTERED_ON, today=TODAY)

    assert [field.pointer for field in refused.value.fields] == [f"/signatures/{missing}"]


def test_art_28_an_oral_agreement_is_not_signed() -> None:
    with pytest.raises(InvalidInput, match="make its form written"):
        agreements.check(replace(WRITTEN, form=AgreementForm.ORAL), registered_on=REGISTERED_ON, today=TODAY)


@pytest.mark.parametrize("confirmed_on", [None, date(2026, 3, 9), date(2026, 3, 13)])
def test_an_oral_agreement_needs_the_day_the_applicant_confirmed_it(confirmed_on: date | None) -> None:
    wrong = replace(ORAL, confirmed_by_applicant_on=confirmed_on)

    with pytest.raises(InvalidInput, match="the applicant") as refused:
        agreements.check(wrong, registered_on=REGISTERED_ON, today=TODAY)

    assert [field.pointer for field in refused.value.fields] == ["/confirmed_by_applicant_on"]


def test_a_written_agreement_is_confirmed_by_the_applicants_signature_alone() -> None:
    with pytest.raises(InvalidInput, match="bears the applicant's signature instead"):
        agreements.check(replace(WRITTEN, confirmed_by_applicant_on=TODAY), registered_on=REGISTERED_ON, today=TODAY)


@pytest.mark.parametrize("reached_on", [date(2026, 2, 28), date(2026, 3, 13)])
def test_an_agreement_is_reached_between_registration_and_today(reached_on: date) -> None:
    with pytest.raises(InvalidInput, match="reached_on"):
        agreements.check(replace(ORAL, reached_on=reached_on), registered_on=REGISTERED_ON, today=TODAY)


@pytest.mark.parametrize("signed_on", [date(2026, 3, 9), date(2026, 3, 13)])
def test_nobody_signs_before_the_agreement_or_after_today(signed_on: date) -> None:
    wrong = replace(WRITTEN, signatures={**WRITTEN.signatures, Signer.COMMITTEE: signed_on})

    with pytest.raises(InvalidInput, match="the committee's signature"):
        agreements.check(wrong, registered_on=REGISTERED_ON, today=TODAY)


@pytest.mark.parametrize("held_at", [REGISTERED_AT, datetime(2026, 2, 28, 16, tzinfo=UTC), NOW])
def test_a_session_is_held_from_the_day_of_registration_until_now(held_at: datetime) -> None:
    check_held_at(held_at, registered_at=REGISTERED_AT, now=NOW)


@pytest.mark.parametrize(
    "held_at", [datetime(2026, 2, 28, 15, 59, tzinfo=UTC), datetime(2026, 3, 12, 2, 1, tzinfo=UTC)]
)
def test_a_session_of_another_time_is_refused(held_at: datetime) -> None:
    with pytest.raises(InvalidInput, match="held_at"):
        check_held_at(held_at, registered_at=REGISTERED_AT, now=NOW)
