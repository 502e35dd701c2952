"""HTTP entrypoints of duplicates."""

from uuid import UUID

from chassis.database import Database
from chassis.http import Answer, Request, endpoint
from services.grievances import access
from services.grievances.access import eyes
from services.grievances.disputes.api import asked_by
from services.grievances.disputes.model import ReopeningReason
from services.grievances.disputes.schemas import DisputeView
from services.grievances.duplicates import handlers, schemas


class DuplicatesApi:
    """Find cases that tell the same story, and work on them together."""

    database: Database

    @endpoint(
        "GET",
        "/disputes/<uuid:dispute_id>/duplicates",
        roles=access.READERS,
        answer=schemas.RelatedView,
        tag="duplicates",
        summary="Cases that may tell the same story",
    )
    def list_duplicates(self, request: Request, dispute_id: UUID) -> Answer:
        """Open ones of its community, or filed in the last 90 days, as far as you may see them, each with the evidence.

        same_applicant: the same phone. same_matter: the same category and place of the grid (not the community as a
        whole) within 30 days. same_respondent: the same phone or account. Names are not compared.

        GET /disputes/01936f00-0000-7000-8000-00000000000a/duplicates

        200 OK
        {"suggested": [{"dispute": {"dispute_id": "01936f00-0000-7000-8000-00000000000b", "state": "accepted"},
         "reasons": [{"evidence": "same_applicant", "evidence_zh": "申请人电话相同"}]}], "linked": []}
        """
        with self.database.transaction(eyes(request.actor)) as tx:
            return request.answer(None, handlers.list_related(tx, dispute_id, actor=request.actor, now=request.now))

    @endpoint(
        "POST",
        "/disputes/<uuid:dispute_id>/link",
        roles=access.STEPPERS,
        body=schemas.LinkDispute,
        answer=DisputeView,
        versioned=True,
        tag="duplicates",
        summary="Work on a dispute together with another one",
    )
    def link_dispute(self, request: Request, dispute_id: UUID) -> Answer:
        """It keeps its number and stays in lists and counts; whoever filed it sees how the other one stands.

        POST /disputes/01936f00-0000-7000-8000-00000000000a/link
        If-Match: "1"
        {"to": "01936f00-0000-7000-8000-00000000000b"}

        200 OK
        {"dispute_id": "01936f00-0000-7000-8000-00000000000a", "state": "linked", "version": 2,
         "linked_to": "01936f00-0000-7000-8000-00000000000b"}
        """
        with self.database.transaction(request.access) as tx:
            dispute = handlers.link(tx, dispute_id, to=request.body["to"], **asked_by(request))
            return request.answer(tx, dispute, version=dispute.version, area=dispute.area)

    @endpoint(
        "POST",
        "/disputes/<uuid:dispute_id>/unlink",
        roles=access.STEPPERS,
        body=schemas.UnlinkDispute,
        answer=DisputeView,
        versioned=True,
        tag="duplicates",
        summary="Work on a linked dispute by itself again",
    )
    def unlink_dispute(self, request: Request, dispute_id: UUID) -> Answer:
        """It is registered anew, with its number, and its time runs anew.

        POST /disputes/01936f00-0000-7000-8000-00000000000a/unlink
        If-Match: "2"
        {"reason_code": "new_facts"}

        200 OK
        {"dispute_id": "01936f00-0000-7000-8000-00000000000a", "state": "registered", "version": 3, "linked_to": null}
        """
        reason = ReopeningReason(request.body["reason_code"])
        with self.database.transaction(request.access) as tx:
            dispute = handlers.unlink(tx, dispute_id, reason=reason, **asked_by(request))
            return request.answer(tx, dispute, version=dispute.version, area=dispute.area)
