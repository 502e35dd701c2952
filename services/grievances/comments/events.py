"""The facts that are told of comments."""

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class CommentAdded:
    """Somebody wrote to a case; the subject is the comment. `author`: complainant, worker."""

    type: ClassVar[str] = "comment.added"
    for_others: ClassVar[bool] = True

    comment_id: str
    dispute_id: str
    author: str


PUBLISHED: tuple[type, ...] = (CommentAdded,)

_DISPUTE = "01936f00-0000-7000-8000-00000000000a"
_OTHER = "01936f00-0000-7000-8000-00000000000c"

SAMPLES: tuple[Any, ...] = (CommentAdded(_OTHER, _DISPUTE, author="complainant"),)
