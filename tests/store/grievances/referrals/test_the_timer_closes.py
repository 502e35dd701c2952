"""The timer of due times closes an answered referral that nobody contested, and tells both in one transaction."""

from typing import Any
from uuid import uuid4

import pytest

from chassis.errors import NotAllowed
from chassis.identity import Actor
from services.grievances.access import eyes
from services.grievances.deadlines import api
from services.grievances.escalations import handlers as escalations
from services.grievances.escalations.model import Escalation
from services.grievances.referrals.model import State
from tests.store.grievances.deadlines.timer import tell, told


@pytest.fixture
def timer(way: Any) -> api.DeadlinesApi:
    """As the service runs it."""
    timer = api.DeadlinesApi()
    timer.database = way.database
    return timer


def test_what_nobody_contested_in_time_is_closed(way: Any, timer: api.DeadlinesApi) -> None:
    """信访工作条例 Art. 35."""
    answered = way.answered()
    way.now = answered.term.due_at

    timer.tell_deadlines(way.now)
    assert way.facts(answered)[-1][0] == "referral.answered", "left to the one that closes it"
    timer.lapse_rights(way.now)
    timer.lapse_rights(way.now)

    assert way.facts(answered)[-1] == ("referral.closed", 5)
    assert [one.type for one in told(way.database)] == ["near", "lapsed"]
    assert way.due(answered) == {}


def test_the_days_for_objecting_lapse_and_close_nothing(way: Any, timer: api.DeadlinesApi) -> None:
    """Art. 23."""
    given = way.sorted()
    way.now = given.objection_due_at

    timer.lapse_rights(way.now)
    tell(way.database, way.now, apart=("referral",))

    assert ("referral.objection", "lapsed") in [(one.rule, one.type) for one in told(way.database)]
    assert way.accept(given).state is State.ACCEPTED


def test_who_complains_orders_nothing_in_the_own_matter_however_high_the_office(way: Any) -> None:
    """信访工作条例 Art. 28: not sorted in 15 days, it is the street's after three more (c)."""
    street, colleague = way.people.street, Actor("street-8", way.people.street.grants)
    way.register(street, complainant_id=street.actor_id)
    way.later(days=19)
    tell(way.database, way.now)

    def order(actor: Actor) -> Escalation:
        with way.database.transaction(eyes(actor)) as tx:
            asked = {"area": None, "level": None, "is_open": None, "after": None, "count": 9}
            [came_up] = escalations.list_escalations(tx, actor=actor, **asked)
            written = {"instruction": "三日内转送。", "actor": actor, "now": way.now}
            return escalations.instruct(tx, came_up.escalation_id, **written)

    with pytest.raises(NotAllowed, match="orders nothing in it"):
        order(street)
    with way.database.transaction(eyes(street)) as tx:
        assert tx.execute("UPDATE escalations SET answered_by = 'x'") == 0
    assert order(colleague).instruction == "三日内转送。"


def test_one_that_cannot_be_closed_holds_up_no_other(
    way: Any, timer: api.DeadlinesApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = way.answered(), way.answered()
    lapse = api.LAPSES["referral"]

    def fail_at_first(tx: Any, thing_id: Any, now: Any) -> object:
        if thing_id == first.referral_id:
            raise LookupError(f"no referral {uuid4()}")
        return lapse(tx, thing_id, now)

    monkeypatch.setattr(api, "LAPSES", {"referral": fail_at_first})
    way.now = first.term.due_at

    with pytest.raises(LookupError):
        timer.lapse_rights(way.now)

    assert way.facts(first)[-1][0] == "referral.answered"
    assert way.facts(second)[-1][0] == "referral.closed"
