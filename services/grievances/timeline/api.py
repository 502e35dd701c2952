"""HTTP entrypoint of timelines."""

from uuid import UUID

from chassis.database import Database
from chassis.http import Answer, Request, endpoint
from services.grievances import access
from services.grievances.access import eyes
from services.grievances.disputes.api import purpose_of
from services.grievances.timeline import handlers, schemas


class TimelineApi:
    """Read what happened with a case."""

    database: Database

    @endpoint(
        "GET",
        "/disputes/<uuid:dispute_id>/timeline",
        roles=access.READERS,
        query=schemas.TimelineQuery,
        answer=schemas.TimelineEntry,
        tag="disputes",
        summary="All that happened with a case, in its order",
    )
    def list_timeline(self, request: Request, dispute_id: UUID) -> Answer:
        """Steps, sessions, agreements, due times, joint answers, referrals, comments; by whom, as a part in the case.

        GET /disputes/01936f00-0000-7000-8000-00000000000a/timeline?limit=1

        200 OK
        {"items": [{"at": "2026-03-06T01:00:00+00:00", "kind": "dispute.registered", "kind_zh": "登记",
         "kind_en": "Registered", "by": "complainant", "by_zh": "申请人", "by_en": "Complainant",
         "account": null, "detail_zh": null, "detail_en": null, "told": {}, "text": null}], "next": "8J2hPw…"}
        """
        with self.database.transaction(eyes(request.actor)) as tx:
            page, more = handlers.list_entries(
                tx,
                dispute_id,
                actor=request.actor,
                purpose=purpose_of(request),
                after=request.query["cursor"],
                count=request.query["limit"],
            )
        return request.page(None, page, more and (more[0].isoformat(), more[1], more[2]))
