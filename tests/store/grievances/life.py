"""Disputes of 星海名城 taken through their life, by one person of each role."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import uuid_utils.compat

from chassis.calendar import local_day
from chassis.database import Database
from chassis.identity import Actor, Grant
from services.grievances.access import eyes
from services.grievances.agreements import handlers as agreements
from services.grievances.agreements.model import Signer
from services.grievances.disputes import handlers as disputes
from services.grievances.disputes.model import (
    AgreementForm,
    Dispute,
    Party,
    PartyKind,
    ReassignmentReason,
    RefusalReason,
    Relation,
    Side,
    TerminationReason,
)
from services.grievances.sessions import handlers as sessions
from tests.store.grievances.ground import BUILDING, HAIYUE, STREET, XINGHAI

NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)


class People:
    """One of each role; all but the last two in 星海名城."""

    resident = Actor("resident-1", (Grant("resident", XINGHAI),))
    neighbour = Actor("resident-2", (Grant("resident", XINGHAI),))
    leader = Actor("leader-1", (Grant("grid_leader", XINGHAI, "/c/b"),))
    mediator = Actor("mediator-1", (Grant("mediator", XINGHAI),))
    colleague = Actor("mediator-2", (Grant("mediator", XINGHAI),))
    officer = Actor("officer-1", (Grant("community_officer", XINGHAI),))
    street = Actor("officer-2", (Grant("street_officer", STREET),))
    elsewhere = Actor("officer-9", (Grant("community_officer", HAIYUE), Grant("mediator", HAIYUE)))


FILING = disputes.Register(
    area=XINGHAI,
    grid_unit_id=BUILDING.grid_unit_id,
    relation=Relation.OWNER_OWNER,
    category="noise",
    summary="楼上王某深夜练琴，电话13800138000",
    applicant=Party(Side.APPLICANT, PartyKind.PERSON, "王小明", "13800138000"),
    respondent=Party(Side.RESPONDENT, PartyKind.PERSON, "欧阳锋", "0755-26666666"),
)


@dataclass(frozen=True)
class Life:
    """Takes disputes through their life, each step in a transaction with the eyes of who takes it."""

    database: Database
    people: type[People] = People
    filing: disputes.Register = FILING
    now: datetime = NOW

    @staticmethod
    def applicant(**changes: Any) -> Party:
        return replace(FILING.applicant, **changes)

    @staticmethod
    def respondent(**changes: Any) -> Party:
        return replace(FILING.respondent, **changes)

    def file(self, actor: Actor | None = None, now: datetime = NOW, **changes: Any) -> Dispute:
        actor = actor or self.people.resident
        with self.database.transaction(eyes(actor)) as tx:
            return disputes.register(
                tx, replace(FILING, **changes), dispute_id=uuid_utils.compat.uuid7(), actor=actor, now=now
            )

    def step(self, command: Callable[..., Dispute], dispute: Dispute, actor: Actor | None, /, **more: Any) -> Dispute:
        actor = actor or self.people.officer
        asked = {"actor": actor, "version": dispute.version, "now": NOW} | more
        with self.database.transaction(eyes(actor)) as tx:
            return command(tx, dispute.dispute_id, **asked)

    def accept(self, dispute: Dispute, actor: Actor | None = None, **more: Any) -> Dispute:
        return self.step(disputes.accept, dispute, actor, **more)

    def assign(self, dispute: Dispute, actor: Actor | None = None, **more: Any) -> Dispute:
        return self.step(disputes.assign, dispute, actor, **{"mediator_id": "mediator-1", **more})

    def meet(self, dispute: Dispute, actor: Actor | None = None, **more: Any) -> Dispute:
        session = sessions.Record(held_at=NOW, is_public=False, attended=list(Side), record="王小明称可以商量")
        more = {"command": session, "session_id": uuid_utils.compat.uuid7(), **more}
        return self.step(sessions.record, dispute, actor or self.people.mediator, **more)

    def resolve(self, dispute: Dispute, actor: Actor | None = None, **more: Any) -> Dispute:
        agreement = agreements.Resolve(
            AgreementForm.ORAL, "王小明晚十点后不练琴", None, {}, confirmed_by_applicant_on=local_day(NOW)
        )
        more = {"command": agreement, "agreement_id": uuid_utils.compat.uuid7(), **more}
        return self.step(agreements.resolve, dispute, actor or self.people.mediator, **more)

    def refuse(self, dispute: Dispute, actor: Actor | None = None, **more: Any) -> Dispute:
        more = {"reason": RefusalReason.PARTY_REFUSED, "on_behalf_of": Side.RESPONDENT, **more}
        return self.step(disputes.refuse, dispute, actor, **more)

    def reassign(self, dispute: Dispute, actor: Actor | None = None, **more: Any) -> Dispute:
        more = {"successor_id": "mediator-2", "reason": ReassignmentReason.NEAR_RELATIVE, **more}
        return self.step(disputes.reassign, dispute, actor or self.people.mediator, **more)

    def unassign(self, dispute: Dispute, actor: Actor | None = None, **more: Any) -> Dispute:
        return self.step(disputes.unassign, dispute, actor, **{"on_behalf_of": Side.RESPONDENT, **more})

    def terminate(self, dispute: Dispute, actor: Actor | None = None, **more: Any) -> Dispute:
        more = {"reason": TerminationReason.NO_AGREEMENT, **more}
        return self.step(disputes.terminate, dispute, actor or self.people.mediator, **more)

    def written_agreement(self) -> agreements.Resolve:
        signatures = dict.fromkeys(Signer, local_day(NOW))
        return agreements.Resolve(AgreementForm.WRITTEN, "王小明晚十点后不练琴", None, signatures)

    def assigned(self) -> Dispute:
        return self.assign(self.accept(self.file()))

    def mediating(self) -> Dispute:
        return self.meet(self.assigned())

    def mediating_by(self, mediator_id: str) -> Dispute:
        assigned = self.assign(self.accept(self.file()), mediator_id=mediator_id)
        return self.meet(assigned, Actor(mediator_id, (Grant("mediator", XINGHAI),)))
