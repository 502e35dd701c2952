"""The life of a note: every state and step, and what it cannot hold."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from chassis.errors import InvalidInput, WrongState
from services.grievances.notes import events, model, schemas
from services.grievances.notes.model import Change, Note, Outcome, State, Step

NOW = datetime(2026, 3, 9, 17, tzinfo=UTC)
"""In Shanghai it is 10 March already."""

NOTE = Note(
    note_id=UUID("01936f00-0000-7000-8000-00000000000c"),
    area="440305001012",
    grid_unit_id=None,
    taken_by="leader-1",
    taken_on=date(2026, 3, 10),
    recorded_at=NOW,
    text="三栋居民希望楼道装灯。",
)
DISPUTE_ID = UUID("01936f00-0000-7000-8000-00000000000a")

STEPS = {
    Step.BECAME_SUGGESTION: lambda note: model.become_suggestion(note, by="officer-1", now=NOW),
    Step.BECAME_CASE: lambda note: model.become_case(note, DISPUTE_ID, by="officer-1", now=NOW),
    Step.CLOSED: lambda note: model.close(note, outcome=Outcome.NOTED, answer="已告知", by="officer-1", now=NOW),
}
ALLOWED = {
    (State.OPEN, Step.BECAME_SUGGESTION): (State.SUGGESTION, events.NoteBecameSuggestion),
    (State.OPEN, Step.BECAME_CASE): (State.CASE, events.NoteBecameCase),
    (State.OPEN, Step.CLOSED): (State.CLOSED, events.NoteClosed),
    (State.SUGGESTION, Step.BECAME_CASE): (State.CASE, events.NoteBecameCase),
    (State.SUGGESTION, Step.CLOSED): (State.CLOSED, events.NoteClosed),
}
"""Written out a second time, apart from the model's own table; what is not here is forbidden."""


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("step", STEPS)
def test_a_step_gives_one_fact_and_one_version_or_changes_nothing(state: State, step: Step) -> None:
    before = replace(NOTE, state=state, version=2)

    if (state, step) in ALLOWED:
        after, fact, done = STEPS[step](before)
        assert (after.state, type(fact)) == ALLOWED[state, step]
        assert (after.version, done.step, done.done_by) == (3, step, "officer-1")
    else:
        with pytest.raises(WrongState):
            STEPS[step](before)


def test_a_note_is_taken_on_its_day_or_later() -> None:
    change: Change = model.take(NOTE)

    assert isinstance(change.fact, events.NoteTaken)
    with pytest.raises(InvalidInput, match="2026-03-11 is yet to come; today is 2026-03-10"):
        model.take(replace(NOTE, taken_on=date(2026, 3, 11)))


@pytest.mark.parametrize(
    ("state", "outcome", "answer", "wrong"),
    [
        (State.OPEN, Outcome.NOTED, None, None),
        (State.OPEN, Outcome.ADOPTED, "四月装灯", "/outcome"),
        (State.OPEN, Outcome.DECLINED, "没有经费", "/outcome"),
        (State.SUGGESTION, Outcome.ADOPTED, "四月装灯", None),
        (State.SUGGESTION, Outcome.DECLINED, "没有经费", None),
        (State.SUGGESTION, Outcome.NOTED, "已转物业", None),
        (State.SUGGESTION, Outcome.ADOPTED, None, "/answer"),
        (State.SUGGESTION, Outcome.DECLINED, None, "/answer"),
        (State.SUGGESTION, Outcome.NOTED, None, "/answer"),
    ],
)
def test_a_suggestion_is_answered_in_words(
    state: State, outcome: Outcome, answer: str | None, wrong: str | None
) -> None:
    note = replace(NOTE, state=state)

    if wrong is None:
        closed = model.close(note, outcome=outcome, answer=answer, by="officer-1", now=NOW).note
        assert (closed.outcome, closed.answer, closed.closed_at) == (outcome, answer, NOW)
    else:
        with pytest.raises(InvalidInput) as refused:
            model.close(note, outcome=outcome, answer=answer, by="officer-1", now=NOW)
        assert [field.pointer for field in refused.value.fields] == [wrong]


def test_a_note_has_no_place_for_whom_it_is_about_nor_for_a_mark_on_anybody() -> None:
    """DOMAIN §D: no list of special persons, no score, rank or tag."""
    assert set(schemas.TakeNote().fields) == {"area", "grid_unit_id", "taken_on", "text"}
    words = ("person", "name", "phone", "tag", "label", "mark", "risk", "score", "level", "subject")
    assert not [field.name for field in fields(Note) if any(word in field.name for word in words)]
