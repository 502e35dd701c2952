"""Notices over HTTP: everyone has an inbox of their own and sees no other."""

from uuid import UUID

from chassis.database import Database
from chassis.http import Answer, Request, endpoint
from services.members.access import EVERYONE
from services.members.notices import handlers, schemas
from services.members.pages import cut


class NoticesApi:
    """Whose inbox it is says the token's `sub`, whatever the role."""

    database: Database

    @endpoint(
        "GET",
        "/notices",
        roles=EVERYONE,
        query=schemas.NoticesQuery,
        answer=schemas.NoticeView,
        summary="List the caller's own notices",
        tag="notices",
    )
    def list_notices(self, request: Request) -> Answer:
        """The newest first; with `unread=true`, those not read yet.

        GET /notices?unread=true

        200
        {"items": [{"notice_id": "01936f00-0000-7000-8000-000000000005", "level": "building",
         "kind": "dispute.resolved", "dispute_id": "01936f00-0000-7000-8000-000000000006", "category": "parking",
         "area": "440305001012", "grid_unit_id": "01936f00-0000-7000-8000-000000000003",
         "place": "星海名城社区居委会 一期 3栋", "occurred_at": "2026-03-10T08:00:00+00:00",
         "created_at": "2026-03-10T08:00:00+00:00", "read_at": null}], "next": null}
        """
        query = request.query
        [before] = query["cursor"] or [None]
        with self.database.transaction(request.access) as tx:
            found = handlers.list_notices(
                tx, unread=query["unread"], before=before, limit=query["limit"] + 1, actor=request.actor
            )
            return request.page(tx, *cut(found, query["limit"], lambda notice: (notice.notice_id,)))

    @endpoint(
        "GET",
        "/notices/unread",
        roles=EVERYONE,
        answer=schemas.UnreadView,
        summary="How many notices the caller has not read",
        tag="notices",
    )
    def count_unread(self, request: Request) -> Answer:
        """The number beside the bell.

        GET /notices/unread

        200
        {"unread": 3}
        """
        with self.database.transaction(request.access) as tx:
            return request.answer(tx, {"unread": handlers.count_unread(tx, actor=request.actor)})

    @endpoint(
        "POST",
        "/notices/<uuid:notice_id>/read",
        roles=EVERYONE,
        answer=schemas.NoticeView,
        summary="Note that a notice has been read",
        tag="notices",
    )
    def read_notice(self, request: Request, notice_id: UUID) -> Answer:
        """A second time changes nothing: `read_at` is when it was first read.

        POST /notices/01936f00-0000-7000-8000-000000000005/read

        200
        {"notice_id": "01936f00-0000-7000-8000-000000000005", "level": "building", "kind": "dispute.resolved",
         "dispute_id": "01936f00-0000-7000-8000-000000000006", "category": "parking", "area": "440305001012",
         "grid_unit_id": "01936f00-0000-7000-8000-000000000003", "place": "星海名城社区居委会 一期 3栋",
         "occurred_at": "2026-03-10T08:00:00+00:00", "created_at": "2026-03-10T08:00:00+00:00",
         "read_at": "2026-03-10T09:30:00+00:00"}
        """
        with self.database.transaction(request.access) as tx:
            notice = handlers.mark_read(tx, notice_id, actor=request.actor, now=request.now)
            return request.answer(tx, notice, area=notice.area)
