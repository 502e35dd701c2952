"""How long things may take is data: seeded with the law's terms, set by the district, kept by what already runs."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from threading import Barrier
from typing import Any

import psycopg2.errors
import pytest
import uuid_utils.compat

from chassis.database import SYSTEM, Access, Database, Transaction
from chassis.errors import InvalidInput, NotAllowed, NotFound, StaleVersion
from chassis.identity import Actor, Grant
from services.grievances.access import eyes
from services.grievances.deadlines import handlers, store, timetables
from services.grievances.deadlines.model import Amounts, Due, Rule, Thing, Unit
from services.grievances.disputes import life_cycle
from services.grievances.disputes import model as disputes
from tests.store.grievances.deadlines.timer import at

OFFICER = Actor("district-1", (Grant("district_officer", "440305000000"),))
START = at("2026-03-10T10:00")
MEDIATION = Amounts(20, 72, 3, 7)


def rules(database: Database) -> dict[str, Rule]:
    with database.transaction() as tx:
        return {rule.rule: rule for rule in handlers.list_rules(tx)}


def set_rule(database: Database, name: str, to: Amounts, *, actor: Actor = OFFICER, version: int = 1) -> Rule:
    with database.transaction(eyes(actor)) as tx:
        return handlers.set_rule(tx, name, to, actor=actor, version=version)


def watch(database: Database, thing: Thing, rule: str = "dispute.mediation", start: datetime = START) -> Due:
    with database.transaction() as tx:
        return handlers.watch(tx, thing, rule, start)


def dispute() -> Thing:
    return Thing("dispute", uuid_utils.compat.uuid7(), "440305001012", "noise", "owner_owner")


def kept(database: Database, thing: Thing) -> Any:
    with database.transaction() as tx:
        (row,) = tx.rows("SELECT * FROM deadlines WHERE thing_id = %s", (thing.thing_id,))
    return row


LAW = [
    ("agreement.judicial_confirmation", 30, Unit.DAYS, "人民调解法 Art. 33"),
    ("referral.sorting", 15, Unit.DAYS, "信访工作条例 Art. 22"),
    ("referral.notice", 15, Unit.DAYS, "信访工作条例 Art. 23"),
    ("referral.objection", 5, Unit.WORKING_DAYS, "信访工作条例 Art. 23"),
    ("referral.handling", 60, Unit.DAYS, "信访工作条例 Art. 34"),
    ("referral.extension", 30, Unit.DAYS, "信访工作条例 Art. 34"),
    ("referral.review_request", 30, Unit.DAYS, "信访工作条例 Art. 35"),
    ("referral.review", 30, Unit.DAYS, "信访工作条例 Art. 35"),
    ("referral.rereview_request", 30, Unit.DAYS, "信访工作条例 Art. 36"),
    ("referral.rereview", 30, Unit.DAYS, "信访工作条例 Art. 36"),
]


@pytest.mark.parametrize(("name", "days", "unit", "article"), LAW, ids=[row[0] for row in LAW])
def test_what_the_law_gives_is_seeded_as_the_most(
    database: Database, name: str, days: int, unit: Unit, article: str
) -> None:
    rule = rules(database)[name]

    assert (rule.amount, rule.law_maximum, rule.unit, rule.source) == (days, days, unit, article)


def test_every_other_rule_says_that_the_district_chooses(database: Database) -> None:
    others = [rule for rule in rules(database).values() if rule.law_maximum is None]

    assert all(rule.source.startswith("(c)") or rule.amount is None for rule in others)
    assert {rule.rule for rule in rules(database).values() if not rule.is_duty} == {
        "agreement.judicial_confirmation",
        "referral.objection",
        "referral.review_request",
        "referral.rereview_request",
    }


def test_a_changed_rule_holds_for_what_begins_afterwards(database: Database) -> None:
    running, later = dispute(), dispute()
    before = watch(database, running)

    set_rule(database, "dispute.mediation", MEDIATION)
    watch(database, running)
    after = watch(database, later)

    assert kept(database, running).due_at == before.due_at == at("2026-04-10T00:00")
    assert kept(database, later).due_at == after.due_at == at("2026-03-31T00:00")
    assert kept(database, later).street_at == at("2026-04-03T00:00")


def test_a_change_is_audited_with_what_it_was(database: Database) -> None:
    set_rule(database, "dispute.mediation", MEDIATION)

    with database.transaction() as tx:
        (row,) = tx.rows("SELECT actor_id, thing, purpose FROM audit_pending WHERE action = 'deadline_rule.set'")
    assert tuple(row) == (
        "district-1",
        "deadline-rule/dispute.mediation",
        "amount 30 → 20, near_hours 120 → 72, street_after_days 5 → 3, district_after_days 10 → 7",
    )


def test_above_the_law_is_refused_and_changes_nothing(database: Database) -> None:
    """信访工作条例 Art. 34."""
    before = rules(database)

    with pytest.raises(InvalidInput, match="allows at most 60 days") as refused:
        set_rule(database, "referral.handling", Amounts(61, 240, 5, 10))

    assert refused.value.rule == "信访工作条例 Art. 34"
    assert rules(database) == before


@pytest.mark.parametrize(
    "actor",
    [
        Actor("street-1", (Grant("street_officer", "440305001000"),)),
        Actor("street-1", (Grant("district_officer", "440305001000"),)),
        Actor("district-9", (Grant("district_officer", "440306000000"),)),
        Actor("officer-1", (Grant("community_officer", "440305000000"),)),
    ],
    ids=["a street", "a street by another name", "another district", "another office"],
)
def test_the_district_alone_sets_a_rule(database: Database, actor: Actor) -> None:
    with pytest.raises(NotAllowed, match="district_officer"):
        set_rule(database, "dispute.mediation", MEDIATION, actor=actor)

    assert rules(database)["dispute.mediation"].version == 1


def test_two_officers_at_once_one_of_them_reads_again(database: Database) -> None:
    together = Barrier(2)

    def change(days: int) -> str:
        together.wait()
        try:
            return str(set_rule(database, "dispute.mediation", Amounts(days, 72, 3, 7)).amount)
        except StaleVersion as error:
            return str(error)

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(change, (20, 21)))

    stale = [result for result in results if "at version 2, not 1" in result]
    assert len(stale) == 1
    assert str(rules(database)["dispute.mediation"].amount) in results


def test_an_unknown_rule_is_not_found(database: Database) -> None:
    with pytest.raises(NotFound, match="GET /deadline-rules"):
        set_rule(database, "dispute.dreaming", MEDIATION)


DISTRICT, STREET = Access("district-1", ("440305",)), Access("street-1", ("440305001",))


@pytest.mark.parametrize(("access", "changed"), [(DISTRICT, 1), (STREET, 0), (SYSTEM, 1)])
def test_the_second_lock_knows_who_sets_rules(database: Database, access: Access, changed: int) -> None:
    with database.transaction(access) as tx:
        assert tx.execute("UPDATE deadline_rules SET amount = 20 WHERE rule = 'dispute.mediation'") == changed


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("UPDATE deadline_rules SET amount = 61 WHERE rule = 'referral.handling'", psycopg2.errors.CheckViolation),
        ("UPDATE deadline_rules SET law_maximum = 90", psycopg2.errors.InsufficientPrivilege),
        ("UPDATE deadline_rules SET is_duty = false", psycopg2.errors.InsufficientPrivilege),
        ("DELETE FROM deadline_rules", psycopg2.errors.InsufficientPrivilege),
        ("INSERT INTO deadline_rules SELECT * FROM deadline_rules", psycopg2.errors.InsufficientPrivilege),
    ],
)
def test_the_second_lock_knows_the_law(database: Database, sql: str, error: type[Exception]) -> None:
    with pytest.raises(error), database.transaction(SYSTEM) as tx:
        tx.execute(sql)


# The timetable that a process keeps.


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is read of the database's rules from now on."""
    done: list[str] = []
    read = store.read_timetable

    def counted(tx: Transaction) -> Any:
        done.append(tx.connection.dsn)
        return read(tx)

    monkeypatch.setattr(timetables.store, "read_timetable", counted)
    return done


def test_a_process_reads_its_rules_once_in_a_while(
    database: Database, readings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(timetables.time, "monotonic", lambda: now[0])
    keep = timetables.Timetables()

    def ask(seconds: float) -> int:
        now[0] = 1000 + seconds
        with database.transaction() as tx:
            keep.current(tx)
        return len(readings)

    assert [ask(seconds) for seconds in (0, 1, timetables.KEPT_S, timetables.KEPT_S + 1)] == [1, 1, 1, 2]


def test_what_was_read_before_a_change_is_not_kept_after_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One greenlet reads the rules, another changes them meanwhile."""
    keep = timetables.Timetables()
    read = store.read_timetable

    def overtaken(tx: Transaction) -> Any:
        timetable = read(tx)
        monkeypatch.setattr(timetables.store, "read_timetable", read)
        set_rule(database, "dispute.mediation", MEDIATION)
        keep.forget()
        return timetable

    monkeypatch.setattr(timetables.store, "read_timetable", overtaken)
    with database.transaction() as tx:
        assert keep.current(tx).rules["dispute.mediation"].amount == 30
    with database.transaction() as tx:
        assert keep.current(tx).rules["dispute.mediation"].amount == 20


def test_each_database_has_its_own_rules(database: Database, service_database: Callable[[str], Any]) -> None:
    other = Database(service_database("grievances").url, service="grievances")
    set_rule(database, "dispute.mediation", MEDIATION)

    with other.transaction() as tx:
        assert timetables.timetables.current(tx).rules["dispute.mediation"].amount == 30
    with database.transaction() as tx:
        assert timetables.timetables.current(tx).rules["dispute.mediation"].amount == 20
    other.close()


def test_a_rule_set_in_a_transaction_that_fails_is_in_no_ones_timetable(database: Database) -> None:
    def fail() -> None:
        with database.transaction(eyes(OFFICER)) as tx:
            handlers.set_rule(tx, "dispute.mediation", MEDIATION, actor=OFFICER, version=1)
            raise LookupError

    with pytest.raises(LookupError):
        fail()

    assert watch(database, dispute()).amount == 30


# Everything that waits has a rule.

SERVICE = Path(__file__).parents[4] / "services" / "grievances"
RULE = re.compile(r'"((?:dispute|hotline|note|agreement|joint|referral)\.[a-z_]+)"')


def test_every_open_state_of_a_dispute_has_a_rule_and_no_closed_one_has(database: Database) -> None:
    seeded = rules(database)

    for state in disputes.State:
        rule = life_cycle.DUE_RULES.get(state)
        assert (rule in seeded) is (state in disputes.OPEN_STATES), state
    assert {f"hotline.{kind}" for kind in disputes.TicketKind} <= seeded.keys()


def test_every_seeded_rule_is_asked_for_by_the_slice_whose_things_wait(database: Database) -> None:
    """By its name in quotes; the names of hotline tickets are made of parts and tested with them."""
    named = {
        name
        for path in SERVICE.rglob("*.py")
        if path.name not in ("events.py", "schemas.py", "api.py")
        for name in RULE.findall(path.read_text("utf-8"))
    }

    assert {name for name in rules(database) if name not in named and not name.startswith("hotline.")} == set()
