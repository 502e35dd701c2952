"""Agreements as rows; the terms are sealed on the way in."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from chassis import privacy
from chassis.database import Transaction, load_queries
from services.grievances.agreements.model import Agreement, Signer
from services.grievances.disputes.model import AgreementForm, Dispute

queries = load_queries(Path(__file__).parent)

TERMS = "agreement.terms"
"""The context that terms are sealed for."""


def add(tx: Transaction, agreement: Agreement, dispute: Dispute, now: datetime) -> None:
    """Store an agreement and its signatures, in the round trip of the commit."""
    tx.at_commit(
        queries.add_agreement.sql,
        {
            "agreement_id": agreement.agreement_id,
            "dispute_id": agreement.dispute_id,
            "area": dispute.area,
            "filed_by": dispute.filed_by,
            "form": agreement.form,
            "terms_sealed": privacy.sealer().seal(agreement.terms or "", TERMS),
            "reached_on": agreement.reached_on,
            "effective_on": agreement.effective_on,
            "confirmed_by_applicant_on": agreement.confirmed_by_applicant_on,
            "recorded_by": agreement.recorded_by,
            "recorded_at": now,
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


def find_latest(tx: Transaction, dispute_id: UUID, *, opened: bool) -> Agreement | None:
    """The agreement a dispute came to last; without its terms unless `opened`."""
    row = queries.find_latest_agreement(tx.connection, dispute_id=dispute_id)
    return row and Agreement(
        agreement_id=row.agreement_id,
        dispute_id=row.dispute_id,
        form=AgreementForm(row.form),
        terms=privacy.sealer().open(row.terms_sealed, TERMS) if opened else None,
        reached_on=row.reached_on,
        signatures={Signer(signer): day for signer, day in zip(row.signers, row.days, strict=True)},
        recorded_by=row.recorded_by,
        confirmed_by_applicant_on=row.confirmed_by_applicant_on,
    )


def both_sides_met(tx: Transaction, dispute_id: UUID) -> bool:
    """Whether both attended a session held since the dispute's last agreement; since it was filed, without one."""
    return bool(queries.both_sides_met(tx.connection, dispute_id=dispute_id))
