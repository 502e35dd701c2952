"""HTTP entrypoints of judicial confirmation."""

from uuid import UUID

from chassis.database import Database
from chassis.http import Answer, Request, endpoint
from services.grievances import access
from services.grievances.agreements.details import in_detail
from services.grievances.agreements.schemas import AgreementView
from services.grievances.confirmations import handlers, schemas
from services.grievances.confirmations.model import Outcome
from services.grievances.disputes.api import asked_by
from services.grievances.disputes.model import Side


class ConfirmationsApi:
    """Record how an agreement fares in court."""

    database: Database

    @endpoint(
        "POST",
        "/disputes/<uuid:dispute_id>/agreement/judicial-confirmation",
        roles=access.STEPPERS,
        body=schemas.RequestConfirmation,
        answer=AgreementView,
        versioned=True,
        tag="agreements",
        summary="Record that both parties asked the court to confirm their agreement",
    )
    def request_confirmation(self, request: Request, dispute_id: UUID) -> Answer:
        """Jointly, within 30 days of the day it took effect (人民调解法 Art. 33). One party alone is refused.

        When the last day is a day off, the next working day is the last one. Written and oral agreements alike: the
        article speaks of agreements.

        POST /disputes/01936f00-0000-7000-8000-00000000000a/agreement/judicial-confirmation
        If-Match: "5"
        {"applied_on": "2026-03-20", "applicants": ["applicant", "respondent"], "court": "深圳市南山区人民法院"}

        200 OK
        {"agreement_id": "01936f00-0000-7000-8000-00000000000c", "version": 6,
         "judicial_confirmation": {"apply_until": "2026-04-10", "days_left": null, "state": "applied",
          "applied_on": "2026-03-20", "court": "深圳市南山区人民法院", "decided_on": null, "routes": []}}
        """
        body = request.body
        command = handlers.Request(
            applicants=[Side(side) for side in body["applicants"]], court=body["court"], applied_on=body["applied_on"]
        )
        with self.database.transaction(request.access) as tx:
            found = handlers.request(tx, dispute_id, command, **asked_by(request))
            shown = in_detail(tx, found, found.dispute, request.now)
            return request.answer(tx, shown, version=shown.revision, area=found.dispute.area)

    @endpoint(
        "POST",
        "/disputes/<uuid:dispute_id>/agreement/judicial-confirmation/decision",
        roles=access.STEPPERS,
        body=schemas.DecideConfirmation,
        answer=AgreementView,
        versioned=True,
        tag="agreements",
        summary="Record what the court decided on an agreement",
    )
    def decide_confirmation(self, request: Request, dispute_id: UUID) -> Answer:
        """Confirmed, it can be enforced; rejected, it is changed by mediation or taken to court (人民调解法 Art. 33).

        `routes` names them.

        POST /disputes/01936f00-0000-7000-8000-00000000000a/agreement/judicial-confirmation/decision
        If-Match: "6"
        {"outcome": "confirmed", "decided_on": "2026-04-02"}

        200 OK
        {"agreement_id": "01936f00-0000-7000-8000-00000000000c", "version": 7,
         "judicial_confirmation": {"apply_until": "2026-04-10", "days_left": null, "state": "confirmed",
          "applied_on": "2026-03-20", "court": "深圳市南山区人民法院", "decided_on": "2026-04-02",
          "routes": ["enforcement"]}}
        """
        command = handlers.Decide(outcome=Outcome(request.body["outcome"]), decided_on=request.body["decided_on"])
        with self.database.transaction(request.access) as tx:
            found = handlers.decide(tx, dispute_id, command, **asked_by(request))
            shown = in_detail(tx, found, found.dispute, request.now)
            return request.answer(tx, shown, version=shown.revision, area=found.dispute.area)
