"""Disputes and their parties as rows; what is personal is sealed on the way in and opened on the way out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from chassis import privacy
from chassis.database import Transaction, load_queries
from services.grievances.disputes.life_cycle import Change, MediatorChange
from services.grievances.disputes.model import (
    AgreementForm,
    Basis,
    Body,
    Channel,
    ChosenBy,
    Dispute,
    Party,
    PartyKind,
    Resolution,
    Side,
    State,
    TicketKind,
)

queries = load_queries(Path(__file__).parent, prepared=("add_dispute", "lock_dispute", "find_dispute", "list_parties"))

SUMMARY, NAME, PHONE = "dispute.summary", "dispute_party.name", "dispute_party.phone"
"""The contexts that these are sealed for."""


@dataclass(frozen=True)
class Category:
    """What disputes are about, in both languages."""

    category: str
    name_zh: str
    name_en: str


@dataclass(frozen=True)
class RelationName:
    """Who stands against whom, in both languages."""

    relation: str
    name_zh: str
    name_en: str


def list_categories(tx: Transaction) -> list[Category]:
    return [Category(*row) for row in queries.list_categories(tx.connection)]


def list_relations(tx: Transaction) -> list[RelationName]:
    return [RelationName(*row) for row in queries.list_relations(tx.connection)]


def add(
    tx: Transaction,
    dispute: Dispute,
    parties: Sequence[Party],
    summary: str,
    *,
    secret_hash: bytes | None = None,
    words: Sequence[int] | None = None,
) -> int | None:
    """Store a new dispute and give its serial, without gaps in its community and year.

    None for a category or relation that is not in use. `words` are the fingerprints it is found by.
    """
    sealer = privacy.sealer()
    phones = [party.phone for party in parties]
    serial: int | None = queries.add_dispute(
        tx.connection,
        dispute_id=dispute.dispute_id,
        area=dispute.area,
        case_year=dispute.case_year,
        grid_unit_id=dispute.grid_unit_id,
        relation=dispute.relation,
        category=dispute.category,
        summary_sealed=sealer.seal(summary, SUMMARY),
        filed_by=dispute.filed_by,
        registered_at=dispute.registered_at,
        state=dispute.state,
        version=dispute.version,
        session_count=dispute.session_count,
        channel=dispute.channel,
        basis=dispute.basis,
        ticket_kind=dispute.ticket_kind,
        respondent_body=dispute.respondent_body,
        counted_from=dispute.counted_from,
        secret_hash=secret_hash,
        words=words and list(words),
        sides=[party.side for party in parties],
        kinds=[party.kind for party in parties],
        name_seals=[sealer.seal(party.name, NAME) for party in parties],
        phone_seals=[phone and sealer.seal(phone, PHONE) for phone in phones],
        phone_indexes=[phone and sealer.blind_index(phone, PHONE) for phone in phones],
        person_ids=[party.person_id for party in parties],
    )
    return serial


def find_locked(tx: Transaction, dispute_id: UUID) -> Dispute | None:
    """The dispute, kept from other writers until this transaction ends; None where the transaction sees none."""
    row = queries.lock_dispute(tx.connection, dispute_id=dispute_id)
    return row and dispute_of(row)


def save(tx: Transaction, dispute: Dispute) -> None:
    """Write what a step has changed, in the round trip of the commit. The row must be locked by `find_locked`."""
    tx.at_commit(
        queries.save_dispute.sql,
        {
            "dispute_id": dispute.dispute_id,
            "state": dispute.state,
            "version": dispute.version,
            "session_count": dispute.session_count,
            "mediator_id": dispute.mediator_id,
            "reason_code": dispute.reason_code,
            "agreement_form": dispute.agreement_form,
            "closed_at": dispute.closed_at,
            "linked_to": dispute.linked_to,
            "chosen_by": dispute.chosen_by,
            "resolution": dispute.resolution,
            "counted_from": dispute.counted_from,
            "confirmed_at": dispute.confirmed_at,
            "satisfaction": dispute.satisfaction,
            "on_behalf_of": dispute.on_behalf_of,
            "recused_ids": list(dispute.recused_ids),
        },
    )


def add_mediator_change(tx: Transaction, change: MediatorChange) -> None:
    """Keep who had the case before whom, in the round trip of the commit."""
    tx.at_commit(queries.add_mediator_change.sql, vars(change))


def list_mediator_changes(tx: Transaction, dispute_id: UUID) -> list[MediatorChange]:
    """Who has had a case, the first one first."""
    return [MediatorChange(*row) for row in queries.list_mediator_changes(tx.connection, dispute_id=dispute_id)]


def was_refused(tx: Transaction, dispute_id: UUID, account_id: str) -> bool:
    """Whether a party to the case has refused this mediator before."""
    found: bool = queries.was_refused(tx.connection, dispute_id=dispute_id, account_id=account_id)
    return found


def add_step(tx: Transaction, change: Change, now: datetime) -> None:
    """Keep what was done and when, for whoever follows the case, in the round trip of the commit."""
    given = {
        "dispute_id": change.dispute.dispute_id,
        "version": change.dispute.version,
        "step": change.fact.type.removeprefix("dispute."),
        "taken_at": now,
        "reason_code": getattr(change.fact, "reason_code", None),
    }
    tx.at_commit(queries.add_step.sql, given)


def find(tx: Transaction, dispute_id: UUID) -> tuple[Dispute, bytes] | None:
    """The dispute and its sealed summary; None where the transaction sees none."""
    row = queries.find_dispute(tx.connection, dispute_id=dispute_id)
    return row and (dispute_of(row), bytes(row.summary_sealed))


def opened_summary(sealed: bytes) -> str:
    return privacy.sealer().open(sealed, SUMMARY)


def list_parties(tx: Transaction, dispute_id: UUID) -> list[Party]:
    """The parties of a dispute, opened; the caller masks what its reader may not see."""
    sealer = privacy.sealer()
    return [
        Party(
            side=Side(row.side),
            kind=PartyKind(row.kind),
            name=sealer.open(row.name_sealed, NAME),
            phone=sealer.open(row.phone_sealed, PHONE) if row.phone_sealed is not None else None,
            person_id=row.person_id,
        )
        for row in queries.list_parties(tx.connection, dispute_id=dispute_id)
    ]


LEVELS = {3: "street", 4: "district"}
"""Stage of a missed deadline → the level it was brought to."""


def dispute_of(row: Any) -> Dispute:
    """A row with all columns of a dispute; accounts and escalation only where the query gives them."""
    return Dispute(
        dispute_id=row.dispute_id,
        area=row.area,
        grid_unit_id=row.grid_unit_id,
        relation=row.relation,
        category=row.category,
        filed_by=row.filed_by,
        registered_at=row.registered_at,
        serial=row.serial,
        state=State(row.state),
        version=row.version,
        session_count=row.session_count,
        mediator_id=row.mediator_id,
        reason_code=row.reason_code,
        agreement_form=row.agreement_form and AgreementForm(row.agreement_form),
        closed_at=row.closed_at,
        channel=Channel(row.channel),
        basis=Basis(row.basis),
        ticket_kind=row.ticket_kind and TicketKind(row.ticket_kind),
        respondent_body=row.respondent_body and Body(row.respondent_body),
        linked_to=row.linked_to,
        chosen_by=row.chosen_by and ChosenBy(row.chosen_by),
        resolution=row.resolution and Resolution(row.resolution),
        counted_from=row.counted_from,
        confirmed_at=row.confirmed_at,
        satisfaction=row.satisfaction,
        on_behalf_of=(side := getattr(row, "on_behalf_of", None)) and Side(side),
        recused_ids=tuple(getattr(row, "recused_ids", ())),
        applicant_id=getattr(row, "applicant_id", None),
        respondent_id=getattr(row, "respondent_id", None),
        opposed_ids=tuple(getattr(row, "opposed_ids", ())),
        independent_ids=tuple(getattr(row, "independent_ids", None) or ()),
        registered_ids=tuple(getattr(row, "registered_ids", None) or ()),
        joint_case_id=getattr(row, "joint_case_id", None),
        escalated_to=LEVELS.get(getattr(row, "stage", None) or 0),
    )
