"""What a dispute is under the People's Mediation Law (人民调解法), and who may act in it; its steps are in life_cycle.

Mediation is free of charge (Art. 4): nothing here can hold a fee.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from chassis.calendar import local_day
from chassis.errors import FieldError, InvalidInput, NotAllowed


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
    that act for the body complained of. `independent_ids`: who is not the workstation's own, where that is complained
    of; `registered_ids`: who is not, unless by an office of the community (`access.acts_for_accused`).
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
    registered_ids: tuple[str, ...] = ()
    escalated_to: str | None = None
    joint_case_id: UUID | None = None

    def concerns(self, account: str) -> bool:
        """Whether this is the account's own cause: it filed the dispute or belongs to a party."""
        return account in (self.filed_by, self.applicant_id, self.respondent_id)

    def is_partial(self, account: str) -> bool:
        """Whether the account cannot mediate it (Art. 14): it has a part in it, or had it and was not impartial."""
        return self.concerns(account) or self.is_against(account) or account in self.recused_ids

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
    def name(self) -> str:
        """As messages call it."""
        return f"dispute {self.case_number}"

    @property
    def other_routes(self) -> tuple[str, ...]:
        """What stays open to the parties when there is no agreement (Art. 3, 26)."""
        return OTHER_ROUTES if self.state in (State.REFUSED, State.TERMINATED) else ()

    @property
    def other_routes_named(self) -> tuple[NamedRoute, ...]:
        """The same with their names, to be told to the parties."""
        return ROUTES if self.other_routes else ()


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
            f"{dispute.name} was taken in for its applicant, who says this with case number and secret",
            rule="人民调解法 Art. 23",
        )


def check_no_part(dispute: Dispute, by: str, *, own: bool = False) -> None:
    """Nobody acts by office in his or her own cause; raises NotAllowed. `own`: as for a step."""
    if dispute.is_against(by):
        raise NotAllowed(
            f"who acts for the body that {dispute.name} complains of takes no step on it, whatever the office; "
            "somebody of another body or of the street must do this",
            rule="信访工作条例 Art. 28",
        )
    if by in dispute.recused_ids:
        raise NotAllowed(
            f"who was not impartial as the mediator of {dispute.name} takes no more part in it, by no office; "
            "somebody else of the committee must do this",
            rule="人民调解法 Art. 14; 信访工作条例 Art. 28",
        )
    if dispute.concerns(by) and not own:
        raise NotAllowed(
            f"who filed {dispute.name} or is a party to it takes no step on it; a colleague with no part in it must "
            "do this"
        )
