"""Filing a dispute: where it may lie, who may file it, its number, and what of it lies open."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg2.errors
import pytest

from chassis.database import Database
from chassis.errors import InvalidInput, NotAllowed
from chassis.identity import Actor, Grant
from services.grievances.access import Purpose, eyes
from services.grievances.disputes import handlers

Facts = Callable[[], list[tuple[str, int]]]

BEITOU, HAIYUE, STREET = "440305001013", "440305006011", "440305001000"


def rows(database: Database, sql: str) -> list[Any]:
    with database.transaction() as tx:
        return tx.rows(sql)


def test_a_filed_dispute_has_a_number_and_one_fact(life: Any, facts: Facts) -> None:
    dispute = life.file()

    assert dispute.case_number == "440305001012-2026-0001"
    assert (dispute.state, dispute.version) == ("registered", 1)
    assert facts() == [("dispute.registered", 1)]


def test_serials_count_per_community_and_shanghai_year(life: Any) -> None:
    officer = Actor("o", (Grant("community_officer", "440305000000"),))
    new_year = datetime(2026, 12, 31, 16, tzinfo=UTC)

    numbers = [
        life.file(officer).case_number,
        life.file(officer, grid_unit_id=None, area=BEITOU).case_number,
        life.file(officer).case_number,
        life.file(officer, now=new_year).case_number,
    ]

    assert numbers == [
        "440305001012-2026-0001",
        "440305001013-2026-0001",
        "440305001012-2026-0002",
        "440305001012-2027-0001",
    ]


def test_serials_have_no_gap_and_no_twin_when_many_file_at_once_and_some_fail(life: Any, database: Database) -> None:
    def file(number: int) -> None:
        try:
            with database.transaction(eyes(life.people.resident)) as tx:
                handlers.register(
                    tx,
                    life.filing,
                    dispute_id=UUID(int=number + 1),
                    actor=life.people.resident,
                    now=life.now,
                )
                if number % 4 == 0:
                    raise KeyboardInterrupt("something breaks after the number was given")
        except KeyboardInterrupt:
            pass

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(file, range(48)))

    serials = [row.serial for row in rows(database, "SELECT serial FROM disputes ORDER BY serial")]
    assert serials == list(range(1, 37))


@pytest.mark.parametrize(
    ("area", "told"),
    [
        ("440305001999", "area 440305001999 is not a division known here; .* for example 4403050010"),
        (STREET, "area 440305001000 is a street; give the 12-digit code of a community, for example 440305001"),
    ],
)
def test_an_area_must_be_a_known_community(life: Any, facts: Facts, area: str, told: str) -> None:
    with pytest.raises(InvalidInput, match=told) as refused:
        life.file(area=area)

    assert [field.pointer for field in refused.value.fields] == ["/area"]
    assert facts() == []


def test_a_grid_unit_must_be_known_and_lie_in_the_community(life: Any) -> None:
    anyone = Actor("o", (Grant("community_officer", "440305000000"),))
    unknown = UUID(int=7)

    with pytest.raises(InvalidInput, match="not known here; leave it out or give a unit of community 440305001012"):
        life.file(grid_unit_id=unknown)
    with pytest.raises(InvalidInput, match=r"lies in another community; .* community 440305006011"):
        life.file(anyone, area=HAIYUE)


def test_a_category_must_be_in_use(life: Any, database: Database, facts: Facts) -> None:
    with pytest.raises(InvalidInput, match="category is not in use; give one of property_fee, repair") as refused:
        life.file(category="ghosts")

    assert "ghosts" not in refused.value.detail
    assert facts() == []
    assert rows(database, "SELECT FROM case_serials") == []


def test_a_category_of_the_list_is_a_word(database: Database) -> None:
    with pytest.raises(psycopg2.errors.CheckViolation), database.transaction() as tx:
        tx.execute("INSERT INTO categories (category, name_zh, name_en, position) VALUES ('王小明', '', '', 9)")


@pytest.mark.parametrize("role", ["elsewhere", "street"])
def test_who_has_no_part_in_the_community_files_nothing_there(life: Any, facts: Facts, role: str) -> None:
    with pytest.raises(NotAllowed, match="440305001012"):
        life.file(getattr(life.people, role))

    assert facts() == []


def test_a_grid_leader_files_for_the_grid_alone(life: Any) -> None:
    leader = life.people.leader

    assert life.file(leader).filed_by == "leader-1"
    with pytest.raises(NotAllowed):
        life.file(leader, grid_unit_id=None)
    with pytest.raises(NotAllowed):
        life.file(Actor("leader-3", (Grant("grid_leader", "440305001012", "/c/another"),)))


def test_a_resident_files_as_the_applicant(life: Any) -> None:
    assert life.file().applicant_id == "resident-1"

    with pytest.raises(NotAllowed, match=r"leave applicant\.person_id out"):
        life.file(applicant=life.applicant(person_id="somebody-else"))


def test_who_files_for_another_is_no_party(life: Any) -> None:
    dispute = life.file(life.people.mediator, applicant=life.applicant(person_id="resident-5"))

    assert dispute.filed_by == "mediator-1"
    assert dispute.applicant_id == "resident-5"


PERSONAL = ("王小明", "欧阳锋", "13800138000", "26666666", "深夜练琴", "可以商量", "不练琴")


def test_nothing_personal_lies_open_in_any_table(life: Any, database: Database) -> None:
    life.resolve(life.mediating())

    tables = rows(database, "SELECT format('%I', tablename) AS name FROM pg_tables WHERE schemaname = 'public'")
    for (table,) in tables:
        if "yoyo" in table:
            continue
        for (text,) in rows(database, f"SELECT t::text FROM {table} AS t"):
            assert not any(word in text or word.encode().hex() in text for word in PERSONAL), (table, text)


def test_equal_phones_are_found_by_their_blind_index(life: Any, database: Database) -> None:
    life.file()
    life.file(applicant=life.applicant(name="王大明", phone="+86 138-0013-8000"))

    found = rows(database, "SELECT side, count(*) FROM dispute_parties GROUP BY side, phone_index ORDER BY side")

    assert found == [("applicant", 2), ("respondent", 2)]


def test_views_are_masked_unless_opened_for_a_purpose(life: Any, database: Database) -> None:
    dispute = life.file()

    with database.transaction(eyes(life.people.officer)) as tx:
        masked = handlers.get_in_detail(tx, dispute.dispute_id, actor=life.people.officer, purpose=None)
        opened = handlers.get_in_detail(tx, dispute.dispute_id, actor=life.people.officer, purpose=Purpose.CONTACT)

    assert (masked.applicant.name, masked.applicant.phone, masked.summary) == ("王**", "138****8000", None)
    assert (masked.respondent.name, masked.respondent.phone) == ("欧阳*", "0755-****6666")
    assert (opened.applicant.name, opened.applicant.phone) == ("王小明", "13800138000")
    assert opened.summary == "楼上王某深夜练琴，电话13800138000"
    assert rows(database, "SELECT actor_id, kind, purpose, area FROM audit_pending") == [
        ("officer-1", "read", "contact", "440305001012")
    ]


def test_personal_data_opens_for_the_assigned_mediator_and_officers_alone(life: Any, database: Database) -> None:
    dispute = life.assigned()
    people = life.people

    def open_as(actor: Actor) -> str | None:
        with database.transaction(eyes(actor)) as tx:
            return handlers.get_in_detail(tx, dispute.dispute_id, actor=actor, purpose=Purpose.MEDIATION).summary

    assert all(open_as(actor) for actor in (people.mediator, people.officer, people.street))
    for actor in (people.colleague, people.resident):
        with pytest.raises(NotAllowed, match="ask without `purpose` for"):
            open_as(actor)


def test_an_officer_who_filed_opens_nothing_by_office(life: Any, database: Database) -> None:
    officer = life.people.officer
    dispute = life.file(officer)

    with database.transaction(eyes(officer)) as tx:
        assert handlers.get_in_detail(tx, dispute.dispute_id, actor=officer, purpose=None).respondent.name == "欧阳*"
        with pytest.raises(NotAllowed, match=r"who has a part in dispute .* opens nothing of it by office"):
            handlers.get_in_detail(tx, dispute.dispute_id, actor=officer, purpose=Purpose.REVIEW)


def test_who_filed_reads_the_own_words_and_masked_names(life: Any, database: Database) -> None:
    dispute = life.file()
    resident = life.people.resident

    with database.transaction(eyes(resident)) as tx:
        seen = handlers.get_in_detail(tx, dispute.dispute_id, actor=resident, purpose=None)

    assert seen.summary == "楼上王某深夜练琴，电话13800138000"
    assert seen.respondent.name == "欧阳*"
    assert [row.purpose for row in rows(database, "SELECT purpose FROM audit_pending")] == ["own filing"]
