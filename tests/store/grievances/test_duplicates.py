"""Cases that look alike, found with eyes that see no more than they may; linked ones are still there and counted."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import uuid_utils.compat

from chassis.database import Database
from chassis.errors import Conflict, InvalidInput, NotAllowed, NotFound, StaleVersion
from chassis.identity import Actor, Grant
from services.grievances.access import eyes
from services.grievances.disputes import handlers as disputes
from services.grievances.disputes.model import Dispute, ReopeningReason
from services.grievances.duplicates import handlers
from services.grievances.duplicates.handlers import Related
from services.grievances.duplicates.model import Similar
from services.grievances.following import handlers as following
from services.grievances.following.handlers import NOBODY, Shown
from services.grievances.following.secret import secret_of
from services.grievances.places import store as places
from services.grievances.places.model import GridUnit
from services.grievances.worklists import handlers as worklists
from services.grievances.worklists.model import Asked, Filter

XINGHAI, HAIYUE = "440305001012", "440305006011"
BUILDING = UUID("01936f00-0000-7000-8000-0000000000b1")
HOUSEHOLD, OTHER_BUILDING, ROOT = UUID(int=2), UUID(int=3), UUID(int=4)
OTHER_PHONE, OTHER_SIDE = "13900139000", "0755-27777777"

Facts = Callable[[], list[tuple[str, int]]]


@pytest.fixture(autouse=True)
def grid(database: Database) -> None:
    with database.transaction() as tx:
        places.save_grid_units(
            tx,
            [
                GridUnit(ROOT, XINGHAI, "community", "/c", 1),
                GridUnit(HOUSEHOLD, XINGHAI, "household", "/c/b/h", 1),
                GridUnit(OTHER_BUILDING, XINGHAI, "building", "/c/b2", 1),
            ],
        )


@pytest.fixture
def file(life: Any) -> Callable[..., Dispute]:
    """Files a dispute of an applicant, respondent and place that nobody else has, but for what is given."""
    numbers = iter(range(100))

    def filed(
        actor: Actor | None = None, *, phone: str | None = None, against: str | None = None, **changes: Any
    ) -> Dispute:
        number = next(numbers)
        told = {
            "applicant": life.applicant(phone=phone or f"1350000{number:04d}"),
            "respondent": life.respondent(phone=against or f"0755-2600{number:04d}"),
            "grid_unit_id": None,
        } | changes
        filed: Dispute = life.file(actor or life.people.officer, **told)
        return filed

    return filed


def related(database: Database, dispute: Dispute, actor: Actor, now: Any) -> Related:
    with database.transaction(eyes(actor)) as tx:
        return handlers.list_related(tx, dispute.dispute_id, actor=actor, now=now)


def suggested(life: Any, dispute: Dispute, actor: Actor | None = None, now: Any = None) -> dict[UUID, tuple[str, ...]]:
    found = related(life.database, dispute, actor or life.people.officer, now or life.now)
    return {one.dispute.dispute_id: tuple(one.evidence) for one in found.suggested}


def link(database: Database, dispute: Dispute, to: Dispute, actor: Actor, now: Any, **more: Any) -> Dispute:
    with database.transaction(eyes(actor)) as tx:
        asked = {"actor": actor, "version": dispute.version, "now": now} | more
        return handlers.link(tx, dispute.dispute_id, to=to.dispute_id, **asked)


EVIDENCE: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[str, ...]]] = {
    "the same phone, however it is written": (
        {"phone": "13900139000"},
        {"phone": "+86 139-0013-9000", "category": "parking"},
        ("same_applicant",),
    ),
    "the same matter in the same building": (
        {"grid_unit_id": BUILDING},
        {"grid_unit_id": BUILDING},
        ("same_matter",),
    ),
    "the same matter in the building and in a household of it": (
        {"grid_unit_id": BUILDING},
        {"grid_unit_id": HOUSEHOLD},
        ("same_matter",),
    ),
    "the same respondent": ({"against": OTHER_SIDE}, {"against": OTHER_SIDE}, ("same_respondent",)),
    "all of it": (
        {"phone": OTHER_PHONE, "against": OTHER_SIDE, "grid_unit_id": BUILDING},
        {"phone": OTHER_PHONE, "against": OTHER_SIDE, "grid_unit_id": BUILDING},
        ("same_applicant", "same_matter", "same_respondent"),
    ),
    "nothing in common": ({}, {}, ()),
    "another matter in the same building": (
        {"grid_unit_id": BUILDING},
        {"grid_unit_id": BUILDING, "category": "parking"},
        (),
    ),
    "the same matter in another building": ({"grid_unit_id": BUILDING}, {"grid_unit_id": OTHER_BUILDING}, ()),
    "the same matter somewhere in the community": ({"grid_unit_id": ROOT}, {"grid_unit_id": BUILDING}, ()),
    "the same matter, no place told": ({}, {}, ()),
    "the applicant of one is the respondent of the other": ({"phone": OTHER_PHONE}, {"against": OTHER_PHONE}, ()),
}


@pytest.mark.parametrize("case", EVIDENCE)
def test_cases_look_alike_by_evidence_in_either_direction(life: Any, file: Any, case: str) -> None:
    first, second, evidence = EVIDENCE[case]
    one, other = file(**first), file(**second)

    for each, found in ((one, other), (other, one)):
        assert suggested(life, each) == ({found.dispute_id: evidence} if evidence else {})


@pytest.mark.parametrize(("days", "found"), [(0, True), (30, True), (31, False)])
def test_one_matter_is_told_within_thirty_days(life: Any, file: Any, days: int, found: bool) -> None:
    one = file(grid_unit_id=BUILDING)
    other = file(grid_unit_id=BUILDING, now=life.now + timedelta(days=days))

    now = life.now + timedelta(days=days)
    assert list(suggested(life, other, now=now)) == ([one.dispute_id] if found else [])


@pytest.mark.parametrize(("days", "state", "found"), [(90, "refused", True), (91, "refused", False), (91, None, True)])
def test_open_ones_are_suggested_however_old_and_closed_ones_for_ninety_days(
    life: Any, file: Any, days: int, state: str | None, found: bool
) -> None:
    old = file(life.people.mediator, phone=OTHER_PHONE)
    if state:
        life.refuse(old, on_behalf_of="respondent")
    later = life.now + timedelta(days=days)
    new = file(phone=OTHER_PHONE, now=later)

    assert (old.dispute_id in suggested(life, new, now=later)) is found


def test_cases_of_other_communities_are_none_of_its_duplicates(life: Any, file: Any) -> None:
    district = Actor("officer-3", (Grant("district_officer", "440305000000"), Grant("mediator", "440305000000")))
    one = file(phone=OTHER_PHONE)
    file(district, phone=OTHER_PHONE, area=HAIYUE)

    assert suggested(life, one, district) == {}


def test_nobody_is_shown_more_than_he_or_she_may_see(life: Any, file: Any, database: Database) -> None:
    people = life.people
    of_neighbour = file(people.neighbour, phone=OTHER_PHONE)
    own = file(people.resident, phone=OTHER_PHONE)
    again = file(people.resident, phone=OTHER_PHONE)

    assert set(suggested(life, again, people.resident)) == {own.dispute_id}
    assert set(suggested(life, again, people.officer)) == {own.dispute_id, of_neighbour.dispute_id}
    for nobody in (people.neighbour, people.elsewhere):
        with pytest.raises(NotFound):
            related(database, again, nobody, life.now)


def test_what_is_about_an_officer_is_suggested_to_that_officer_by_no_way(life: Any, file: Any) -> None:
    """信访工作条例 Art. 30, 46."""
    one = file(life.people.resident, phone=OTHER_PHONE)
    life.file(
        applicant=life.applicant(phone=OTHER_PHONE), respondent=life.respondent(person_id=life.people.officer.actor_id)
    )

    assert suggested(life, one) == {}
    assert len(suggested(life, one, life.people.mediator)) == 1


@pytest.mark.parametrize(("who", "count"), [("resident", 1), ("officer", 3), ("leader", 0)])
def test_whoever_files_is_told_of_similar_ones_as_far_as_he_or_she_sees_them(
    life: Any, file: Any, database: Database, who: str, count: int
) -> None:
    people, actor = life.people, getattr(life.people, who)
    told = {"phone": OTHER_PHONE, "grid_unit_id": BUILDING}
    for other in (people.neighbour, people.resident, people.mediator):
        file(other, **told)

    with database.transaction(eyes(actor)) as tx:
        filing = replace(life.filing, grid_unit_id=BUILDING, applicant=life.applicant(phone=OTHER_PHONE))
        dispute = disputes.register(tx, filing, dispute_id=uuid_utils.compat.uuid7(), actor=actor, now=life.now)
        similar: Similar = handlers.at_intake(tx, dispute, actor=actor, now=life.now)

    assert (similar.count, len(similar.dispute_ids)) == (count, count)


def test_no_more_than_a_few_of_the_newest_are_looked_at(
    life: Any, file: Any, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ones = [file(phone=OTHER_PHONE, category=category) for category in ("noise", "repair", "parking", "waste")]
    with database.transaction(eyes(life.people.officer)) as tx:
        found = handlers.store.list_look_alikes(
            tx, ones[-1].dispute_id, since=life.now - timedelta(days=90), in_area=0, by_phone=2
        )

    assert {one.dispute.dispute_id for one in found} == {ones[1].dispute_id, ones[2].dispute_id}


def test_a_linked_case_keeps_its_number_and_stays_in_lists_and_counts(
    life: Any, file: Any, database: Database, facts: Facts
) -> None:
    officer = life.people.mediator
    primary, dispute = file(phone=OTHER_PHONE), file(phone=OTHER_PHONE)

    linked = link(database, dispute, primary, officer, life.now)

    assert (linked.case_number, linked.linked_to, linked.version) == (dispute.case_number, primary.dispute_id, 2)
    with database.transaction(eyes(officer)) as tx:
        page, _ = worklists.list_disputes(tx, Asked(narrowed=Filter()), actor=officer, after=None, count=10)
        counted = tx.rows("SELECT count(*) AS n FROM disputes")[0].n
        due = tx.rows("SELECT FROM deadlines WHERE thing_id = %s", (dispute.dispute_id,))
    assert {item.dispute_id for item in page} == {primary.dispute_id, dispute.dispute_id}
    assert (counted, due) == (2, [])
    assert facts()[-1] == ("dispute.linked", 2)
    assert [one.dispute_id for one in related(database, primary, officer, life.now).linked] == [dispute.dispute_id]
    # Still suggested, with where it is worked on: a third teller is led to the primary.
    assert suggested(life, primary, officer) == {dispute.dispute_id: ("same_applicant",)}


def test_a_linked_case_is_worked_on_by_itself_again(life: Any, file: Any, database: Database) -> None:
    officer, primary, dispute = life.people.mediator, file(), file()
    linked = link(database, dispute, primary, officer, life.now)

    with database.transaction(eyes(officer)) as tx:
        reason = ReopeningReason.CLOSED_IN_ERROR
        again = handlers.unlink(tx, dispute.dispute_id, reason=reason, actor=officer, version=2, now=life.now)

    assert (linked.state, again.state, again.linked_to, again.version) == ("linked", "registered", None, 3)
    assert related(database, primary, officer, life.now).linked == []


def test_a_primary_is_not_linked_itself(life: Any, file: Any, database: Database, facts: Facts) -> None:
    officer, one, two, three = life.people.mediator, file(), file(), file()
    link(database, two, one, officer, life.now)
    before = facts()

    with pytest.raises(Conflict, match="has cases that are worked on with it"):
        link(database, one, three, officer, life.now)
    with pytest.raises(InvalidInput, match="not itself linked"):
        link(database, three, two, officer, life.now)
    assert facts() == before


def test_a_link_needs_the_version_that_was_read_and_two_cases_that_one_works_on(
    life: Any, file: Any, database: Database
) -> None:
    people, one, two = life.people, file(), file()

    with pytest.raises(StaleVersion):
        link(database, two, one, people.mediator, life.now, version=9)
    with pytest.raises(NotAllowed, match="a colleague with no part in it"):
        link(database, two, one, people.officer, life.now)
    for who in ("neighbour", "elsewhere"):
        with pytest.raises(NotFound):
            link(database, two, one, getattr(people, who), life.now)
    with pytest.raises(NotAllowed):
        link(database, two, one, people.street, life.now)


def test_whom_a_helper_filed_for_is_not_taken_for_the_accused(life: Any, file: Any, database: Database) -> None:
    """信访工作条例 Art. 28: it is the respondent who must have no say in the other one, not the applicant."""
    officer, primary = life.people.mediator, file()
    told_for = file(applicant=life.applicant(phone=OTHER_PHONE, person_id="resident-7"))
    accusing = file(respondent=life.respondent(person_id="somebody-7"))

    linked = link(database, told_for, primary, officer, life.now)

    assert linked.linked_to == primary.dispute_id
    with pytest.raises(NotAllowed, match="each is worked on by itself"):
        link(database, accusing, primary, officer, life.now)


def test_two_links_at_once_make_no_ring(life: Any, file: Any, database: Database) -> None:
    officer, one, two = life.people.mediator, file(), file()

    def try_link(pair: tuple[Dispute, Dispute]) -> bool:
        try:
            link(database, *pair, officer, life.now)
        except (Conflict, InvalidInput):
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(try_link, [(one, two), (two, one)]))

    assert sorted(done) == [False, True]


def test_who_filed_a_linked_case_sees_how_the_other_one_stands_to_its_end(life: Any, database: Database) -> None:
    people, secret = life.people, secret_of(7)
    with database.transaction(eyes(people.resident)) as tx:
        given = {"dispute_id": uuid_utils.compat.uuid7(), "actor": people.resident, "now": life.now}
        dispute = disputes.register(tx, life.filing, **given, secret_hash=following.hash_of(secret))
    primary = life.accept(life.file(people.neighbour))
    link(database, dispute, primary, people.officer, life.now)

    def seen() -> Any:
        with database.transaction(NOBODY) as tx:
            return following.get_followed(tx, Shown(dispute.case_number, secret), now=life.now)

    before = seen()
    life.refuse(primary, on_behalf_of="respondent")
    after = seen()

    assert (before.state_zh, before.in_charge) == ("与相同案件一并办理", None)
    assert (before.primary.state, before.primary.in_charge) == ("accepted", "community")
    assert [term.rule for term in before.primary.due] == ["dispute.assignment"]
    assert (after.primary.state_zh, after.primary.due) == ("不予调解", ())
    assert after.primary.other_routes_zh == ("仲裁", "行政途径", "诉讼")
    assert "看不到该案当事人" in before.primary_note_zh
