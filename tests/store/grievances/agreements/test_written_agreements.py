"""A written agreement from its draft to its last signature, over a real PostgreSQL (人民调解法 Art. 28, 29)."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest

from chassis.database import Database
from chassis.errors import Conflict, InvalidInput, LinliError, NotAllowed, NotFound, StaleVersion, WrongState
from chassis.identity import Actor, Grant
from services.grievances.access import Purpose
from services.grievances.agreements import handlers as agreements
from services.grievances.agreements.model import Means, Signer
from services.grievances.disputes import handlers as disputes
from services.grievances.disputes.model import Dispute, ReopeningReason, Side
from services.grievances.sessions import handlers as sessions
from tests.store.grievances.agreements.papers import BOUND, TERMS, Papers, promise
from tests.store.grievances.deadlines.timer import at, in_short, tell, told

LATER = at("2026-03-20T10:00")
OTHER = Actor("officer-7", (Grant("community_officer", "440305001012"),))


@pytest.fixture
def papers(database: Database, life: Any) -> Papers:
    return Papers(database, life)


def told_of(database: Database, subject: Any) -> list[tuple[str, int]]:
    with database.transaction() as tx:
        rows = tx.rows("SELECT envelope FROM outbox WHERE subject = %s ORDER BY position", (str(subject),))
    return [(fact["type"], fact["version"]) for fact in (json.loads(row.envelope) for row in rows)]


def mediating_again(life: Any, dispute: Dispute) -> Dispute:
    """Taken up again, by the same mediator, with another session."""
    assigned = life.assign(dispute, now=LATER)
    again = sessions.Record(LATER, False, list(Side), "双方再议")
    mediating: Dispute = life.meet(assigned, command=again, now=LATER)
    return mediating


def test_art_29_the_dispute_is_resolved_with_the_last_signature_and_not_before(
    papers: Papers, life: Any, database: Database
) -> None:
    dispute = life.mediating()
    agreement = papers.draft(dispute, life.people.mediator)
    states = []
    for signer in (Signer.COMMITTEE, Signer.RESPONDENT, Signer.MEDIATOR, Signer.APPLICANT):
        states.append((papers.read(dispute.dispute_id).dispute.state, papers.read(dispute.dispute_id).effective_on))
        agreement = papers.sign(agreement, signer, now=BOUND, signed_on=date(2026, 3, 10 + len(states)))

    kept = papers.read(dispute.dispute_id)
    assert states == [("mediating", None)] * 4
    assert (kept.dispute.state, kept.dispute.agreement_form, kept.effective_on) == (
        "resolved",
        "written",
        date(2026, 3, 14),
    )
    assert (kept.dispute.version, kept.dispute.closed_at) == (dispute.version + 1, BOUND)
    assert kept.means == {"applicant": "signature", "respondent": "signature", "mediator": "signature"} | {
        "committee": "seal"
    }
    assert told_of(database, agreement.agreement_id) == [
        ("agreement.drafted", 1),
        *[("agreement.signed", version) for version in (2, 3, 4, 5)],
    ]
    assert told_of(database, dispute.dispute_id)[-1] == ("dispute.resolved", dispute.version + 1)


def test_a_draft_waits_for_its_signatures_until_a_day(papers: Papers, life: Any) -> None:
    agreement = papers.draft(life.mediating())

    assert papers.watches()["agreement agreement.signing"] == "2026-03-25"
    papers.sign(agreement, Signer.APPLICANT)
    assert papers.watches()["agreement agreement.signing"] == "2026-03-25"


def test_a_draft_that_nobody_signs_is_told_as_missed(papers: Papers, life: Any, database: Database) -> None:
    agreement = papers.draft(life.mediating())

    tell(database, at("2026-03-26T00:01"))

    assert [(one.type, one.rule) for one in told(database) if one.thing_id == str(agreement.agreement_id)] == [
        ("near", "agreement.signing"),
        ("missed", "agreement.signing"),
    ]


def test_when_it_binds_its_promises_and_the_way_to_the_court_are_watched(papers: Papers) -> None:
    papers.in_effect(promise(due_on=date(2026, 4, 30)))

    # Only these: nothing is due of the dispute or of the signatures any more.
    assert papers.watches() == {
        "agreement agreement.judicial_confirmation": "2026-04-15",
        "obligation agreement.performance": "2026-04-30",
    }


def test_what_is_agreed_at_once_is_watched_alike(papers: Papers, life: Any) -> None:
    command = agreements.Resolve(
        life.written_agreement().form, TERMS, None, life.written_agreement().signatures, obligations=[promise()]
    )

    life.resolve(life.mediating(), command=command)

    assert papers.watches() == {
        "agreement agreement.judicial_confirmation": "2026-04-09",
        "obligation agreement.performance": "2026-03-31",
    }


def test_a_draft_can_be_withdrawn_and_replaced_and_stays_as_it_was_written(papers: Papers, life: Any) -> None:
    dispute = life.mediating()
    first = papers.sign(papers.draft(dispute, promises=[promise()]), Signer.APPLICANT)

    withdrawn = papers.withdraw(first)
    with pytest.raises(NotFound, match="has no agreement; it is mediating"):
        papers.read(dispute.dispute_id)
    second = papers.draft(dispute, promises=[promise("both")])

    history = papers.history(dispute.dispute_id, purpose=Purpose.REVIEW)
    assert [one.agreement_id for one in history] == [second.agreement_id, first.agreement_id]
    assert [one.standing(one.dispute) for one in history] == ["draft", "withdrawn"]
    assert [(one.terms, one.signatures, one.obligations[0].by) for one in history] == [
        (TERMS, {}, "both"),
        (TERMS, {"applicant": date(2026, 3, 11)}, "respondent"),
    ]
    assert withdrawn.is_withdrawn
    assert papers.read(dispute.dispute_id).agreement_id == second.agreement_id


def test_a_withdrawn_draft_waits_for_nobody_and_is_told(
    papers: Papers, life: Any, facts: Callable[[], list[tuple[str, int]]]
) -> None:
    papers.withdraw(papers.sign(papers.draft(life.mediating()), Signer.MEDIATOR))

    assert "agreement agreement.signing" not in papers.watches()
    assert facts()[-3:] == [("agreement.drafted", 1), ("agreement.signed", 2), ("agreement.withdrawn", 3)]


def test_a_broken_agreement_is_followed_by_another(papers: Papers, life: Any) -> None:
    first = papers.in_effect()
    reopened = life.step(disputes.reopen, first.dispute, None, reason=ReopeningReason.NOT_PERFORMED, now=LATER)
    dispute = mediating_again(life, reopened)
    second = papers.draft(dispute, now=LATER)
    for signer in Signer:
        second = papers.sign(second, signer, now=LATER)

    assert [one.agreement_id for one in papers.history(dispute.dispute_id)] == [
        second.agreement_id,
        first.agreement_id,
    ]
    assert [one.standing(one.dispute) for one in papers.history(dispute.dispute_id)] == ["in_effect"] * 2
    assert papers.read(dispute.dispute_id).agreement_id == second.agreement_id


def test_art_28_after_a_drafted_agreement_the_two_sides_meet_again(papers: Papers, life: Any) -> None:
    """A session between the draft and the last signature is no session over what was broken."""
    dispute = life.mediating()
    agreement = papers.draft(dispute)
    between = sessions.Record(at("2026-03-12T09:00"), False, list(Side), "双方来签字")
    life.meet(dispute, command=between, now=at("2026-03-12T10:00"))
    for signer in Signer:
        agreement = papers.sign(agreement, signer)
    reopened = life.step(disputes.reopen, agreement.dispute, None, reason=ReopeningReason.NOT_PERFORMED, now=LATER)
    alone = sessions.Record(LATER, False, [Side.APPLICANT], "…")
    again = life.meet(life.assign(reopened, now=LATER), command=alone, now=LATER)

    with pytest.raises(Conflict, match="attended by both sides"):
        papers.draft(again, now=LATER)


ENDINGS: dict[str, Callable[[Any, Dispute], Dispute]] = {
    "terminated": lambda life, dispute: life.terminate(dispute, now=LATER),
    "refused by a party": lambda life, dispute: life.refuse(dispute, now=LATER),
    "given to a successor": lambda life, dispute: life.reassign(dispute, now=LATER),
    "its mediator refused": lambda life, dispute: life.unassign(dispute, now=LATER),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_art_26_a_draft_lapses_with_its_mediation_and_is_waited_for_no_more(
    papers: Papers, life: Any, ending: str
) -> None:
    dispute = life.mediating()
    draft = papers.sign(papers.draft(dispute), Signer.APPLICANT)

    after = ENDINGS[ending](life, dispute)

    assert "agreement agreement.signing" not in papers.watches()
    assert [one.standing(one.dispute) for one in papers.history(dispute.dispute_id)] == ["lapsed"]
    with pytest.raises(NotFound, match=f"has no agreement; it is {after.state}"):
        papers.sign(draft, Signer.RESPONDENT)


def test_art_26_who_refuses_to_sign_is_told_the_other_routes(papers: Papers, life: Any) -> None:
    dispute = life.mediating()
    papers.draft(dispute)

    assert life.terminate(dispute).other_routes == ("arbitration", "administrative", "court")


def test_a_draft_is_not_revived_by_another_mediation(papers: Papers, life: Any) -> None:
    dispute = life.mediating()
    papers.draft(dispute)
    ended = life.terminate(dispute, now=LATER)
    reopened = life.step(disputes.reopen, ended, None, reason=ReopeningReason.PARTIES_WILLING, now=LATER)

    again = mediating_again(life, reopened)

    assert [one.standing(one.dispute) for one in papers.history(again.dispute_id)] == ["lapsed"]
    assert papers.draft(again, now=LATER).version == 1


def test_another_session_does_not_touch_a_draft(papers: Papers, life: Any) -> None:
    dispute = life.mediating()
    papers.draft(dispute)

    life.meet(dispute)

    agreement = papers.read(dispute.dispute_id)
    assert agreement.standing(agreement.dispute) == "draft"


def _resolve_at_once(papers: Papers, life: Any, draft: Any) -> object:
    return life.resolve(draft.dispute)


def _alone(papers: Papers, life: Any, draft: Any) -> object:
    alone = sessions.Record(life.now, False, [Side.APPLICANT], "…")
    return papers.draft(life.meet(life.assigned(), command=alone))


Case = tuple[type[LinliError], str, Callable[[Papers, Any, Any], object]]

REFUSED: dict[str, Case] = {
    "the same signer twice": (
        Conflict,
        "the applicant has already signed",
        lambda papers, life, draft: papers.sign(draft, Signer.APPLICANT),
    ),
    "a signature before the agreement": (
        InvalidInput,
        "must be from 2026-03-10",
        lambda papers, life, draft: papers.sign(draft, Signer.RESPONDENT, signed_on=date(2026, 3, 9)),
    ),
    "a signature of tomorrow": (
        InvalidInput,
        "to 2026-03-13",
        lambda papers, life, draft: papers.sign(draft, Signer.RESPONDENT, signed_on=date(2026, 3, 14)),
    ),
    "the mediator's fingerprint": (
        InvalidInput,
        "signs by signature",
        lambda papers, life, draft: papers.sign(draft, Signer.MEDIATOR, means=Means.FINGERPRINT),
    ),
    "the committee's seal by the mediator": (
        NotAllowed,
        "community_officer of 440305001012, who acts for the committee",
        lambda papers, life, draft: papers.sign(draft, Signer.COMMITTEE, life.people.mediator),
    ),
    "another mediator": (
        NotAllowed,
        "has another mediator",
        lambda papers, life, draft: papers.sign(draft, Signer.RESPONDENT, life.people.colleague),
    ),
    "another community": (
        NotFound,
        "that you may see",
        lambda papers, life, draft: papers.sign(draft, Signer.RESPONDENT, life.people.elsewhere),
    ),
    "who filed it": (
        NotAllowed,
        "needs one of the roles",
        lambda papers, life, draft: papers.sign(draft, Signer.RESPONDENT, life.people.resident),
    ),
    "a version gone by": (
        StaleVersion,
        "is at version 2, not 1",
        lambda papers, life, draft: papers.sign(draft, Signer.RESPONDENT, version=1),
    ),
    "withdrawn at a version gone by": (
        StaleVersion,
        "is at version 2, not 1",
        lambda papers, life, draft: papers.withdraw(draft, version=1),
    ),
    "a second draft beside the first": (
        Conflict,
        "waits for signatures; record them, or withdraw it",
        lambda papers, life, draft: papers.draft(draft.dispute),
    ),
    "resolved at once while a draft waits": (Conflict, "waits for signatures", _resolve_at_once),
    "what the two sides never met over": (Conflict, "attended by both sides", _alone),
    "drafted at a version of the dispute gone by": (
        StaleVersion,
        "is at version 4, not 3",
        lambda papers, life, draft: papers.draft(draft.dispute, version=3),
    ),
    "performed before it binds": (
        WrongState,
        "only when it is resolved by an agreement",
        lambda papers, life, draft: papers.perform(draft, 1),
    ),
    "taken to the court before it binds": (
        WrongState,
        "only when it is resolved by an agreement",
        lambda papers, life, draft: papers.ask_court(draft),
    ),
    "visited before it binds": (
        WrongState,
        "only when it is resolved by an agreement",
        lambda papers, life, draft: papers.visit(draft.dispute, "yes"),
    ),
}

PREPARED = {"what the two sides never met over"}
"""Takes good steps of its own first."""


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_changes_nothing(papers: Papers, life: Any, case: str) -> None:
    refusal, told_so, act = REFUSED[case]
    draft = papers.sign(papers.draft(life.mediating(), promises=[promise()]), Signer.APPLICANT)
    before = papers.snapshot()

    with pytest.raises(refusal, match=told_so):
        act(papers, life, draft)

    assert case in PREPARED or papers.snapshot() == before


def test_who_filed_it_by_office_signs_nothing(papers: Papers, life: Any) -> None:
    officer = life.people.officer
    filed = life.file(officer, applicant=life.applicant(person_id="resident-5"))
    colleague = life.people.colleague
    dispute = life.meet(life.assign(life.accept(filed, colleague), OTHER, mediator_id="mediator-2"), colleague)
    draft = papers.draft(dispute, colleague)

    with pytest.raises(NotAllowed, match="takes no step on it"):
        papers.sign(draft, Signer.COMMITTEE, officer)


def test_what_binds_is_not_signed_again(papers: Papers) -> None:
    agreement = papers.in_effect()
    before = papers.snapshot()

    for refused in (lambda: papers.sign(agreement, Signer.APPLICANT), lambda: papers.withdraw(agreement)):
        with pytest.raises(WrongState, match="only when it is mediating"):
            refused()
    assert papers.snapshot() == before


def test_when_two_record_the_last_signature_at_once_one_wins(papers: Papers, life: Any, database: Database) -> None:
    agreement = papers.draft(life.mediating())
    for signer in (Signer.APPLICANT, Signer.RESPONDENT, Signer.COMMITTEE):
        agreement = papers.sign(agreement, signer)
    together = Barrier(2)

    def sign(actor: Any) -> str:
        together.wait()
        try:
            return str(papers.sign(agreement, Signer.MEDIATOR, actor, now=BOUND).dispute.state)
        except (StaleVersion, WrongState) as refused:
            return type(refused).__name__

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(sign, [life.people.mediator, life.people.officer]))

    assert outcomes in (["StaleVersion", "resolved"], ["WrongState", "resolved"])
    assert told_of(database, agreement.agreement_id)[-1] == ("agreement.signed", 5)
    assert [kind for kind, _ in told_of(database, agreement.dispute_id)].count("dispute.resolved") == 1


def test_no_word_of_it_is_kept_open_or_told(papers: Papers, database: Database) -> None:
    papers.in_effect(promise())

    kept = str(papers.snapshot())
    assert TERMS.encode().hex() not in kept
    assert "欧阳锋修复漏点".encode().hex() not in kept
    for name in ("王小明", "欧阳锋"):
        assert name not in kept


def test_words_open_for_a_purpose_alone_and_every_opening_is_audited(
    papers: Papers, life: Any, database: Database
) -> None:
    agreement = papers.in_effect(promise())
    dispute_id = agreement.dispute_id

    masked = papers.read(dispute_id)
    opened = papers.read(dispute_id, life.people.mediator, purpose=Purpose.MEDIATION)
    with pytest.raises(NotAllowed):
        papers.read(dispute_id, life.people.resident, purpose=Purpose.MEDIATION)

    assert (masked.terms, masked.obligations[0].what) == (None, None)
    assert (opened.terms, opened.obligations[0].what) == (TERMS, "欧阳锋修复漏点")
    with database.transaction() as tx:
        trail = tx.rows("SELECT actor_id, purpose FROM audit_pending WHERE kind = 'read'")
    assert trail == [("mediator-1", "mediation")]


def test_a_deadline_of_signing_goes_up_until_it_is_signed(papers: Papers, life: Any, database: Database) -> None:
    agreement = papers.draft(life.mediating())
    tell(database, at("2026-04-20T00:00"))

    papers.sign(agreement, Signer.APPLICANT, now=at("2026-04-20T09:00"))

    assert ("escalated", "district", 4) in in_short(database)


def test_who_has_read_a_draft_that_was_replaced_signs_nothing(papers: Papers, life: Any) -> None:
    dispute = life.mediating()
    first = papers.draft(dispute)
    papers.withdraw(first)
    second = papers.draft(dispute)

    with pytest.raises(StaleVersion, match=f"is at version {second.revision}, not {first.revision}"):
        papers.sign(first, Signer.APPLICANT)

    assert (
        papers.read(dispute.dispute_id).revision == second.revision == papers.sign(second, Signer.MEDIATOR).revision - 1
    )
