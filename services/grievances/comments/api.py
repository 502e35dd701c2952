"""HTTP entrypoints of comments."""

from uuid import UUID

import uuid_utils.compat

from chassis.database import Database
from chassis.http import PUBLIC, Answer, Request, endpoint
from services.grievances import access
from services.grievances.access import eyes
from services.grievances.comments import handlers, schemas
from services.grievances.disputes.api import purpose_of
from services.grievances.following import handlers as following
from services.grievances.following.api import SECRET_HEADERS, shown


class CommentsApi:
    """Write comments to cases and read them."""

    database: Database

    @endpoint(
        "POST",
        "/follow/<case_number>/comments",
        roles=PUBLIC,
        headers=SECRET_HEADERS,
        keyed=True,
        body=schemas.WriteBySecret,
        answer=schemas.CommentWritten,
        status=201,
        tag="following",
        summary="Write to your case, without an account",
    )
    def comment_by_secret(self, request: Request, case_number: str) -> Answer:
        """With the secret that came with the case number, in the header Case-Secret.

        POST /follow/440305001012-2026-0007/comments
        Case-Secret: 7K3M-9QXZ-0A1B-2C3D-4E5F-6G7F
        {"text": "今天又漏水了。"}

        201 Created
        {"comment_id": "01936f00-0000-7000-8000-00000000000f", "author": "complainant",
         "written_at": "2026-03-06T01:00:00+00:00"}
        """
        with self.database.transaction(following.NOBODY) as tx:
            dispute = following.get_shown(tx, shown(request, case_number))
            comment = handlers.write_as_complainant(
                tx,
                dispute,
                request.body["text"],
                account=None,
                comment_id=uuid_utils.compat.uuid7(),
                now=request.now,
            )
            return request.answer(tx, comment, area=dispute.area)

    @endpoint(
        "POST",
        "/disputes/<uuid:dispute_id>/comments",
        roles=access.READERS,
        body=schemas.WriteComment,
        answer=schemas.CommentWritten,
        status=201,
        tag="comments",
        summary="Write to a case",
    )
    def comment_on_dispute(self, request: Request, dispute_id: UUID) -> Answer:
        """As whoever filed it, or as one who works on it; what is internal only the latter see.

        POST /disputes/01936f00-0000-7000-8000-00000000000a/comments
        {"text": "检测已约在周五上午。"}

        201 Created
        {"comment_id": "01936f00-0000-7000-8000-00000000000f", "author": "worker",
         "written_at": "2026-03-06T01:00:00+00:00", "visible_to_complainant": true}
        """
        command = handlers.Write(**request.body)
        comment_id = uuid_utils.compat.uuid7()
        with self.database.transaction(eyes(request.actor)) as tx:
            comment, dispute = handlers.write(
                tx, dispute_id, command, comment_id=comment_id, actor=request.actor, now=request.now
            )
            return request.answer(tx, comment, area=dispute.area)

    @endpoint(
        "GET",
        "/disputes/<uuid:dispute_id>/comments",
        roles=access.READERS,
        query=schemas.CommentsQuery,
        answer=schemas.CommentView,
        tag="comments",
        summary="The comments to a case, newest first",
    )
    def list_comments(self, request: Request, dispute_id: UUID) -> Answer:
        """Whoever filed the case reads them; others their texts only for a purpose, if they are in charge of it.

        GET /disputes/01936f00-0000-7000-8000-00000000000a/comments?limit=1

        200 OK
        {"items": [{"comment_id": "01936f00-0000-7000-8000-00000000000f", "author": "worker",
         "written_at": "2026-03-06T01:00:00+00:00", "visible_to_complainant": true, "by_secret": false, "text": null}],
         "next": null}
        """
        limit = request.query["limit"]
        with self.database.transaction(eyes(request.actor)) as tx:
            found = handlers.list_comments(
                tx,
                dispute_id,
                actor=request.actor,
                purpose=purpose_of(request),
                before=request.query["cursor"],
                count=limit + 1,
            )
        page = found[:limit]
        more = (page[-1].written_at.isoformat(), page[-1].comment_id) if len(found) > limit else None
        return request.page(None, page, more)
