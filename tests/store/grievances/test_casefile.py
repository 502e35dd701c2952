"""A mediation file: all of a case, opened for who may have it, and audited."""

from datetime import timedelta
from typing import Any

import pytest

from chassis.database import Database
from chassis.errors import NotAllowed, NotFound
from chassis.identity import Actor
from services.grievances.access import Purpose, eyes
from services.grievances.casefile import handlers
from services.grievances.casefile.model import CaseFile
from services.grievances.disputes.model import Dispute
from tests.store.grievances.agreements.papers import BOUND, TERMS, Papers, promise
from tests.store.grievances.joint.bodies import Bodies


@pytest.fixture
def take(database: Database, life: Any) -> Any:
    def taken(dispute: Dispute, actor: Actor | None = None, purpose: Purpose = Purpose.REVIEW) -> CaseFile:
        actor = actor or life.people.officer
        with database.transaction(eyes(actor)) as tx:
            return handlers.open_file(tx, dispute.dispute_id, actor=actor, purpose=purpose, now=life.now)

    return taken


def test_all_of_a_case_is_in_it_opened(life: Any, database: Database, take: Any) -> None:
    papers = Papers(database, life)
    agreement = papers.in_effect(promise())
    papers.visit(agreement.dispute, "partly", now=BOUND + timedelta(hours=1))

    file = take(agreement.dispute, life.people.mediator, Purpose.MEDIATION)

    assert (file.area_name, file.committee) == ("星海名城", "星海名城人民调解委员会")
    assert (file.category_zh, file.relation_zh) == ("噪声", "业主与业主")
    assert (file.applicant.name, file.applicant.phone) == ("王小明", "13800138000")
    assert file.summary == life.filing.summary
    assert [session.record for session in file.sessions] == ["王小明称可以商量"]
    assert [one.terms for one in file.shown_agreements] == [TERMS]
    assert [one.what for one in file.shown_agreements[0].obligations] == ["欧阳锋修复漏点"]
    assert [visit.record for visit in file.visits] == ["欧阳锋说尚未动工"]
    assert file.mediators == "陈丽"
    assert [entry.kind for entry in file.entries[-2:]] == ["dispute.resolved", "visit.held"]
    assert not any(entry.account or entry.text for entry in file.entries)


def test_a_decision_is_in_the_file(life: Any, database: Database, take: Any) -> None:
    bodies = Bodies(database, life)
    case = bodies.decide(bodies.heard())
    assert case.dispute_id is not None
    with database.transaction() as tx:
        (row,) = tx.rows("SELECT dispute_id FROM disputes")

    file = take(row)

    assert file.decision is not None
    assert file.decision.decision == "四月底前修复。"
    assert [document.name for document in file.documents] == [
        "人民调解受理登记表",
        "书面决定",
        "办理过程",
        "卷宗情况说明",
    ]


def test_that_it_was_taken_is_audited_with_its_purpose(life: Any, database: Database, take: Any) -> None:
    dispute = life.mediating()
    take(dispute)

    with database.transaction() as tx:
        kept = tx.rows(
            "SELECT actor_id, action, thing, area, purpose FROM audit_pending WHERE kind = 'read' ORDER BY entry_id"
        )
    thing = f"dispute/{dispute.dispute_id}"
    assert kept == [
        ("officer-1", "dispute.read", thing, dispute.area, "review"),
        ("officer-1", "dispute.file", thing, dispute.area, "review"),
    ]


@pytest.mark.parametrize(
    ("who", "error"),
    [("resident", NotAllowed), ("colleague", NotAllowed), ("leader", NotFound), ("elsewhere", NotFound)],
)
def test_nobody_else_takes_it_and_nothing_is_audited_as_read(
    life: Any, database: Database, take: Any, who: str, error: type[Exception]
) -> None:
    dispute = life.mediating()

    with pytest.raises(error):
        take(dispute, getattr(life.people, who))

    with database.transaction() as tx:
        assert tx.rows("SELECT FROM audit_pending WHERE kind = 'read'") == []


def test_the_accused_does_not_take_it_whatever_the_office(life: Any, take: Any) -> None:
    dispute = life.file(respondent=life.respondent(person_id="officer-1"))

    with pytest.raises(NotFound):
        take(dispute)


def test_the_one_who_had_the_case_before_is_named_in_the_records(life: Any, take: Any) -> None:
    dispute = life.reassign(life.mediating())

    file = take(dispute)

    assert file.name_of("mediator-1") == "陈丽"
    assert file.name_of("officer-1") == "officer-1"
