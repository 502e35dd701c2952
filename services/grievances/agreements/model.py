"""Mediation agreements 调解协议: written or oral, and from which day they bind (人民调解法 Art. 28–31)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from chassis.errors import Conflict, FieldError, InvalidInput, NotFound
from services.grievances.agreements import events
from services.grievances.confirmations.model import Confirmation
from services.grievances.disputes.model import AgreementForm, Dispute, State
from services.grievances.obligations.model import Obligation, check_obligations


class Signer(StrEnum):
    """Whose signature, seal or fingerprint a written agreement needs (Art. 29)."""

    APPLICANT = "applicant"
    RESPONDENT = "respondent"
    MEDIATOR = "mediator"
    COMMITTEE = "committee"


class Means(StrEnum):
    """How one signs: 签名、盖章、按指印 (Art. 29)."""

    SIGNATURE = "signature"
    SEAL = "seal"
    FINGERPRINT = "fingerprint"


MEANS: Mapping[Signer, tuple[Means, ...]] = {
    Signer.APPLICANT: tuple(Means),
    Signer.RESPONDENT: tuple(Means),
    Signer.MEDIATOR: (Means.SIGNATURE,),
    Signer.COMMITTEE: (Means.SEAL,),
}
"""By what each signs: a party by any, the mediator with the name, the committee with its seal (Art. 29)."""


class Standing(StrEnum):
    """A draft waits for signatures; it binds, or was withdrawn, or has lapsed with the mediation it came from."""

    DRAFT = "draft"
    IN_EFFECT = "in_effect"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


@dataclass(frozen=True)
class Agreement:
    """What the parties agreed. `signatures` say who signed on which Shanghai day, `means` how, where that is known.

    `confirmed_by_applicant_on` is the day on which the applicant confirmed an oral one; None for a written one, and for
    those recorded before it was asked. `terms` may hold personal data; they are None where they were not opened.
    `version` counts the facts told of it. `steps_before`: the steps its dispute had taken when it was drafted, and
    `bound_at`: when the last signature under a draft was recorded. `revised_before`: how often the dispute's earlier
    agreements were written or changed.
    """

    agreement_id: UUID
    dispute_id: UUID
    form: AgreementForm
    terms: str | None
    reached_on: date
    signatures: Mapping[Signer, date]
    recorded_by: str
    confirmed_by_applicant_on: date | None = None
    recorded_at: datetime | None = None
    means: Mapping[Signer, Means] = field(default_factory=dict)
    obligations: tuple[Obligation, ...] = ()
    confirmation: Confirmation | None = None
    version: int = 0
    steps_before: int | None = None
    bound_at: datetime | None = None
    revised_before: int = 0
    is_withdrawn: bool = False

    @property
    def revision(self) -> int:
        """What a change of it must name: never what an earlier draft of the dispute had, nor 0."""
        return self.revised_before + self.version + (self.steps_before is None)

    @property
    def missing(self) -> tuple[Signer, ...]:
        """Who has still to sign."""
        unsigned = tuple(signer for signer in Signer if signer not in self.signatures)
        return unsigned if self.form is AgreementForm.WRITTEN else ()

    @property
    def waits(self) -> bool:
        """Whether somebody has still to sign it, were its mediation to go on."""
        return bool(self.missing) and not self.is_withdrawn

    @property
    def effective_on(self) -> date | None:
        """Written: the day of the last signature (Art. 29). Oral: the day it was reached (Art. 30).

        None while somebody has still to sign.
        """
        return None if self.missing else max(self.signatures.values(), default=self.reached_on)

    def standing(self, dispute: Dispute) -> Standing:
        """Whether it binds, or can still be signed: only in the mediation that it came from."""
        if self.effective_on is not None:
            return Standing.IN_EFFECT
        if self.is_withdrawn:
            return Standing.WITHDRAWN
        goes_on = dispute.state is State.MEDIATING and steps_of(dispute) == self.steps_before
        return Standing.DRAFT if goes_on else Standing.LAPSED


class Change(NamedTuple):
    """An agreement after a change and the one fact that tells of it."""

    agreement: Agreement
    fact: events.AgreementFact


def closed(agreement: Agreement) -> Agreement:
    """The agreement without its words, for who is not to read them."""
    return replace(agreement, terms=None, obligations=tuple(replace(one, what=None) for one in agreement.obligations))


def steps_of(dispute: Dispute) -> int:
    """How many steps other than sessions it has taken: any more, and its mediation is another or over."""
    return dispute.version - dispute.session_count


def check(agreement: Agreement, *, registered_on: date, today: date) -> None:
    """Of one that binds as it is recorded. Raises InvalidInput with every field that breaks Art. 28–30."""
    _refuse(
        [
            *_days(agreement, registered_on, today),
            *_signatures(agreement),
            *_confirmation(agreement, today),
            *check_obligations(agreement.obligations, agreement.reached_on),
        ]
    )


def draft(agreement: Agreement, *, registered_on: date, today: date) -> Change:
    """Put down in writing what the parties agreed on; it binds nobody before all have signed (Art. 29)."""
    _refuse(
        [
            *_days(agreement, registered_on, today),
            *check_obligations(agreement.obligations, agreement.reached_on),
        ]
    )
    return _told(agreement, events.AgreementDrafted)


def sign(agreement: Agreement, *, signer: Signer, signed_on: date, means: Means, today: date) -> Change:
    """One more has signed, in whatever order; with the last one it binds (Art. 29)."""
    if signer in agreement.signatures:
        raise Conflict(f"the {signer} has already signed, on {agreement.signatures[signer]}", rule="人民调解法 Art. 29")
    problems = [*_day_of(signer, signed_on, agreement.reached_on, today, "/signed_on")]
    if means not in MEANS[signer]:
        detail = f"the {signer} signs by {' or '.join(MEANS[signer])}, not by {means}"
        problems.append(FieldError("/means", detail))
    if problems:
        detail = "; ".join(problem.detail for problem in problems)
        raise InvalidInput(detail, problems, rule="人民调解法 Art. 29")
    after = replace(
        agreement,
        signatures={**agreement.signatures, signer: signed_on},
        means={**agreement.means, signer: means},
    )
    return _told(after, events.AgreementSigned, signer=signer, missing=len(after.missing))


def withdraw(agreement: Agreement) -> Change:
    """It is given up before all have signed: what is drafted binds nobody (Art. 29)."""
    return _told(replace(agreement, is_withdrawn=True), events.AgreementWithdrawn)


def perform(agreement: Agreement, *, number: int, performed_on: date, today: date) -> Change:
    """One of its obligations was performed (Art. 31)."""
    found = next((one for one in agreement.obligations if one.number == number), None)
    if found is None:
        count = len(agreement.obligations)
        raise NotFound(f"the agreement has no obligation {number}; it has {count}, counted from 1")
    if found.performed_on is not None:
        raise Conflict(f"obligation {number} was already performed, on {found.performed_on}", rule="人民调解法 Art. 31")
    if not agreement.reached_on <= performed_on <= today:
        detail = f"performed_on {performed_on} must be from {agreement.reached_on}, when it was agreed, to {today}"
        raise InvalidInput(detail, [FieldError("/performed_on", detail)], rule="人民调解法 Art. 31")
    obligations = tuple(
        replace(one, performed_on=performed_on) if one is found else one for one in agreement.obligations
    )
    left = sum(one.performed_on is None for one in obligations)
    after = replace(agreement, obligations=obligations)
    return _told(after, events.AgreementPerformed, obligation_number=number, left=left)


def confirm(agreement: Agreement, confirmation: Confirmation) -> Change:
    """The parties have asked the court for its confirmation, or it has decided (Art. 33)."""
    after = replace(agreement, confirmation=confirmation)
    if confirmation.outcome is None:
        return _told(after, events.ConfirmationRequested)
    return _told(after, events.ConfirmationDecided, outcome=confirmation.outcome)


def _told(agreement: Agreement, fact: type[events.AgreementFact], **told: Any) -> Change:
    ids = {"agreement_id": str(agreement.agreement_id), "dispute_id": str(agreement.dispute_id)}
    after = replace(agreement, version=agreement.version + 1)
    return Change(after, fact(**ids, form=agreement.form, **told))


def _refuse(problems: list[FieldError]) -> None:
    if problems:
        raise InvalidInput("; ".join(problem.detail for problem in problems), problems, rule="人民调解法 Art. 28–30")


def _days(agreement: Agreement, registered_on: date, today: date) -> list[FieldError]:
    found = []
    if not registered_on <= agreement.reached_on <= today:
        detail = f"reached_on {agreement.reached_on} must be from {registered_on}, the day of registration, to {today}"
        found.append(FieldError("/reached_on", detail))
    for signer, day in agreement.signatures.items():
        found += _day_of(signer, day, agreement.reached_on, today, f"/signatures/{signer}")
    return found


def _day_of(signer: Signer, day: date, reached_on: date, today: date, pointer: str) -> list[FieldError]:
    """Nobody signs what is not agreed yet, nor tomorrow."""
    if reached_on <= day <= today:
        return []
    return [FieldError(pointer, f"the {signer}'s signature of {day} must be from {reached_on} to {today}")]


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
    return [
        FieldError(f"/signatures/{signer}", f"a written agreement needs the day the {signer} signed")
        for signer in agreement.missing
    ]
