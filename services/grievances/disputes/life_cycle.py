"""What can be done with a dispute, when, and by which article of the People's Mediation Law (人民调解法).

Every change takes a dispute and gives the changed one, a version up, with exactly one fact; a step the life cycle
forbids raises WrongState and changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from chassis.calendar import days_between
from chassis.errors import Conflict, FieldError, InvalidInput, WrongState
from services.grievances.disputes import events
from services.grievances.disputes.model import (
    OPEN_STATES,
    AgreementForm,
    ChosenBy,
    Dispute,
    ReassignmentReason,
    RefusalReason,
    ReopeningReason,
    Resolution,
    Side,
    State,
    TerminationReason,
    check_no_part,
)


class Command(StrEnum):
    """What can be done with a dispute once it is registered."""

    ACCEPT = "accept"
    ASSIGN = "assign"
    REASSIGN = "reassign"
    UNASSIGN = "unassign"
    MEDIATE = "mediate"
    RESOLVE = "resolve"
    DECIDE = "decide"
    CONFIRM = "confirm"
    REFUSE = "refuse"
    TERMINATE = "terminate"
    LINK = "link"
    REOPEN = "reopen"


LIFE_CYCLE: Mapping[Command, Mapping[State, State]] = {
    Command.ACCEPT: {State.REGISTERED: State.ACCEPTED},
    # Before the first session the parties may still refuse the mediator (Art. 23), so another one can be named.
    Command.ASSIGN: {State.ACCEPTED: State.ASSIGNED, State.ASSIGNED: State.ASSIGNED},
    # A mediator who is not impartial is replaced at any time before the end.
    Command.REASSIGN: {State.ASSIGNED: State.ASSIGNED, State.MEDIATING: State.MEDIATING},
    Command.UNASSIGN: {State.ASSIGNED: State.ACCEPTED, State.MEDIATING: State.ACCEPTED},
    Command.MEDIATE: {State.ASSIGNED: State.MEDIATING, State.MEDIATING: State.MEDIATING},
    Command.RESOLVE: {State.MEDIATING: State.RESOLVED},
    # Bodies can decide what they answer for; what is between two parties only these can settle.
    Command.DECIDE: dict.fromkeys((State.ACCEPTED, State.ASSIGNED, State.MEDIATING), State.RESOLVED),
    Command.CONFIRM: {State.RESOLVED: State.RESOLVED},
    Command.REFUSE: dict.fromkeys(OPEN_STATES, State.REFUSED),
    Command.TERMINATE: {State.ASSIGNED: State.TERMINATED, State.MEDIATING: State.TERMINATED},
    Command.LINK: {State.REGISTERED: State.LINKED, State.ACCEPTED: State.LINKED},
    # What was refused or linked may never have been accepted; that decision is taken anew.
    Command.REOPEN: {
        State.RESOLVED: State.ACCEPTED,
        State.TERMINATED: State.ACCEPTED,
        State.REFUSED: State.REGISTERED,
        State.LINKED: State.REGISTERED,
    },
}
"""Command → the states that allow it → the state after it."""


RULES: Mapping[Command, str] = {
    Command.ACCEPT: "人民调解法 Art. 17: mediation starts by application or on the committee's own initiative",
    Command.ASSIGN: "人民调解法 Art. 19: the committee names a mediator or the parties choose one",
    Command.REASSIGN: "人民调解法 Art. 14, 23: a mediator who is not impartial is replaced",
    Command.UNASSIGN: "人民调解法 Art. 23: the parties may refuse a mediator",
    Command.MEDIATE: "人民调解法 Art. 19, 27: an assigned mediator mediates and records it",
    Command.RESOLVE: "人民调解法 Art. 28: an agreement is reached through mediation",
    Command.DECIDE: "信访工作条例 Art. 32: the body in charge decides in writing and names the way to appeal",
    Command.CONFIRM: "人民调解法 Art. 31: the committee asks whether what was agreed is performed",
    Command.REFUSE: "人民调解法 Art. 17: what one party clearly refuses is not mediated",
    Command.TERMINATE: "人民调解法 Art. 26: mediation that fails is terminated and the other routes are named",
    Command.LINK: "a case told twice is worked on once; both keep their numbers",
    Command.REOPEN: "人民调解法 Art. 31: the committee follows up what was agreed",
}


DUE_RULES: Mapping[State, str] = {
    State.REGISTERED: "dispute.acceptance",
    State.ACCEPTED: "dispute.assignment",
    State.ASSIGNED: "dispute.mediation",
    State.MEDIATING: "dispute.mediation",
}
"""By which rule the next step is due; a closed dispute waits for nobody."""


REFUSED_MEDIATOR = "party_refused_mediator"
"""Why a case has no mediator any more (Art. 23)."""


RECUSALS = (ReassignmentReason.NEAR_RELATIVE, ReassignmentReason.INTEREST, ReassignmentReason.CHALLENGED)
"""After these, who had the case takes no more part in it, by no office; who was unable may have it again."""


class Change(NamedTuple):
    """A dispute after one step and the one fact that tells of it."""

    dispute: Dispute
    fact: events.DisputeFact


@dataclass(frozen=True)
class MediatorChange:
    """Who had a case before whom, and why that changed; the dispute's version after it tells which change it was."""

    dispute_id: UUID
    version: int
    from_id: str
    to_id: str | None
    reason_code: str
    on_behalf_of: Side | None
    changed_by: str
    changed_at: datetime


CHOSEN: Mapping[ChosenBy, str] = {ChosenBy.COMMITTEE: "named_by_committee", ChosenBy.PARTIES: "chosen_by_parties"}
"""Why a mediator has a case that had another one before the first session."""


def register(dispute: Dispute) -> Change:
    """Take a dispute in; it is given its case number when it is stored."""
    dispute = replace(dispute, counted_from=dispute.registered_at)
    return Change(dispute, events.DisputeRegistered(**_told(dispute), channel=dispute.channel))


def accept(dispute: Dispute, *, by: str, now: datetime) -> Change:
    """The committee takes it on; from now the time for mediation runs."""
    after = replace(_step(dispute, Command.ACCEPT, by), counted_from=now)
    return Change(after, events.DisputeAccepted(**_told(after)))


def assign(dispute: Dispute, *, mediator_id: str, by: str, chosen_by: ChosenBy = ChosenBy.COMMITTEE) -> Change:
    """Name the mediator, who is impartial (Art. 14) and so has no part in the dispute; which part, nobody is told."""
    after = _step(dispute, Command.ASSIGN, by)
    _check_impartial(dispute, mediator_id, "/mediator_id")
    after = replace(after, mediator_id=mediator_id, chosen_by=chosen_by)
    return Change(after, events.DisputeAssigned(**_told(after)))


def reassign(
    dispute: Dispute,
    *,
    successor_id: str,
    reason: ReassignmentReason,
    by: str,
    on_behalf_of: Side | None = None,
) -> Change:
    """Replace the mediator by a successor who has no part in the dispute; sessions held stay.

    Who was not impartial has no more part in it. `on_behalf_of`: which side has challenged the mediator.
    """
    after = _step(dispute, Command.REASSIGN, by)
    _whose(dispute, by, on_behalf_of, Command.REASSIGN, is_a_partys=reason is ReassignmentReason.CHALLENGED)
    _check_impartial(dispute, successor_id, "/successor_id")
    recused = dispute.recused_ids
    if reason in RECUSALS and dispute.mediator_id is not None:
        recused = (*recused, dispute.mediator_id)
    after = replace(
        after,
        mediator_id=successor_id,
        reason_code=reason,
        chosen_by=ChosenBy.COMMITTEE,
        recused_ids=recused,
    )
    return Change(after, events.DisputeReassigned(**_told(after), reason_code=reason))


def unassign(dispute: Dispute, *, by: str, on_behalf_of: Side | None = None) -> Change:
    """A party refuses the mediator (Art. 23); another one is to be named or chosen."""
    after = _step(dispute, Command.UNASSIGN, by, own=True)
    _whose(dispute, by, on_behalf_of, Command.UNASSIGN)
    after = replace(after, mediator_id=None, chosen_by=None, reason_code=REFUSED_MEDIATOR)
    return Change(after, events.DisputeUnassigned(**_told(after), reason_code=REFUSED_MEDIATOR))


def refuse_named_again(dispute: Dispute, pointer: str) -> InvalidInput:
    """The refusal of a mediator whom a party has refused; the parties themselves may choose that one after all."""
    detail = f"a party to {dispute.name} has refused this mediator; name another one, or chosen_by parties"
    return InvalidInput(detail, [FieldError(pointer, detail)], rule=RULES[Command.UNASSIGN])


def mediator_change(
    before: Dispute, after: Dispute, *, reason: str, side: Side | None, by: str, at: datetime
) -> MediatorChange | None:
    """What is kept of a step that gave the case another mediator, or none; None where it had none before."""
    if before.mediator_id is None:
        return None
    return MediatorChange(
        dispute_id=after.dispute_id,
        version=after.version,
        from_id=before.mediator_id,
        to_id=after.mediator_id,
        reason_code=reason,
        on_behalf_of=side,
        changed_by=by,
        changed_at=at,
    )


def mediate(dispute: Dispute, *, by: str) -> Change:
    """A session was held; the dispute counts it."""
    after = replace(_step(dispute, Command.MEDIATE, by), session_count=dispute.session_count + 1)
    return Change(after, events.DisputeMediated(**_told(after), session_number=after.session_count))


def resolve(dispute: Dispute, *, form: AgreementForm, by: str, now: datetime) -> Change:
    """The parties have agreed, in a form the law knows; only what was mediated in a session can be resolved."""
    after = replace(
        _step(dispute, Command.RESOLVE, by), agreement_form=form, closed_at=now, resolution=Resolution.AGREEMENT
    )
    days_open = days_between(dispute.registered_at, now)
    return Change(after, events.DisputeResolved(**_told(after), agreement_form=form, days_open=days_open))


def decide(dispute: Dispute, *, by: str, now: datetime) -> Change:
    """The bodies in charge have decided in writing and named the way to appeal; nobody has to agree."""
    after = replace(_step(dispute, Command.DECIDE, by), closed_at=now, resolution=Resolution.DECISION)
    days_open = days_between(dispute.registered_at, now)
    fact = events.DisputeResolved(
        **_told(after), agreement_form=None, days_open=days_open, resolution=Resolution.DECISION
    )
    return Change(after, fact)


def confirm(dispute: Dispute, *, satisfaction: int | None, by: str, now: datetime) -> Change:
    """The complainant says that it is resolved, once, and how satisfied he or she is: 1–5."""
    after = _step(dispute, Command.CONFIRM, by, own=True)
    if dispute.confirmed_at is not None:
        raise Conflict(f"{dispute.name} is already confirmed; it can only be reopened")
    if satisfaction is not None and not 1 <= satisfaction <= 5:
        detail = f"satisfaction {satisfaction} must be from 1 to 5"
        raise InvalidInput(detail, [FieldError("/satisfaction", detail)])
    after = replace(after, confirmed_at=now, satisfaction=satisfaction)
    return Change(after, events.DisputeConfirmed(**_told(after), satisfaction=satisfaction))


def link(dispute: Dispute, *, to: Dispute, by: str, now: datetime) -> Change:
    """Work on another one that tells the same story; this one keeps its number."""
    after = _step(dispute, Command.LINK, by)
    if to.dispute_id == dispute.dispute_id or to.area != dispute.area or to.linked_to is not None:
        detail = f"{dispute.name} can be linked only to another case of its community that is not itself linked"
        raise InvalidInput(detail, [FieldError("/linked_to", detail)], rule=RULES[Command.LINK])
    after = replace(after, linked_to=to.dispute_id, closed_at=now)
    return Change(after, events.DisputeLinked(**_told(after), linked_to=str(to.dispute_id)))


def refuse(
    dispute: Dispute, *, reason: RefusalReason, by: str, now: datetime, on_behalf_of: Side | None = None
) -> Change:
    """It is not mediated. A party may clearly refuse at any time; the committee only until it has named a mediator."""
    is_a_partys = reason is RefusalReason.PARTY_REFUSED
    after = _step(dispute, Command.REFUSE, by, own=is_a_partys)
    if not is_a_partys and dispute.state not in (State.REGISTERED, State.ACCEPTED):
        detail = f"{dispute.name} is {dispute.state}; the reason must be {RefusalReason.PARTY_REFUSED}, or terminate it"
        raise InvalidInput(detail, [FieldError("/reason_code", detail)], rule=RULES[Command.REFUSE])
    side = _whose(dispute, by, on_behalf_of, Command.REFUSE, is_a_partys=is_a_partys)
    after = replace(after, reason_code=reason, closed_at=now, on_behalf_of=side)
    return Change(after, events.DisputeRefused(**_told(after), reason_code=reason))


def terminate(
    dispute: Dispute, *, reason: TerminationReason, by: str, now: datetime, on_behalf_of: Side | None = None
) -> Change:
    """Mediation failed or a party ended it; `other_routes` are then named to the parties."""
    is_a_partys = reason is TerminationReason.PARTY_ENDED
    after = _step(dispute, Command.TERMINATE, by, own=is_a_partys)
    side = _whose(dispute, by, on_behalf_of, Command.TERMINATE, is_a_partys=is_a_partys)
    after = replace(after, reason_code=reason, closed_at=now, on_behalf_of=side)
    return Change(after, events.DisputeTerminated(**_told(after), reason_code=reason))


def reopen(dispute: Dispute, *, reason: ReopeningReason, by: str, now: datetime) -> Change:
    """Take a closed dispute up again; a mediator is named anew, and time runs anew."""
    after = _step(dispute, Command.REOPEN, by, own=reason is ReopeningReason.NOT_CONFIRMED)
    if reason is ReopeningReason.NOT_CONFIRMED and dispute.state not in (State.RESOLVED, State.LINKED):
        detail = (
            f"{dispute.name} is {dispute.state}; only of a resolved or linked one is it said that it is not resolved"
        )
        raise InvalidInput(detail, [FieldError("/reason_code", detail)], rule=RULES[Command.REOPEN])
    after = replace(
        after,
        reason_code=reason,
        mediator_id=None,
        chosen_by=None,
        agreement_form=None,
        resolution=None,
        closed_at=None,
        linked_to=None,
        confirmed_at=None,
        satisfaction=None,
        on_behalf_of=None,
        counted_from=now,
    )
    return Change(after, events.DisputeReopened(**_told(after), reason_code=reason))


def due(dispute: Dispute) -> tuple[str, datetime] | None:
    """The rule by which the next thing is due, and the instant it counts from; None when nothing is."""
    rule = DUE_RULES.get(dispute.state)
    return (rule, dispute.counted_from or dispute.registered_at) if rule else None


def _whose(dispute: Dispute, by: str, side: Side | None, command: Command, *, is_a_partys: bool = True) -> Side | None:
    """Whose will a step carries out: who complains speaks as the applicant, who works on it says for which side."""
    own = dispute.is_followed_by(by)
    if is_a_partys and own and side is not Side.RESPONDENT:
        return Side.APPLICANT
    if is_a_partys == (side is not None) and not (is_a_partys and own):
        return side
    if own:
        detail = f"who filed {dispute.name} speaks for the applicant, not for the other side"
    elif is_a_partys:
        detail = "it is a party's own will; say whose: applicant or respondent"
    else:
        detail = "only a party's own will is recorded on behalf of a side; leave it out"
    raise InvalidInput(detail, [FieldError("/on_behalf_of", detail)], rule=RULES[command])


def _check_impartial(dispute: Dispute, mediator_id: str, pointer: str) -> None:
    if dispute.is_partial(mediator_id):
        detail = f"this account cannot mediate {dispute.name}; name a mediator who has no part in it"
        raise InvalidInput(detail, [FieldError(pointer, detail)], rule="人民调解法 Art. 14")
    if mediator_id == dispute.mediator_id:
        raise Conflict(f"{dispute.name} already has this mediator; name another one")


def _step(dispute: Dispute, command: Command, by: str, *, own: bool = False) -> Dispute:
    """The dispute after the step, a version up. Nobody decides in his or her own cause: a colleague does.

    `own`: what the law leaves to the complainant, who may say it beside those who work on the case.
    """
    allowed = LIFE_CYCLE[command]
    if dispute.state not in allowed:
        raise WrongState(dispute.name, dispute.state, tuple(allowed), rule=RULES[command])
    check_no_part(dispute, by, own=own)
    return replace(dispute, state=allowed[dispute.state], version=dispute.version + 1)


def _told(dispute: Dispute) -> dict[str, Any]:
    return {
        "dispute_id": str(dispute.dispute_id),
        "category": dispute.category,
        "relation": dispute.relation,
        "grid_unit_id": str(dispute.grid_unit_id) if dispute.grid_unit_id else None,
        "registered_at": dispute.registered_at.isoformat(),
    }
