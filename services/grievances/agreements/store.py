"""Agreements as rows: what was agreed, promised and signed is written once; its words are sealed on the way in."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from chassis import privacy
from chassis.database import Transaction, load_queries
from services.grievances.agreements.model import Agreement, Means, Signer, Standing, steps_of
from services.grievances.confirmations.model import Confirmation, Outcome
from services.grievances.disputes.model import AgreementForm, Dispute
from services.grievances.obligations.model import Obligation, Obliged

queries = load_queries(Path(__file__).parent, prepared=("find_ground",))

TERMS, PROMISE = "agreement.terms", "obligation.what"
"""The contexts that these are sealed for."""

CURRENT = (Standing.DRAFT, Standing.IN_EFFECT)


class Ground(NamedTuple):
    """What an agreement stands on: whether both sides have met over it, whether a draft waits already, and how often
    earlier ones were written or changed."""

    both_sides_met: bool
    draft_waits: bool
    revisions: int


def add(tx: Transaction, agreement: Agreement, dispute: Dispute, now: datetime) -> None:
    """Store an agreement, its promises and its signatures, in the round trip of the commit."""
    sealer = privacy.sealer()
    tx.at_commit(
        queries.add_agreement.sql,
        {
            "agreement_id": agreement.agreement_id,
            "dispute_id": agreement.dispute_id,
            "area": dispute.area,
            "filed_by": dispute.filed_by,
            "form": agreement.form,
            "terms_sealed": sealer.seal(agreement.terms or "", TERMS),
            "reached_on": agreement.reached_on,
            "effective_on": agreement.effective_on,
            "confirmed_by_applicant_on": agreement.confirmed_by_applicant_on,
            "steps_before": agreement.steps_before,
            "version": agreement.version,
            "waits": agreement.waits,
            "recorded_by": agreement.recorded_by,
            "recorded_at": now,
        },
    )
    if agreement.obligations:
        tx.at_commit(
            queries.add_obligations.sql,
            {
                "agreement_id": agreement.agreement_id,
                "obligation_ids": [one.obligation_id for one in agreement.obligations],
                "numbers": [one.number for one in agreement.obligations],
                "owed_by": [one.by for one in agreement.obligations],
                "what_sealed": [sealer.seal(one.what or "", PROMISE) for one in agreement.obligations],
                "due_on": [one.due_on for one in agreement.obligations],
            },
        )
    if agreement.signatures:
        tx.at_commit(
            queries.add_signatures.sql,
            {
                "agreement_id": agreement.agreement_id,
                "signers": list(agreement.signatures),
                "days": list(agreement.signatures.values()),
            },
        )


def add_signature(tx: Transaction, agreement: Agreement, signer: Signer, *, by: str, now: datetime) -> None:
    """Store the signature that this agreement has got, and from when it binds if it was the last one."""
    tx.at_commit(
        queries.add_signature.sql,
        {
            "agreement_id": agreement.agreement_id,
            "signer": signer,
            "signed_on": agreement.signatures[signer],
            "means": agreement.means[signer],
            "recorded_by": by,
            "recorded_at": now,
        },
    )
    keep_books(tx, agreement)
    if agreement.effective_on is not None:
        _end_draft(tx, agreement, "in_effect", by, now)


def withdraw(tx: Transaction, agreement: Agreement, *, by: str, now: datetime) -> None:
    """Store that a draft is not to be signed any more; it stays as it was written."""
    keep_books(tx, agreement)
    _end_draft(tx, agreement, "withdrawn", by, now)


def keep_books(tx: Transaction, agreement: Agreement) -> None:
    """Keep its version and whether it waits or binds, in the round trip of the commit. Its dispute must be locked."""
    tx.at_commit(
        queries.keep_books.sql,
        {
            "agreement_id": agreement.agreement_id,
            "version": agreement.version,
            "waits": agreement.waits,
            "bound_at": agreement.bound_at,
        },
    )


def settle_watches(tx: Transaction, dispute_id: UUID) -> None:
    """Nothing is due any more of what the dispute's parties agreed on; written in the round trip of the commit."""
    tx.at_commit(queries.settle_watches.sql, {"dispute_id": dispute_id})


def find_ground(tx: Transaction, dispute: Dispute) -> Ground:
    """Whether both sides attended a session since the dispute's last agreement, and whether a draft waits."""
    row = queries.find_ground(tx.connection, dispute_id=dispute.dispute_id, steps=steps_of(dispute))
    return Ground(row.both_sides_met, row.draft_waits, row.revisions)


def find_current(
    tx: Transaction, dispute: Dispute, *, among: Collection[Standing] = CURRENT, opened: bool = False
) -> Agreement | None:
    """The draft that waits, or else the last agreement that binds; without terms and promises unless `opened`."""
    every = list_of_dispute(tx, dispute.dispute_id, opened=opened)
    return next((one for one in every if one.standing(dispute) in among), None)


def list_of_dispute(tx: Transaction, dispute_id: UUID, *, opened: bool) -> list[Agreement]:
    """All agreements and drafts of a dispute, the last one first."""
    promises = defaultdict(list)
    rows = list(queries.list_agreements(tx.connection, dispute_id=dispute_id))
    for row in queries.list_obligations(tx.connection, dispute_id=dispute_id) if rows else ():
        promises[row.agreement_id].append(_obligation_of(row, opened))
    found: list[Agreement] = []
    revisions = 0
    for row in reversed(rows):
        agreement = _agreement_of(row, tuple(promises[row.agreement_id]), opened)
        found.append(replace(agreement, revised_before=revisions))
        revisions += row.version + 1
    return found[::-1]


def _end_draft(tx: Transaction, agreement: Agreement, outcome: str, by: str, now: datetime) -> None:
    tx.at_commit(
        queries.end_draft.sql,
        {
            "agreement_id": agreement.agreement_id,
            "outcome": outcome,
            "effective_on": agreement.effective_on,
            "recorded_by": by,
            "recorded_at": now,
        },
    )


def _agreement_of(row: Any, obligations: tuple[Obligation, ...], opened: bool) -> Agreement:
    signers = [Signer(signer) for signer in row.signers]
    return Agreement(
        agreement_id=row.agreement_id,
        dispute_id=row.dispute_id,
        form=AgreementForm(row.form),
        terms=privacy.sealer().open(row.terms_sealed, TERMS) if opened else None,
        reached_on=row.reached_on,
        signatures=dict(zip(signers, row.days, strict=True)),
        recorded_by=row.recorded_by,
        confirmed_by_applicant_on=row.confirmed_by_applicant_on,
        recorded_at=row.recorded_at,
        means={signer: Means(means) for signer, means in zip(signers, row.means, strict=True) if means},
        obligations=obligations,
        confirmation=row.applied_on
        and Confirmation(row.applied_on, row.court, row.outcome and Outcome(row.outcome), row.decided_on),
        version=row.version,
        steps_before=row.steps_before,
        bound_at=row.bound_at,
        is_withdrawn=row.is_withdrawn,
    )


def _obligation_of(row: Any, opened: bool) -> Obligation:
    return Obligation(
        obligation_id=row.obligation_id,
        number=row.number,
        by=Obliged(row.owed_by),
        what=privacy.sealer().open(row.what_sealed, PROMISE) if opened else None,
        due_on=row.due_on,
        performed_on=row.performed_on,
    )
