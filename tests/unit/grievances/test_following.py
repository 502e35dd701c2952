"""What follows from what the complainant says: the People's Mediation Law, Art. 17, 23, 26, 31, state by state."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from chassis.errors import Conflict, InvalidInput, NotAllowed, WrongState
from services.grievances.disputes import events, life_cycle
from services.grievances.disputes import model as disputes
from services.grievances.disputes.model import Channel, Dispute, Resolution, State, check_voice
from services.grievances.following import model
from services.grievances.following.model import Feedback, Level, Standing, Step, Term

FILED = datetime(2026, 3, 1, 2, tzinfo=UTC)
LATER = datetime(2026, 3, 12, 2, tzinfo=UTC)

DISPUTE = Dispute(
    dispute_id=UUID("01936f00-0000-7000-8000-00000000000a"),
    area="440305001012",
    grid_unit_id=None,
    relation="owner_owner",
    category="noise",
    filed_by="resident-1",
    registered_at=FILED,
    serial=7,
    applicant_id="resident-1",
)
ENDED = Standing(State.RESOLVED, None, Resolution.AGREEMENT, LATER, None, ())
OPEN = replace(ENDED, state=State.MEDIATING, resolution=None, closed_at=None)


@pytest.mark.parametrize(
    ("state", "after", "reason", "article"),
    [
        (State.REGISTERED, State.REFUSED, "party_refused", "Art. 17"),
        (State.ACCEPTED, State.REFUSED, "party_refused", "Art. 17"),
        (State.ASSIGNED, State.TERMINATED, "party_ended", "Art. 23"),
        (State.MEDIATING, State.TERMINATED, "party_ended", "Art. 23"),
    ],
)
def test_art_17_and_23_who_filed_takes_it_back_in_every_open_state(
    state: State, after: State, reason: str, article: str
) -> None:
    dispute, fact = model.withdraw(replace(DISPUTE, state=state), by="resident-1", now=LATER)

    assert (dispute.state, dispute.reason_code, dispute.closed_at) == (after, reason, LATER)
    assert isinstance(fact, events.DisputeRefused if article == "Art. 17" else events.DisputeTerminated)
    assert model.standing(dispute, ()).other_routes_zh == ("仲裁", "行政途径", "诉讼")  # Art. 26


@pytest.mark.parametrize("state", set(State) - set(disputes.OPEN_STATES))
def test_what_has_ended_is_not_taken_back(state: State) -> None:
    with pytest.raises(WrongState):
        model.withdraw(replace(DISPUTE, state=state), by="resident-1", now=LATER)


def test_art_31_the_complainant_confirms_and_says_how_satisfied() -> None:
    dispute, fact = model.hear(replace(DISPUTE, state=State.RESOLVED), Feedback(True, 4), by="resident-1", now=LATER)

    assert (dispute.state, dispute.confirmed_at, dispute.satisfaction) == (State.RESOLVED, LATER, 4)
    assert isinstance(fact, events.DisputeConfirmed)


def test_art_31_what_the_complainant_does_not_confirm_is_open_again() -> None:
    dispute, fact = model.hear(replace(DISPUTE, state=State.RESOLVED), Feedback(False), by="resident-1", now=LATER)

    assert (dispute.state, dispute.reason_code) == (State.ACCEPTED, "not_confirmed")
    assert isinstance(fact, events.DisputeReopened)


@pytest.mark.parametrize("state", set(State) - {State.RESOLVED, State.LINKED})
@pytest.mark.parametrize("confirmed", [True, False])
def test_only_what_has_ended_waits_for_the_complainant(state: State, confirmed: bool) -> None:
    with pytest.raises(WrongState, match="resolved"):
        model.hear(replace(DISPUTE, state=state), Feedback(confirmed), by="resident-1", now=LATER)


@pytest.mark.parametrize("satisfaction", [1, 3, 5])
def test_satisfaction_belongs_to_a_confirmation(satisfaction: int) -> None:
    with pytest.raises(InvalidInput, match="leave it out where confirmed is false"):
        model.hear(replace(DISPUTE, state=State.RESOLVED), Feedback(False, satisfaction), by="resident-1", now=LATER)


def test_referral_art_35_a_decision_is_appealed_not_undone() -> None:
    decided = replace(DISPUTE, state=State.RESOLVED, resolution=Resolution.DECISION)

    with pytest.raises(Conflict, match="who does not agree appeals") as refused:
        model.hear(decided, Feedback(False), by="resident-1", now=LATER)

    assert refused.value.rule == "信访工作条例 Art. 35"
    assert model.standing(decided, ()).state_zh == "已作出决定"


def test_who_filed_a_linked_case_is_heard_when_the_other_one_has_ended() -> None:
    linked = replace(DISPUTE, state=State.LINKED, linked_to=UUID(int=1))

    with pytest.raises(Conflict, match="has not ended"):
        model.hear(linked, Feedback(False), by="resident-1", now=LATER, primary=OPEN)
    dispute, _ = model.hear(linked, Feedback(False), by="resident-1", now=LATER, primary=ENDED)

    assert (dispute.state, dispute.linked_to, dispute.reason_code) == (State.REGISTERED, None, "not_confirmed")


@pytest.mark.parametrize(
    ("channel", "applicant", "speaks"),
    [
        (Channel.RESIDENT, "resident-1", True),
        (Channel.HOTLINE, None, True),
        (Channel.HOTLINE, "resident-5", True),
        (Channel.OFFICER, "resident-1", True),
        (Channel.OFFICER, None, False),
        (Channel.MEDIATOR, "resident-5", False),
        (Channel.GRID_LEADER, None, False),
        (Channel.OPEN311, None, False),
    ],
)
def test_staff_that_took_a_case_in_for_somebody_does_not_speak_for_the_complainant(
    channel: Channel, applicant: str | None, speaks: bool
) -> None:
    dispute = replace(DISPUTE, channel=channel, applicant_id=applicant, respondent_id="somebody-9")

    if speaks:
        check_voice(dispute, "resident-1")
    else:
        with pytest.raises(NotAllowed, match="with case number and secret"):
            check_voice(dispute, "resident-1")
    if applicant is not None:
        check_voice(dispute, applicant)


def test_who_filed_and_is_complained_of_does_not_speak_for_the_complainant() -> None:
    """A grid leader writes down what a resident says of the leader's own household."""
    dispute = replace(DISPUTE, channel=Channel.GRID_LEADER, filed_by="leader-1", respondent_id="leader-1")

    with pytest.raises(NotAllowed, match="with case number and secret"):
        check_voice(dispute, "leader-1")


@pytest.mark.parametrize(
    ("primary", "zh", "en"),
    [
        (None, None, None),
        (OPEN, "一并办理", "worked on together"),
        (replace(ENDED, resolution=Resolution.DECISION), "这里只告知已作决定", "not what it says"),
    ],
)
def test_who_follows_a_linked_case_is_told_what_of_the_other_one_is_not_shown(
    primary: Standing | None, zh: str | None, en: str | None
) -> None:
    shown = model.followed(DISPUTE, due=(), steps=(), comments=(), primary=primary)

    if primary is None:
        assert (shown.primary_note_zh, shown.primary_note_en) == (zh, en)
    else:
        assert str(zh) in str(shown.primary_note_zh)
        assert str(en) in str(shown.primary_note_en)


@pytest.mark.parametrize("escalated_to", [None, "street", "district"])
def test_who_is_in_charge_is_a_level_and_nobody_once_it_has_ended(escalated_to: str | None) -> None:
    dispute = replace(DISPUTE, escalated_to=escalated_to)

    assert model.standing(dispute, ()).in_charge == Level(escalated_to or "community")
    assert model.standing(replace(dispute, state=State.TERMINATED), ()).in_charge is None


def test_a_case_older_than_its_steps_shows_when_it_was_registered() -> None:
    followed = model.followed(DISPUTE, due=(), steps=(), comments=(), primary=None)

    assert followed.steps == (Step("registered", FILED),)


def test_everything_that_can_be_told_has_a_chinese_word() -> None:
    steps = {fact.type.removeprefix("dispute.") for fact in events.PUBLISHED}
    reasons = {*disputes.RefusalReason, *disputes.TerminationReason, *disputes.ReopeningReason}

    assert set(model.STATES) == set(State)
    assert steps <= set(model.STEPS)
    assert set(life_cycle.DUE_RULES.values()) | {f"hotline.{kind}" for kind in disputes.TicketKind} <= set(model.RULES)
    assert {*reasons, *disputes.ReassignmentReason, "party_refused_mediator"} <= set(model.REASONS)
    assert set(disputes.OTHER_ROUTES) == set(model.ROUTES)
    assert set(model.LEVELS) == set(Level)
    assert Term("dispute.mediation", date(2026, 3, 31)).rule_zh == "调解"
