"""Who may do what with referrals. What no line allows is denied, here and by the row security policies below it."""

from enum import StrEnum

from chassis import areas, audit
from chassis.database import Transaction
from chassis.errors import NotAllowed
from chassis.identity import Actor
from services.grievances import access
from services.grievances.disputes.model import Body
from services.grievances.referrals.model import LAW, Referral, State

REFERRERS = access.FILERS | access.ABOVE
"""Register a referral: a resident for an own matter, who works for the community for others too."""

SORTERS = access.ABOVE
"""Act for the petition office 信访部门 of street and district: sort what is registered."""

DECIDERS = frozenset({"district_officer"})
"""Decide who is in charge where departments dispute it, and record what the levels above answer."""

IN_CHARGE = access.OFFICERS | {"department_officer"}
"""Roles with which an account may act for a department; whether it does, its seat says."""

READERS = access.READERS | IN_CHARGE


class Purpose(StrEnum):
    """Why what was told is opened (PIPL Art. 6): to sort it, to handle it, to reach somebody, to review."""

    SORTING = "sorting"
    HANDLING = "handling"
    CONTACT = "contact"
    REVIEW = "review"


def is_hidden(referral: Referral, actor: Actor) -> bool:
    """Whether it is about the actor, or the body or department the actor acts for, or not the actor's to know of.

    What an accuser gives never reaches the accused (Art. 30, 46): no office and no seat opens a door to it.
    """
    if actor.actor_id in (referral.complainant_id, referral.filed_by):
        return False
    return is_accused(referral, actor) or not (_works_there(actor, referral) or holds(referral, actor))


def is_accused(referral: Referral, actor: Actor) -> bool:
    """Whether the actor is complained of or acts for whom is; the workstation's own staff does without a seat.

    The function is_accused_in of the database says the same.
    """
    if referral.is_against(actor.actor_id):
        return True
    if referral.body_complained_of is not Body.WORKSTATION or actor.actor_id in referral.independent_ids:
        return False
    if actor.actor_id in referral.registered_ids and not access.holds_office(actor, referral.area):
        return False
    return access.works_only_in(actor, referral.area)


def holds(referral: Referral, actor: Actor) -> bool:
    """Whether the actor acts for the department that has it."""
    return actor.actor_id in referral.department_ids


def require_sorter(actor: Actor, referral: Referral) -> None:
    _require_no_part(actor, referral)
    actor.require(SORTERS, area=referral.area)


def decides(actor: Actor, referral: Referral) -> bool:
    """Whether the actor decides for the district who is in charge."""
    return any(grant.role in DECIDERS and grant.reaches(referral.area) for grant in actor.grants)


def require_department(actor: Actor, referral: Referral) -> None:
    """Raise NotAllowed unless the actor acts for the department that has it."""
    _require_no_part(actor, referral)
    if not holds(referral, actor):
        raise NotAllowed(
            f"referral {referral.number} is with department {referral.department_code or 'nobody'}; who acts for the "
            "department may do this",
            rule=f"{LAW} Art. 23",
        )


def require_handler(actor: Actor, referral: Referral, *, or_head: bool = False) -> None:
    """Raise NotAllowed unless the actor handles it, or is a head of the department where that is enough."""
    require_department(actor, referral)
    if actor.actor_id != referral.handler_id and not (or_head and actor.actor_id in referral.head_ids):
        who = "its handler or a head of its department" if or_head else "its handler"
        raise NotAllowed(f"this is for {who}; referral {referral.number} has another one", rule=f"{LAW} Art. 28, 34")


def require_answerer(actor: Actor, referral: Referral) -> None:
    """The handler answers; a review is answered by the level above, for which the district records it (Art. 35)."""
    if referral.state is State.CONTESTED:
        _require_no_part(actor, referral)
        actor.require(DECIDERS, area=referral.area)
    elif referral.state is State.ACCEPTED:
        require_handler(actor, referral)


def require_complainant(actor: Actor, referral: Referral) -> None:
    """Raise NotAllowed unless the actor complains; for who has no account, who filed it or works there says it."""
    if actor.actor_id == referral.complainant_id:
        return
    if referral.complainant_id is None and not is_accused(referral, actor):
        if actor.actor_id == referral.filed_by:
            return
        actor.require(access.WORKERS, area=referral.area)
        return
    raise NotAllowed(f"only who complains in referral {referral.number} may do this", rule=f"{LAW} Art. 35, 36")


def opens_matter(tx: Transaction, actor: Actor, referral: Referral, purpose: Purpose) -> None:
    """Let an officer of the area, or the department that has it, read what was told; audited. Raises NotAllowed."""
    _require_no_part(actor, referral)
    if not holds(referral, actor):
        try:
            actor.require(access.OFFICERS, area=referral.area)
        except NotAllowed as error:
            raise NotAllowed(
                f"what was told in referral {referral.number} opens for an officer of {referral.area} and the "
                "department that has it; ask without `purpose` for the masked view"
            ) from error
    record_read(tx, actor, referral, purpose)


def shows_person(actor: Actor, referral: Referral, purpose: Purpose) -> bool:
    """Whether the name and phone of who complains open, too: to sort, nobody needs them (Art. 30, PIPL Art. 6).

    In the department only for who handles it and its heads.
    """
    if purpose is Purpose.SORTING:
        return False
    if holds(referral, actor):
        return referral.handler_id is not None and actor.actor_id in (referral.handler_id, *referral.head_ids)
    return True


def record_read(tx: Transaction, actor: Actor, referral: Referral, purpose: str) -> None:
    """Who read whose words or names, in which referral and why."""
    thing = f"referral/{referral.referral_id}"
    audit.record(tx, actor.actor_id, "referral.read", thing, area=referral.area, purpose=purpose, kind="read")


def _works_there(actor: Actor, referral: Referral) -> bool:
    return any(areas.covers(prefix.ljust(12, "0"), referral.area) for prefix in access.scope(actor))


def _require_no_part(actor: Actor, referral: Referral) -> None:
    if is_accused(referral, actor) or actor.actor_id == referral.complainant_id:
        raise NotAllowed(
            f"who complains in referral {referral.number} or is complained of does nothing in it by office; somebody "
            "with no part in it must do this",
            rule=f"{LAW} Art. 28",
        )
