"""Searching what was told: it is sealed, found by fingerprints, opened to be sure, and every search is audited."""

from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from chassis.database import Database, connect
from chassis.errors import NotAllowed
from chassis.identity import Actor, Grant
from services.grievances.access import eyes
from services.grievances.disputes.model import Dispute, PartyKind
from services.grievances.search.store import words_of
from services.grievances.worklists import handlers
from services.grievances.worklists.model import Asked, Filter, Key

DISTRICT = "440305000000"
TOLD = (
    "3栋电梯停运三天，报修无人处理",
    "电梯口堆放垃圾，电梯停了又开，运行异响",
    "ＷＩＦＩ干扰，投诉号AB123",
    "地下车库渗水",
)


@pytest.fixture
def told(life: Any) -> list[Dispute]:
    return [life.file(now=life.now + timedelta(hours=at), summary=text) for at, text in enumerate(TOLD)]


def found(database: Database, actor: Actor, *words: str, **asked: Any) -> list[str]:
    with database.transaction(eyes(actor)) as tx:
        page, _ = handlers.list_disputes(tx, Asked(words=words, **asked), actor=actor, after=None, count=50)
    return [one.case_number for one in page]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("电梯",), [1, 0]),
        (("电梯停运",), [0]),
        (("电梯", "垃圾"), [1]),
        (("wifi",), [2]),
        (("ab123",), [2]),
        (("ab12",), []),
        (("3栋",), [0]),
        (("渗水",), [3]),
        (("漏水",), []),
        # Each of its two words is there, the part itself is not: opened, it is not what was asked for.
        (("停运行",), []),
    ],
)
def test_every_part_is_in_what_was_told(
    database: Database, life: Any, told: list[Dispute], words: tuple[str, ...], expected: list[int]
) -> None:
    assert found(database, life.people.officer, *words) == [told[at].case_number for at in expected]


def test_an_organisation_is_found_by_its_name_and_a_person_is_not(database: Database, life: Any) -> None:
    about = life.file(respondent=life.respondent(kind=PartyKind.ORGANISATION, name="星海物业服务中心"))

    assert found(database, life.people.officer, "星海物业") == [about.case_number]
    assert found(database, life.people.officer, "王小明") == []


def test_a_search_is_narrowed_like_a_list(database: Database, life: Any, told: list[Dispute]) -> None:
    refused = life.refuse(told[0])

    assert found(database, life.people.officer, "电梯", narrowed=Filter(only_open=True)) == [told[1].case_number]
    assert found(database, life.people.officer, "电梯", narrowed=Filter(state=refused.state)) == [told[0].case_number]
    assert found(database, life.people.officer, "电梯", narrowed=Filter(category="repair")) == []


@pytest.mark.parametrize("area", ["440305001012", "440305001000", DISTRICT, "440300000000"])
def test_it_reaches_as_far_as_the_office(database: Database, told: list[Dispute], area: str) -> None:
    assert len(found(database, Actor("o", (Grant("district_officer", area),)), "电梯")) == 2


def test_another_community_finds_nothing(database: Database, life: Any, told: list[Dispute]) -> None:
    officer = Actor("o", (Grant("community_officer", "440305006011"),))

    assert found(database, officer, "电梯") == []


def test_a_mediator_does_not_search_what_others_were_told(database: Database, life: Any, told: list[Dispute]) -> None:
    with pytest.raises(NotAllowed, match="only officers search"):
        found(database, life.people.mediator, "电梯")


def test_a_search_is_audited_without_its_words(database: Database, life: Any, told: list[Dispute]) -> None:
    found(database, life.people.officer, "电梯")

    with database.transaction() as tx:
        rows = tx.rows("SELECT actor_id, thing, area, purpose FROM audit_pending WHERE action = 'dispute.search'")
    assert [tuple(row) for row in rows] == [("officer-1", "disputes", "440305001012", "search")]


def test_pages_of_a_search_follow_each_other(database: Database, life: Any) -> None:
    filed = [life.file(now=life.now + timedelta(minutes=at), summary=f"电梯停运{at}") for at in range(5)]
    numbers: list[str] = []
    after: Key | None = None

    for _ in range(3):
        with database.transaction(eyes(life.people.officer)) as tx:
            page, after = handlers.list_disputes(
                tx, Asked(words=("电梯停运",)), actor=life.people.officer, after=after, count=2
            )
        numbers += [one.case_number for one in page]

    assert numbers == [one.case_number for one in reversed(filed)]


def test_the_table_holds_no_word(database: Database, service_address: Any, told: list[Dispute]) -> None:
    with closing(connect(service_address.admin_url)) as admin, admin.cursor() as cursor:
        cursor.execute("SELECT words FROM disputes ORDER BY registered_at")
        rows = cursor.fetchall()

    assert [row.words for row in rows] == [words_of(text) for text in TOLD]
    assert all(0 <= word < 2**16 for row in rows for word in row.words)


def test_past_the_handlers_words_find_only_what_the_eyes_may_see(
    database: Database, life: Any, told: list[Dispute]
) -> None:
    elsewhere = eyes(Actor("o", (Grant("community_officer", "440305006011"),)))

    with database.transaction(elsewhere) as tx:
        rows = tx.rows(
            "SELECT dispute_id FROM disputes_with_words(%s, ARRAY['440305', '440305001'], NULL, NULL, 9)",
            (words_of("电梯"),),
        )

    assert rows == []
