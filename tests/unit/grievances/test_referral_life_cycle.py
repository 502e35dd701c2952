"""Every pair of state and command of a referral, and the articles of 信访工作条例 (2022) behind them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from chassis.errors import Conflict, InvalidInput, NotAllowed, WrongState
from services.grievances.departments.model import Department, Level
from services.grievances.disputes.model import ReassignmentReason
from services.grievances.referrals import events, model
from services.grievances.referrals.model import Change, Command, Outcome, Referral, Round, State, Term

NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)
TERM = Term("referral.sorting", NOW, NOW + timedelta(days=15))
DISTRICT, STREET = "440305000000", "440305006000"

REFERRAL = Referral(
    referral_id=UUID("01936f00-0000-7000-8000-0000000000e1"),
    area="440305006011",
    category="waste",
    filed_by="resident-1",
    complainant_id="resident-1",
    registered_at=NOW,
    serial=3,
    term=TERM,
    department_code="urban_management",
    department_level=Level.DISTRICT,
    answering_level=Level.DISTRICT,
    handler_id="um-lin",
    objection_due_at=NOW + timedelta(days=7),
    department_ids=("um-lin", "um-wu", "um-head"),
    head_ids=("um-head",),
    earlier_ids=("um-lin",),
    opposed_ids=("accused-1",),
    accused_id="accused-2",
)
LATER = Term("referral.handling", NOW, NOW + timedelta(days=60))
OFFICE = Department("urban_management", "区城市管理局", "Urban management", Level.DISTRICT, DISTRICT)
TEAM = Department("street_team", "街道执法队", "Street enforcement", Level.STREET, STREET)


def sort(referral: Referral, by: str = "street-1", department: Department | None = OFFICE, **given: object) -> Change:
    terms = {"term": LATER, "objection_due_at": LATER.due_at, "decides": False, "complained_of": None}
    return model.sort(referral, department, by=by, **(terms | given))  # type: ignore[arg-type]


def closed(referral: Referral) -> Change:
    if referral.state not in model.LIFE_CYCLE[Command.CLOSE]:
        raise WrongState("it", referral.state, (State.ANSWERED,), rule=model.RULES[Command.CLOSE])
    change = model.close(referral, now=TERM.due_at)
    assert change is not None
    return change


STEPS: dict[Command, Callable[[Referral, str], Change]] = {
    Command.SORT: sort,
    Command.OBJECT: lambda it, by: model.object_(it, by=by, now=NOW, term=LATER),
    Command.DECLINE: lambda it, by: model.decline(it, reason=model.DeclineReason.COURT, by=by, now=NOW),
    Command.ACCEPT: lambda it, by: model.accept(it, handler_id="um-wu", by=by, term=LATER),
    Command.EXTEND: lambda it, by: model.extend(it, days=30, at_most=30, approver_id="um-head", by=by, now=NOW),
    Command.RECUSE: lambda it, by: model.recuse(it, successor_id="um-wu", reason=ReassignmentReason.INTEREST, by=by),
    Command.ANSWER: lambda it, by: model.answer(
        it, answered_on=date(2026, 3, 10), received_on=date(2026, 3, 10), by=by, now=NOW, term=LATER
    ),
    Command.CONTEST: lambda it, by: model.contest(it, by=by, now=NOW, term=LATER),
    Command.WITHDRAW: lambda it, by: model.withdraw(it, by=by, now=NOW),
    Command.CLOSE: lambda it, by: closed(it),
}

OWN = (Command.CONTEST, Command.WITHDRAW, Command.CLOSE)
"""The complainant's to say, or nobody's."""

ALLOWED = {
    (State.REGISTERED, Command.SORT): (State.SORTED, "referral.sorted"),
    (State.REGISTERED, Command.DECLINE): (State.CLOSED, "referral.closed"),
    (State.REGISTERED, Command.WITHDRAW): (State.CLOSED, "referral.closed"),
    (State.SORTED, Command.OBJECT): (State.REGISTERED, "referral.objected"),
    (State.SORTED, Command.DECLINE): (State.CLOSED, "referral.closed"),
    (State.SORTED, Command.ACCEPT): (State.ACCEPTED, "referral.accepted"),
    (State.SORTED, Command.WITHDRAW): (State.CLOSED, "referral.closed"),
    (State.ACCEPTED, Command.EXTEND): (State.ACCEPTED, "referral.extended"),
    (State.ACCEPTED, Command.RECUSE): (State.ACCEPTED, "referral.reassigned"),
    (State.ACCEPTED, Command.ANSWER): (State.ANSWERED, "referral.answered"),
    (State.ACCEPTED, Command.WITHDRAW): (State.CLOSED, "referral.closed"),
    (State.ANSWERED, Command.CONTEST): (State.CONTESTED, "referral.contested"),
    (State.ANSWERED, Command.CLOSE): (State.CLOSED, "referral.closed"),
    (State.CONTESTED, Command.ANSWER): (State.ANSWERED, "referral.answered"),
    (State.CONTESTED, Command.WITHDRAW): (State.CLOSED, "referral.closed"),
}
"""Written out a second time, apart from the model's own table; what is not here is forbidden."""


@pytest.mark.parametrize("command", Command)
@pytest.mark.parametrize("state", State)
def test_a_step_gives_one_fact_and_one_version_or_changes_nothing(state: State, command: Command) -> None:
    before = replace(REFERRAL, state=state, version=5)

    if (state, command) in ALLOWED:
        after, fact = STEPS[command](before, "district-2")

        assert (after.state, fact.type) == ALLOWED[state, command]
        assert after.version == 6
        assert (fact.referral_id, fact.dispute_id) == (str(before.referral_id), None)
    else:
        with pytest.raises(WrongState) as refused:
            STEPS[command](before, "district-2")
        assert state in refused.value.detail
        assert all(other in refused.value.detail for other, allowed in ALLOWED if allowed is command)
        assert "信访工作条例 Art." in (refused.value.rule or "") or "(c)" in (refused.value.rule or "")


@pytest.mark.parametrize("by", ["resident-1", "accused-1", "accused-2"])
@pytest.mark.parametrize(("state", "command"), [pair for pair in ALLOWED if pair[1] not in OWN])
def test_nobody_who_complains_or_is_complained_of_takes_a_step(state: State, command: Command, by: str) -> None:
    """Art. 28."""
    with pytest.raises(NotAllowed, match="takes no step on it") as refused:
        STEPS[command](replace(REFERRAL, state=state), by)
    assert "Art. 28" in (refused.value.rule or "")


def test_every_fact_of_a_referral_comes_from_one_command() -> None:
    told = {type_ for _, type_ in ALLOWED.values()} | {model.register(REFERRAL, term=TERM).fact.type}

    assert told == {fact.type for fact in events.PUBLISHED}


@pytest.mark.parametrize("state", State)
def test_something_is_due_in_every_state_but_the_last(state: State) -> None:
    rounds = {pair[1] for pair in model.DUE_RULES if pair[0] is state}

    assert bool(rounds) is (state is not State.CLOSED)
    assert (State.ANSWERED, Round.REREVIEW) not in model.DUE_RULES


@pytest.mark.parametrize("reason", model.DeclineReason)
def test_what_is_not_accepted_names_where_to_go(reason: model.DeclineReason) -> None:
    """Art. 22, 31; what was decided for good (Art. 36) leads nowhere else."""
    after, fact = model.decline(replace(REFERRAL, state=State.SORTED), reason=reason, by="um-lin", now=NOW)

    assert (after.outcome, after.reason_code, after.closed_at) == (Outcome.NOT_ACCEPTED, reason, NOW)
    assert bool(after.routes) is (reason is not model.DeclineReason.DECIDED_FINALLY)
    assert isinstance(fact, events.ReferralClosed)
    assert fact.outcome == "not_accepted"


def test_an_objection_names_who_objected_though_nobody_has_it_any_more() -> None:
    after, fact = STEPS[Command.OBJECT](replace(REFERRAL, state=State.SORTED), "um-lin")

    assert (after.department_code, fact.department_code) == (None, "urban_management")


OBJECTED = {
    "to the one that objected": (("urban_management",), OFFICE),
    "to a third after two objected": (("a", "b"), OFFICE),
}


@pytest.mark.parametrize("case", OBJECTED)
def test_after_an_objection_the_district_decides_and_that_settles_it(case: str) -> None:
    """Art. 23 (c)."""
    objected, department = OBJECTED[case]
    before = replace(REFERRAL, state=State.REGISTERED, objected=objected)

    with pytest.raises(NotAllowed, match="only the district_officer decides now, with a reason"):
        sort(before, department=department)
    after = sort(before, department=department, decides=True).referral
    assert (after.is_bound, after.objection_due_at) == (True, None)
    with pytest.raises(Conflict, match="the district has decided that department urban_management is in charge"):
        model.object_(after, by="um-lin", now=NOW, term=LATER)


@pytest.mark.parametrize(
    ("recipient", "complained_of", "fits"),
    [
        (OFFICE, OFFICE, False),
        (OFFICE, TEAM, True),
        (TEAM, TEAM, False),
        (replace(TEAM, code="other_team"), TEAM, False),
        (replace(OFFICE, code="district_office"), OFFICE, True),
        (replace(OFFICE, code="city_office", level=Level.CITY), OFFICE, True),
        (TEAM, OFFICE, False),
    ],
)
def test_a_matter_about_a_department_goes_to_the_level_above_it(
    recipient: Department, complained_of: Department, fits: bool
) -> None:
    """Art. 30, 46. The district is the highest here: what is about one of its own goes to another of it (c)."""
    before = replace(REFERRAL, state=State.REGISTERED, department_complained_of=complained_of.code)

    if fits:
        assert sort(before, department=recipient, complained_of=complained_of).referral.state is State.SORTED
    else:
        with pytest.raises(InvalidInput, match="never to the one complained of") as refused:
            sort(before, department=recipient, complained_of=complained_of, decides=True)
        assert refused.value.rule == "信访工作条例 Art. 30, 46"


@pytest.mark.parametrize(
    ("department", "told"),
    [
        (None, "not in use"),
        (replace(OFFICE, in_use=False), "not in use"),
        (replace(OFFICE, area="440305001000"), "is in charge of 440305001000, not of 440305006011"),
    ],
)
def test_a_matter_goes_to_a_department_that_is_in_charge_there(department: Department | None, told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        sort(replace(REFERRAL, state=State.REGISTERED), department=department)


@pytest.mark.parametrize("by", ["um-lin", "um-wu", "um-head"])
def test_a_review_is_answered_by_nobody_who_had_it_before(by: str) -> None:
    """Art. 28, 35."""
    before = replace(REFERRAL, state=State.CONTESTED, round=Round.REVIEW)

    with pytest.raises(NotAllowed, match="does not review it"):
        STEPS[Command.ANSWER](before, by)


def test_each_round_is_answered_a_level_higher() -> None:
    """Art. 35, 36: 上一级."""
    answered = replace(REFERRAL, state=State.ANSWERED)
    levels = []
    for _ in range(2):
        levels.append((answered.appeal_level, answered.round))
        contested = STEPS[Command.CONTEST](answered, "resident-1").referral
        answered = STEPS[Command.ANSWER](contested, "district-2").referral

    assert levels == [("city", "handling"), ("province", "review")]
    assert (answered.round, answered.appeal_level, answered.term) == (Round.REREVIEW, None, None)


def test_a_rereview_is_the_last() -> None:
    """Art. 36."""
    last = replace(REFERRAL, state=State.ANSWERED, round=Round.REREVIEW, term=None)
    change = model.close(last, now=NOW)

    assert change is not None
    assert change.referral.outcome is Outcome.FINAL
    with pytest.raises(Conflict, match=r"the re-review of .* is the last"):
        STEPS[Command.CONTEST](last, "resident-1")


@pytest.mark.parametrize("account", ["street-1", "accused-1", "resident-1"])
def test_who_handles_it_is_of_the_department_and_has_no_part_in_it(account: str) -> None:
    """Art. 28."""
    before = replace(REFERRAL, department_ids=("um-lin", "accused-1", "resident-1"))
    for state, step in (
        (State.SORTED, lambda it: model.accept(it, handler_id=account, by="um-lin", term=LATER)),
        (
            State.ACCEPTED,
            lambda it: model.recuse(it, successor_id=account, reason=ReassignmentReason.INTEREST, by="um-lin"),
        ),
    ):
        with pytest.raises(InvalidInput, match="cannot handle referral XF-440305006011-2026-0003") as refused:
            step(replace(before, state=state))
        assert account not in refused.value.detail


def test_a_successor_is_somebody_else() -> None:
    with pytest.raises(Conflict, match="already handled by this account"):
        model.recuse(
            replace(REFERRAL, state=State.ACCEPTED),
            successor_id="um-lin",
            reason="interest",
            by="um-lin",  # type: ignore[arg-type]
        )
