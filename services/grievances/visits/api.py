"""HTTP entrypoints of follow-up visits."""

from dataclasses import replace
from uuid import UUID

import uuid_utils.compat

from chassis.database import Database
from chassis.http import Answer, Request, endpoint
from services.grievances import access
from services.grievances.access import eyes
from services.grievances.disputes.api import asked_by, purpose_of
from services.grievances.shapes import PurposeQuery
from services.grievances.visits import handlers, schemas
from services.grievances.visits.model import Performed


class VisitsApi:
    """Record visits and read them."""

    database: Database

    @endpoint(
        "POST",
        "/disputes/<uuid:dispute_id>/visits",
        roles=access.STEPPERS,
        body=schemas.RecordVisit,
        answer=schemas.VisitView,
        status=201,
        versioned=True,
        tag="agreements",
        summary="Record a follow-up visit",
    )
    def record_visit(self, request: Request, dispute_id: UUID) -> Answer:
        """The committee supervises performance (人民调解法 Art. 31): by the assigned mediator or an officer.

        After "no" the dispute can be reopened with `reopening_reason`. The version is the dispute's; a visit does not
        change it.

        POST /disputes/01936f00-0000-7000-8000-00000000000a/visits
        If-Match: "6"
        {"held_on": "2026-04-02", "performed": "no", "record": "物业尚未派人维修。"}

        201 Created
        {"visit_id": "01936f00-0000-7000-8000-00000000000d", "held_on": "2026-04-02", "performed": "no",
         "reopening_reason": "not_performed", "record": null}
        """
        body = request.body
        command = handlers.Record(
            held_on=body["held_on"], performed=Performed(body["performed"]), record=body["record"]
        )
        visit_id = uuid_utils.compat.uuid7()
        with self.database.transaction(request.access) as tx:
            dispute, visit = handlers.record(tx, dispute_id, command, visit_id=visit_id, **asked_by(request))
            shown = replace(visit, record=None)
            return request.answer(tx, shown, version=dispute.version, area=dispute.area)

    @endpoint(
        "GET",
        "/disputes/<uuid:dispute_id>/visits",
        roles=access.READERS,
        query=PurposeQuery,
        answer=schemas.Visits,
        tag="agreements",
        summary="The follow-up visits about a dispute",
    )
    def list_visits(self, request: Request, dispute_id: UUID) -> Answer:
        """Their records only for a purpose, to the assigned mediator or an officer; every opening is audited.

        GET /disputes/01936f00-0000-7000-8000-00000000000a/visits

        200 OK
        {"visits": [{"held_on": "2026-04-02", "performed": "no", "reopening_reason": "not_performed", "record": null}]}
        """
        with self.database.transaction(eyes(request.actor)) as tx:
            visits = handlers.list_visits(tx, dispute_id, actor=request.actor, purpose=purpose_of(request))
            return request.answer(tx, {"visits": visits})
