"""HTTP entrypoints of obligations."""

from uuid import UUID

from chassis.database import Database
from chassis.http import Answer, Request, endpoint
from services.grievances import access
from services.grievances.agreements.details import in_detail
from services.grievances.agreements.schemas import AgreementView
from services.grievances.disputes.api import asked_by
from services.grievances.obligations import handlers, schemas


class ObligationsApi:
    """Record what was performed."""

    database: Database

    @endpoint(
        "POST",
        "/disputes/<uuid:dispute_id>/agreement/obligations/<int:number>/performed",
        roles=access.STEPPERS,
        body=schemas.Performed,
        answer=AgreementView,
        versioned=True,
        tag="agreements",
        summary="Record that an obligation was performed",
    )
    def perform_obligation(self, request: Request, dispute_id: UUID, number: int) -> Answer:
        """By the assigned mediator or an officer of the community, who watch over performance (人民调解法 Art. 31).

        While its last day passes without this, the deadline is told as near and then as missed.

        POST /disputes/01936f00-0000-7000-8000-00000000000a/agreement/obligations/1/performed
        If-Match: "5"
        {"performed_on": "2026-03-28"}

        200 OK
        {"agreement_id": "01936f00-0000-7000-8000-00000000000c", "version": 6, "state": "in_effect",
         "obligations": [{"number": 1, "by": "respondent", "what": null, "due_on": "2026-03-31",
          "performed_on": "2026-03-28", "state": "performed"}]}
        """
        performed_on = request.body["performed_on"]
        with self.database.transaction(request.access) as tx:
            found = handlers.perform(tx, dispute_id, number, performed_on=performed_on, **asked_by(request))
            shown = in_detail(tx, found, found.dispute, request.now)
            return request.answer(tx, shown, version=shown.revision, area=found.dispute.area)
