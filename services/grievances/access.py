"""Who may do what in `grievances`. What no line allows is denied, here and by the row security policies below it."""

from enum import StrEnum

from chassis import areas, audit
from chassis.database import Access, Transaction
from chassis.errors import NotAllowed
from chassis.identity import Actor
from services.grievances.disputes.model import Body, Dispute

HELPERS = frozenset({"grid_leader", "mediator", "community_officer", "hotline"})
"""File for others: a grid leader for the grid, a mediator or officer for the community, the hotline for its area."""

FILERS = HELPERS | {"resident", "hotline"}

WORKERS = frozenset({"mediator", "community_officer"})
"""Take disputes of their area through their life."""

COMMITTEE = frozenset({"community_officer"})
"""Acts for the mediation committee 人民调解委员会: names mediators, and stands in for them."""

OFFICERS = frozenset({"community_officer", "street_officer", "district_officer"})
"""Together with the assigned mediator, may open a party's data for a stated purpose."""

ABOVE = frozenset({"street_officer", "district_officer"})
"""Take over where the community itself is complained of, or where a missed deadline has brought a case to them."""

STEPPERS = WORKERS | ABOVE
"""May have a step to take; which of them, `require_work` decides for each case."""

SEERS = WORKERS | OFFICERS
"""See, masked, every dispute of their area."""

READERS = SEERS | FILERS
"""Everyone else sees what he or she has filed."""


RECUSAL = "信访工作条例 Art. 28"
"""Who has an interest in a matter stays out of it: the body complained of has no say, whatever its role."""


class Purpose(StrEnum):
    """Why personal data is opened (PIPL Art. 6): to mediate, to reach a party, to look into how a case was handled."""

    MEDIATION = "mediation"
    CONTACT = "contact"
    REVIEW = "review"


def eyes(actor: Actor) -> Access:
    """See what lies where the actor works, and what the actor has filed; a resident's grant shows no area."""
    return Access(actor.actor_id, scope(actor))


def scope(actor: Actor) -> tuple[str, ...]:
    """The division-code prefixes whose disputes the actor sees; a grant bound to a part of a grid shows none."""
    seen = (grant.area for grant in actor.grants if grant.role in SEERS and not grant.grid_path)
    return tuple(dict.fromkeys(areas.prefix(area) for area in seen))


def is_hidden(dispute: Dispute, actor: Actor) -> bool:
    """Whether the dispute is about the actor or the body the actor acts for, and is somebody else's cause.

    An office opens no door to it: what an accuser gives never reaches the accused (信访工作条例 Art. 30, 46).
    """
    against = dispute.is_against(actor.actor_id) or acts_for_accused(dispute, actor)
    return against and not dispute.is_followed_by(actor.actor_id)


def acts_for_accused(dispute: Dispute, actor: Actor) -> bool:
    """Whether the actor acts for the body complained of: by a seat in it, or as the workstation's own staff.

    That is everybody whose right comes from a community-level grant alone, unless seated in another body or registered
    as a mediator; a mediator who holds an office of the community as well, only when street or district has entered
    this. The function acts_for of the database says the same, as far as it knows of offices.
    """
    if actor.actor_id in dispute.opposed_ids:
        return True
    if dispute.respondent_body is not Body.WORKSTATION or actor.actor_id in dispute.independent_ids:
        return False
    if actor.actor_id in dispute.registered_ids and not holds_office(actor, dispute.area):
        return False
    return works_only_in(actor, dispute.area)


def holds_office(actor: Actor, area: str) -> bool:
    """Whether the actor works for the community's workstation beside, or instead of, mediating."""
    return any(grant.role in COMMITTEE and areas.covers(grant.area, area) for grant in actor.grants)


def works_only_in(actor: Actor, area: str) -> bool:
    """Whether the actor's right over the community comes from that community alone, not from above."""
    reaching = [prefix for prefix in scope(actor) if area.startswith(prefix)]
    return bool(reaching) and all(prefix == area for prefix in reaching)


def refuse_accused(actor: Actor, dispute: Dispute) -> None:
    """Raise NotAllowed for who acts for the body complained of. Every write about a dispute passes here."""
    if acts_for_accused(dispute, actor):
        raise NotAllowed(
            f"who acts for the body that {dispute.name} complains of has no say in it, whatever the "
            "office; somebody of another body or of the street must do this",
            rule=RECUSAL,
        )


def require_sight(actor: Actor, dispute: Dispute) -> None:
    """Raise NotAllowed unless the actor follows the dispute as its own or works where it lies."""
    if not dispute.is_followed_by(actor.actor_id):
        actor.require(SEERS, area=dispute.area)


def require_work(actor: Actor, dispute: Dispute, *, roles: frozenset[str] = WORKERS) -> None:
    """Raise NotAllowed unless the actor works on it: in its community, or above where that one may not or did not.

    Who acts for the body complained of never does.
    """
    refuse_accused(actor, dispute)
    above = dispute.respondent_body is not None or dispute.escalated_to is not None
    actor.require(roles | ABOVE if above else roles, area=dispute.area)


def require_conduct(actor: Actor, dispute: Dispute) -> None:
    """Raise NotAllowed unless the actor is the assigned mediator or acts for the committee of the community."""
    refuse_accused(actor, dispute)
    if actor.actor_id == dispute.mediator_id:
        actor.require({"mediator"}, area=dispute.area)
        return
    try:
        require_work(actor, dispute, roles=COMMITTEE)
    except NotAllowed as error:
        raise NotAllowed(
            f"{dispute.name} has another mediator; the assigned one or a community_officer of "
            f"{dispute.area} may do this",
            rule="人民调解法 Art. 19",
        ) from error


def open_personal_data(tx: Transaction, actor: Actor, dispute: Dispute, purpose: Purpose) -> None:
    """Let the assigned mediator or an officer of the area read what is sealed, and leave a row in the audit trail.

    Raises NotAllowed for everyone else, and for who filed it: what one side gave never reaches the other.
    """
    refuse_accused(actor, dispute)
    if dispute.concerns(actor.actor_id):
        raise NotAllowed(
            f"who has a part in {dispute.name} opens nothing of it by office; ask without `purpose` for your own view"
        )
    if actor.actor_id in dispute.recused_ids:
        raise NotAllowed(
            f"who was not impartial as the mediator of {dispute.name} opens nothing of it any more",
            rule="人民调解法 Art. 14",
        )
    if actor.actor_id == dispute.mediator_id:
        actor.require({"mediator"}, area=dispute.area)
    else:
        try:
            actor.require(OFFICERS, area=dispute.area)
        except NotAllowed as error:
            raise NotAllowed(
                f"personal data of {dispute.name} opens for its assigned mediator or an officer of "
                f"{dispute.area}; ask without `purpose` for the masked view"
            ) from error
    record_read(tx, actor, dispute, purpose)


def open_words(tx: Transaction, actor: Actor, dispute: Dispute, purpose: Purpose | None) -> bool:
    """Whether what was written to the case opens to the reader: to its complainant, to others for a purpose. Audited.

    Raises NotAllowed for a purpose that opens nothing to this reader.
    """
    if purpose is not None:
        open_personal_data(tx, actor, dispute, purpose)
        return True
    if dispute.speaks(actor.actor_id):
        record_read(tx, actor, dispute, "own filing")
        return True
    return False


def record_read(tx: Transaction, actor: Actor, dispute: Dispute, purpose: str) -> None:
    """Who read whose words or names, in which case and why."""
    audit.record(
        tx,
        actor.actor_id,
        "dispute.read",
        f"dispute/{dispute.dispute_id}",
        area=dispute.area,
        purpose=purpose,
        kind="read",
    )
