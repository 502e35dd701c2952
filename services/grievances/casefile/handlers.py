"""What can be done with a mediation file: have all of it opened, to be printed."""

from datetime import datetime
from uuid import UUID

from chassis import audit
from chassis.database import Transaction
from chassis.identity import Actor
from services.grievances.access import Purpose
from services.grievances.agreements import store as agreements
from services.grievances.casefile import store
from services.grievances.casefile.model import CaseFile, committee_name
from services.grievances.disputes import handlers as disputes
from services.grievances.sessions import store as sessions
from services.grievances.timeline import handlers as timeline
from services.grievances.visits import store as visits

ENTRIES = 500
"""Of the course of a case; more than any has."""


def open_file(tx: Transaction, dispute_id: UUID, *, actor: Actor, purpose: Purpose, now: datetime) -> CaseFile:
    """Everything of a case, for its assigned mediator or an officer of its area. That it was taken is audited.

    Raises NotFound, and NotAllowed for everyone else, whoever filed it among them.
    """
    dispute = disputes.get_in_detail(tx, dispute_id, actor=actor, purpose=purpose)
    audit.record(
        tx,
        actor.actor_id,
        "dispute.file",
        f"dispute/{dispute_id}",
        area=dispute.area,
        purpose=purpose,
        kind="read",
    )
    held = sessions.list_of_dispute(tx, dispute_id, opened=True)
    visited = visits.list_of_dispute(tx, dispute_id, opened=True)
    accounts = {account for session in held for account in (*session.mediators, session.recorded_by)}
    accounts |= {visit.recorded_by for visit in visited} | {dispute.mediator_id or "", actor.actor_id}
    place = store.find_place(tx, dispute)
    return CaseFile(
        dispute=dispute,
        area_name=place.area,
        committee=committee_name(place.committee_area),
        category_zh=place.category_zh,
        relation_zh=place.relation_zh,
        applicant=dispute.applicant,
        respondent=dispute.respondent,
        summary=dispute.summary or "",
        sessions=tuple(held),
        agreements=tuple(agreements.list_of_dispute(tx, dispute_id, opened=True)),
        visits=tuple(visited),
        decision=dispute.decision,
        entries=tuple(timeline.list_all(tx, dispute, at_most=ENTRIES)),
        names=store.list_names(tx, accounts),
        printed_at=now,
        printed_by=actor.actor_id,
    )
