"""Mediation agreements 调解协议: written or oral, and from which day they bind (人民调解法 Art. 28–31)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from chassis.errors import FieldError, InvalidInput
from services.grievances.disputes.model import AgreementForm


class Signer(StrEnum):
    """Whose signature, seal or fingerprint a written agreement needs (Art. 29)."""

    APPLICANT = "applicant"
    RESPONDENT = "respondent"
    MEDIATOR = "mediator"
    COMMITTEE = "committee"


@dataclass(frozen=True)
class Agreement:
    """What the parties agreed. `signatures` say who signed on which Shanghai day.

    `confirmed_by_applicant_on` is the day on which the applicant confirmed an oral one; None for a written one, and for
    those recorded before it was asked. `terms` may hold personal data; they are None where they were not opened.
    """

    agreement_id: UUID
    dispute_id: UUID
    form: AgreementForm
    terms: str | None
    reached_on: date
    signatures: Mapping[Signer, date]
    recorded_by: str
    confirmed_by_applicant_on: date | None = None

    @property
    def effective_on(self) -> date:
        """Written: the day of the last signature (Art. 29). Oral: the day it was reached (Art. 30)."""
        return max(self.signatures.values(), default=self.reached_on)


def check(agreement: Agreement, *, registered_on: date, today: date) -> None:
    """Raises InvalidInput with every field that breaks Art. 28–30."""
    problems = [*_days(agreement, registered_on, today), *_signatures(agreement), *_confirmation(agreement, today)]
    if problems:
        raise InvalidInput("; ".join(problem.detail for problem in problems), problems, rule="人民调解法 Art. 28–30")


def _days(agreement: Agreement, registered_on: date, today: date) -> list[FieldError]:
    found = []
    if not registered_on <= agreement.reached_on <= today:
        detail = f"reached_on {agreement.reached_on} must be from {registered_on}, the day of registration, to {today}"
        found.append(FieldError("/reached_on", detail))
    for signer, day in agreement.signatures.items():
        if not agreement.reached_on <= day <= today:
            detail = f"the {signer}'s signature of {day} must be from {agreement.reached_on} to {today}"
            found.append(FieldError(f"/signatures/{signer}", detail))
    return found


def _confirmation(agreement: Agreement, today: date) -> list[FieldError]:
    """Only the one who complained can say that it is settled; nobody's silence is taken for it."""
    day = agreement.confirmed_by_applicant_on
    if agreement.form is AgreementForm.WRITTEN:
        detail = "a written agreement bears the applicant's signature instead; leave it out or make its form oral"
        return [] if day is None else [FieldError("/confirmed_by_applicant_on", detail)]
    if day is None:
        detail = "an oral agreement needs the day the applicant confirmed it"
        return [FieldError("/confirmed_by_applicant_on", detail)]
    if not agreement.reached_on <= day <= today:
        detail = f"the applicant's confirmation of {day} must be from {agreement.reached_on} to {today}"
        return [FieldError("/confirmed_by_applicant_on", detail)]
    return []


def _signatures(agreement: Agreement) -> list[FieldError]:
    if agreement.form is AgreementForm.ORAL:
        detail = "an oral agreement is recorded, not signed; leave signatures out or make its form written"
        return [FieldError("/signatures", detail)] if agreement.signatures else []
    missing = [signer for signer in Signer if signer not in agreement.signatures]
    return [
        FieldError(f"/signatures/{signer}", f"a written agreement needs the day the {signer} signed")
        for signer in missing
    ]
