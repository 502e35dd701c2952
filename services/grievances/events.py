"""The facts `grievances` tells the others: ids, areas, kinds and numbers, never a party's name, phone or words.

The area is the community. Every change of a subject is one fact and one version of it; what the subject is, each
family of facts says.
"""

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class DisputeFact:
    """What every fact about a dispute (its subject) carries, so that a consumer needs no other to count it.

    `registered_at` is an ISO instant in UTC.
    """

    type: ClassVar[str]
    for_others: ClassVar[bool] = False

    dispute_id: str
    category: str
    relation: str
    grid_unit_id: str | None
    registered_at: str


@dataclass(frozen=True)
class DisputeRegistered(DisputeFact):
    """Somebody filed it and it has a case number.

    `channel`: resident, mediator, grid_leader, officer, hotline, open311.
    """

    type: ClassVar[str] = "dispute.registered"

    channel: str = "resident"


@dataclass(frozen=True)
class DisputeAccepted(DisputeFact):
    """The mediation committee takes it on."""

    type: ClassVar[str] = "dispute.accepted"


@dataclass(frozen=True)
class DisputeAssigned(DisputeFact):
    """A mediator has it; who, only the service itself knows."""

    type: ClassVar[str] = "dispute.assigned"


@dataclass(frozen=True)
class DisputeReassigned(DisputeFact):
    """Its mediator withdrew or was challenged (recusal 回避), and a successor has it at once."""

    type: ClassVar[str] = "dispute.reassigned"

    reason_code: str


@dataclass(frozen=True)
class DisputeUnassigned(DisputeFact):
    """A party refuses its mediator; another one is to be named or chosen."""

    type: ClassVar[str] = "dispute.unassigned"

    reason_code: str


@dataclass(frozen=True)
class DisputeMediated(DisputeFact):
    """A session was held; the first of a dispute is number 1."""

    type: ClassVar[str] = "dispute.mediated"

    session_number: int


@dataclass(frozen=True)
class DisputeResolved(DisputeFact):
    """The parties agreed, or a dated decision was given. `agreement_form` is None for a decision.

    `resolution`: agreement, decision. `days_open`: whole Shanghai calendar days since it was registered; the same day
    is 0.
    """

    type: ClassVar[str] = "dispute.resolved"

    agreement_form: str | None
    days_open: int
    resolution: str = "agreement"


@dataclass(frozen=True)
class DisputeConfirmed(DisputeFact):
    """The complainant confirms that it is resolved. `satisfaction`: 1–5, None when not given."""

    type: ClassVar[str] = "dispute.confirmed"

    satisfaction: int | None


@dataclass(frozen=True)
class DisputeRefused(DisputeFact):
    """It is not mediated: a party clearly refuses, or the law gives it to somebody else."""

    type: ClassVar[str] = "dispute.refused"

    reason_code: str


@dataclass(frozen=True)
class DisputeTerminated(DisputeFact):
    """Mediation ended without an agreement; the other routes are open."""

    type: ClassVar[str] = "dispute.terminated"

    reason_code: str


@dataclass(frozen=True)
class DisputeLinked(DisputeFact):
    """It tells the same story as another one, which is worked on for both; it keeps its number."""

    type: ClassVar[str] = "dispute.linked"

    linked_to: str


@dataclass(frozen=True)
class DisputeReopened(DisputeFact):
    """A closed dispute is open again."""

    type: ClassVar[str] = "dispute.reopened"

    reason_code: str


@dataclass(frozen=True)
class DeadlineFact:
    """A due time of a dispute, agreement, joint task, referral or note; the subject is the deadline itself.

    `thing` and `thing_id`: what is due. `rule`: by which rule. `due_at`: an ISO instant in UTC, the first one too late.
    `level`: who is responsible for it now: community, street, district. Category and relation are those of the
    dispute behind it, None without one.
    """

    type: ClassVar[str]
    for_others: ClassVar[bool] = False

    deadline_id: str
    thing: str
    thing_id: str
    rule: str
    due_at: str
    level: str
    category: str | None
    relation: str | None


@dataclass(frozen=True)
class DeadlineNear(DeadlineFact):
    """It will soon be too late. Told once for a deadline."""

    type: ClassVar[str] = "deadline.near"
    for_others: ClassVar[bool] = True


@dataclass(frozen=True)
class DeadlineMissed(DeadlineFact):
    """A duty was not done in time. Told once for a deadline, at the level of the community."""

    type: ClassVar[str] = "deadline.missed"


@dataclass(frozen=True)
class DeadlineEscalated(DeadlineFact):
    """A missed duty is still not done and is now the next level's: first the street's, then the district's."""

    type: ClassVar[str] = "deadline.escalated"
    for_others: ClassVar[bool] = True


@dataclass(frozen=True)
class DeadlineLapsed(DeadlineFact):
    """The time in which a resident could use a right is over; nobody neglected a duty."""

    type: ClassVar[str] = "deadline.lapsed"
    for_others: ClassVar[bool] = True


@dataclass(frozen=True)
class AgreementFact:
    """What becomes of an agreement (its subject) of a dispute."""

    type: ClassVar[str]
    for_others: ClassVar[bool] = True

    agreement_id: str
    dispute_id: str
    form: str


@dataclass(frozen=True)
class AgreementDrafted(AgreementFact):
    """A written agreement waits for signatures."""

    type: ClassVar[str] = "agreement.drafted"


@dataclass(frozen=True)
class AgreementSigned(AgreementFact):
    """One more has signed: applicant, respondent, mediator or committee; `missing`: how many have not."""

    type: ClassVar[str] = "agreement.signed"

    signer: str
    missing: int


@dataclass(frozen=True)
class AgreementWithdrawn(AgreementFact):
    """A draft was given up before all had signed; the dispute is still mediated."""

    type: ClassVar[str] = "agreement.withdrawn"


@dataclass(frozen=True)
class AgreementPerformed(AgreementFact):
    """One of its obligations was performed; `left`: how many are not yet."""

    type: ClassVar[str] = "agreement.performed"

    obligation_number: int
    left: int


@dataclass(frozen=True)
class ConfirmationRequested(AgreementFact):
    """Both parties asked the court to confirm it 司法确认."""

    type: ClassVar[str] = "agreement.confirmation_requested"


@dataclass(frozen=True)
class ConfirmationDecided(AgreementFact):
    """The court has decided: confirmed, rejected."""

    type: ClassVar[str] = "agreement.confirmation_decided"

    outcome: str


@dataclass(frozen=True)
class JointFact:
    """What becomes of a joint case 五位一体 (its subject) that was convened for a dispute.

    Bodies: party_committee, workstation, residents_committee, owners_committee, property_office.
    """

    type: ClassVar[str]
    for_others: ClassVar[bool] = True

    joint_case_id: str
    dispute_id: str


@dataclass(frozen=True)
class JointConvened(JointFact):
    """The five bodies are asked; `body_complained_of` is one of them, or None."""

    type: ClassVar[str] = "joint.convened"

    body_complained_of: str | None


@dataclass(frozen=True)
class JointAnswered(JointFact):
    """One body has given its answer."""

    type: ClassVar[str] = "joint.answered"

    body: str


@dataclass(frozen=True)
class JointTaskGiven(JointFact):
    """A body has a task; `due_on` is its last Shanghai day."""

    type: ClassVar[str] = "joint.task_given"

    task_id: str
    body: str
    due_on: str


@dataclass(frozen=True)
class JointTaskDone(JointFact):
    """A body has done its task."""

    type: ClassVar[str] = "joint.task_done"

    task_id: str
    body: str


@dataclass(frozen=True)
class JointDecided(JointFact):
    """A dated decision was given with the way to appeal; `appeal_until` is the last Shanghai day for it."""

    type: ClassVar[str] = "joint.decided"

    decided_on: str
    appeal_until: str


@dataclass(frozen=True)
class JointEnded(JointFact):
    """Its dispute was closed without a decision of the bodies: agreed, refused or terminated."""

    type: ClassVar[str] = "joint.ended"


@dataclass(frozen=True)
class ReferralFact:
    """What becomes of a referral 信访转送交办 (its subject) under 信访工作条例 (2022).

    `department_code` names the department in charge, None until it is sorted; `dispute_id` the case it came from, if
    any; `round`: handling, review, rereview.
    """

    type: ClassVar[str]
    for_others: ClassVar[bool] = True

    referral_id: str
    dispute_id: str | None
    department_code: str | None
    round: str


@dataclass(frozen=True)
class CaseReferred(ReferralFact):
    """It is registered (Art. 22)."""

    type: ClassVar[str] = "case.referred"


@dataclass(frozen=True)
class ReferralSorted(ReferralFact):
    """It was given to the department in charge (Art. 22, 23)."""

    type: ClassVar[str] = "referral.sorted"


@dataclass(frozen=True)
class ReferralObjected(ReferralFact):
    """The department says it is not in charge and gives it back (Art. 23)."""

    type: ClassVar[str] = "referral.objected"


@dataclass(frozen=True)
class ReferralAccepted(ReferralFact):
    """The department in charge handles it; `due_on` is its last Shanghai day (Art. 34)."""

    type: ClassVar[str] = "referral.accepted"

    due_on: str


@dataclass(frozen=True)
class ReferralReassigned(ReferralFact):
    """Who handles it in the department withdrew (recusal 回避, Art. 28), and a successor has it at once."""

    type: ClassVar[str] = "referral.reassigned"

    reason_code: str


@dataclass(frozen=True)
class ReferralExtended(ReferralFact):
    """It has more time, with an approver and a reason (Art. 34)."""

    type: ClassVar[str] = "referral.extended"

    due_on: str


@dataclass(frozen=True)
class ReferralAnswered(ReferralFact):
    """The answer was given in writing; until `appeal_until` (a Shanghai day) the next round can be asked for."""

    type: ClassVar[str] = "referral.answered"

    appeal_until: str | None


@dataclass(frozen=True)
class ReferralContested(ReferralFact):
    """Who complained asks for a review 复查 or re-review 复核 (Art. 35, 36): the `round` that begins."""

    type: ClassVar[str] = "referral.contested"

    due_on: str


@dataclass(frozen=True)
class ReferralClosed(ReferralFact):
    """Nothing more can be asked for, or nobody did in time. `outcome`: answered, final, not_accepted, withdrawn."""

    type: ClassVar[str] = "referral.closed"

    outcome: str


@dataclass(frozen=True)
class NoteFact:
    """What becomes of a note 民情日记 (its subject)."""

    type: ClassVar[str]
    for_others: ClassVar[bool] = True

    note_id: str
    grid_unit_id: str | None


@dataclass(frozen=True)
class NoteTaken(NoteFact):
    """Somebody who walks the grid wrote down what residents say."""

    type: ClassVar[str] = "note.taken"


@dataclass(frozen=True)
class NoteBecameCase(NoteFact):
    """It was filed as a dispute."""

    type: ClassVar[str] = "note.became_case"

    dispute_id: str


@dataclass(frozen=True)
class NoteBecameSuggestion(NoteFact):
    """It is a suggestion that waits for an answer."""

    type: ClassVar[str] = "note.became_suggestion"


@dataclass(frozen=True)
class NoteClosed(NoteFact):
    """A suggestion was answered, or the note needs nothing more. `outcome`: adopted, declined, noted."""

    type: ClassVar[str] = "note.closed"

    outcome: str


@dataclass(frozen=True)
class CommentAdded:
    """Somebody wrote to a case; the subject is the comment. `author`: complainant, worker."""

    type: ClassVar[str] = "comment.added"
    for_others: ClassVar[bool] = True

    comment_id: str
    dispute_id: str
    author: str


@dataclass(frozen=True)
class CommitteeFormed:
    """A mediation committee 人民调解委员会 begins its term; the subject is the committee (人民调解法 Art. 8, 9)."""

    type: ClassVar[str] = "committee.formed"
    for_others: ClassVar[bool] = True

    committee_id: str
    members: int
    women: int
    term_ends_on: str


@dataclass(frozen=True)
class MediatorAppointed:
    """A committee has one more mediator; the subject is the appointment."""

    type: ClassVar[str] = "mediator.appointed"
    for_others: ClassVar[bool] = True

    committee_id: str


@dataclass(frozen=True)
class MediatorEnded:
    """An appointment has ended."""

    type: ClassVar[str] = "mediator.ended"
    for_others: ClassVar[bool] = True

    committee_id: str


PUBLISHED: tuple[type, ...] = (
    DisputeRegistered,
    DisputeAccepted,
    DisputeAssigned,
    DisputeReassigned,
    DisputeUnassigned,
    DisputeMediated,
    DisputeResolved,
    DisputeConfirmed,
    DisputeRefused,
    DisputeTerminated,
    DisputeLinked,
    DisputeReopened,
    DeadlineNear,
    DeadlineMissed,
    DeadlineEscalated,
    DeadlineLapsed,
    AgreementDrafted,
    AgreementSigned,
    AgreementWithdrawn,
    AgreementPerformed,
    ConfirmationRequested,
    ConfirmationDecided,
    JointConvened,
    JointAnswered,
    JointTaskGiven,
    JointTaskDone,
    JointDecided,
    JointEnded,
    CaseReferred,
    ReferralSorted,
    ReferralObjected,
    ReferralAccepted,
    ReferralReassigned,
    ReferralExtended,
    ReferralAnswered,
    ReferralContested,
    ReferralClosed,
    NoteTaken,
    NoteBecameCase,
    NoteBecameSuggestion,
    NoteClosed,
    CommentAdded,
    CommitteeFormed,
    MediatorAppointed,
    MediatorEnded,
)

_DISPUTE = "01936f00-0000-7000-8000-00000000000a"
_BUILDING = "01936f00-0000-7000-8000-00000000000b"
_OTHER = "01936f00-0000-7000-8000-00000000000c"
_OWNERS = (_DISPUTE, "noise", "owner_owner", _BUILDING, "2026-03-01T02:00:00+00:00")
_PROPERTY = (_DISPUTE, "property_fee", "owner_property", None, "2026-03-01T02:00:00+00:00")
_DUE = (_OTHER, "dispute", _DISPUTE, "dispute.mediation", "2026-03-31T16:00:00+00:00")
_AGREEMENT = (_OTHER, _DISPUTE, "written")
_JOINT = (_OTHER, _DISPUTE)
_REFERRAL = (_OTHER, _DISPUTE, "urban_management", "handling")
_NOTE = (_OTHER, _BUILDING)

SAMPLES: tuple[Any, ...] = (
    DisputeRegistered(*_OWNERS, channel="resident"),
    DisputeAccepted(*_OWNERS),
    DisputeAssigned(*_OWNERS),
    DisputeReassigned(*_OWNERS, reason_code="near_relative"),
    DisputeUnassigned(*_OWNERS, reason_code="party_refused_mediator"),
    DisputeMediated(*_OWNERS, session_number=1),
    DisputeResolved(*_OWNERS, agreement_form="written", days_open=12),
    DisputeConfirmed(*_OWNERS, satisfaction=5),
    DisputeRefused(*_PROPERTY, reason_code="party_refused"),
    DisputeTerminated(*_PROPERTY, reason_code="no_agreement"),
    DisputeLinked(*_PROPERTY, linked_to=_OTHER),
    DisputeReopened(*_PROPERTY, reason_code="not_performed"),
    DeadlineNear(*_DUE, level="community", category="noise", relation="owner_owner"),
    DeadlineMissed(*_DUE, level="community", category="noise", relation="owner_owner"),
    DeadlineEscalated(*_DUE, level="street", category="noise", relation="owner_owner"),
    DeadlineLapsed(
        _OTHER,
        "agreement",
        _DISPUTE,
        "agreement.judicial_confirmation",
        "2026-03-31T16:00:00+00:00",
        level="community",
        category="noise",
        relation="owner_owner",
    ),
    AgreementDrafted(*_AGREEMENT),
    AgreementSigned(*_AGREEMENT, signer="applicant", missing=3),
    AgreementWithdrawn(*_AGREEMENT),
    AgreementPerformed(*_AGREEMENT, obligation_number=1, left=0),
    ConfirmationRequested(*_AGREEMENT),
    ConfirmationDecided(*_AGREEMENT, outcome="confirmed"),
    JointConvened(*_JOINT, body_complained_of="property_office"),
    JointAnswered(*_JOINT, body="residents_committee"),
    JointTaskGiven(*_JOINT, task_id=_BUILDING, body="property_office", due_on="2026-04-10"),
    JointTaskDone(*_JOINT, task_id=_BUILDING, body="property_office"),
    JointDecided(*_JOINT, decided_on="2026-04-12", appeal_until="2026-06-11"),
    JointEnded(*_JOINT),
    CaseReferred(_OTHER, _DISPUTE, None, "handling"),
    ReferralSorted(*_REFERRAL),
    ReferralObjected(*_REFERRAL),
    ReferralAccepted(*_REFERRAL, due_on="2026-05-30"),
    ReferralReassigned(*_REFERRAL, reason_code="interest"),
    ReferralExtended(*_REFERRAL, due_on="2026-06-29"),
    ReferralAnswered(*_REFERRAL, appeal_until="2026-06-29"),
    ReferralContested(_OTHER, _DISPUTE, "urban_management", "review", due_on="2026-06-29"),
    ReferralClosed(_OTHER, _DISPUTE, "urban_management", "rereview", outcome="final"),
    NoteTaken(*_NOTE),
    NoteBecameCase(*_NOTE, dispute_id=_DISPUTE),
    NoteBecameSuggestion(*_NOTE),
    NoteClosed(*_NOTE, outcome="adopted"),
    CommentAdded(_OTHER, _DISPUTE, author="complainant"),
    CommitteeFormed(_OTHER, members=5, women=2, term_ends_on="2029-03-01"),
    MediatorAppointed(_OTHER),
    MediatorEnded(_OTHER),
)
