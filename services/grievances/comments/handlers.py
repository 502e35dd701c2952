"""What can be done with comments: write one as who complains or who works on the case, read them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis import outbox
from chassis.database import Transaction
from chassis.errors import FieldError, InvalidInput
from chassis.identity import Actor
from services.grievances import access
from services.grievances.comments import model, store
from services.grievances.comments.model import Author, Comment
from services.grievances.disputes import handlers as disputes
from services.grievances.disputes.model import Dispute, check_no_part, check_voice


@dataclass(frozen=True)
class Write:
    """What somebody writes to a case. `text` may hold personal data."""

    text: str
    visible_to_complainant: bool = True


def write(
    tx: Transaction, dispute_id: UUID, command: Write, *, comment_id: UUID, actor: Actor, now: datetime
) -> tuple[Comment, Dispute]:
    """Write as the complainant to one's own case, or as one who works on it.

    Raises NotFound where the caller may see no case, NotAllowed where the caller neither speaks for its complainant nor
    works on it.
    """
    dispute = disputes.get_seen(tx, dispute_id, actor=actor)
    if dispute.is_followed_by(actor.actor_id):
        check_voice(dispute, actor.actor_id)
        if not command.visible_to_complainant:
            detail = "only who works on the case writes what its complainant does not see; leave it out"
            raise InvalidInput(detail, [FieldError("/visible_to_complainant", detail)])
        return write_as_complainant(
            tx, dispute, command.text, account=actor.actor_id, comment_id=comment_id, now=now
        ), dispute
    access.require_work(actor, dispute)
    check_no_part(dispute, actor.actor_id)
    visible = command.visible_to_complainant
    comment = Comment(comment_id, dispute_id, Author.WORKER, actor.actor_id, now, command.text, visible)
    return _kept(tx, comment, dispute), dispute


def write_as_complainant(
    tx: Transaction, dispute: Dispute, text: str, *, account: str | None, comment_id: UUID, now: datetime
) -> Comment:
    """The same for whoever filed the case, with an account or having shown its secret."""
    return _kept(tx, Comment(comment_id, dispute.dispute_id, Author.COMPLAINANT, account, now, text), dispute)


def list_comments(
    tx: Transaction,
    dispute_id: UUID,
    *,
    actor: Actor,
    purpose: access.Purpose | None,
    before: store.Key | None,
    count: int,
) -> list[Comment]:
    """A page, newest first. Whoever speaks as the complainant reads what is meant for both sides; others its texts for
    a purpose only, for whom it opens. Both are audited. Staff that took a case in for somebody is not told what that
    one writes afterwards: it may be the very one complained of (信访工作条例 Art. 30, 46).
    """
    dispute = disputes.get_seen(tx, dispute_id, actor=actor)
    own = dispute.is_followed_by(actor.actor_id)
    opened = access.open_words(tx, actor, dispute, purpose)
    return store.list_of_dispute(tx, dispute_id, opened=opened, internal=not own, before=before, count=count)


def list_opened(tx: Transaction, dispute_id: UUID, *, count: int) -> list[Comment]:
    """The newest that are meant for the complainant, opened; the caller has audited it."""
    return store.list_of_dispute(tx, dispute_id, opened=True, internal=False, before=None, count=count)


def _kept(tx: Transaction, comment: Comment, dispute: Dispute) -> Comment:
    store.add(tx, comment, dispute)
    outbox.add(
        tx, model.told(comment), subject=comment.comment_id, version=1, area=dispute.area, now=comment.written_at
    )
    return comment
