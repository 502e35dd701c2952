"""Cases told twice: what makes one likely, and when one is worked on with the other."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import Conflict, InvalidInput, NotAllowed, Refused, WrongState
from services.grievances.disputes.model import Body, Dispute, ReopeningReason, State
from services.grievances.duplicates import model
from services.grievances.duplicates.model import Evidence, LookAlike

FILED = datetime(2026, 3, 1, 2, tzinfo=UTC)
NOW = datetime(2026, 3, 12, 2, tzinfo=UTC)

DISPUTE = Dispute(
    dispute_id=UUID(int=7),
    area="440305001012",
    grid_unit_id=None,
    relation="owner_owner",
    category="noise",
    filed_by="resident-1",
    registered_at=FILED,
    serial=7,
    applicant_id="resident-1",
)
PRIMARY = replace(DISPUTE, dispute_id=UUID(int=6), serial=6, filed_by="resident-2", applicant_id="resident-2")


def link(dispute: Dispute = DISPUTE, to: Dispute = PRIMARY, **more: Any) -> Any:
    return model.link(dispute, **({"to": to, "has_linked": False, "by": "officer-1", "now": NOW} | more))


@pytest.mark.parametrize("state", [State.REGISTERED, State.ACCEPTED])
@pytest.mark.parametrize("of_primary", [State.REGISTERED, State.ACCEPTED, State.ASSIGNED, State.MEDIATING])
def test_a_linked_case_keeps_its_number(state: State, of_primary: State) -> None:
    after, fact = link(replace(DISPUTE, state=state), replace(PRIMARY, state=of_primary))

    assert (after.state, after.linked_to, after.case_number) == ("linked", PRIMARY.dispute_id, DISPUTE.case_number)
    assert (fact.type, fact.linked_to) == ("dispute.linked", str(PRIMARY.dispute_id))


REFUSED: dict[str, tuple[Callable[[], Any], type[Refused], str]] = {
    "with itself": (lambda: link(to=DISPUTE), InvalidInput, "another case of its community"),
    "of another community": (
        lambda: link(to=replace(PRIMARY, area="440305006011")),
        InvalidInput,
        "another case of its community",
    ),
    "to one that is itself linked": (
        lambda: link(to=replace(PRIMARY, state=State.LINKED, linked_to=UUID(int=1))),
        InvalidInput,
        "that is not itself linked",
    ),
    "that has others linked to it": (lambda: link(has_linked=True), Conflict, "link 440305001012-2026-0006 to it"),
    "once a mediator has it": (lambda: link(replace(DISPUTE, state=State.ASSIGNED)), WrongState, "is assigned"),
    "with a resolved one": (
        lambda: link(to=replace(PRIMARY, state=State.RESOLVED)),
        Conflict,
        "nothing is done in a closed case; reopen it",
    ),
    "with a refused one": (lambda: link(to=replace(PRIMARY, state=State.REFUSED)), Conflict, "in a closed case"),
    "in the own cause": (lambda: link(by="resident-1"), NotAllowed, "a colleague with no part in it"),
    "by the body complained of": (
        lambda: link(replace(DISPUTE, opposed_ids=("officer-1",))),
        NotAllowed,
        "acts for the body",
    ),
    "with one in which the body complained of has a say": (
        lambda: link(replace(DISPUTE, respondent_body=Body.WORKSTATION)),
        NotAllowed,
        "each is worked on by itself",
    ),
    "with one in which the accused has a say": (
        lambda: link(replace(DISPUTE, respondent_id="officer-9")),
        NotAllowed,
        "each is worked on by itself",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_case_is_not_linked(case: str) -> None:
    act, kind, told = REFUSED[case]

    with pytest.raises(kind, match=told) as refused:
        act()

    assert refused.value.rule or case == "in the own cause"


@pytest.mark.parametrize("both", [{"respondent_body": Body.WORKSTATION}, {"respondent_id": "officer-9"}])
def test_two_complaints_of_the_same_one_are_worked_on_together(both: Any) -> None:
    assert link(replace(DISPUTE, **both), replace(PRIMARY, **both)).dispute.state == "linked"


def test_the_applicant_for_whom_a_helper_filed_is_not_the_accused() -> None:
    """信访工作条例 Art. 28: it is the respondent who must have no say in the other one."""
    assert link(replace(DISPUTE, filed_by="leader-1"), PRIMARY).dispute.state == "linked"


@pytest.mark.parametrize("reason", [ReopeningReason.CLOSED_IN_ERROR, ReopeningReason.NEW_FACTS])
def test_a_linked_case_is_worked_on_by_itself_again(reason: ReopeningReason) -> None:
    after, fact = model.unlink(link().dispute, reason=reason, by="officer-1", now=NOW)

    assert (after.state, after.linked_to, after.version, fact.type) == ("registered", None, 3, "dispute.reopened")


@pytest.mark.parametrize("state", set(State) - {State.LINKED})
def test_only_a_linked_case_is_unlinked(state: State) -> None:
    with pytest.raises(WrongState, match="only when it is linked"):
        model.unlink(replace(DISPUTE, state=state), reason=ReopeningReason.NEW_FACTS, by="officer-1", now=NOW)


def test_the_stronger_the_evidence_the_higher_and_of_equals_the_newest() -> None:
    phone, matter, respondent = Evidence.SAME_APPLICANT, Evidence.SAME_MATTER, Evidence.SAME_RESPONDENT
    in_order = [(phone, matter, respondent), (phone, matter), (phone,), (matter, respondent), (matter,), (respondent,)]
    found = [
        LookAlike(replace(PRIMARY, dispute_id=UUID(int=at), registered_at=FILED + timedelta(days=at)), evidence)
        for at, evidence in enumerate([*in_order, (phone,)])
    ]

    ranked = model.ranked(found)

    assert [one.evidence for one in ranked] == [*in_order[:2], (phone,), *in_order[2:]]
    assert ranked[2].dispute.dispute_id == UUID(int=6)


@pytest.mark.parametrize("evidence", Evidence)
def test_evidence_is_told_in_words(evidence: Evidence) -> None:
    assert LookAlike(PRIMARY, (evidence,)).reasons[0].evidence_zh == model.WORDS[evidence]
