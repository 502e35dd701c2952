"""Joint cases as rows; every text is sealed on the way in and opened on the way out."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from chassis import privacy
from chassis.database import Transaction, load_queries
from services.grievances.disputes.model import Body
from services.grievances.joint.model import Answer, AppealRoute, Decision, JointCase, State, Task

queries = load_queries(Path(__file__).parent)

QUESTION, ANSWER, TASK, RECORD, DECISION = (
    f"joint_case.{what}" for what in ("question", "answer", "task", "record", "decision")
)
"""The contexts that these are sealed for."""

Key = tuple[datetime, UUID]
"""Where a page ends: the last joint case's convened_at and id."""


def add(tx: Transaction, case: JointCase) -> None:
    """Store a joint case. In a round trip of its own: Conflict here, where the dispute has an open one, not later."""
    queries.add_joint_case(
        tx.connection,
        joint_case_id=case.joint_case_id,
        dispute_id=case.dispute_id,
        area=case.area,
        category=case.category,
        relation=case.relation,
        body_complained_of=case.body_complained_of,
        question_sealed=privacy.sealer().seal(case.question or "", QUESTION),
        withheld=list(case.withheld),
        convened_by=case.convened_by,
        convened_at=case.convened_at,
        answer_due_at=case.answer_due_at,
        state=case.state,
        version=case.version,
    )


def find(tx: Transaction, joint_case_id: UUID) -> JointCase | None:
    """The joint case with its question; None where the transaction sees none."""
    row = queries.find_joint_case(tx.connection, joint_case_id=joint_case_id)
    if row is None:
        return None
    question = privacy.sealer().open(row.question_sealed, QUESTION)
    return replace(_with_answers(tx, [row])[0], question=question)


def find_locked(tx: Transaction, joint_case_id: UUID) -> JointCase | None:
    """The joint case, kept from other writers until this transaction ends."""
    row = queries.lock_joint_case(tx.connection, joint_case_id=joint_case_id)
    return row and _with_answers(tx, [row])[0]


def find_of_task(tx: Transaction, task_id: UUID) -> UUID | None:
    """The joint case to which a task belongs."""
    found: UUID | None = queries.find_joint_case_of_task(tx.connection, task_id=task_id)
    return found


def save(tx: Transaction, case: JointCase) -> None:
    """Write what a step has changed, in the round trip of the commit. The row must be locked by `find_locked`."""
    tx.at_commit(
        queries.save_joint_case.sql,
        {"joint_case_id": case.joint_case_id, "state": case.state, "version": case.version},
    )


def list_page(
    tx: Transaction,
    scope: Collection[str],
    communities: Collection[str],
    *,
    dispute_id: UUID | None,
    before: Key | None,
    count: int,
) -> list[JointCase]:
    """A page, newest first, of these division-code prefixes and these communities; without their questions."""
    instant, joint_case_id = before or (None, None)
    rows = queries.list_joint_cases(
        tx.connection,
        scope=list(scope),
        areas=list(communities),
        dispute_id=dispute_id,
        before_instant=instant,
        before_id=joint_case_id,
        count=count,
    )
    return _with_answers(tx, list(rows))


def add_answer(tx: Transaction, case: JointCase, answer: Answer) -> None:
    """In the round trip of the commit."""
    tx.at_commit(
        queries.add_answer.sql,
        {
            "joint_case_id": case.joint_case_id,
            "body": answer.body,
            "dispute_id": case.dispute_id,
            "area": case.area,
            "answer_sealed": privacy.sealer().seal(answer.answer or "", ANSWER),
            "answered_by": answer.answered_by,
            "answered_at": answer.answered_at,
            "recorded_for_it": answer.recorded_for_it,
        },
    )


def list_answers(tx: Transaction, joint_case_id: UUID) -> list[Answer]:
    """Opened, in the order in which they came."""
    sealer = privacy.sealer()
    return [
        Answer(
            body=Body(row.body),
            answered_by=row.answered_by,
            answered_at=row.answered_at,
            recorded_for_it=row.recorded_for_it,
            answer=sealer.open(row.answer_sealed, ANSWER),
        )
        for row in queries.list_answers(tx.connection, joint_case_id=joint_case_id)
    ]


def add_task(tx: Transaction, case: JointCase, task: Task) -> None:
    """In the round trip of the commit."""
    tx.at_commit(
        queries.add_task.sql,
        {
            "task_id": task.task_id,
            "joint_case_id": case.joint_case_id,
            "dispute_id": case.dispute_id,
            "area": case.area,
            "body": task.body,
            "what_sealed": privacy.sealer().seal(task.what or "", TASK),
            "due_on": task.due_on,
            "given_by": task.given_by,
            "given_at": task.given_at,
        },
    )


def list_tasks(tx: Transaction, joint_case_id: UUID) -> list[Task]:
    """Opened, in the order in which they were given."""
    sealer = privacy.sealer()
    return [
        Task(
            task_id=row.task_id,
            body=Body(row.body),
            due_on=row.due_on,
            given_by=row.given_by,
            given_at=row.given_at,
            what=sealer.open(row.what_sealed, TASK),
            record=row.record_sealed and sealer.open(row.record_sealed, RECORD),
            done_by=row.done_by,
            done_at=row.done_at,
        )
        for row in queries.list_tasks(tx.connection, joint_case_id=joint_case_id)
    ]


def list_task_ids(tx: Transaction, joint_case_id: UUID) -> list[UUID]:
    return [row.task_id for row in queries.list_task_ids(tx.connection, joint_case_id=joint_case_id)]


def save_done(tx: Transaction, task: Task) -> None:
    """In the round trip of the commit; the task's joint case is locked."""
    tx.at_commit(
        queries.save_task_done.sql,
        {
            "task_id": task.task_id,
            "record_sealed": privacy.sealer().seal(task.record or "", RECORD),
            "done_by": task.done_by,
            "done_at": task.done_at,
        },
    )


def add_decision(tx: Transaction, case: JointCase, decision: Decision, now: datetime) -> None:
    """In the round trip of the commit."""
    route = decision.appeal_route
    tx.at_commit(
        queries.add_decision.sql,
        {
            "joint_case_id": case.joint_case_id,
            "dispute_id": case.dispute_id,
            "area": case.area,
            "decided_on": decision.decided_on,
            "decision_sealed": privacy.sealer().seal(decision.decision, DECISION),
            "document_number": decision.document_number,
            "appeal_body": route.body,
            "appeal_within_days": route.within_days,
            "appeal_how": route.how,
            "appeal_until": decision.appeal_until,
            "decided_by": decision.decided_by,
            "decided_at": now,
        },
    )


def find_decision(tx: Transaction, joint_case_id: UUID) -> Decision | None:
    row = queries.find_decision(tx.connection, joint_case_id=joint_case_id)
    return row and _decision_of(row)


def find_decision_of_dispute(tx: Transaction, dispute_id: UUID) -> Decision | None:
    """The last one, where a reopened dispute has come to several."""
    row = queries.find_decision_of_dispute(tx.connection, dispute_id=dispute_id)
    return row and _decision_of(row)


def _with_answers(tx: Transaction, rows: Sequence[Any]) -> list[JointCase]:
    answered: dict[UUID, list[Body]] = {row.joint_case_id: [] for row in rows}
    for row in queries.answered_bodies(tx.connection, joint_case_ids=list(answered)):
        answered[row.joint_case_id].append(Body(row.body))
    return [_case_of(row, tuple(answered[row.joint_case_id])) for row in rows]


def _case_of(row: Any, answered: tuple[Body, ...]) -> JointCase:
    return JointCase(
        joint_case_id=row.joint_case_id,
        dispute_id=row.dispute_id,
        area=row.area,
        category=row.category,
        relation=row.relation,
        body_complained_of=row.body_complained_of and Body(row.body_complained_of),
        convened_by=row.convened_by,
        convened_at=row.convened_at,
        answer_due_at=row.answer_due_at,
        state=State(row.state),
        version=row.version,
        answered=answered,
        withheld=tuple(bytes(fingerprint) for fingerprint in row.withheld),
    )


def _decision_of(row: Any) -> Decision:
    return Decision(
        joint_case_id=row.joint_case_id,
        decided_on=row.decided_on,
        decision=privacy.sealer().open(row.decision_sealed, DECISION),
        document_number=row.document_number,
        appeal_route=AppealRoute(row.appeal_body, row.appeal_within_days, row.appeal_how),
        appeal_until=row.appeal_until,
        decided_by=row.decided_by,
    )
