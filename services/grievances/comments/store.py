"""Comments as rows; the text is sealed on the way in."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from chassis import privacy
from chassis.database import Transaction, load_queries
from services.grievances.comments.model import Author, Comment
from services.grievances.disputes.model import Dispute

queries = load_queries(Path(__file__).parent)

TEXT = "comment.text"
"""The context that a text is sealed for."""

Key = tuple[datetime, UUID]
"""Where a page ends: the last comment's written_at and id."""


def add(tx: Transaction, comment: Comment, dispute: Dispute) -> None:
    """Store a comment, in the round trip of the commit."""
    tx.at_commit(
        queries.add_comment.sql,
        {
            "comment_id": comment.comment_id,
            "dispute_id": comment.dispute_id,
            "area": dispute.area,
            "filed_by": dispute.filed_by,
            "author": comment.author,
            "author_id": comment.author_id,
            "visible_to_complainant": comment.visible_to_complainant,
            "written_at": comment.written_at,
            "text_sealed": privacy.sealer().seal(comment.text or "", TEXT),
        },
    )


def list_of_dispute(
    tx: Transaction, dispute_id: UUID, *, opened: bool, internal: bool, before: Key | None, count: int
) -> list[Comment]:
    """A page of a case's comments, newest first; without their texts unless `opened`."""
    sealer = privacy.sealer()
    instant, comment_id = before or (None, None)
    rows = queries.list_comments(
        tx.connection,
        dispute_id=dispute_id,
        internal=internal,
        before_instant=instant,
        before_id=comment_id,
        count=count,
    )
    return [
        Comment(
            comment_id=row.comment_id,
            dispute_id=row.dispute_id,
            author=Author(row.author),
            author_id=row.author_id,
            written_at=row.written_at,
            text=sealer.open(row.text_sealed, TEXT) if opened else None,
            visible_to_complainant=row.visible_to_complainant,
        )
        for row in rows
    ]
