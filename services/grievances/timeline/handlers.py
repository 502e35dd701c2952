"""What can be done with a timeline: read it."""

from uuid import UUID

from chassis.database import Transaction
from chassis.identity import Actor
from services.grievances import access
from services.grievances.disputes import handlers as disputes
from services.grievances.disputes.model import Dispute
from services.grievances.timeline import model, store
from services.grievances.timeline.model import Entry


def list_entries(
    tx: Transaction,
    dispute_id: UUID,
    *,
    actor: Actor,
    purpose: access.Purpose | None,
    after: store.Key | None,
    count: int,
) -> tuple[list[Entry], store.Key | None]:
    """A page, the first entry first, and where the next one begins, if there is one.

    Whoever speaks as the complainant reads the comments meant for both sides; others their texts for a purpose only,
    for whom it opens. Both are audited. Accounts show to those who work where the case lies.
    """
    dispute = disputes.get_seen(tx, dispute_id, actor=actor)
    own = dispute.is_followed_by(actor.actor_id)
    opened = access.open_words(tx, actor, dispute, purpose)
    happenings = store.list_happenings(tx, dispute_id, opened=opened, internal=not own, after=after, count=count + 1)
    mediators = store.list_mediators(tx, dispute_id)
    page = [model.entry(one, dispute, mediators, with_accounts=not own) for one in happenings[:count]]
    if len(happenings) <= count:
        return page, None
    last = happenings[count - 1]
    return page, (last.at, last.rank, last.key)


def list_all(tx: Transaction, dispute: Dispute, *, at_most: int) -> list[Entry]:
    """The entries of a case that the reader has opened, for its file; without accounts and texts."""
    happenings = store.list_happenings(tx, dispute.dispute_id, opened=False, internal=False, after=None, count=at_most)
    mediators = store.list_mediators(tx, dispute.dispute_id)
    return [model.entry(one, dispute, mediators, with_accounts=False) for one in happenings]
