"""What whoever filed a case can do without working on it: see how it stands, confirm, take back; and a lost secret."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis import audit, metrics
from chassis.database import Access, Transaction
from chassis.errors import Malformed, NotFound, StaleVersion
from chassis.identity import ANONYMOUS, Actor
from services.grievances import access
from services.grievances.comments import handlers as comments
from services.grievances.disputes import handlers as disputes
from services.grievances.disputes import store as dispute_store
from services.grievances.disputes.model import Dispute, Resolution, check_no_part, check_voice
from services.grievances.following import model, store
from services.grievances.following.model import Feedback, Followed
from services.grievances.following.secret import read_case_number, read_secret
from services.grievances.joint import handlers as joint
from services.grievances.referrals import handlers as referrals
from services.grievances.referrals.handlers import Progress

NOBODY = Access(ANONYMOUS.actor_id, ())
"""The eyes before number and secret have opened any."""

COMMENTS_SHOWN = 50


@dataclass(frozen=True)
class Shown:
    """The case number and the secret that somebody shows."""

    case_number: str
    secret: str | None


@dataclass(frozen=True, kw_only=True)
class FollowedCase(Followed):
    """A case as whoever filed it follows it, with how far what was referred of it has come (信访工作条例 Art. 21)."""

    referrals: tuple[Progress, ...]


def read_case(tx: Transaction, shown: Shown) -> tuple[Dispute, bytes]:
    """The case of this number and secret, and what was told, sealed; audited as read by secret."""
    dispute_id = open_case(tx, shown)
    found = dispute_store.find(tx, dispute_id)
    if found is None:
        raise unknown_case()
    dispute, sealed = found
    audit.record(
        tx,
        ANONYMOUS.actor_id,
        "dispute.read_by_secret",
        f"dispute/{dispute_id}",
        area=dispute.area,
        purpose="own filing",
        kind="read",
    )
    return dispute, sealed


def get_followed(tx: Transaction, shown: Shown, *, now: datetime) -> FollowedCase:
    """How a case stands, for who shows its number and secret."""
    dispute, _ = read_case(tx, shown)
    dispute_id = dispute.dispute_id
    followed = model.followed(
        dispute,
        due=store.list_due(tx, dispute_id),
        steps=store.list_steps(tx, dispute_id),
        comments=tuple(comments.list_opened(tx, dispute_id, count=COMMENTS_SHOWN)),
        primary=store.find_primary(tx, dispute_id) if dispute.linked_to else None,
        decision=joint.find_decision(tx, dispute_id) if dispute.resolution is Resolution.DECISION else None,
    )
    return FollowedCase(**vars(followed), referrals=tuple(referrals.list_followed(tx, dispute_id, now=now)))


def get_shown(tx: Transaction, shown: Shown) -> Dispute:
    """The case of this number and secret, locked for a change."""
    dispute = dispute_store.find_locked(tx, open_case(tx, shown))
    if dispute is None:
        raise unknown_case()
    # While it waited for the lock, the secret may have been renewed, and this one opens nothing any more.
    open_case(tx, shown)
    return dispute


def get_own(tx: Transaction, dispute_id: UUID, *, actor: Actor, version: int) -> Dispute:
    """The case, locked, for the account that speaks as its complainant: it filed it, or it was filed for that account.

    Raises NotFound for anyone else's, NotAllowed where staff took it in for somebody, StaleVersion.
    """
    dispute = dispute_store.find_locked(tx, dispute_id)
    if dispute is None or not dispute.is_followed_by(actor.actor_id):
        raise NotFound(f"there is no dispute {dispute_id} that you have filed; GET /disputes?own=true lists those")
    check_voice(dispute, actor.actor_id)
    if dispute.version != version:
        raise StaleVersion(dispute.name, version, dispute.version)
    return dispute


def hear(
    tx: Transaction, dispute: Dispute, said: Feedback, *, account: str | None, comment_id: UUID, now: datetime
) -> Dispute:
    """Confirm the locked case or take it up again; `account` is None for who has shown the secret."""
    primary = store.find_primary(tx, dispute.dispute_id) if dispute.linked_to else None
    change = model.hear(dispute, said, by=account or ANONYMOUS.actor_id, now=now, primary=primary)
    if said.comment is not None:
        comments.write_as_complainant(tx, dispute, said.comment, account=account, comment_id=comment_id, now=now)
    return disputes.keep(tx, change, now)


def withdraw(tx: Transaction, dispute: Dispute, *, account: str | None, now: datetime) -> Dispute:
    """The complainant of the locked case does not want mediation (any more); `account` as in `hear`."""
    return disputes.keep(tx, model.withdraw(dispute, by=account or ANONYMOUS.actor_id, now=now), now)


def renew_secret(tx: Transaction, dispute_id: UUID, *, secret: str, actor: Actor, now: datetime) -> Dispute:
    """Give another secret to whoever lost it; who works on the case hands it over. The one before stops at once."""
    dispute = disputes.get_for_work(tx, dispute_id, actor=actor)
    check_no_part(dispute, actor.actor_id)
    access.require_conduct(actor, dispute)
    store.renew_secret(tx, dispute_id, hash_of(secret), by=actor.actor_id, now=now)
    return dispute


def hash_of(secret: str) -> bytes:
    """What is kept of a secret."""
    return store.hash_of(read_secret(secret))


def open_case(tx: Transaction, shown: Shown) -> UUID:
    """Exchange number and secret for eyes that follow this case. Which of the two was wrong, nobody is told.

    Raises NotFound, and Malformed for what was mistyped.
    """
    if shown.secret is None:
        raise Malformed("send the secret that came with the case number in the header Case-Secret")
    secret_hash, number = hash_of(shown.secret), read_case_number(shown.case_number)
    dispute_id = store.follow_case(tx, number, secret_hash) if number else None
    if dispute_id is None:
        metrics.WRONG_SECRETS.inc()
        raise unknown_case()
    return dispute_id


def unknown_case() -> NotFound:
    return NotFound("there is no case with this number and secret; compare both with what you were given at filing")
