"""What can be done with agreements: resolve a dispute by one, draft it and have it signed one by one, read it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from chassis import outbox
from chassis.calendar import local_day
from chassis.database import Transaction
from chassis.errors import Conflict, NotAllowed, NotFound, StaleVersion, WrongState
from chassis.identity import Actor
from services.grievances import access
from services.grievances.agreements import model, store, watches
from services.grievances.agreements.model import Agreement, Change, Means, Signer, Standing
from services.grievances.disputes import handlers as disputes
from services.grievances.disputes import life_cycle
from services.grievances.disputes import model as dispute_model
from services.grievances.disputes.model import AgreementForm, Dispute, Resolution, State
from services.grievances.obligations.model import Obligation, Obliged


@dataclass(frozen=True)
class Promise:
    """What one side, or both, will do until a day. `what` may hold personal data."""

    obligation_id: UUID
    by: Obliged
    what: str
    due_on: date


@dataclass(frozen=True)
class Resolve:
    """The agreement that resolves a dispute; reached today unless said. `terms` may hold personal data."""

    form: AgreementForm
    terms: str
    reached_on: date | None
    signatures: Mapping[Signer, date]
    confirmed_by_applicant_on: date | None = None
    obligations: Sequence[Promise] = ()


@dataclass(frozen=True)
class Draft:
    """A written agreement that is still to be signed; reached today unless said. `terms` may hold personal data."""

    terms: str
    reached_on: date | None
    obligations: Sequence[Promise] = ()


@dataclass(frozen=True)
class Sign:
    """Who signed, how, and when; today unless said."""

    signer: Signer
    means: Means
    signed_on: date | None


@dataclass(frozen=True, kw_only=True)
class AgreementOf(Agreement):
    """An agreement and the dispute it belongs to, as both stand."""

    dispute: Dispute


def resolve(
    tx: Transaction,
    dispute_id: UUID,
    command: Resolve,
    *,
    agreement_id: UUID,
    actor: Actor,
    version: int,
    now: datetime,
) -> Dispute:
    """Keep the agreement and close the dispute with it. Raises Conflict when the two sides have never met over it."""
    dispute = disputes.get_locked(tx, dispute_id, actor=actor, version=version)
    change = _resolved(dispute, command.form, actor, now)
    _check_ground(tx, dispute)
    agreement = Agreement(
        agreement_id=agreement_id,
        dispute_id=dispute_id,
        form=command.form,
        terms=command.terms,
        reached_on=command.reached_on or local_day(now),
        signatures=command.signatures,
        recorded_by=actor.actor_id,
        confirmed_by_applicant_on=command.confirmed_by_applicant_on,
        recorded_at=now,
        obligations=_numbered(command.obligations),
    )
    model.check(agreement, registered_on=local_day(dispute.registered_at), today=local_day(now))
    store.add(tx, agreement, change.dispute, now)
    watches.follow(tx, change.dispute, agreement)
    return disputes.keep(tx, change, now)


def draft(
    tx: Transaction,
    dispute_id: UUID,
    command: Draft,
    *,
    agreement_id: UUID,
    actor: Actor,
    version: int,
    now: datetime,
) -> AgreementOf:
    """Put down what the parties agreed on, to be signed. `version` is the dispute's, which does not change.

    Raises Conflict when the two sides have never met over it, or while another draft waits.
    """
    dispute = disputes.get_locked(tx, dispute_id, actor=actor, version=version)
    _resolved(dispute, AgreementForm.WRITTEN, actor, now)
    ground = _check_ground(tx, dispute)
    drafted = Agreement(
        agreement_id=agreement_id,
        dispute_id=dispute_id,
        form=AgreementForm.WRITTEN,
        terms=command.terms,
        reached_on=command.reached_on or local_day(now),
        signatures={},
        recorded_by=actor.actor_id,
        recorded_at=now,
        obligations=_numbered(command.obligations),
        steps_before=model.steps_of(dispute),
        revised_before=ground.revisions,
    )
    change = model.draft(drafted, registered_on=local_day(dispute.registered_at), today=local_day(now))
    store.add(tx, change.agreement, dispute, now)
    tell(tx, change, dispute, now)
    watches.await_signatures(tx, dispute, agreement_id, now)
    return of(dispute, model.closed(change.agreement))


def sign(tx: Transaction, dispute_id: UUID, command: Sign, *, actor: Actor, version: int, now: datetime) -> AgreementOf:
    """Record one signature; with the last one the agreement binds and the dispute is resolved, in this transaction."""
    dispute, agreement = get_locked(tx, dispute_id, actor=actor, version=version)
    resolved = _resolved(dispute, AgreementForm.WRITTEN, actor, now)
    _check_draft(dispute, agreement)
    if command.signer is Signer.COMMITTEE:
        _require_committee(actor, dispute)
    today = local_day(now)
    change = model.sign(
        agreement,
        signer=command.signer,
        signed_on=command.signed_on or today,
        means=command.means,
        today=today,
    )
    tell(tx, change, dispute, now)
    binds = change.agreement.effective_on is not None
    signed = replace(change.agreement, bound_at=now if binds else None)
    store.add_signature(tx, signed, command.signer, by=actor.actor_id, now=now)
    if not binds:
        return of(dispute, signed)
    watches.stop_awaiting_signatures(tx, signed.agreement_id)
    watches.follow(tx, dispute, signed)
    return of(disputes.keep(tx, resolved, now), signed)


def withdraw(tx: Transaction, dispute_id: UUID, *, actor: Actor, version: int, now: datetime) -> AgreementOf:
    """Give a draft up before all have signed; it stays as it was written, and another one can be drafted."""
    dispute, agreement = get_locked(tx, dispute_id, actor=actor, version=version)
    _resolved(dispute, AgreementForm.WRITTEN, actor, now)
    _check_draft(dispute, agreement)
    change = model.withdraw(agreement)
    tell(tx, change, dispute, now)
    store.withdraw(tx, change.agreement, by=actor.actor_id, now=now)
    watches.stop_awaiting_signatures(tx, agreement.agreement_id)
    return of(dispute, change.agreement)


def get_agreement(tx: Transaction, dispute_id: UUID, *, actor: Actor, purpose: access.Purpose | None) -> AgreementOf:
    """The draft that waits, or else the agreement a dispute came to last.

    Terms and promises only for a purpose, for whom they open, and audited.
    """
    dispute = _seen(tx, dispute_id, actor, purpose)
    agreement = store.find_current(tx, dispute, opened=purpose is not None)
    if agreement is None:
        raise _none(dispute)
    return of(dispute, agreement)


def list_agreements(
    tx: Transaction, dispute_id: UUID, *, actor: Actor, purpose: access.Purpose | None
) -> list[AgreementOf]:
    """All agreements and drafts of a dispute, the last one first; opened like a single one."""
    dispute = _seen(tx, dispute_id, actor, purpose)
    every = store.list_of_dispute(tx, dispute_id, opened=purpose is not None)
    return [of(dispute, agreement) for agreement in every]


def get_locked(
    tx: Transaction,
    dispute_id: UUID,
    *,
    actor: Actor,
    version: int,
    among: Collection[Standing] = store.CURRENT,
) -> tuple[Dispute, Agreement]:
    """The dispute, locked, and its last agreement of such standing at the version the caller has read, for a change.

    Raises as disputes.get_locked, and NotFound without an agreement.
    """
    dispute, agreement = _locked(tx, dispute_id, actor, among)
    _check_version(dispute, agreement, version)
    return dispute, agreement


def get_in_effect(
    tx: Transaction, dispute_id: UUID, *, actor: Actor, version: int, rule: str
) -> tuple[Dispute, Agreement]:
    """The same for what follows an agreement that binds. Raises WrongState while its dispute is not resolved by it."""
    dispute, agreement = _locked(tx, dispute_id, actor, store.CURRENT)
    require_followed(dispute, rule)
    _check_version(dispute, agreement, version)
    return dispute, agreement


def require_followed(dispute: Dispute, rule: str) -> None:
    """What was agreed is followed up as long as the dispute counts as resolved by it; taken up again, it is not."""
    if dispute.state is not State.RESOLVED or dispute.resolution is Resolution.DECISION:
        raise WrongState(dispute.name, dispute.state, ("resolved by an agreement",), rule=rule)


def keep(tx: Transaction, change: Change, dispute: Dispute, now: datetime) -> Agreement:
    """Count and tell the fact of an agreement, in the round trip of the commit; what changed is stored beside it."""
    store.keep_books(tx, change.agreement)
    tell(tx, change, dispute, now)
    return change.agreement


def tell(tx: Transaction, change: Change, dispute: Dispute, now: datetime) -> None:
    agreement, fact = change
    outbox.add(tx, fact, subject=agreement.agreement_id, version=agreement.version, area=dispute.area, now=now)


def of(dispute: Dispute, agreement: Agreement) -> AgreementOf:
    """The agreement with its dispute."""
    return AgreementOf(**vars(agreement), dispute=dispute)


def _resolved(dispute: Dispute, form: AgreementForm, actor: Actor, now: datetime) -> life_cycle.Change:
    """The dispute as it would be resolved by who may do so; whoever may not, does nothing with an agreement either."""
    change = life_cycle.resolve(dispute, form=form, by=actor.actor_id, now=now)
    access.require_conduct(actor, dispute)
    return change


def _check_ground(tx: Transaction, dispute: Dispute) -> store.Ground:
    """What the agreement stands on, in one round trip. Raises Conflict where that is nothing, or taken."""
    ground = store.find_ground(tx, dispute)
    if not ground.both_sides_met:
        raise Conflict(
            f"no session of {dispute.name} that led here was attended by both sides; record one that "
            "applicant and respondent attended, or terminate it",
            rule=life_cycle.RULES[life_cycle.Command.RESOLVE],
        )
    if ground.draft_waits:
        raise Conflict(
            f"a written agreement of {dispute.name} waits for signatures; record them, or withdraw it",
            rule="人民调解法 Art. 29",
        )
    return ground


def _check_draft(dispute: Dispute, agreement: Agreement) -> None:
    standing = agreement.standing(dispute)
    if standing is not Standing.DRAFT:
        thing = f"the agreement of {dispute.name}"
        raise WrongState(thing, standing, (Standing.DRAFT,), rule="人民调解法 Art. 29")


def _check_version(dispute: Dispute, agreement: Agreement, version: int) -> None:
    if agreement.revision != version:
        raise StaleVersion(f"the agreement of {dispute.name}", version, agreement.revision)


def _require_committee(actor: Actor, dispute: Dispute) -> None:
    """The seal is the committee's, and so is the word that it was set (Art. 29)."""
    try:
        access.require_work(actor, dispute, roles=access.COMMITTEE)
    except NotAllowed as error:
        raise NotAllowed(
            f"the committee's seal under the agreement of {dispute.name} is recorded by a "
            f"community_officer of {dispute.area}, who acts for the committee",
            rule="人民调解法 Art. 29",
        ) from error


def _locked(tx: Transaction, dispute_id: UUID, actor: Actor, among: Collection[Standing]) -> tuple[Dispute, Agreement]:
    dispute = disputes.get_for_work(tx, dispute_id, actor=actor)
    dispute_model.check_no_part(dispute, actor.actor_id)
    access.require_conduct(actor, dispute)
    agreement = store.find_current(tx, dispute, among=among)
    if agreement is None:
        raise _none(dispute)
    return dispute, agreement


def _seen(tx: Transaction, dispute_id: UUID, actor: Actor, purpose: access.Purpose | None) -> Dispute:
    dispute = disputes.get_seen(tx, dispute_id, actor=actor)
    if purpose is not None:
        access.open_personal_data(tx, actor, dispute, purpose)
    return dispute


def _none(dispute: Dispute) -> NotFound:
    return NotFound(f"{dispute.name} has no agreement; it is {dispute.state}")


def _numbered(promises: Sequence[Promise]) -> tuple[Obligation, ...]:
    return tuple(
        Obligation(one.obligation_id, number, one.by, one.what, one.due_on)
        for number, one in enumerate(promises, start=1)
    )
