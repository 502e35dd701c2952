"""A comment to a case."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.grievances.comments.events import CommentAdded


class Author(StrEnum):
    """Who writes: by the part in the case, never by name."""

    COMPLAINANT = "complainant"
    WORKER = "worker"


@dataclass(frozen=True)
class Comment:
    """What was written to a case. `author_id` is None for who has shown the case's secret and nothing else.

    `text` may hold personal data; it is None where it was not opened. A worker's note that the complainant does not see
    is internal.
    """

    comment_id: UUID
    dispute_id: UUID
    author: Author
    author_id: str | None
    written_at: datetime
    text: str | None
    visible_to_complainant: bool = True

    @property
    def by_secret(self) -> bool:
        return self.author_id is None


def told(comment: Comment) -> CommentAdded:
    """The fact that somebody wrote; what, it does not say."""
    return CommentAdded(str(comment.comment_id), str(comment.dispute_id), comment.author)
