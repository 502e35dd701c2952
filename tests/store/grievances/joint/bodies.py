"""People seated in the five bodies of 星海名城, and joint cases to act in."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import uuid_utils.compat

from chassis.database import Database
from chassis.identity import Actor, Grant
from services.grievances.access import eyes
from services.grievances.disputes.model import Body, Dispute, Party, PartyKind, Relation, Side
from services.grievances.joint import handlers as joint
from services.grievances.joint.model import AppealRoute
from services.grievances.seats import handlers as seats
from services.grievances.seats.model import Seat

XINGHAI, STREET, DISTRICT = "440305001012", "440305001000", "440305000000"

OFFICE = Party(Side.RESPONDENT, PartyKind.ORGANISATION, "星海物业服务中心", "0755-26666666")
SEATERS = Actor("street-head", (Grant("street_officer", STREET),))
DISTRICT_OFFICER = Actor("district-officer", (Grant("district_officer", DISTRICT),))

GRANTS: dict[str, tuple[Grant, ...]] = {
    "community_officer": (Grant("community_officer", XINGHAI),),
    "mediator": (Grant("mediator", XINGHAI),),
    "street_officer": (Grant("street_officer", STREET),),
    "district_officer": (Grant("district_officer", DISTRICT),),
    "all of them": (
        Grant("community_officer", XINGHAI),
        Grant("mediator", XINGHAI),
        Grant("street_officer", STREET),
        Grant("district_officer", DISTRICT),
    ),
}
"""Whatever its role."""


def seated(body: Body, *roles: str, area: str = XINGHAI) -> Actor:
    """Whoever acts for this body, with these roles beside."""
    return Actor(f"of-{body}", tuple(Grant(role, area) for role in roles or ("resident",)))


@dataclass(frozen=True)
class Bodies:
    """Acts for the five bodies, each step in a transaction with the eyes of who takes it."""

    database: Database
    life: Any

    def give(self, body: Body, account: str | None = None, by: Actor = SEATERS, area: str = XINGHAI) -> Seat:
        with self.database.transaction(eyes(by)) as tx:
            command = seats.Give(area, body, account or f"of-{body}")
            return seats.give(tx, command, seat_id=uuid_utils.compat.uuid7(), actor=by, now=self.life.now)

    def fill(self, bodies: Iterable[Body] = Body) -> None:
        for body in bodies:
            self.give(body)

    def accepted(self, body: Body | None = Body.PROPERTY_OFFICE, **changes: Any) -> Dispute:
        """An accepted dispute that complains of this body; accepted by the street, as any body may be complained of."""
        changes = {"respondent": OFFICE, "relation": Relation.OWNER_PROPERTY, "respondent_body": body} | changes
        filed = self.life.file(**changes)
        accepted: Dispute = self.life.accept(filed, self.life.people.officer if body is None else SEATERS)
        return accepted

    def convene(self, dispute: Dispute, actor: Actor = SEATERS, question: str = "何时检测、由谁维修？") -> joint.Shown:
        with self.database.transaction(eyes(actor)) as tx:
            return joint.convene(
                tx,
                dispute.dispute_id,
                question=question,
                joint_case_id=uuid_utils.compat.uuid7(),
                actor=actor,
                version=dispute.version,
                now=self.life.now,
            )

    def answer(
        self, case: joint.Shown, body: Body, actor: Actor | None = None, text: str = "同意先检测。"
    ) -> joint.Shown:
        actor = actor or seated(body)
        with self.database.transaction(eyes(actor)) as tx:
            return joint.answer(tx, case.joint_case_id, body=body, answer=text, actor=actor, now=self.life.now)

    def give_task(self, case: joint.Shown, body: Body, actor: Actor = SEATERS, what: str = "检测漏点。") -> UUID:
        task_id = uuid_utils.compat.uuid7()
        with self.database.transaction(eyes(actor)) as tx:
            joint.give_task(
                tx,
                case.joint_case_id,
                task_id=task_id,
                body=body,
                what=what,
                due_on=date(2026, 4, 10),
                actor=actor,
                now=self.life.now,
            )
        return task_id

    def finish(self, task_id: UUID, actor: Actor, record: str = "已检测。") -> joint.Shown:
        with self.database.transaction(eyes(actor)) as tx:
            return joint.finish_task(tx, task_id, record=record, actor=actor, now=self.life.now)

    def decide(
        self, case: joint.Shown, actor: Actor = SEATERS, *, now: datetime | None = None, **changes: Any
    ) -> joint.Shown:
        now = now or self.life.now
        command = joint.Decide(
            date(2026, 3, 10), "四月底前修复。", "12号", AppealRoute("南头街道办事处", 60, "书面提出")
        )
        with self.database.transaction(eyes(actor)) as tx:
            version = self.version(case)
            return joint.decide(
                tx, case.joint_case_id, replace(command, **changes), actor=actor, version=version, now=now
            )

    def read(self, case: joint.Shown, actor: Actor) -> joint.Shown:
        with self.database.transaction(eyes(actor)) as tx:
            return joint.get_in_detail(tx, case.joint_case_id, actor=actor)

    def list_of(self, actor: Actor, **narrowed: Any) -> list[joint.Shown]:
        asked = {"area": None, "mine": False, "before": None, "count": 10} | narrowed
        with self.database.transaction(eyes(actor)) as tx:
            return joint.list_joint_cases(tx, actor=actor, **asked)

    def version(self, case: joint.Shown) -> int:
        with self.database.transaction() as tx:
            [row] = tx.rows("SELECT version FROM joint_cases WHERE joint_case_id = %s", (case.joint_case_id,))
        return int(row.version)

    def heard(self, body: Body = Body.PROPERTY_OFFICE) -> joint.Shown:
        """A joint case in which every body has answered."""
        self.fill()
        case = self.convene(self.accepted(body))
        for each in Body:
            self.answer(case, each)
        return case
