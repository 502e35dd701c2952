"""What can be done with disputes: file, take through their life, read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from chassis import outbox, privacy
from chassis.database import Transaction
from chassis.errors import FieldError, InvalidInput, NotAllowed, NotFound, StaleVersion
from chassis.identity import RESERVED, Actor
from services.grievances import access
from services.grievances.agreements import store as agreements
from services.grievances.committees import handlers as committees
from services.grievances.deadlines import handlers as deadlines
from services.grievances.deadlines.model import Thing
from services.grievances.disputes import events, life_cycle, model, store
from services.grievances.disputes.life_cycle import Change
from services.grievances.disputes.model import Dispute, Party, PartyKind, Side
from services.grievances.duplicates.model import Similar
from services.grievances.joint import endings
from services.grievances.joint import store as joint
from services.grievances.joint.model import Decision
from services.grievances.places import handlers as places
from services.grievances.search.store import words_of


@dataclass(frozen=True)
class Register:
    """A dispute as it is told at intake. `summary` may hold personal data."""

    area: str
    grid_unit_id: UUID | None
    relation: str
    category: str
    summary: str
    applicant: Party
    respondent: Party
    basis: model.Basis = model.Basis.APPLICATION
    respondent_body: model.Body | None = None
    ticket_kind: model.TicketKind | None = None
    channel: model.Channel | None = None


def register(
    tx: Transaction,
    command: Register,
    *,
    dispute_id: UUID,
    actor: Actor,
    now: datetime,
    secret_hash: bytes | None = None,
) -> Dispute:
    """File a dispute; the one given back has its case number.

    Raises InvalidInput for a place or category not known here, NotAllowed outside the caller's community or grid.
    """
    ground, problems = places.survey(tx, command.area, command.grid_unit_id)
    if problems:
        raise InvalidInput("; ".join(problem.detail for problem in problems), problems)
    actor.require(access.FILERS, area=command.area, grid_path=ground.unit_path or "")
    parties = (_applicant(command, actor, ground.unit_path or ""), command.respondent)
    applicant, respondent = parties
    filed = Dispute(
        dispute_id=dispute_id,
        area=command.area,
        grid_unit_id=command.grid_unit_id,
        relation=command.relation,
        category=command.category,
        filed_by=actor.actor_id,
        registered_at=now,
        applicant_id=applicant.person_id,
        respondent_id=respondent.person_id,
        channel=command.channel or _channel(actor, command.area, ground.unit_path or ""),
        basis=command.basis,
        ticket_kind=command.ticket_kind,
        respondent_body=command.respondent_body or _body_complained_of(command),
    )
    model.check_accounts(filed, reserved=RESERVED)
    _check_intake(filed)
    dispute, fact = life_cycle.register(filed)
    words = words_of(command.summary, *_organisations(parties))
    serial = store.add(tx, dispute, parties, command.summary, secret_hash=secret_hash, words=words)
    if serial is None:
        raise _not_in_use(tx, command)
    _tell(tx, Change(dispute, fact), now)
    _watch(tx, dispute)
    _watch_ticket(tx, dispute, now)
    return replace(dispute, serial=serial)


def accept(tx: Transaction, dispute_id: UUID, *, actor: Actor, version: int, now: datetime) -> Dispute:
    """The committee takes the dispute on."""
    dispute = get_locked(tx, dispute_id, actor=actor, version=version)
    return keep(tx, life_cycle.accept(dispute, by=actor.actor_id, now=now), now)


def assign(
    tx: Transaction,
    dispute_id: UUID,
    *,
    mediator_id: str,
    chosen_by: model.ChosenBy = model.ChosenBy.COMMITTEE,
    actor: Actor,
    version: int,
    now: datetime,
) -> Dispute:
    """The committee names the mediator, or records whom the parties chose; no mediator does.

    Raises InvalidInput for who is no mediator of the register, or was refused by a party and is not now chosen by both.
    """
    dispute = get_locked(tx, dispute_id, actor=actor, version=version)
    access.require_work(actor, dispute, roles=access.COMMITTEE)
    change = life_cycle.assign(dispute, mediator_id=mediator_id, by=actor.actor_id, chosen_by=chosen_by)
    committees.require_mediator(tx, mediator_id, area=dispute.area, pointer="/mediator_id", now=now)
    _check_not_refused(tx, dispute, mediator_id, chosen_by)
    return _hand_over(tx, dispute, change, actor, now, reason=life_cycle.CHOSEN[chosen_by])


def reassign(
    tx: Transaction,
    dispute_id: UUID,
    *,
    successor_id: str,
    reason: model.ReassignmentReason,
    on_behalf_of: Side | None = None,
    actor: Actor,
    version: int,
    now: datetime,
) -> Dispute:
    """The mediator withdraws or is replaced (recusal 回避), and a successor of the register has the case at once."""
    dispute = get_locked(tx, dispute_id, actor=actor, version=version)
    change = life_cycle.reassign(
        dispute, successor_id=successor_id, reason=reason, by=actor.actor_id, on_behalf_of=on_behalf_of
    )
    access.require_conduct(actor, dispute)
    committees.require_mediator(tx, successor_id, area=dispute.area, pointer="/successor_id", now=now)
    return _hand_over(tx, dispute, change, actor, now, reason=reason, side=on_behalf_of)


def unassign(
    tx: Transaction, dispute_id: UUID, *, on_behalf_of: Side | None, actor: Actor, version: int, now: datetime
) -> Dispute:
    """A party refuses the mediator: said by who complains, or recorded by the mediator or the committee for a side.

    The time to name another one runs from now; that for mediation goes on.
    """
    dispute = get_locked(tx, dispute_id, actor=actor, version=version, own=True)
    own = dispute.is_followed_by(actor.actor_id)
    if own:
        model.check_voice(dispute, actor.actor_id)
    change = life_cycle.unassign(dispute, by=actor.actor_id, on_behalf_of=on_behalf_of)
    if not own:
        access.require_conduct(actor, dispute)
    side = Side.APPLICANT if own else on_behalf_of
    dispute = _hand_over(tx, dispute, change, actor, now, reason=life_cycle.REFUSED_MEDIATOR, side=side)
    deadlines.watch(tx, _thing(dispute), life_cycle.DUE_RULES[dispute.state], now)
    return dispute


def refuse(
    tx: Transaction,
    dispute_id: UUID,
    *,
    reason: model.RefusalReason,
    on_behalf_of: Side | None = None,
    actor: Actor,
    version: int,
    now: datetime,
) -> Dispute:
    """Record that the dispute is not mediated, and why. Once a mediator has it, nobody else closes it like this.

    Who filed says it as a party, not here: this is the word of who works on it.
    """
    dispute = get_locked(tx, dispute_id, actor=actor, version=version)
    change = life_cycle.refuse(dispute, reason=reason, by=actor.actor_id, now=now, on_behalf_of=on_behalf_of)
    model.check_no_part(dispute, actor.actor_id)
    if dispute.mediator_id is not None:
        access.require_conduct(actor, dispute)
    return keep(tx, change, now)


def terminate(
    tx: Transaction,
    dispute_id: UUID,
    *,
    reason: model.TerminationReason,
    on_behalf_of: Side | None = None,
    actor: Actor,
    version: int,
    now: datetime,
) -> Dispute:
    """End a mediation that came to no agreement; as with `refuse`, by who works on it."""
    dispute = get_locked(tx, dispute_id, actor=actor, version=version)
    change = life_cycle.terminate(dispute, reason=reason, by=actor.actor_id, now=now, on_behalf_of=on_behalf_of)
    model.check_no_part(dispute, actor.actor_id)
    access.require_conduct(actor, dispute)
    return keep(tx, change, now)


def reopen(
    tx: Transaction, dispute_id: UUID, *, reason: model.ReopeningReason, actor: Actor, version: int, now: datetime
) -> Dispute:
    """Take a closed dispute up again."""
    dispute = get_locked(tx, dispute_id, actor=actor, version=version)
    return keep(tx, life_cycle.reopen(dispute, reason=reason, by=actor.actor_id, now=now), now)


def get_locked(tx: Transaction, dispute_id: UUID, *, actor: Actor, version: int, own: bool = False) -> Dispute:
    """The dispute for a change: locked, at the version the caller has read. `own`: for who complains as well.

    Raises NotFound where the caller may see none, NotAllowed where the caller does not work, StaleVersion.
    """
    dispute = get_for_work(tx, dispute_id, actor=actor, own=own)
    if dispute.version != version:
        raise StaleVersion(dispute.name, version, dispute.version)
    return dispute


def get_for_work(tx: Transaction, dispute_id: UUID, *, actor: Actor, own: bool = False) -> Dispute:
    """The dispute, locked, for a change of what belongs to it and has a version of its own. Raises as `get_locked`."""
    dispute = store.find_locked(tx, dispute_id)
    if dispute is None or access.is_hidden(dispute, actor):
        raise _unknown(dispute_id)
    access.refuse_accused(actor, dispute)
    if not (own and dispute.is_followed_by(actor.actor_id)):
        access.require_work(actor, dispute)
    return dispute


_AGREEMENT_IS_OVER = (
    events.DisputeReassigned,
    events.DisputeUnassigned,
    events.DisputeRefused,
    events.DisputeTerminated,
    events.DisputeReopened,
)
"""After these nobody signs what was drafted before, and nobody waits for what was agreed on before."""


def keep(tx: Transaction, change: Change, now: datetime) -> Dispute:
    """Save the changed dispute, tell its fact and watch what is due next, all in the round trip of the commit."""
    store.save(tx, change.dispute)
    _tell(tx, change, now)
    if not isinstance(change.fact, events.DisputeMediated):
        # A session leaves what is due as it was.
        _watch(tx, change.dispute)
    if isinstance(change.fact, events.DisputeReopened):
        _watch_ticket(tx, change.dispute, now)
    if isinstance(change.fact, _AGREEMENT_IS_OVER) or change.dispute.resolution is model.Resolution.DECISION:
        agreements.settle_watches(tx, change.dispute.dispute_id)
    if change.dispute.joint_case_id is not None and not change.dispute.is_open:
        endings.end(tx, change.dispute.joint_case_id, now)
    return change.dispute


@dataclass(frozen=True, kw_only=True)
class Filed(Dispute):
    """A dispute as it is answered to whoever has just filed it; the secret is told this once."""

    follow_secret: str
    similar: Similar


@dataclass(frozen=True, kw_only=True)
class DisputeInDetail(Dispute):
    """A dispute with its parties, masked or opened as its reader may see them; `summary` only where it may be read.

    `decision`: the dated one with the way to appeal, where it was resolved by one; it names no person.
    """

    applicant: Party
    respondent: Party
    summary: str | None
    decision: Decision | None


def get_in_detail(
    tx: Transaction, dispute_id: UUID, *, actor: Actor, purpose: access.Purpose | None
) -> DisputeInDetail:
    """Masked without a purpose; with one, opened for the assigned mediator or an officer, and audited.

    Who complains reads his or her own words without a purpose (PIPL Art. 45); that is audited too.
    """
    dispute, sealed_summary = _seen(tx, dispute_id, actor)
    parties = {party.side: party for party in store.list_parties(tx, dispute_id)}
    summary = None
    if purpose is not None:
        access.open_personal_data(tx, actor, dispute, purpose)
        summary = store.opened_summary(sealed_summary)
    else:
        parties = {side: masked(party) for side, party in parties.items()}
        if dispute.is_followed_by(actor.actor_id):
            access.record_read(tx, actor, dispute, "own filing")
            summary = store.opened_summary(sealed_summary)
    decided = dispute.resolution is model.Resolution.DECISION
    return DisputeInDetail(
        **vars(dispute),
        applicant=parties[Side.APPLICANT],
        respondent=parties[Side.RESPONDENT],
        summary=summary,
        decision=joint.find_decision_of_dispute(tx, dispute_id) if decided else None,
    )


def get_seen(tx: Transaction, dispute_id: UUID, *, actor: Actor) -> Dispute:
    """The dispute, for who may see it. Raises NotFound or NotAllowed."""
    return _seen(tx, dispute_id, actor)[0]


def list_mediator_changes(tx: Transaction, dispute_id: UUID, *, actor: Actor) -> list[life_cycle.MediatorChange]:
    """Who has had the case and why that changed, for who may see it. Raises NotFound or NotAllowed."""
    get_seen(tx, dispute_id, actor=actor)
    return store.list_mediator_changes(tx, dispute_id)


def masked(party: Party) -> Party:
    """As others see a party: 王**, 138****8000. The name of an organisation is no personal data."""
    return replace(
        party,
        name=privacy.mask_name(party.name) if party.kind is PartyKind.PERSON else party.name,
        phone=privacy.mask_phone(party.phone) if party.phone else None,
        person_id=None,
    )


def _seen(tx: Transaction, dispute_id: UUID, actor: Actor) -> tuple[Dispute, bytes]:
    found = store.find(tx, dispute_id)
    if found is None or access.is_hidden(found[0], actor):
        raise _unknown(dispute_id)
    access.require_sight(actor, found[0])
    return found


def _applicant(command: Register, actor: Actor, grid_path: str) -> Party:
    """Who files for others may name the applicant's account; anyone else is the applicant."""
    try:
        actor.require(access.HELPERS, area=command.area, grid_path=grid_path)
    except NotAllowed as error:
        if command.applicant.person_id not in (None, actor.actor_id):
            raise NotAllowed("a resident files as the applicant; leave applicant.person_id out") from error
        return replace(command.applicant, person_id=actor.actor_id)
    return command.applicant


def _organisations(parties: Sequence[Party]) -> list[str]:
    """Names that are no personal data, so that what is told of an organisation is found by its name."""
    return [party.name for party in parties if party.kind is PartyKind.ORGANISATION]


def _channel(actor: Actor, area: str, grid_path: str) -> model.Channel:
    """By whom it came in: the office that reaches the place; a resident's own filing otherwise."""
    for role, channel in _CHANNELS:
        if any(grant.role == role and grant.reaches(area, grid_path) for grant in actor.grants):
            return channel
    return model.Channel.RESIDENT


_CHANNELS = (
    ("hotline", model.Channel.HOTLINE),
    ("mediator", model.Channel.MEDIATOR),
    ("community_officer", model.Channel.OFFICER),
    ("grid_leader", model.Channel.GRID_LEADER),
)


def _body_complained_of(command: Register) -> model.Body | None:
    """An organisation that owners complain of is the property office, unless another body is named."""
    owners = command.relation == model.Relation.OWNER_PROPERTY
    organisation = command.respondent.kind is PartyKind.ORGANISATION
    return model.Body.PROPERTY_OFFICE if owners and organisation else None


def _check_intake(dispute: Dispute) -> None:
    """Only the hotline has tickets, and only who works in the community offers mediation unasked."""
    problems = []
    if (dispute.ticket_kind is None) == (dispute.channel is model.Channel.HOTLINE):
        detail = "a hotline ticket needs its kind: enquiry, ordinary or complex; nothing else has one"
        problems.append(FieldError("/ticket_kind", detail))
    offers = (model.Channel.MEDIATOR, model.Channel.OFFICER)
    if dispute.basis is model.Basis.OWN_INITIATIVE and dispute.channel not in offers:
        detail = "only a mediator or officer starts mediation on the committee's own initiative; leave basis out"
        problems.append(FieldError("/basis", detail))
    if problems:
        detail = "; ".join(problem.detail for problem in problems)
        raise InvalidInput(detail, problems, rule="人民调解法 Art. 17")


def _check_not_refused(tx: Transaction, dispute: Dispute, mediator_id: str, chosen_by: model.ChosenBy) -> None:
    """Whom a party refused last, the committee does not name again."""
    refused = dispute.reason_code == life_cycle.REFUSED_MEDIATOR and chosen_by is model.ChosenBy.COMMITTEE
    if refused and store.was_refused(tx, dispute.dispute_id, mediator_id):
        raise life_cycle.refuse_named_again(dispute, "/mediator_id")


def _hand_over(
    tx: Transaction,
    before: Dispute,
    change: Change,
    actor: Actor,
    now: datetime,
    *,
    reason: str,
    side: Side | None = None,
) -> Dispute:
    """Keep a change of the mediator, with who had the case before; the first one to have it changes nothing."""
    kept = life_cycle.mediator_change(before, change.dispute, reason=reason, side=side, by=actor.actor_id, at=now)
    if kept is not None:
        store.add_mediator_change(tx, kept)
    return keep(tx, change, now)


def _watch(tx: Transaction, dispute: Dispute) -> None:
    """Keep in sight what is due next; of a closed dispute, nothing is."""
    due = life_cycle.due(dispute)
    if due is None:
        deadlines.settle(tx, dispute.dispute_id)
    else:
        deadlines.watch(tx, _thing(dispute), *due)


def _watch_ticket(tx: Transaction, dispute: Dispute, now: datetime) -> None:
    """The hotline's own time for its ticket runs from now, when it comes in and when it is taken up again."""
    if dispute.ticket_kind is not None:
        deadlines.watch(tx, _thing(dispute), f"hotline.{dispute.ticket_kind}", now, slot="hotline")


def _thing(dispute: Dispute) -> Thing:
    return Thing("dispute", dispute.dispute_id, dispute.area, dispute.category, dispute.relation)


def _tell(tx: Transaction, change: Change, now: datetime) -> None:
    dispute, fact = change
    outbox.add(tx, fact, subject=dispute.dispute_id, version=dispute.version, area=dispute.area, now=now)
    store.add_step(tx, change, now)


def _unknown(dispute_id: UUID) -> NotFound:
    return NotFound(f"there is no dispute {dispute_id} that you may see; GET /disputes lists those you may")


def _not_in_use(tx: Transaction, command: Register) -> InvalidInput:
    categories = [one.category for one in store.list_categories(tx)]
    relations = [one.relation for one in store.list_relations(tx)]
    problems = []
    if command.category not in categories:
        detail = f"this category is not in use; give one of {', '.join(categories)}"
        problems.append(FieldError("/category", detail))
    if command.relation not in relations:
        detail = f"this relation is not in use; give one of {', '.join(relations)}"
        problems.append(FieldError("/relation", detail))
    return InvalidInput("; ".join(problem.detail for problem in problems), problems)
