"""Referrals, their steps and answers as rows; what is personal is sealed on the way in."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from chassis import privacy
from chassis.database import Transaction, load_queries
from services.grievances.departments.model import Level
from services.grievances.disputes.model import Body
from services.grievances.referrals.model import Outcome, Referral, Round, State, Term

queries = load_queries(Path(__file__).parent)

MATTER, NAME, PHONE = "referral.matter", "referral.name", "referral.phone"
WORDS, ANSWER = "referral_step.words", "referral_answer.answer"
"""The contexts that these are sealed for."""

Key = tuple[datetime, UUID]
"""Where a page ends: the last referral's registered_at and id."""


@dataclass(frozen=True)
class Told:
    """What who complains has given; personal data."""

    name: str
    phone: str | None
    matter: str


@dataclass(frozen=True)
class Step:
    """One step as it was taken. `named_id`: the handler, successor or approver that it names.

    `words`: the reason given, personal data perhaps; they and `taken_by` are None where they are not opened.
    """

    version: int
    step: str
    taken_at: datetime
    taken_by: str | None
    department_code: str | None
    round: Round
    due_at: datetime | None
    named_id: str | None = None
    reason_code: str | None = None
    words: str | None = None


@dataclass(frozen=True)
class Answer:
    """The written answer of one round; `answer` is None where it is not opened."""

    round: Round
    answering_level: Level
    department_code: str
    answer: str | None
    document_number: str
    answered_on: date
    received_on: date
    appeal_until: date | None


def add(tx: Transaction, referral: Referral, told: Told) -> int | None:
    """Store a new referral and give its serial; None for a category that is not in use."""
    sealer = privacy.sealer()
    serial: int | None = queries.add_referral(
        tx.connection,
        referral_id=referral.referral_id,
        area=referral.area,
        case_year=referral.case_year,
        dispute_id=referral.dispute_id,
        category=referral.category,
        relation=referral.relation,
        matter_sealed=sealer.seal(told.matter, MATTER),
        name_sealed=sealer.seal(told.name, NAME),
        phone_sealed=told.phone and sealer.seal(told.phone, PHONE),
        complainant_id=referral.complainant_id,
        accused_id=referral.accused_id,
        body_complained_of=referral.body_complained_of,
        department_complained_of=referral.department_complained_of,
        requested_department=referral.requested_department,
        filed_by=referral.filed_by,
        registered_at=referral.registered_at,
        state=referral.state,
        round=referral.round,
        version=referral.version,
        **_term(referral),
    )
    return serial


def find_locked(tx: Transaction, referral_id: UUID) -> Referral | None:
    """The referral, kept from other writers until this transaction ends; None where the transaction sees none."""
    row = queries.lock_referral(tx.connection, referral_id=referral_id)
    return row and _referral(row)


def find(tx: Transaction, referral_id: UUID) -> tuple[Referral, Any] | None:
    """The referral and its row, for `told`; None where the transaction sees none."""
    row = queries.find_referral(tx.connection, referral_id=referral_id)
    return row and (_referral(row), row)


def told(row: Any) -> Told:
    """What the row of `find` holds, opened."""
    sealer = privacy.sealer()
    return Told(
        name=sealer.open(row.name_sealed, NAME),
        phone=sealer.open(row.phone_sealed, PHONE) if row.phone_sealed is not None else None,
        matter=sealer.open(row.matter_sealed, MATTER),
    )


def save(tx: Transaction, referral: Referral) -> None:
    """Write what a step has changed, in the round trip of the commit. The row must be locked by `find_locked`."""
    tx.at_commit(
        queries.save_referral.sql,
        {
            "referral_id": referral.referral_id,
            "state": referral.state,
            "round": referral.round,
            "version": referral.version,
            "department_code": referral.department_code,
            "handler_id": referral.handler_id,
            "answering_level": referral.answering_level,
            "objection_due_at": referral.objection_due_at,
            "is_extended": referral.is_extended,
            "is_bound": referral.is_bound,
            "outcome": referral.outcome,
            "reason_code": referral.reason_code,
            "closed_at": referral.closed_at,
            **_term(referral),
        },
    )


def hand_over(tx: Transaction, referral: Referral, now: datetime) -> None:
    """The department has it, in the round trip of the commit."""
    row = {
        "referral_id": referral.referral_id,
        "number": len(referral.objected) + 1,
        "department_code": referral.department_code,
        "handed_over_at": now,
    }
    tx.at_commit(queries.hand_over.sql, row)


def give_back(tx: Transaction, referral: Referral, now: datetime) -> None:
    """The department has it no more, in the round trip of the commit: its last act that row security lets it do."""
    tx.at_commit(queries.give_back.sql, {"referral_id": referral.referral_id, "returned_at": now})


def add_step(tx: Transaction, referral_id: UUID, step: Step) -> None:
    """Keep a step, in the round trip of the commit."""
    words = step.words and privacy.sealer().seal(step.words, WORDS)
    row = {name: value for name, value in vars(step).items() if name != "words"}
    tx.at_commit(queries.add_step.sql, {"referral_id": referral_id, "words_sealed": words, **row})


def list_steps(tx: Transaction, referral_id: UUID, *, opened: bool) -> list[Step]:
    """The steps in their order; without their words unless `opened`."""
    sealer = privacy.sealer()
    return [
        Step(
            version=row.version,
            step=row.step,
            taken_at=row.taken_at,
            taken_by=row.taken_by,
            department_code=row.department_code,
            round=Round(row.round),
            due_at=row.due_at,
            named_id=row.named_id,
            reason_code=row.reason_code,
            words=sealer.open(row.words_sealed, WORDS) if opened and row.words_sealed is not None else None,
        )
        for row in queries.list_steps(tx.connection, referral_id=referral_id)
    ]


def add_answer(tx: Transaction, referral_id: UUID, answer: Answer, *, recorded_by: str, now: datetime) -> None:
    """Keep the answer of a round, in the round trip of the commit."""
    sealed = privacy.sealer().seal(answer.answer or "", ANSWER)
    row = {name: value for name, value in vars(answer).items() if name != "answer"}
    written = {"referral_id": referral_id, "answer_sealed": sealed, "recorded_by": recorded_by, "recorded_at": now}
    tx.at_commit(queries.add_answer.sql, written | row)


def list_answers(tx: Transaction, referral_id: UUID, *, opened: bool) -> list[Answer]:
    """The answers in the order of their rounds; without their words unless `opened`."""
    sealer = privacy.sealer()
    return [
        Answer(
            round=Round(row.round),
            answering_level=Level(row.answering_level),
            department_code=row.department_code,
            answer=sealer.open(row.answer_sealed, ANSWER) if opened else None,
            document_number=row.document_number,
            answered_on=row.answered_on,
            received_on=row.received_on,
            appeal_until=row.appeal_until,
        )
        for row in queries.list_answers(tx.connection, referral_id=referral_id)
    ]


def list_page(
    tx: Transaction,
    *,
    own: bool,
    actor_id: str,
    prefixes: Collection[str] | None,
    departments: Collection[str] | None,
    dispute_id: UUID | None,
    state: State | None,
    now: datetime,
    before: Key | None,
    count: int,
) -> list[Referral]:
    """A page of referrals, newest first."""
    instant, referral_id = before or (None, None)
    rows = queries.list_referrals(
        tx.connection,
        own=own,
        actor=actor_id,
        prefixes=None if prefixes is None else list(prefixes),
        departments=None if departments is None else list(departments),
        dispute_id=dispute_id,
        state=state,
        now=now,
        before_instant=instant,
        before_id=referral_id,
        count=count,
    )
    return [_referral(row) for row in rows]


def list_of_dispute(tx: Transaction, dispute_id: UUID) -> list[Referral]:
    return [_referral(row) for row in queries.list_of_dispute(tx.connection, dispute_id=dispute_id)]


def _term(referral: Referral) -> dict[str, Any]:
    rule, start, due_at = referral.term or (None, None, None)
    return {"due_rule": rule, "counted_from": start, "due_at": due_at}


def _referral(row: Any) -> Referral:
    """A row with all columns of a referral; accounts only where the query gives them."""
    return Referral(
        referral_id=row.referral_id,
        area=row.area,
        category=row.category,
        filed_by=row.filed_by,
        registered_at=row.registered_at,
        dispute_id=row.dispute_id,
        relation=row.relation,
        complainant_id=row.complainant_id,
        accused_id=row.accused_id,
        body_complained_of=row.body_complained_of and Body(row.body_complained_of),
        department_complained_of=row.department_complained_of,
        requested_department=row.requested_department,
        serial=row.serial,
        state=State(row.state),
        round=Round(row.round),
        version=row.version,
        department_code=row.department_code,
        department_level=row.department_level and Level(row.department_level),
        handler_id=row.handler_id,
        answering_level=row.answering_level and Level(row.answering_level),
        term=Term(row.due_rule, row.counted_from, row.due_at) if row.due_at is not None else None,
        objection_due_at=row.objection_due_at,
        is_extended=row.is_extended,
        is_bound=row.is_bound,
        outcome=row.outcome and Outcome(row.outcome),
        reason_code=row.reason_code,
        closed_at=row.closed_at,
        **{name: tuple(getattr(row, name, ())) for name in _ACCOUNTS},
    )


_ACCOUNTS = (
    "opposed_ids",
    "independent_ids",
    "registered_ids",
    "department_ids",
    "head_ids",
    "objected",
    "earlier_ids",
)
