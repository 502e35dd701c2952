"""Written agreements in the hands of the people of 星海名城: drafted, signed, performed, taken to court."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import uuid_utils.compat

from chassis.database import Database
from chassis.identity import Actor
from services.grievances.access import eyes
from services.grievances.agreements import handlers as agreements
from services.grievances.agreements.handlers import AgreementOf, Promise
from services.grievances.agreements.model import MEANS, Signer
from services.grievances.confirmations import handlers as confirmations
from services.grievances.confirmations.model import Outcome
from services.grievances.disputes.model import Dispute, Side
from services.grievances.obligations import handlers as obligations
from services.grievances.obligations.model import Obliged
from services.grievances.visits import handlers as visits
from services.grievances.visits.model import Performed, Visit
from tests.store.grievances.deadlines.timer import at

TERMS = "王小明晚十点后不练琴，欧阳锋付检测费"
COURT = "深圳市南山区人民法院"
DRAFTED = at("2026-03-10T12:00")
BOUND = at("2026-03-16T09:00")
"""When the last of four signatures is recorded, in `Papers.in_effect`."""

SIGNED = {
    Signer.APPLICANT: at("2026-03-11T09:00"),
    Signer.RESPONDENT: at("2026-03-13T09:00"),
    Signer.MEDIATOR: at("2026-03-14T09:00"),
    Signer.COMMITTEE: BOUND,
}


def promise(by: str = "respondent", what: str = "欧阳锋修复漏点", due_on: date = date(2026, 3, 31)) -> Promise:
    return Promise(uuid_utils.compat.uuid7(), Obliged(by), what, due_on)


@dataclass(frozen=True)
class Papers:
    """Each step in a transaction with the eyes of who takes it: the officer unless said."""

    database: Database
    life: Any

    def run(self, command: Callable[..., Any], actor: Actor | None, dispute_id: Any, *given: Any, **more: Any) -> Any:
        actor = actor or self.life.people.officer
        with self.database.transaction(eyes(actor)) as tx:
            return command(tx, dispute_id, *given, actor=actor, **more)

    def draft(
        self,
        dispute: Dispute,
        actor: Actor | None = None,
        *,
        promises: Sequence[Promise] = (),
        now: datetime = DRAFTED,
        **more: Any,
    ) -> AgreementOf:
        command = agreements.Draft(TERMS, None, promises)
        more = {"version": dispute.version, "agreement_id": uuid_utils.compat.uuid7(), "now": now} | more
        found: AgreementOf = self.run(agreements.draft, actor, dispute.dispute_id, command, **more)
        return found

    def sign(self, agreement: AgreementOf, signer: Signer, actor: Actor | None = None, **more: Any) -> AgreementOf:
        command = agreements.Sign(signer, more.pop("means", MEANS[signer][0]), more.pop("signed_on", None))
        more = {"version": agreement.revision, "now": SIGNED[signer]} | more
        found: AgreementOf = self.run(agreements.sign, actor, agreement.dispute_id, command, **more)
        return found

    def withdraw(self, agreement: AgreementOf, actor: Actor | None = None, **more: Any) -> AgreementOf:
        more = {"version": agreement.revision, "now": BOUND} | more
        found: AgreementOf = self.run(agreements.withdraw, actor, agreement.dispute_id, **more)
        return found

    def perform(self, agreement: AgreementOf, number: int, actor: Actor | None = None, **more: Any) -> AgreementOf:
        more = {"version": agreement.revision, "now": BOUND, "performed_on": None} | more
        found: AgreementOf = self.run(obligations.perform, actor, agreement.dispute_id, number, **more)
        return found

    def ask_court(self, agreement: AgreementOf, actor: Actor | None = None, **more: Any) -> AgreementOf:
        applicants, applied_on = more.pop("applicants", tuple(Side)), more.pop("applied_on", None)
        command = confirmations.Request(applicants, COURT, applied_on)
        more = {"version": agreement.revision, "now": BOUND} | more
        found: AgreementOf = self.run(confirmations.request, actor, agreement.dispute_id, command, **more)
        return found

    def decide(self, agreement: AgreementOf, outcome: str, actor: Actor | None = None, **more: Any) -> AgreementOf:
        command = confirmations.Decide(Outcome(outcome), more.pop("decided_on", None))
        more = {"version": agreement.revision, "now": BOUND} | more
        found: AgreementOf = self.run(confirmations.decide, actor, agreement.dispute_id, command, **more)
        return found

    def visit(self, dispute: Dispute, performed: str, actor: Actor | None = None, **more: Any) -> Visit:
        command = visits.Record(more.pop("held_on", None), Performed(performed), "欧阳锋说尚未动工")
        more = {"version": dispute.version, "visit_id": uuid_utils.compat.uuid7(), "now": BOUND} | more
        visit: Visit = self.run(visits.record, actor, dispute.dispute_id, command, **more)[1]
        return visit

    def read(self, dispute_id: Any, actor: Actor | None = None, **more: Any) -> AgreementOf:
        found: AgreementOf = self.run(agreements.get_agreement, actor, dispute_id, **{"purpose": None} | more)
        return found

    def history(self, dispute_id: Any, **more: Any) -> list[AgreementOf]:
        found: list[AgreementOf] = self.run(agreements.list_agreements, None, dispute_id, **{"purpose": None} | more)
        return found

    def in_effect(self, *promises: Promise, dispute: Dispute | None = None) -> AgreementOf:
        """Signed by all four, on four days."""
        agreement = self.draft(dispute or self.life.mediating(), promises=promises)
        for signer in Signer:
            agreement = self.sign(agreement, signer)
        return agreement

    def watches(self) -> dict[str, str]:
        """What is due, by which rule, and its last Shanghai day."""
        sql = (
            "SELECT thing, rule, ((due_at - interval '1 microsecond') AT TIME ZONE 'Asia/Shanghai')::date AS day "
            "FROM deadlines ORDER BY rule, due_at"
        )
        with self.database.transaction() as tx:
            return {f"{row.thing} {row.rule}": str(row.day) for row in tx.rows(sql)}

    def snapshot(self) -> dict[str, Any]:
        tables = (
            "disputes",
            "sessions",
            "agreements",
            "agreement_signatures",
            "agreement_ends",
            "obligations",
            "performances",
            "judicial_confirmations",
            "judicial_decisions",
            "visits",
            "deadlines",
            "outbox",
        )
        with self.database.transaction() as tx:
            return {table: tx.rows(f"SELECT t::text FROM {table} AS t ORDER BY 1") for table in tables}
