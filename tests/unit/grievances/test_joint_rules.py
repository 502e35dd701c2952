"""Joint governance by body and action: who may do what, when, and the article behind each refusal."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from chassis.errors import Conflict, InvalidInput, NotAllowed, Refused, WrongState
from services.grievances.disputes import model as disputes
from services.grievances.disputes.model import Body, Dispute, Relation
from services.grievances.joint import model
from services.grievances.joint.model import Action, AppealRoute, Change, Decision, JointCase, Standing, State, Task

NOW = datetime(2026, 4, 12, 2, tzinfo=UTC)
TODAY = date(2026, 4, 12)
CONVENED = datetime(2026, 4, 1, 2, tzinfo=UTC)

DISPUTE = Dispute(
    dispute_id=UUID("01936f00-0000-7000-8000-00000000000a"),
    area="440305001012",
    grid_unit_id=None,
    relation=Relation.OWNER_PROPERTY,
    category="repair",
    filed_by="resident-1",
    registered_at=CONVENED,
    serial=7,
    state=disputes.State.ACCEPTED,
    respondent_body=Body.PROPERTY_OFFICE,
)
CASE = JointCase(
    joint_case_id=UUID("01936f00-0000-7000-8000-00000000000f"),
    dispute_id=DISPUTE.dispute_id,
    area=DISPUTE.area,
    category="repair",
    relation="owner_property",
    body_complained_of=Body.PROPERTY_OFFICE,
    convened_by="officer-1",
    convened_at=CONVENED,
    answer_due_at=CONVENED + timedelta(days=10),
)
TASK = Task(UUID("01936f00-0000-7000-8000-000000000010"), Body.PROPERTY_OFFICE, TODAY, "officer-1", NOW, what="检测")
ROUTE = AppealRoute("南头街道办事处", 60, "书面提出")
DECISION = Decision(CASE.joint_case_id, TODAY, "修复", "12号", ROUTE, date(2026, 6, 11), "officer-1")

IN_CHARGE = Standing(frozenset(), in_charge=True)

Do = Callable[[JointCase, Standing], Change]


def against(body: Body) -> JointCase:
    return replace(CASE, body_complained_of=body)


def answer_for(body: Body, *, has_account: bool = False) -> Do:
    return lambda case, standing: model.answer(case, body, standing, has_account=has_account)


def task_of(body: Body) -> Task:
    return replace(TASK, body=body)


ACTIONS: dict[str, Callable[[Body], Do]] = {
    "answer": answer_for,
    "give_task": lambda body: lambda case, who: model.give_task(case, task_of(body), who, today=TODAY),
    "finish_task": lambda body: lambda case, who: model.finish_task(case, task_of(body), who),
    "decide": lambda body: lambda case, who: model.decide(case, DECISION, DISPUTE, who, now=NOW),
}

FOR_ITSELF = {"answer", "finish_task"}
"""It is heard (信访工作条例 Art. 31) and does what it was given."""


@pytest.mark.parametrize("in_charge", [False, True])
@pytest.mark.parametrize("about", Body)
@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("accused", Body)
def test_the_body_complained_of_speaks_for_itself_and_does_nothing_else(
    accused: Body, action: str, about: Body, in_charge: bool
) -> None:
    """信访工作条例 Art. 28: whatever its role, and whatever other body it has a seat of."""
    do = ACTIONS[action](about)

    for bodies in ({accused}, set(Body)):
        standing = Standing(frozenset(bodies), in_charge)
        if action in FOR_ITSELF and about is accused:
            do(against(accused), standing)
        else:
            with pytest.raises(NotAllowed) as refused:
                do(against(accused), standing)
            assert refused.value.rule == model.RECUSAL


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("accused", Body)
def test_who_is_in_charge_does_all_of_it(accused: Body, action: str) -> None:
    for about in Body:
        assert ACTIONS[action](about)(against(accused), IN_CHARGE).case.version == 2


@pytest.mark.parametrize("own", [body for body in Body if body is not Body.PROPERTY_OFFICE])
@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("about", Body)
def test_another_body_acts_for_itself_alone(own: Body, action: str, about: Body) -> None:
    do, standing = ACTIONS[action](about), Standing(frozenset({own}), in_charge=False)

    if action in FOR_ITSELF and about is own:
        do(CASE, standing)
    else:
        with pytest.raises(NotAllowed, match="acts for its own body"):
            do(CASE, standing)


def test_nobody_answers_for_a_body_that_has_an_account() -> None:
    with pytest.raises(NotAllowed, match="has an account that answers for it"):
        answer_for(Body.OWNERS_COMMITTEE, has_account=True)(CASE, IN_CHARGE)


def test_an_answer_is_given_once() -> None:
    case = replace(CASE, answered=(Body.OWNERS_COMMITTEE,))

    with pytest.raises(Conflict, match="an answer is not rewritten"):
        answer_for(Body.OWNERS_COMMITTEE)(case, IN_CHARGE)


STATES = {
    State.OPEN: {"answer", "give_task", "finish_task", "decide"},
    State.DECIDED: {"finish_task"},
    State.ENDED: set[str](),
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("action", ACTIONS)
def test_each_step_has_its_states(state: State, action: str) -> None:
    do, case = ACTIONS[action](Body.PROPERTY_OFFICE), replace(CASE, state=state)

    if action in STATES[state]:
        do(case, IN_CHARGE)
    else:
        with pytest.raises(WrongState) as refused:
            do(case, IN_CHARGE)
        assert refused.value.rule == model.RULES[Action(action)]


@pytest.mark.parametrize(
    ("answered", "now", "decided"),
    [
        ((), CASE.answer_due_at - timedelta(seconds=1), False),
        (tuple(Body)[:4], CASE.answer_due_at - timedelta(seconds=1), False),
        (tuple(Body), CONVENED, True),
        ((), CASE.answer_due_at, True),
    ],
)
def test_bodies_are_heard_before_the_decision(answered: tuple[Body, ...], now: datetime, decided: bool) -> None:
    """信访工作条例 Art. 31."""
    case = replace(CASE, answered=answered)
    decision = replace(DECISION, decided_on=date(2026, 4, 1))

    if decided:
        assert model.decide(case, decision, DISPUTE, IN_CHARGE, now=now).case.state is State.DECIDED
    else:
        with pytest.raises(Conflict, match="still to answer: ") as refused:
            model.decide(case, decision, DISPUTE, IN_CHARGE, now=now)
        assert refused.value.rule == model.RULES[Action.ANSWER]


@pytest.mark.parametrize(("days", "holds"), [(29, False), (30, True), (60, True)])
def test_the_way_to_appeal_stays_open_for_thirty_days_at_least(days: int, holds: bool) -> None:
    """信访工作条例 Art. 35."""
    decision = replace(DECISION, appeal_route=replace(ROUTE, within_days=days))

    if holds:
        model.decide(CASE, decision, DISPUTE, IN_CHARGE, now=NOW)
    else:
        with pytest.raises(InvalidInput, match="must be at least 30") as refused:
            model.decide(CASE, decision, DISPUTE, IN_CHARGE, now=NOW)
        assert refused.value.rule == model.APPEAL


@pytest.mark.parametrize("day", [date(2026, 3, 31), date(2026, 4, 13)])
def test_a_decision_is_dated_between_convening_and_today(day: date) -> None:
    with pytest.raises(InvalidInput, match="decided_on"):
        model.decide(CASE, replace(DECISION, decided_on=day), DISPUTE, IN_CHARGE, now=NOW)


def test_what_is_between_two_owners_no_body_decides() -> None:
    """人民调解法 Art. 3."""
    owners = replace(DISPUTE, relation=Relation.OWNER_OWNER, respondent_body=None)

    with pytest.raises(Conflict) as refused:
        model.decide(replace(CASE, body_complained_of=None), DECISION, owners, IN_CHARGE, now=NOW)
    assert refused.value.rule == model.VOLUNTARY


@pytest.mark.parametrize("state", disputes.State)
def test_bodies_are_convened_for_what_is_accepted_and_open(state: disputes.State) -> None:
    dispute = replace(DISPUTE, state=state)

    if state in (disputes.State.ACCEPTED, disputes.State.ASSIGNED, disputes.State.MEDIATING):
        model.check_convening(dispute)
    else:
        with pytest.raises(WrongState):
            model.check_convening(dispute)


def test_a_dispute_has_one_open_joint_case() -> None:
    with pytest.raises(Conflict, match="go on with that one"):
        model.check_convening(replace(DISPUTE, joint_case_id=CASE.joint_case_id))


def test_a_task_is_not_due_before_it_is_given() -> None:
    with pytest.raises(InvalidInput, match="must be today, 2026-04-12, or later"):
        model.give_task(CASE, replace(TASK, due_on=date(2026, 4, 11)), IN_CHARGE, today=TODAY)


def test_a_task_is_done_once() -> None:
    with pytest.raises(Conflict, match="was done on 2026-04-12 already"):
        model.finish_task(CASE, replace(TASK, done_at=NOW), IN_CHARGE)


def test_every_refusal_names_its_rule() -> None:
    stranger = Standing(frozenset(), in_charge=False)

    for action in ACTIONS.values():
        with pytest.raises(Refused) as refused:
            action(Body.WORKSTATION)(CASE, stranger)
        assert refused.value.rule
