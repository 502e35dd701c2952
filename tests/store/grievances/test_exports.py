"""Exports: which disputes are in one, page by page, for whom, and what the audit keeps of it."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from chassis.database import Database
from chassis.errors import NotAllowed
from chassis.identity import Actor, Grant
from services.grievances.disputes.model import Body, Dispute, Relation
from services.grievances.exports import handlers
from services.grievances.exports.handlers import Export
from services.grievances.exports.model import Asked, Format, Row
from tests.store.grievances.deadlines.timer import at
from tests.store.grievances.joint.bodies import OFFICE, Bodies

XINGHAI, BEITOU, HAIYUE = "440305001012", "440305001013", "440305006011"
DISTRICT = Actor("officer-7", (Grant("district_officer", "440305000000"),))
CITY = Actor("officer-8", (Grant("district_officer", "440300000000"),))


@pytest.fixture
def begin(database: Database, life: Any) -> Any:
    def begun(asked: Asked | None = None, actor: Actor = DISTRICT, now: Any = None) -> Export:
        with database.transaction(handlers.eyes(actor)) as tx:
            now = now or life.now + timedelta(days=1)
            return handlers.begin(tx, asked or Asked(), Format.CSV, actor=actor, now=now)

    return begun


@pytest.fixture
def rows(database: Database, begin: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """All rows of an export, two in a page."""
    monkeypatch.setattr(handlers, "PAGE", 2)

    def read(export: Export) -> Iterator[Row]:
        for place in export.places:
            after, page = None, [None, None]
            while len(page) == handlers.PAGE:
                with database.transaction(export.access) as tx:
                    page = handlers.list_page(tx, export, place, after)
                yield from page
                after = page[-1].key if page else None

    def all_of(asked: Asked | None = None, actor: Actor = DISTRICT, **given: Any) -> list[str]:
        return [row.case_number for row in read(begin(asked, actor, **given))]

    return all_of


def numbers(*disputes: Dispute) -> list[str]:
    return [dispute.case_number for dispute in disputes]


def test_every_dispute_of_the_area_once_the_oldest_first(life: Any, rows: Any) -> None:
    filed = [life.file(now=life.now + timedelta(minutes=minute)) for minute in range(5)]

    assert rows() == numbers(*filed)


def test_an_officer_has_the_own_area_and_no_other(life: Any, rows: Any) -> None:
    here, beside = life.file(), life.file(area=BEITOU, grid_unit_id=None, actor=_filer(BEITOU))
    there = life.file(area=HAIYUE, grid_unit_id=None, actor=_filer(HAIYUE))

    assert rows(actor=life.people.officer) == numbers(here)
    assert rows(actor=life.people.street) == numbers(here, beside)
    assert rows(actor=life.people.elsewhere) == numbers(there)
    assert rows() == rows(actor=CITY) == numbers(here, beside, there)
    assert rows(Asked(area=HAIYUE)) == numbers(there)
    with pytest.raises(NotAllowed):
        rows(Asked(area=HAIYUE), life.people.street)


def test_several_grants_give_each_dispute_once(life: Any, rows: Any) -> None:
    filed = life.file()
    actor = Actor("officer-6", (Grant("street_officer", "440305001000"), Grant("community_officer", XINGHAI)))

    assert rows(actor=actor) == numbers(filed)


@pytest.mark.parametrize("who", ["mediator", "resident", "leader"])
def test_an_export_is_for_officers(life: Any, begin: Any, who: str) -> None:
    with pytest.raises(NotAllowed, match="an export is for"):
        begin(actor=getattr(life.people, who))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (Asked(state="accepted"), [1]),
        (Asked(state="refused"), [2]),
        (Asked(only_open=True), [0, 1, 3]),
        (Asked(category="parking"), [3]),
        (Asked(relation="owner_property"), [3]),
        (Asked(channel="grid_leader"), [1]),
        (Asked(first_day=date(2026, 3, 11)), [1, 2, 3]),
        (Asked(last_day=date(2026, 3, 10)), [0]),
        (Asked(first_day=date(2026, 3, 11), last_day=date(2026, 3, 12)), [1, 2]),
        (Asked(state="accepted", category="parking"), []),
    ],
)
def test_it_is_narrowed_as_a_work_list_is(life: Any, rows: Any, asked: Asked, expected: list[int]) -> None:
    filed = [
        life.file(now=at("2026-03-10T10:00")),
        life.accept(life.file(life.people.leader, now=at("2026-03-11T10:00"))),
        life.refuse(life.file(now=at("2026-03-12T10:00"))),
        life.file(now=at("2026-03-13T10:00"), category="parking", relation=Relation.OWNER_PROPERTY),
    ]

    assert rows(asked, now=at("2026-03-14T10:00")) == numbers(*(filed[place] for place in expected))


def test_what_is_late_and_what_is_not(life: Any, rows: Any) -> None:
    late, _ = life.file(now=at("2026-03-02T10:00")), life.file(now=at("2026-03-09T10:00"))

    assert rows(Asked(only_overdue=True), now=at("2026-03-10T10:00")) == numbers(late)


def test_what_is_registered_while_it_runs_waits_for_the_next(life: Any, begin: Any, database: Database) -> None:
    first = life.file()
    export = begin(now=life.now)
    life.file(now=life.now + timedelta(seconds=1))

    with database.transaction(export.access) as tx:
        page = handlers.list_page(tx, export, "440305", None)

    assert [row.case_number for row in page] == numbers(first)


def test_what_complains_of_the_officers_own_body_is_not_in_it(life: Any, database: Database, rows: Any) -> None:
    bodies = Bodies(database, life)
    bodies.give(Body.PROPERTY_OFFICE, "officer-1")
    life.file(respondent=OFFICE, relation=Relation.OWNER_PROPERTY)
    other = life.file()

    assert rows(actor=life.people.officer) == numbers(other)
    assert len(rows()) == 2


def test_what_accuses_the_officer_is_not_in_it(life: Any, rows: Any) -> None:
    life.file(respondent=life.respondent(person_id="officer-1"))

    assert rows(actor=life.people.officer) == []


def test_a_category_out_of_use_keeps_its_name(life: Any, database: Database, begin: Any, service_address: Any) -> None:
    life.file()
    with database.transaction() as tx:
        tx.execute("UPDATE categories SET in_use = false WHERE category = 'noise'")
    export = begin()

    with database.transaction(export.access) as tx:
        [row] = handlers.list_page(tx, export, "440305", None)

    assert (row.category_zh, row.relation_zh, row.area_name) == ("噪声", "业主与业主", "星海名城")


def test_the_audit_keeps_who_took_what_and_how_many_rows(life: Any, begin: Any, database: Database) -> None:
    export = begin(Asked(area=XINGHAI, only_open=True), life.people.officer)
    with database.transaction(export.access) as tx:
        handlers.end(tx, export, 12, is_whole=False)

    with database.transaction() as tx:
        kept = tx.rows(
            "SELECT actor_id, kind, action, thing, area, purpose FROM audit_pending WHERE action LIKE 'dispute.exp%%'"
            "ORDER BY entry_id",
            (),
        )
    asked = f"format csv, area {XINGHAI}, only_open True"
    assert kept == [
        ("officer-1", "read", "dispute.export", "disputes", XINGHAI, asked),
        ("officer-1", "read", "dispute.exported", "disputes", XINGHAI, f"12 rows, then it broke off; {asked}"),
    ]


def _filer(area: str) -> Actor:
    return Actor("resident-1", (Grant("resident", area),))
