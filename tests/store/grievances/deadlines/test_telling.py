"""What is due is told once at each level, by however many timers, whatever happens to one of them."""

import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
import uuid_utils.compat

from chassis.database import Database, Transaction
from chassis.identity import Actor, Grant
from linli import verification
from services.grievances.access import eyes
from services.grievances.deadlines import handlers, store
from services.grievances.deadlines.model import Thing
from services.grievances.disputes import handlers as disputes
from services.grievances.disputes.model import RefusalReason, TicketKind
from tests.store.grievances.deadlines.timer import at, in_short, tell, told
from tests.support.waiting import wait_for

FILED = at("2026-03-10T10:00")
"""A Tuesday: five working days end on Tuesday the 17th; the street has it three days later, the district seven."""

HOTLINE = Actor("hotline-1", (Grant("hotline", "440305001012"),))

STAGES = [
    ("2026-03-16T23:59:59", 0),
    ("2026-03-17T00:00", 1),
    ("2026-03-17T23:59:59", 1),
    ("2026-03-18T00:00", 2),
    ("2026-03-20T23:59:59", 2),
    ("2026-03-21T00:00", 3),
    ("2026-03-24T23:59:59", 3),
    ("2026-03-25T00:00", 4),
    ("2026-06-01T00:00", 4),
]
ALL = [
    ("near", "community", 1),
    ("missed", "community", 2),
    ("escalated", "street", 3),
    ("escalated", "district", 4),
]


@pytest.mark.parametrize(("now", "stages"), STAGES)
def test_a_forgotten_dispute_goes_up_level_by_level_at_the_ends_of_days(
    life: Any, database: Database, now: str, stages: int
) -> None:
    life.file(now=FILED)

    tell(database, at(now))

    assert in_short(database) == ALL[:stages]


def test_each_stage_is_told_once_however_often_the_timer_looks(life: Any, database: Database) -> None:
    dispute = life.file(now=FILED)

    for now, _ in STAGES:
        tell(database, at(now))
        tell(database, at(now))

    assert in_short(database) == ALL
    assert {one.thing_id for one in told(database)} == {str(dispute.dispute_id)}
    assert len({one.subject for one in told(database)}) == 1


def test_what_was_due_while_nobody_looked_is_told_in_order_and_now(life: Any, database: Database) -> None:
    life.file(now=FILED)
    weeks_later = at("2026-06-01T08:00")

    tell(database, weeks_later)

    assert in_short(database) == ALL
    assert {one.time for one in told(database)} == {weeks_later}


def test_a_step_begins_another_deadline_and_settles_the_former(life: Any, database: Database) -> None:
    dispute = life.file(now=FILED)
    tell(database, at("2026-03-18T00:00"))

    life.accept(dispute, now=at("2026-03-18T09:00"))
    tell(database, at("2026-03-23T09:00"))

    first, second, third = told(database)
    assert (first.rule, second.rule, third.rule) == ("dispute.acceptance",) * 2 + ("dispute.assignment",)
    assert first.subject == second.subject != third.subject
    assert (third.type, third.version) == ("near", 1)


def test_the_same_step_of_time_is_not_told_twice(life: Any, database: Database) -> None:
    """A session neither ends nor prolongs the time for mediation."""
    dispute = life.accept(life.file(now=FILED), now=FILED)
    assigned = life.assign(dispute)
    tell(database, at("2026-04-05T00:00"))

    life.meet(assigned)
    tell(database, at("2026-04-06T00:00"))

    assert in_short(database) == ALL[:1]


def test_of_what_is_closed_nothing_is_told(life: Any, database: Database) -> None:
    life.step(disputes.refuse, life.file(now=FILED), None, reason=RefusalReason.BEFORE_AUTHORITY)

    tell(database, at("2027-01-01T00:00"))

    assert told(database) == []


def test_a_hotline_ticket_has_its_own_time_beside_that_of_its_state(life: Any, database: Database) -> None:
    """12345: an enquiry has one working day, near four hours before."""
    life.file(HOTLINE, now=FILED, ticket_kind=TicketKind.ENQUIRY)

    tell(database, at("2026-03-11T20:00"))
    tell(database, at("2026-03-12T00:00"))

    assert [(one.rule, one.type) for one in told(database)] == [
        ("hotline.enquiry", "near"),
        ("hotline.enquiry", "missed"),
    ]


RIGHT = "agreement.judicial_confirmation"


def thing(kind: str = "agreement") -> Thing:
    return Thing(kind, uuid_utils.compat.uuid7(), "440305001012", "noise", "owner_owner")


def watch(database: Database, what: Thing, rule: str = RIGHT, start: datetime = FILED) -> None:
    with database.transaction() as tx:
        handlers.watch(tx, what, rule, start)


def test_a_right_lapses_and_goes_nowhere(database: Database) -> None:
    """人民调解法 Art. 33: 30 days from 10 March end on Thursday, 9 April."""
    watch(database, thing())

    for day in range(60):
        tell(database, at("2026-03-10T00:00") + timedelta(days=day))

    assert [(one.type, one.version, one.time) for one in told(database)] == [
        ("near", 1, at("2026-04-03T00:00")),
        ("lapsed", 2, at("2026-04-10T00:00")),
    ]


def still_due(database: Database) -> int:
    with database.transaction() as tx:
        return int(tx.rows("SELECT count(*) AS due FROM deadlines")[0].due)


def test_a_right_that_has_lapsed_is_due_no_more(database: Database) -> None:
    """Every agreement has one: lists by what is due first would walk past all that ever lapsed."""
    watch(database, thing())
    tell(database, at("2026-04-09T23:59"))
    assert still_due(database) == 1

    tell(database, at("2026-04-10T00:00"))

    assert still_due(database) == 0


def test_what_an_earlier_version_left_of_lapsed_rights_goes_and_is_not_told_again(database: Database) -> None:
    """As migration 0031 lays it before the timer."""
    watch(database, thing())
    with database.transaction() as tx:
        tx.execute("UPDATE deadlines SET stage = 2, next_at = due_at")

    tell(database, at("2026-06-01T00:00"))

    assert (still_due(database), told(database)) == (0, [])


def test_a_last_day_of_its_own_can_be_put_off(database: Database) -> None:
    task = thing("joint_task")
    with database.transaction() as tx:
        handlers.watch_until(tx, task, "joint.task", date(2026, 3, 20), FILED)
    tell(database, at("2026-03-19T00:00"))

    with database.transaction() as tx:
        handlers.watch_until(tx, task, "joint.task", date(2026, 3, 30), FILED)
        handlers.watch_until(tx, task, "joint.task", date(2026, 3, 30), FILED)
    tell(database, at("2026-03-28T23:00"))
    tell(database, at("2026-03-29T00:00"))

    assert [(one.type, one.time) for one in told(database)] == [
        ("near", at("2026-03-19T00:00")),
        ("near", at("2026-03-29T00:00")),
    ]


def test_two_timers_at_once_tell_each_deadline_once(database: Database) -> None:
    things = [thing("note") for _ in range(300)]
    with database.transaction() as tx:
        for one in things:
            handlers.watch(tx, one, "note.handling", FILED)
    together = Barrier(2)

    def run() -> None:
        together.wait()
        tell(database, at("2026-06-01T00:00"), at_most=7)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(run) for _ in range(2)]:
            done.result()

    assert Counter((one.thing_id, one.version) for one in told(database)) == {
        (str(one.thing_id), version): 1 for one in things for version in (1, 2, 3, 4)
    }
    with database.transaction() as tx:
        (found,) = tx.rows("SELECT count(*) AS n, count(DISTINCT deadline_id) AS deadlines FROM escalations")
    assert (found.n, found.deadlines) == (600, 300)


DYING = """
import sys
from datetime import datetime
from chassis.database import Database
from services.grievances.deadlines import handlers

database = Database(sys.argv[1], service="grievances")
with database.transaction() as tx:
    handlers.tell_due(tx, datetime.fromisoformat(sys.argv[2]))
    print("told, not committed", flush=True)
    sys.stdin.read()
"""


def test_a_process_killed_while_it_tells_loses_nothing_and_tells_nothing_twice(life: Any, database: Database) -> None:
    life.file(now=FILED)
    now = at("2026-06-01T00:00")
    command = [sys.executable, "-c", DYING, database.url, now.isoformat()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as dying:
        assert dying.stdout is not None
        assert dying.stdout.readline() == "told, not committed\n"
        tell(database, now)
        assert told(database) == [], "the row is another process's: it is not waited for"
        dying.kill()

    def told_by_now() -> bool:
        tell(database, now)
        return bool(told(database))

    wait_for(told_by_now)
    tell(database, now)
    assert in_short(database) == ALL


class Ending:
    """A slice that ends a thing when a right on it lapses."""

    def __init__(self, *, settles: bool = True) -> None:
        self.ended: list[UUID] = []
        self._settles = settles

    def __call__(self, tx: Transaction, thing_id: UUID, now: datetime) -> None:
        self.ended.append(thing_id)
        if self._settles:
            handlers.settle(tx, thing_id)


def lapse_all(database: Database, now: datetime, end: handlers.Lapse) -> int:
    with database.transaction() as tx:
        found = handlers.list_lapsing(tx, now, apart=("referral",))
    for right in found:
        with database.transaction() as tx:
            handlers.lapse(tx, right, now, end=end)
    return len(found)


def test_a_right_on_a_thing_that_ends_with_it_is_told_in_the_transaction_that_ends_it(database: Database) -> None:
    """信访工作条例 Art. 35: who does not ask for a review in 30 days has had the answer."""
    referral, ending = thing("referral"), Ending()
    watch(database, referral, "referral.review_request")
    tell(database, at("2026-04-08T00:00"), apart=("referral",))
    over = at("2026-04-10T00:00")

    tell(database, over, apart=("referral",))
    assert [one.type for one in told(database)] == ["near"], "left to the one that ends it"
    lapsed = lapse_all(database, over, ending)

    assert (lapsed, ending.ended) == (1, [referral.thing_id])
    assert [(one.type, one.version) for one in told(database)] == [("near", 1), ("lapsed", 2)]
    assert lapse_all(database, over, ending) == 0


def test_a_right_that_was_used_meanwhile_is_not_told_as_lapsed(database: Database) -> None:
    referral = thing("referral")
    watch(database, referral, "referral.review_request")
    over = at("2026-04-10T00:00")
    with database.transaction() as tx:
        (right,) = handlers.list_lapsing(tx, over, apart=("referral",))
    watch(database, referral, "referral.review", over)

    with database.transaction() as tx:
        handlers.lapse(tx, right, over, end=Ending(settles=False))

    assert told(database) == []


def test_a_lapse_that_fails_is_told_by_nobody_and_tried_again(database: Database) -> None:
    watch(database, thing("referral"), "referral.review_request")
    over = at("2026-04-10T00:00")

    def fail(tx: Transaction, thing_id: UUID, now: datetime) -> None:
        raise LookupError("no such referral")

    with pytest.raises(LookupError):
        lapse_all(database, over, fail)

    assert told(database) == []
    assert lapse_all(database, over, Ending()) == 1


def test_a_case_that_came_up_may_be_taken_over_above_until_it_moves_on(life: Any, database: Database) -> None:
    dispute = life.file(now=FILED)
    tell(database, at("2026-03-21T00:00"))

    with database.transaction(eyes(life.people.street)) as tx:
        assert disputes.get_seen(tx, dispute.dispute_id, actor=life.people.street).escalated_to == "street"
    accepted = life.accept(dispute, life.people.street, now=at("2026-03-21T09:00"))

    assert accepted.state == "accepted"
    with database.transaction(eyes(life.people.street)) as tx:
        assert disputes.get_seen(tx, dispute.dispute_id, actor=life.people.street).escalated_to is None


def test_a_batch_is_a_statement_or_two_however_large(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with database.transaction() as tx:
        for _ in range(200):
            handlers.watch(tx, thing("note"), "note.handling", FILED)
    run = []
    once = store.queries.take_due
    monkeypatch.setattr(store.queries, "take_due", lambda *given, **more: run.append(1) or once(*given, **more))

    with database.transaction() as tx:
        before = len(tx._last_words)
        assert not handlers.tell_due(tx, at("2026-06-01T00:00"))
        assert len(tx._last_words) - before == 200 * 4 + 2, (
            "the facts, and two inserts: of all that was told, and of all that came up"
        )

    assert len(run) == 1


def forget_all(database: Database) -> None:
    """As a version leaves it that watched nothing."""
    with database.transaction() as tx:
        tx.execute("DELETE FROM deadlines")


def test_what_a_former_version_left_open_gets_its_due_time(life: Any, database: Database) -> None:
    waiting, accepted = life.file(now=FILED), life.accept(life.file(now=FILED), now=at("2026-03-11T09:00"))
    life.step(disputes.refuse, life.file(now=FILED), None, reason=RefusalReason.BEFORE_AUTHORITY)
    with database.transaction() as tx:
        before = tx.rows("SELECT thing_id, rule, started_at, due_at FROM deadlines ORDER BY thing_id")
    forget_all(database)

    with database.transaction() as tx:
        up_to = handlers.watch_forgotten(tx, at_most=1)
    with database.transaction() as tx:
        rest = handlers.watch_forgotten(tx, after=up_to)

    with database.transaction() as tx:
        after = tx.rows("SELECT thing_id, rule, started_at, due_at FROM deadlines ORDER BY thing_id")
    assert {row.thing_id for row in after} == {waiting.dispute_id, accepted.dispute_id}
    assert after == before
    assert (up_to is not None, rest) == (True, None)


def test_what_was_looked_at_before_is_not_looked_at_again(life: Any, database: Database) -> None:
    """What a version left open by the hundred thousand would else be looked through from its beginning each time."""
    for _ in range(3):
        life.file(now=FILED)
    with database.transaction() as tx:
        up_to = handlers.watch_forgotten(tx, at_most=3)
        last = tx.rows("SELECT registered_at, dispute_id FROM disputes ORDER BY 1, 2")[-1]
    forget_all(database)

    with database.transaction() as tx:
        handlers.watch_forgotten(tx, after=(last.registered_at, last.dispute_id))

    with database.transaction() as tx:
        watched = tx.rows("SELECT thing_id FROM deadlines")
    assert (up_to, watched) == (None, [])


def test_what_somebody_has_in_hand_gets_its_due_time_with_the_step(life: Any, database: Database) -> None:
    dispute = life.file(now=FILED)
    forget_all(database)

    with database.transaction(eyes(life.people.officer)) as tx:
        disputes.accept(tx, dispute.dispute_id, actor=life.people.officer, version=1, now=FILED)
        with database.transaction() as timer:
            handlers.watch_forgotten(timer)

    with database.transaction() as tx:
        (row,) = tx.rows("SELECT rule FROM deadlines")
    assert row.rule == "dispute.assignment"


def test_verify_names_an_open_dispute_of_which_nothing_is_due(life: Any, database: Database) -> None:
    dispute = life.file(now=FILED)
    assert verification._of_due_times(database).holds
    forget_all(database)

    check = verification._of_due_times(database)

    assert check.differences == [f"dispute {dispute.dispute_id} is registered: nothing is due of it"]


def test_verify_says_how_long_the_holiday_table_lasts(database: Database) -> None:
    early, late = (verification._of_holidays(database, day) for day in (date(2026, 3, 1), date(2026, 11, 20)))

    assert (early.looked_at, early.holds) == ("speaks until 2026-12-31, 305 days left", True)
    assert late.looked_at.endswith("41 days left; load the next year: linli import holidays FILE.csv")
    assert late.holds
