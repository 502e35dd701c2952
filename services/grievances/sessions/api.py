"""HTTP entrypoints of sessions."""

from uuid import UUID

import uuid_utils.compat

from chassis.database import Database
from chassis.http import Answer, Request, endpoint
from services.grievances import access
from services.grievances.access import eyes
from services.grievances.disputes.api import asked_by, purpose_of
from services.grievances.disputes.model import Side
from services.grievances.disputes.schemas import DisputeView
from services.grievances.sessions import handlers, schemas
from services.grievances.sessions.model import Guest
from services.grievances.shapes import PurposeQuery


class SessionsApi:
    """Record sessions of mediation and read them."""

    database: Database

    @endpoint(
        "POST",
        "/disputes/<uuid:dispute_id>/sessions",
        roles=access.STEPPERS,
        body=schemas.RecordSession,
        answer=DisputeView,
        versioned=True,
        tag="sessions",
        summary="Record a session that was held",
    )
    def record_session(self, request: Request, dispute_id: UUID) -> Answer:
        """By the assigned mediator or an officer of the community (人民调解法 Art. 27).

        The parties choose open or closed (Art. 23). Open means that residents may come and listen: the record of an
        open session is as sealed as that of a closed one, and published nowhere. Of others who came, invited with the
        parties' consent (Art. 20) or listening, only their number is kept beside the sealed record.

        POST /disputes/01936f00-0000-7000-8000-00000000000a/sessions
        If-Match: "3"
        {"held_at": "2026-03-05T14:30:00+08:00", "attended": ["applicant", "respondent"], "guests": {"experts": 1},
         "guests_agreed": true, "place": "星海名城社区调解室", "record": "双方同意先检测漏点。"}

        200 OK
        {"dispute_id": "01936f00-0000-7000-8000-00000000000a", "state": "mediating", "version": 4, "session_count": 1}
        """
        body = request.body
        command = handlers.Record(
            held_at=body["held_at"],
            is_public=body["is_public"],
            attended=[Side(side) for side in body["attended"]],
            record=body["record"],
            ended_at=body["ended_at"],
            place=body["place"],
            mediators=body["mediators"],
            guests={Guest(guest): count for guest, count in body["guests"].items()},
            guests_agreed=body["guests_agreed"],
        )
        session_id = uuid_utils.compat.uuid7()
        with self.database.transaction(request.access) as tx:
            dispute = handlers.record(tx, dispute_id, command, session_id=session_id, **asked_by(request))
            return request.answer(tx, dispute, version=dispute.version, area=dispute.area)

    @endpoint(
        "GET",
        "/disputes/<uuid:dispute_id>/sessions",
        roles=access.READERS,
        query=PurposeQuery,
        answer=schemas.Sessions,
        tag="sessions",
        summary="The sessions of a dispute",
    )
    def list_sessions(self, request: Request, dispute_id: UUID) -> Answer:
        """Record and place only for a purpose, to the assigned mediator or an officer; every opening is audited.

        That holds for an open session too.

        GET /disputes/01936f00-0000-7000-8000-00000000000a/sessions

        200 OK
        {"sessions": [{"number": 1, "held_at": "2026-03-05T06:30:00+00:00", "record": null}]}
        """
        with self.database.transaction(eyes(request.actor)) as tx:
            sessions = handlers.list_sessions(tx, dispute_id, actor=request.actor, purpose=purpose_of(request))
            return request.answer(tx, {"sessions": sessions})
