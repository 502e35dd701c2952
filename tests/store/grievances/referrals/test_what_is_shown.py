"""What was told, and by whom: sealed, masked, opened as far as a stated purpose needs, and every opening audited."""

from typing import Any

import pytest

from chassis.errors import NotAllowed
from services.grievances.access import eyes
from services.grievances.referrals import handlers
from services.grievances.referrals.rights import Purpose

MASKED = {"name": "王**", "phone": "138****8000"}
OPENED = {"name": "王小明", "phone": "13800138000"}

WHO_SEES_WHAT = [
    ("lin", None, MASKED, False),
    ("lin", Purpose.SORTING, MASKED, True),
    ("lin", Purpose.HANDLING, OPENED, True),
    ("lin", Purpose.CONTACT, OPENED, True),
    ("head", Purpose.REVIEW, OPENED, True),
    ("wu", None, MASKED, False),
    ("wu", Purpose.HANDLING, MASKED, True),
    ("street", None, MASKED, False),
    ("street", Purpose.SORTING, MASKED, True),
    ("district", Purpose.REVIEW, OPENED, True),
    ("officer", Purpose.CONTACT, OPENED, True),
    ("mediator", None, MASKED, False),
    ("resident", None, OPENED, True),
]


@pytest.mark.parametrize(("who", "purpose", "person", "matter"), WHO_SEES_WHAT)
def test_a_purpose_opens_what_it_needs_and_nothing_opens_without_one(
    way: Any, who: str, purpose: Purpose | None, person: dict[str, str], matter: bool
) -> None:
    """Art. 30, PIPL Art. 6: in the department, who complains is for who handles it; to sort it, for nobody."""
    shown = way.detail(way.accepted(), getattr(way.people, who), purpose)

    assert shown.complainant == person
    assert (shown.matter is not None) is matter


def test_until_somebody_handles_it_a_department_does_not_learn_who_complains(way: Any) -> None:
    """It needs the matter to say whether it is in charge, and nothing else."""
    given = way.sorted()

    for purpose in Purpose:
        shown = way.detail(given, way.people.head, purpose)
        assert (shown.complainant, bool(shown.matter)) == (MASKED, True)


@pytest.mark.parametrize("who", ["mediator", "hotline"])
def test_no_purpose_opens_it_for_who_neither_handles_nor_answers_for_it(way: Any, who: str) -> None:
    referral = way.accepted(actor=way.people.hotline)

    with pytest.raises(NotAllowed, match="ask without `purpose` for the masked view"):
        way.detail(referral, getattr(way.people, who), Purpose.CONTACT)


def test_every_opening_is_audited_with_its_purpose(way: Any) -> None:
    answered = way.answered()
    thing = f"referral/{answered.referral_id}"
    way.detail(answered, way.people.lin)
    way.detail(answered, way.people.lin, Purpose.HANDLING)
    way.detail(answered, way.people.resident)
    with way.database.transaction(eyes(way.people.district)) as tx:
        asked = {"actor": way.people.district, "now": way.now}
        (answer,) = handlers.list_answers(tx, answered.referral_id, purpose=Purpose.REVIEW, **asked)
        (closed,) = handlers.list_answers(tx, answered.referral_id, purpose=None, **asked)

    with way.database.transaction() as tx:
        trail = tx.rows("SELECT actor_id, purpose FROM audit_pending WHERE thing = %s AND kind = 'read'", (thing,))
    assert trail == [("um-lin", "handling"), ("resident-1", "own matter"), ("district-1", "review")]
    assert (answer.answer, closed.answer) == ("作业改为六时至二十时", None)


def test_who_complains_reads_the_answer_and_how_to_contest_it(way: Any) -> None:
    """Art. 32, 35."""
    answered = way.answered()
    resident = way.people.resident

    with way.database.transaction(eyes(resident)) as tx:
        (answer,) = handlers.list_answers(tx, answered.referral_id, actor=resident, purpose=None, now=way.now)

    assert (answer.answer, answer.document_number) == ("作业改为六时至二十时", "南城管信〔2026〕12号")
    assert answer.appeal_until == answered.appeal_until == way.progress(answered, resident).referral.due_on


@pytest.mark.parametrize("word", ["王小明", "13800138000", "垃圾转运站", "作业改为", "需检测", "夜间仍在作业"])
def test_nothing_personal_lies_open_or_goes_out(way: Any, word: str) -> None:
    referral = way.contest(way.answer(way.extend(way.accepted())))

    assert referral.version == 6
    # Sealed texts are bytes; a text in plain would be found in hexadecimal as well.
    kept = repr(way.snapshot())
    assert word not in kept
    assert word.encode().hex() not in kept


@pytest.mark.parametrize(
    ("purpose", "account"), [(None, None), (Purpose.SORTING, None), (Purpose.HANDLING, "resident-1")]
)
def test_the_account_of_who_complains_is_shown_with_the_name_and_not_before(
    way: Any, purpose: Purpose | None, account: str | None
) -> None:
    """Art. 30."""
    accepted, lin = way.accepted(), way.people.lin

    with way.database.transaction(eyes(lin)) as tx:
        steps = handlers.list_steps(tx, accepted.referral_id, actor=lin, purpose=purpose, now=way.now)

    assert [step.taken_by for step in steps] == [account, "street-1", "um-lin"]
