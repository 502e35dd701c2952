"""The life of a dispute under the People's Mediation Law (人民调解法, "PML" below).

Every change takes a dispute and gives the changed one, a version up, with exactly one fact; a step the life cycle
forbids raises WrongState and changes nothing. Mediation is free of charge (Art. 4): nothing here can hold a fee.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from chassis.calendar import days_between, local_day
from chassis.errors import Conflict, FieldError, InvalidInput, NotAllowed, WrongState
from services.grievances import events


class State(StrEnum):
    """Where a dispute stands."""

    REGISTERED = "registered"
    ACCEPTED = "accepted"
    ASSIGNED = "assigned"
    MEDIATING = "mediating"
    RESOLVED = "resolved"
    REFUSED = "refused"
    TERMINATED = "terminated"


OPEN_STATES = (State.REGISTERED, State.ACCEPTED, State.ASSIGNED, State.MEDIATING)


class Command(StrEnum):
    """What can be done with a dispute once it is registered."""

    ACCEPT = "accept"
    ASSIGN = "assign"
    MEDIATE = "mediate"
    RESOLVE = "resolve"
    REFUSE = "refuse"
    TERMINATE = "terminate"
    REOPEN = "reopen"


LIFE_CYCLE: Mapping[Command, Mapping[State, State]] = {
    Command.ACCEPT: {State.REGISTERED: State.ACCEPTED},
    # Before the first session the parties may still refuse the mediator (Art. 23), so another one can be named.
    Command.ASSIGN: {State.ACCEPTED: State.ASSIGNED, State.ASSIGNED: State.ASSIGNED},
    Command.MEDIATE: {State.ASSIGNED: State.MEDIATING, State.MEDIATING: State.MEDIATING},
    Command.RESOLVE: {State.MEDIATING: State.RESOLVED},
    Command.REFUSE: dict.fromkeys(OPEN_STATES, State.REFUSED),
    Command.TERMINATE: {State.ASSIGNED: State.TERMINATED, State.MEDIATING: State.TERMINATED},
    # What was refused may never have been accepted; that decision is taken anew.
    Command.REOPEN: {
        State.RESOLVED: State.ACCEPTED,
        State.TERMINATED: State.ACCEPTED,
        State.REFUSED: State.REGISTERED,
    },
}
"""Command → the states that allow it → the state after it."""

RULES: Mapping[Command, str] = {
    Command.ACCEPT: "人民调解法 Art. 17: mediation starts by application or on the committee's own initiative",
    Command.ASSIGN: "人民调解法 Art. 19: the committee names a mediator or the parties choose one",
    Command.MEDIATE: "人民调解法 Art. 19, 27: an assigned mediator mediates and records it",
    Command.RESOLVE: "人民调解法 Art. 28: an agreement is reached through mediation",
    Command.REFUSE: "人民调解法 Art. 17: what one party clearly refuses is not mediated",
    Command.TERMINATE: "人民调解法 Art. 26: mediation that fails is terminated and the other routes are named",
    Command.REOPEN: "人民调解法 Art. 31: the committee follows up what was agreed",
}


class Relation(StrEnum):
    """Who stands against whom; either side may have filed."""

    OWNER_GOVERNMENT = "owner_government"
    OWNER_PROPERTY = "owner_property"
    PROPERTY_GOVERNMENT = "property_government"
    OWNER_OWNER = "owner_owner"


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


class AgreementForm(StrEnum):
    """Written 调解协议书 or oral 口头协议 (Art. 28)."""

    WRITTEN = "written"
    ORAL = "oral"


OTHER_ROUTES = ("arbitration", "administrative", "court")
"""仲裁、行政、司法: the routes to be named when mediation ends without an agreement (Art. 26)."""


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

    `serial` is 0 until the store has given it its number. `party_ids` are the accounts of its parties.
    """

    dispute_id: UUID
    area: str
    grid_unit_id: UUID | None
    relation: Relation
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
    party_ids: tuple[str, ...] = ()

    def concerns(self, account: str) -> bool:
        """Whether this is the account's own cause: it filed the dispute or belongs to a party."""
        return account == self.filed_by or account in self.party_ids

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


class Change(NamedTuple):
    """A dispute after one step and the one fact that tells of it."""

    dispute: Dispute
    fact: events.DisputeFact


def register(dispute: Dispute) -> Change:
    """Take a dispute in; it is given its case number when it is stored."""
    return Change(dispute, events.DisputeRegistered(**_told(dispute)))


def accept(dispute: Dispute, *, by: str) -> Change:
    """The committee takes it on."""
    after = _step(dispute, Command.ACCEPT, by)
    return Change(after, events.DisputeAccepted(**_told(after)))


def assign(dispute: Dispute, *, mediator_id: str, by: str) -> Change:
    """Name the mediator, who is impartial (Art. 14) and so has no part in the dispute; which part, nobody is told."""
    after = _step(dispute, Command.ASSIGN, by)
    if dispute.concerns(mediator_id):
        detail = f"this account cannot mediate {_name(dispute)}; name a mediator who has no part in it"
        raise InvalidInput(detail, [FieldError("/mediator_id", detail)], rule="人民调解法 Art. 14")
    if mediator_id == dispute.mediator_id:
        raise Conflict(f"{_name(dispute)} already has this mediator; name another one")
    return Change(replace(after, mediator_id=mediator_id), events.DisputeAssigned(**_told(after)))


def mediate(dispute: Dispute, *, by: str) -> Change:
    """A session was held; the dispute counts it."""
    after = replace(_step(dispute, Command.MEDIATE, by), session_count=dispute.session_count + 1)
    return Change(after, events.DisputeMediated(**_told(after), session_number=after.session_count))


def resolve(dispute: Dispute, *, form: AgreementForm, by: str, now: datetime) -> Change:
    """The parties have agreed, in a form the law knows; only what was mediated in a session can be resolved."""
    after = replace(_step(dispute, Command.RESOLVE, by), agreement_form=form, closed_at=now)
    days_open = days_between(dispute.registered_at, now)
    return Change(after, events.DisputeResolved(**_told(after), agreement_form=form, days_open=days_open))


def refuse(dispute: Dispute, *, reason: RefusalReason, by: str, now: datetime) -> Change:
    """It is not mediated. A party may clearly refuse at any time; the committee only until it has named a mediator."""
    after = _step(dispute, Command.REFUSE, by)
    if reason is not RefusalReason.PARTY_REFUSED and dispute.state not in (State.REGISTERED, State.ACCEPTED):
        detail = (
            f"{_name(dispute)} is {dispute.state}; the reason must be {RefusalReason.PARTY_REFUSED}, or terminate it"
        )
        raise InvalidInput(detail, [FieldError("/reason_code", detail)], rule=RULES[Command.REFUSE])
    after = replace(after, reason_code=reason, closed_at=now)
    return Change(after, events.DisputeRefused(**_told(after), reason_code=reason))


def terminate(dispute: Dispute, *, reason: TerminationReason, by: str, now: datetime) -> Change:
    """Mediation failed or a party ended it; `other_routes` are then named to the parties."""
    after = replace(_step(dispute, Command.TERMINATE, by), reason_code=reason, closed_at=now)
    return Change(after, events.DisputeTerminated(**_told(after), reason_code=reason))


def reopen(dispute: Dispute, *, reason: ReopeningReason, by: str) -> Change:
    """Take a closed dispute up again; a mediator is named anew."""
    after = _step(dispute, Command.REOPEN, by)
    after = replace(after, reason_code=reason, mediator_id=None, agreement_form=None, closed_at=None)
    return Change(after, events.DisputeReopened(**_told(after), reason_code=reason))


def _step(dispute: Dispute, command: Command, by: str) -> Dispute:
    """The dispute after the step, a version up. Nobody decides in his or her own cause: a colleague does."""
    allowed = LIFE_CYCLE[command]
    if dispute.state not in allowed:
        raise WrongState(_name(dispute), dispute.state, tuple(allowed), rule=RULES[command])
    if dispute.concerns(by):
        raise NotAllowed(
            f"who filed {_name(dispute)} or is a party to it takes no step on it; a colleague with no part in it must "
            "do this"
        )
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
