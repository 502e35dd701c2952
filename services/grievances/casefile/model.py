"""What the mediation file of a case holds, and in which order its documents stand.

People's Mediation Law (人民调解法) Art. 27: the committee keeps a file with registration, records of mediation and the
agreement. The documents and their order follow the forms of the Ministry of Justice (人民调解文书格式, 2010; c), as far
as the district's records go.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from chassis.calendar import local_day
from services.grievances.agreements.model import Agreement, Standing
from services.grievances.disputes.model import AgreementForm, Dispute, Party, PartyKind
from services.grievances.joint.model import Decision
from services.grievances.sessions.model import Session
from services.grievances.timeline.model import Entry
from services.grievances.visits.model import Visit

LAW = "《中华人民共和国人民调解法》第二十七条"


class Document(NamedTuple):
    """One document of the file: `anchor` is where it begins, for the list of what is in it."""

    anchor: str
    name: str


@dataclass(frozen=True)
class CaseFile:
    """All of a case that its file shows, opened. `names`: the account of a mediator → his or her name."""

    dispute: Dispute
    area_name: str
    committee: str
    category_zh: str
    relation_zh: str
    applicant: Party
    respondent: Party
    summary: str
    sessions: tuple[Session, ...]
    agreements: tuple[Agreement, ...]
    visits: tuple[Visit, ...]
    decision: Decision | None
    entries: tuple[Entry, ...]
    names: Mapping[str, str]
    printed_at: datetime
    printed_by: str

    @property
    def title(self) -> str:
        """卷名: who against whom about what."""
        return f"{self.applicant.name}与{self.respondent.name}{self.category_zh}纠纷"

    @property
    def mediators(self) -> str:
        """The names of all who have mediated it, in the order they did, and of who has it now."""
        accounts = [account for session in self.sessions for account in session.mediators]
        if self.dispute.mediator_id is not None:
            accounts.append(self.dispute.mediator_id)
        return "、".join(dict.fromkeys(self.name_of(account) for account in accounts))

    @property
    def mediator(self) -> str:
        """The name of who has it now, and signs for its mediators."""
        return self.name_of(self.dispute.mediator_id) if self.dispute.mediator_id else self.mediators

    def name_of(self, account: str) -> str:
        """Whoever is not, or no longer, in the register of mediators is shown by the account."""
        return self.names.get(account, account)

    @property
    def mediated(self) -> tuple[date, ...]:
        """The days of the first and the last session, each once; none before the first."""
        days = sorted({local_day(session.held_at) for session in self.sessions})
        return tuple(days) if len(days) <= 2 else (days[0], days[-1])

    @property
    def shown_agreements(self) -> tuple[Agreement, ...]:
        """Those that bind, and the draft that waits; what was withdrawn or lapsed never bound anybody."""
        shown = (Standing.IN_EFFECT, Standing.DRAFT)
        return tuple(one for one in reversed(self.agreements) if one.standing(self.dispute) in shown)

    @property
    def documents(self) -> tuple[Document, ...]:
        """What is in it, in its order."""
        count = len(self.sessions)
        found = [
            Document("registration", "人民调解受理登记表"),
            *(
                Document(f"session-{one.number}", "人民调解记录" + (f"（第{one.number}次）" if count > 1 else ""))
                for one in self.sessions
            ),
            *(
                Document(f"agreement-{place}", AGREEMENTS[one.form])
                for place, one in enumerate(self.shown_agreements, start=1)
            ),
            *(Document(f"visit-{place}", "人民调解回访记录") for place, _ in enumerate(self.visits, start=1)),
        ]
        if any(one.confirmation for one in self.shown_agreements):
            found.append(Document("confirmation", "司法确认情况"))
        if self.decision is not None:
            found.append(Document("decision", "书面决定"))
        return (*found, Document("course", "办理过程"), Document("statement", "卷宗情况说明"))

    @property
    def filename(self) -> str:
        return f"人民调解卷宗-{self.dispute.case_number}.pdf"


AGREEMENTS = {AgreementForm.WRITTEN: "人民调解协议书", AgreementForm.ORAL: "人民调解口头协议登记表"}


def committee_name(area_name: str) -> str:
    """星海名城社区居委会 → 星海名城社区人民调解委员会: the committee that a residents' committee forms (Art. 8)."""
    for ending in ("居民委员会", "村民委员会", "居委会", "村委会"):
        if area_name.endswith(ending):
            return f"{area_name.removesuffix(ending)}人民调解委员会"
    return f"{area_name}人民调解委员会"


def kind_of(party: Party) -> str:
    return "法人或者其他组织" if party.kind is PartyKind.ORGANISATION else "自然人"
