"""The life of a dispute under the People's Mediation Law (人民调解法, "PML" below).

Every change takes a dispute and gives the changed one, a version up, with exactly one fact; a step the life cycle
forbids raises WrongState and changes nothing. Mediation is free of charge (Art. 4): nothing here can hold a fee.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from chassis.calendar import days_between, local_day
from chassis.errors import Conflict, FieldError, InvalidInput, NotAllowed, WrongState
from services.grievances.disputes import events


class State(StrEnum):
    """Where a dispute stands."""

    REGISTERED = "registered"
    ACCEPTED = "accepted"
    ASSIGNED = "assigned"
    MEDIATING = "mediating"
    RESOLVED = "resolved"
    REFUSED = "refused"
    TERMINATED = "terminated"
    LINKED = "linked"


OPEN_STATES = (State.REGISTERED, State.ACCEPTED, State.ASSIGNED, State.MEDIATING)


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


class Relation(StrEnum):
    """Who stands against whom; either side may have filed. The four of the sources; what is in use is data."""

    OWNER_GOVERNMENT = "owner_government"
    OWNER_PROPERTY = "owner_property"
    PROPERTY_GOVERNMENT = "property_government"
    OWNER_OWNER = "owner_owner"


class Channel(StrEnum):
    """How a dispute came in."""

    RESIDENT = "resident"
    MEDIATOR = "mediator"
    GRID_LEADER = "grid_leader"
    OFFICER = "officer"
    HOTLINE = "hotline"
    OPEN311 = "open311"


class Basis(StrEnum):
    """Why mediation starts (Art. 17): a party applied, or the committee offers it on its own initiative."""

    APPLICATION = "application"
    OWN_INITIATIVE = "own_initiative"


class TicketKind(StrEnum):
    """What a hotline ticket 12345 工单 is; how long each may take is configurable."""

    ENQUIRY = "enquiry"
    ORDINARY = "ordinary"
    COMPLEX = "complex"


class Body(StrEnum):
    """The five bodies that govern a community together 五位一体."""

    PARTY_COMMITTEE = "party_committee"
    WORKSTATION = "workstation"
    RESIDENTS_COMMITTEE = "residents_committee"
    OWNERS_COMMITTEE = "owners_committee"
    PROPERTY_OFFICE = "property_office"


class ChosenBy(StrEnum):
    """Who chose the mediator (Art. 19)."""

    COMMITTEE = "committee"
    PARTIES = "parties"


class Resolution(StrEnum):
    """How a dispute was resolved: the parties agreed, or the body in charge decided."""

    AGREEMENT = "agreement"
    DECISION = "decision"


class RefusalReason(StrEnum):
    """Why a dispute is not mediated. The last two follow 人民调解工作若干规定 Art. 22 (c)."""

    PARTY_REFUSED = "party_refused"
    RESERVED_FOR_AUTHORITY = "reserved_for_authority"
    BEFORE_AUTHORITY = "before_authority"


class TerminationReason(StrEnum):
    """Why mediation ended without an agreement: Art. 26, Art. 23 and Art. 3 in this order."""

    NO_AGREEMENT = "no_agreement"
    PARTY_ENDED = "party_ended"
    OTHER_ROUTE_TAKEN = "other_route_taken"


class ReopeningReason(StrEnum):
    """Why a closed dispute is taken up again."""

    NOT_PERFORMED = "not_performed"
    NEW_FACTS = "new_facts"
    PARTIES_WILLING = "parties_willing"
    CLOSED_IN_ERROR = "closed_in_error"
    NOT_CONFIRMED = "not_confirmed"


class ReassignmentReason(StrEnum):
    """Why a mediator is replaced by a successor (recusal 回避): not impartial (Art. 14), or not able to go on."""

    NEAR_RELATIVE = "near_relative"
    INTEREST = "interest"
    CHALLENGED = "challenged"
    UNABLE = "unable"


class AgreementForm(StrEnum):
    """Written 调解协议书 or oral 口头协议 (Art. 28)."""

    WRITTEN = "written"
    ORAL = "oral"


REFUSED_MEDIATOR = "party_refused_mediator"
"""Why a case has no mediator any more (Art. 23)."""

RECUSALS = (ReassignmentReason.NEAR_RELATIVE, ReassignmentReason.INTEREST, ReassignmentReason.CHALLENGED)
"""After these, who had the case takes no more part in it, by no office; who was unable may have it again."""


class NamedRoute(NamedTuple):
    """Where the parties can still turn, in both languages."""

    route: str
    name_zh: str
    name_en: str


ROUTES = (
    NamedRoute("arbitration", "仲裁", "Arbitration"),
    NamedRoute("administrative", "行政途径", "Administrative authorities"),
    NamedRoute("court", "诉讼", "Court proceedings"),
)
"""仲裁、行政、司法: what is to be named to the parties when mediation ends without an agreement (Art. 26)."""

OTHER_ROUTES = tuple(named.route for named in ROUTES)


class Side(StrEnum):
    """The two sides of a dispute."""

    APPLICANT = "applicant"
    RESPONDENT = "respondent"


class PartyKind(StrEnum):
    PERSON = "person"
    ORGANISATION = "organisation"


@dataclass(frozen=True)
class Party:
    """One side of a dispute. `person_id` is the account, where one is known to belong to the party."""

    side: Side
    kind: PartyKind
    name: str
    phone: str | None
    person_id: str | None = None


@dataclass(frozen=True)
class Dispute:
    """A dispute 纠纷 as its life cycle sees it; what was said and by whom lies beside it, sealed.

    `serial` is 0 until the store has given it its number. `counted_from`: the instant from which its present due time
    runs. `applicant_id` and `respondent_id`: the accounts of its parties, where they are known; `opposed_ids` are those
    that act for the body complained of.
    `independent_ids`: who is not the workstation's own, where that is complained of (`access.acts_for_accused`).
    `escalated_to`: the highest level that a missed deadline has brought it to. `joint_case_id`: its open joint case.
    `on_behalf_of`: whose will it was that it is not mediated. `recused_ids`: who had it and was not impartial.
    """

    dispute_id: UUID
    area: str
    grid_unit_id: UUID | None
    relation: str
    category: str
    filed_by: str
    registered_at: datetime
    serial: int = 0
    state: State = State.REGISTERED
    version: int = 1
    session_count: int = 0
    mediator_id: str | None = None
    reason_code: str | None = None
    agreement_form: AgreementForm | None = None
    closed_at: datetime | None = None
    channel: Channel = Channel.RESIDENT
    basis: Basis = Basis.APPLICATION
    ticket_kind: TicketKind | None = None
    respondent_body: Body | None = None
    linked_to: UUID | None = None
    chosen_by: ChosenBy | None = None
    resolution: Resolution | None = None
    counted_from: datetime | None = None
    confirmed_at: datetime | None = None
    satisfaction: int | None = None
    on_behalf_of: Side | None = None
    recused_ids: tuple[str, ...] = ()
    applicant_id: str | None = None
    respondent_id: str | None = None
    opposed_ids: tuple[str, ...] = ()
    independent_ids: tuple[str, ...] = ()
    escalated_to: str | None = None
    joint_case_id: UUID | None = None

    def concerns(self, account: str) -> bool:
        """Whether this is the account's own cause: it filed the dispute or belongs to a party."""
        return account in (self.filed_by, self.applicant_id, self.respondent_id)

    def is_followed_by(self, account: str) -> bool:
        """Whether the account sees it as who complains does: it filed it, or it was filed for the account."""
        return account in (self.filed_by, self.applicant_id)

    def speaks(self, account: str) -> bool:
        """Whether the account says what the law leaves to a party: the applicant's does, the hotline for its caller.

        Staff that took a case in for somebody does not: else the community could confirm, or take back, what a resident
        complained of.
        """
        return account == self.applicant_id or (account == self.filed_by and self.channel is Channel.HOTLINE)

    def is_against(self, account: str) -> bool:
        """Whether the account acts for the body complained of, or is the respondent that somebody else complains of."""
        return account in self.opposed_ids or (account == self.respondent_id and not self.is_followed_by(account))

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def case_year(self) -> int:
        """The Shanghai year its case number counts in."""
        return local_day(self.registered_at).year

    @property
    def case_number(self) -> str:
        """division-year-serial, for everyone who files: 440305001012-2026-0007."""
        return f"{self.area}-{self.case_year}-{self.serial:04d}"

    @property
    def other_routes(self) -> tuple[str, ...]:
        """What stays open to the parties when there is no agreement (Art. 3, 26)."""
        return OTHER_ROUTES if self.state in (State.REFUSED, State.TERMINATED) else ()

    @property
    def other_routes_named(self) -> tuple[NamedRoute, ...]:
        """The same with their names, to be told to the parties."""
        return ROUTES if self.other_routes else ()


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
    detail = f"a party to {_name(dispute)} has refused this mediator; name another one, or chosen_by parties"
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
        raise Conflict(f"{_name(dispute)} is already confirmed; it can only be reopened")
    if satisfaction is not None and not 1 <= satisfaction <= 5:
        detail = f"satisfaction {satisfaction} must be from 1 to 5"
        raise InvalidInput(detail, [FieldError("/satisfaction", detail)])
    after = replace(after, confirmed_at=now, satisfaction=satisfaction)
    return Change(after, events.DisputeConfirmed(**_told(after), satisfaction=satisfaction))


def link(dispute: Dispute, *, to: Dispute, by: str, now: datetime) -> Change:
    """Work on another one that tells the same story; this one keeps its number."""
    after = _step(dispute, Command.LINK, by)
    if to.dispute_id == dispute.dispute_id or to.area != dispute.area or to.linked_to is not None:
        detail = f"{_name(dispute)} can be linked only to another case of its community that is not itself linked"
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
        detail = (
            f"{_name(dispute)} is {dispute.state}; the reason must be {RefusalReason.PARTY_REFUSED}, or terminate it"
        )
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
            f"{_name(dispute)} is {dispute.state}; only of a resolved or linked one is it said that it is not resolved"
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
        detail = f"who filed {_name(dispute)} speaks for the applicant, not for the other side"
    elif is_a_partys:
        detail = "it is a party's own will; say whose: applicant or respondent"
    else:
        detail = "only a party's own will is recorded on behalf of a side; leave it out"
    raise InvalidInput(detail, [FieldError("/on_behalf_of", detail)], rule=RULES[command])


def _check_impartial(dispute: Dispute, mediator_id: str, pointer: str) -> None:
    if dispute.concerns(mediator_id) or dispute.is_against(mediator_id) or mediator_id in dispute.recused_ids:
        detail = f"this account cannot mediate {_name(dispute)}; name a mediator who has no part in it"
        raise InvalidInput(detail, [FieldError(pointer, detail)], rule="人民调解法 Art. 14")
    if mediator_id == dispute.mediator_id:
        raise Conflict(f"{_name(dispute)} already has this mediator; name another one")


def check_accounts(dispute: Dispute, *, reserved: Collection[str]) -> None:
    """Nobody is on both sides, and no party has an account of the program's own; raises InvalidInput."""
    if dispute.respondent_id is not None and dispute.respondent_id == dispute.applicant_id:
        detail = "applicant and respondent have the same account; a dispute is between two"
    elif dispute.applicant_id in reserved or dispute.respondent_id in reserved:
        detail = f"{' and '.join(sorted(reserved))} are no accounts of people; leave person_id out"
    else:
        return
    raise InvalidInput(detail, [FieldError("/respondent/person_id", detail)])


def check_voice(dispute: Dispute, account: str) -> None:
    """Raises NotAllowed unless this account, which follows the dispute, speaks as its complainant."""
    if not dispute.speaks(account):
        raise NotAllowed(
            f"{_name(dispute)} was taken in for its applicant, who says this with case number and secret",
            rule="人民调解法 Art. 23",
        )


def check_no_part(dispute: Dispute, by: str, *, own: bool = False) -> None:
    """Nobody acts by office in his or her own cause; raises NotAllowed. `own`: as for a step."""
    if dispute.is_against(by):
        raise NotAllowed(
            f"who acts for the body that {_name(dispute)} complains of takes no step on it, whatever the office; "
            "somebody of another body or of the street must do this",
            rule="信访工作条例 Art. 28",
        )
    if by in dispute.recused_ids:
        raise NotAllowed(
            f"who was not impartial as the mediator of {_name(dispute)} takes no more part in it, by no office; "
            "somebody else of the committee must do this",
            rule="人民调解法 Art. 14; 信访工作条例 Art. 28",
        )
    if dispute.concerns(by) and not own:
        raise NotAllowed(
            f"who filed {_name(dispute)} or is a party to it takes no step on it; a colleague with no part in it must "
            "do this"
        )


def _step(dispute: Dispute, command: Command, by: str, *, own: bool = False) -> Dispute:
    """The dispute after the step, a version up. Nobody decides in his or her own cause: a colleague does.

    `own`: what the law leaves to the complainant, who may say it beside those who work on the case.
    """
    allowed = LIFE_CYCLE[command]
    if dispute.state not in allowed:
        raise WrongState(_name(dispute), dispute.state, tuple(allowed), rule=RULES[command])
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


def _name(dispute: Dispute) -> str:
    return f"dispute {dispute.case_number}"
