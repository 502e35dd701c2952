"""For whom a helper filed, and who has an account: sees and follows the own case, and takes no step by any office.

Nobody else than the respondent's side is the accused (信访工作条例 Art. 30, 46; 人民调解法 Art. 17, 23, 31).
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg2.errors
import pytest
import uuid_utils.compat

from chassis.database import SYSTEM, Access, Database
from chassis.errors import InvalidInput, NotAllowed, NotFound, Refused
from chassis.identity import Actor, Grant
from services.grievances.access import Purpose, eyes
from services.grievances.agreements import handlers as agreements
from services.grievances.comments import handlers as comments
from services.grievances.comments.handlers import Write
from services.grievances.disputes import handlers
from services.grievances.disputes.model import Body, Dispute, Side, TicketKind
from services.grievances.following import handlers as following
from services.grievances.following.handlers import NOBODY, Shown
from services.grievances.following.model import Feedback
from services.grievances.following.secret import secret_of
from services.grievances.open311 import store as open311
from services.grievances.open311.model import Asked as Open311Asked
from services.grievances.sessions import handlers as sessions
from services.grievances.timeline import handlers as timeline
from services.grievances.worklists.handlers import list_disputes
from services.grievances.worklists.model import Asked
from tests.store.grievances.joint.bodies import OFFICE, SEATERS, Bodies

TABLES = ("disputes", "dispute_parties", "sessions", "agreements", "agreement_signatures", "dispute_steps", "comments")
LATER = datetime(2026, 3, 11, 2, tzinfo=UTC)
HOTLINE = Actor("hotline-1", (Grant("hotline", "440305000000"),))

HELPERS: dict[str, Callable[[Any], tuple[Actor, dict[str, Any]]]] = {
    "a grid leader": lambda people: (people.leader, {}),
    "the hotline": lambda people: (HOTLINE, {"ticket_kind": TicketKind.ORDINARY}),
    "a mediator": lambda people: (people.colleague, {}),
    "an officer": lambda people: (Actor("officer-7", people.officer.grants), {}),
}

APPLICANTS: dict[str, Callable[[Any], Actor]] = {
    "a resident": lambda people: people.neighbour,
    "a mediator of the community": lambda people: Actor("mediator-3", people.mediator.grants),
    "an officer of the community": lambda people: people.officer,
    "an officer of the street": lambda people: people.street,
}
"""Whatever office the applicant holds, here he or she is a party."""

EVERY_APPLICANT = pytest.mark.parametrize("applicant", APPLICANTS)
EVERY_PAIR = pytest.mark.parametrize(
    ("helper", "applicant"),
    [*((helper, "a resident") for helper in HELPERS), *(("a grid leader", one) for one in list(APPLICANTS)[1:])],
)

READS: dict[str, Callable[..., object]] = {
    "the dispute": lambda tx, *it, **as_: handlers.get_in_detail(tx, *it, purpose=None, **as_),
    "its sessions": lambda tx, *it, **as_: sessions.list_sessions(tx, *it, purpose=None, **as_),
    "its agreement": lambda tx, *it, **as_: agreements.get_agreement(tx, *it, purpose=None, **as_),
    "its timeline": lambda tx, *it, **as_: timeline.list_entries(tx, *it, purpose=None, after=None, count=9, **as_),
    "its comments": lambda tx, *it, **as_: comments.list_comments(tx, *it, purpose=None, before=None, count=9, **as_),
}


def filed_for(life: Any, applicant: Actor, helper: str = "a grid leader", **changes: Any) -> Dispute:
    by, more = HELPERS[helper](life.people)
    dispute: Dispute = life.file(by, applicant=life.applicant(person_id=applicant.actor_id), **more, **changes)
    return dispute


def resolved_for(life: Any, applicant: Actor, helper: str = "a grid leader") -> Dispute:
    """Come to its end in the hands of people with no part in it."""
    others = Actor("officer-8", life.people.officer.grants)
    assigned = life.assign(life.accept(filed_for(life, applicant, helper), others), others)
    met = life.meet(assigned)
    signed: Dispute = life.resolve(met, command=life.written_agreement())
    return signed


def seen(database: Database, access: Access) -> dict[str, int]:
    with database.transaction(access) as tx:
        return {table: tx.rows(f"SELECT count(*) AS n FROM {table}")[0].n for table in TABLES}


def say(database: Database, dispute: Dispute, actor: Actor, said: Feedback | None) -> Dispute:
    with database.transaction(Access(actor.actor_id, ())) as tx:
        own = following.get_own(tx, dispute.dispute_id, actor=actor, version=dispute.version)
        if said is None:
            return following.withdraw(tx, own, account=actor.actor_id, now=LATER)
        comment_id = uuid_utils.compat.uuid7()
        return following.hear(tx, own, said, account=actor.actor_id, comment_id=comment_id, now=LATER)


@EVERY_PAIR
def test_the_applicant_sees_what_is_shown_of_the_own_case(
    life: Any, database: Database, helper: str, applicant: str
) -> None:
    actor = APPLICANTS[applicant](life.people)
    dispute = resolved_for(life, actor, helper)
    with database.transaction(eyes(actor)) as tx:
        comments.write(tx, dispute.dispute_id, Write("谢谢"), comment_id=UUID(int=1), actor=actor, now=LATER)

    for access in (eyes(actor), Access(actor.actor_id, ())):
        with database.transaction(access) as tx:
            assert all(read(tx, dispute.dispute_id, actor=actor) for read in READS.values())


@EVERY_APPLICANT
def test_the_database_shows_the_own_case_without_any_area(life: Any, database: Database, applicant: str) -> None:
    actor = APPLICANTS[applicant](life.people)
    resolved_for(life, actor)
    life.file(life.people.leader)

    assert seen(database, Access(actor.actor_id, ())) == {
        "disputes": 1,
        "dispute_parties": 2,
        "sessions": 1,
        "agreements": 1,
        "agreement_signatures": 4,
        "dispute_steps": 5,
        "comments": 0,
    }


def test_the_applicant_reads_the_own_words_and_nobody_s_name(life: Any, database: Database) -> None:
    actor = life.people.neighbour
    dispute = filed_for(life, actor)

    with database.transaction(eyes(actor)) as tx:
        shown = handlers.get_in_detail(tx, dispute.dispute_id, actor=actor, purpose=None)
    with database.transaction(eyes(life.people.officer)) as tx:
        masked = handlers.get_in_detail(tx, dispute.dispute_id, actor=life.people.officer, purpose=None)

    assert (shown.summary, shown.respondent.name, masked.summary) == (life.filing.summary, "欧阳*", None)
    with database.transaction() as tx:
        read = tx.rows("SELECT actor_id, purpose FROM audit_pending WHERE action = 'dispute.read'")
    assert read == [("resident-2", "own filing")]


@EVERY_PAIR
def test_lists_of_own_cases_hold_it_with_those_filed_oneself(
    life: Any, database: Database, helper: str, applicant: str
) -> None:
    actor = APPLICANTS[applicant](life.people)
    theirs = filed_for(life, actor, helper)
    filer = Actor(actor.actor_id, (Grant("resident", life.filing.area),))
    own = life.file(filer, applicant=life.applicant(person_id=actor.actor_id), now=LATER)
    life.file(life.people.leader)

    found: list[Dispute] = []
    after = None
    for _ in range(2):
        with database.transaction(eyes(actor)) as tx:
            page, after = list_disputes(tx, Asked(own=True), actor=actor, after=after, count=1)
        found += page
    with database.transaction(Access(actor.actor_id, ())) as tx:
        asked = Open311Asked(None, None, None, None, None, 1, 50)
        numbered = open311.find_own(tx, actor.actor_id, asked, life.now, LATER)

    assert ([one.dispute_id for one in found], after) == ([own.dispute_id, theirs.dispute_id], None)
    assert numbered == [own.dispute_id, theirs.dispute_id]


@EVERY_PAIR
def test_the_applicant_says_what_the_law_leaves_to_a_party(
    life: Any, database: Database, helper: str, applicant: str
) -> None:
    """人民调解法 Art. 17, 23, 31."""
    actor = APPLICANTS[applicant](life.people)

    taken_back = say(database, filed_for(life, actor, helper), actor, None)
    confirmed = say(database, resolved_for(life, actor, helper), actor, Feedback(True, 5, "谢谢"))
    again = say(database, resolved_for(life, actor, helper), actor, Feedback(False, comment="又开始了"))

    assert (taken_back.state, taken_back.reason_code, taken_back.on_behalf_of) == (
        "refused",
        "party_refused",
        "applicant",
    )
    assert (confirmed.satisfaction, again.state, again.reason_code) == (5, "accepted", "not_confirmed")
    with database.transaction(eyes(actor)) as tx:
        written = comments.write(
            tx, again.dispute_id, Write("今晚又响"), comment_id=UUID(int=1), actor=actor, now=LATER
        )[0]
    assert (written.author, written.author_id) == ("complainant", actor.actor_id)


def test_the_applicant_refuses_the_mediator(life: Any, database: Database) -> None:
    """人民调解法 Art. 23."""
    actor = life.people.neighbour
    assigned = life.assign(life.accept(filed_for(life, actor)))

    refused = life.unassign(assigned, actor, on_behalf_of=None)

    with database.transaction() as tx:
        kept = tx.rows("SELECT on_behalf_of, changed_by FROM mediator_changes")
    assert (refused.mediator_id, kept) == (None, [("applicant", actor.actor_id)])


STEPS: dict[str, Callable[[Any, Dispute, Actor], object]] = {
    "accept": lambda life, case, by: life.accept(case, by),
    "refuse": lambda life, case, by: life.refuse(case, by),
    "refuse for oneself": lambda life, case, by: life.refuse(case, by, on_behalf_of=Side.APPLICANT),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("applicant", ["a mediator of the community", "an officer of the community"])
def test_the_applicant_takes_no_step_by_office(life: Any, database: Database, applicant: str, step: str) -> None:
    actor = APPLICANTS[applicant](life.people)
    dispute = filed_for(life, actor)

    with pytest.raises(Refused):
        STEPS[step](life, dispute, actor)
    with database.transaction(SYSTEM) as tx:
        [row] = tx.rows("SELECT state, version FROM disputes")
    assert (row.state, row.version) == ("registered", 1)


@pytest.mark.parametrize("purpose", Purpose)
@EVERY_APPLICANT
def test_the_applicant_opens_nothing_of_the_other_side(
    life: Any, database: Database, applicant: str, purpose: Purpose
) -> None:
    """信访工作条例 Art. 30, PIPL Art. 6."""
    actor = APPLICANTS[applicant](life.people)
    dispute = filed_for(life, actor)

    with database.transaction(eyes(actor)) as tx, pytest.raises(NotAllowed):
        handlers.get_in_detail(tx, dispute.dispute_id, actor=actor, purpose=purpose)


def test_an_officer_who_applied_reads_no_internal_note_and_writes_none(life: Any, database: Database) -> None:
    actor, other = life.people.officer, Actor("officer-7", life.people.officer.grants)
    dispute = filed_for(life, actor)
    with database.transaction(eyes(other)) as tx:
        comments.write(tx, dispute.dispute_id, Write("内部", False), comment_id=UUID(int=1), actor=other, now=life.now)

    assert seen(database, eyes(actor))["comments"] == 0
    with database.transaction(eyes(actor)) as tx, pytest.raises(InvalidInput, match="does not see"):
        comments.write(tx, dispute.dispute_id, Write("内部", False), comment_id=UUID(int=2), actor=actor, now=life.now)
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), database.transaction(eyes(actor)) as tx:
        tx.execute(
            "INSERT INTO comments (comment_id, dispute_id, area, filed_by, author, author_id, visible_to_complainant, "
            "written_at, text_sealed) SELECT gen_random_uuid(), dispute_id, area, filed_by, 'worker', 'officer-1', "
            "true, now(), '' FROM disputes"
        )


@EVERY_APPLICANT
def test_the_database_takes_from_the_applicant_what_the_law_leaves_to_a_party_and_no_other_step(
    life: Any, database: Database, applicant: str
) -> None:
    actor = APPLICANTS[applicant](life.people)
    resolved_for(life, actor)

    for access in (eyes(actor), Access(actor.actor_id, ())):
        for step in ("version = version + 1", "state = 'mediating'", "mediator_id = 'mediator-3'"):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege), database.transaction(access) as tx:
                tx.execute(f"UPDATE disputes SET {step}")
    with database.transaction(eyes(actor)) as tx:
        assert tx.execute("UPDATE disputes SET confirmed_at = now()") == 1


RECORDS = {
    "sessions": "(session_id, dispute_id, number, area, filed_by, held_at, is_public, attended, record_sealed, "
    "recorded_by) SELECT gen_random_uuid(), dispute_id, 9, area, filed_by, now(), true, '{}', '', 'x' FROM disputes",
    "agreements": "(agreement_id, dispute_id, area, filed_by, form, terms_sealed, reached_on, effective_on, "
    "recorded_by, recorded_at) SELECT gen_random_uuid(), dispute_id, area, filed_by, 'oral', '', now(), now(), 'x', "
    "now() FROM disputes",
    "agreement_signatures": "SELECT agreement_id, 'another', now() FROM agreements",
}


@pytest.mark.parametrize("table", RECORDS)
@EVERY_APPLICANT
def test_the_database_takes_no_record_from_the_applicant(
    life: Any, database: Database, applicant: str, table: str
) -> None:
    actor = APPLICANTS[applicant](life.people)
    resolved_for(life, actor)

    with pytest.raises(psycopg2.errors.InsufficientPrivilege), database.transaction(eyes(actor)) as tx:
        tx.execute(f"INSERT INTO {table} {RECORDS[table]}")


@pytest.mark.parametrize("body", Body)
def test_the_applicant_of_the_very_body_complained_of_sees_the_own_case_and_takes_no_step(
    life: Any, database: Database, body: Body
) -> None:
    """Who works for the property office lives somewhere, too."""
    Bodies(database, life).give(body, "resident-2")
    actor = Actor("resident-2", (Grant("community_officer", life.filing.area),))
    dispute = filed_for(life, actor, relation="owner_government", respondent=OFFICE, respondent_body=body)

    assert seen(database, Access(actor.actor_id, ()))["disputes"] == 1
    assert seen(database, eyes(actor))["dispute_parties"] == 2
    with database.transaction(eyes(actor)) as tx:
        assert handlers.get_in_detail(tx, dispute.dispute_id, actor=actor, purpose=None).summary
    with pytest.raises(Refused):
        life.accept(dispute, actor)
    with database.transaction(eyes(actor)) as tx:
        assert tx.execute("UPDATE disputes SET state = 'accepted'") == 0


def test_the_applicant_sees_the_joint_case_of_the_own_case_end(life: Any, database: Database) -> None:
    bodies = Bodies(database, life)
    actor = life.people.neighbour
    dispute = filed_for(life, actor, respondent=OFFICE, relation="owner_property", respondent_body="property_office")
    accepted = life.accept(dispute, SEATERS)
    bodies.convene(accepted)

    taken_back = say(database, accepted, actor, None)

    with database.transaction(Access(actor.actor_id, ())) as tx:
        assert [row.state for row in tx.rows("SELECT state FROM joint_cases")] == ["ended"]
    assert taken_back.state == "refused"


def test_the_respondent_is_the_accused_whoever_filed(life: Any, database: Database) -> None:
    accused, applicant = life.people.officer, life.people.neighbour
    dispute = filed_for(life, applicant, respondent=life.respondent(person_id=accused.actor_id))

    assert set(seen(database, eyes(accused)).values()) == {0}
    with database.transaction(SYSTEM) as tx, pytest.raises(NotFound, match="that you may see"):
        handlers.get_in_detail(tx, dispute.dispute_id, actor=accused, purpose=None)
    assert seen(database, eyes(applicant))["disputes"] == 1


def test_nobody_is_on_both_sides(life: Any) -> None:
    same = {"applicant": life.applicant(person_id="x"), "respondent": life.respondent(person_id="x")}

    with pytest.raises(InvalidInput, match="a dispute is between two"):
        life.file(life.people.leader, **same)


@pytest.mark.parametrize("account", ["anonymous", "system"])
@pytest.mark.parametrize("side", list(Side))
def test_no_party_has_an_account_of_the_program_s_own(life: Any, side: Side, account: str) -> None:
    """Else whoever has no account at all would be that party."""
    party = {side.value: getattr(life, side)(person_id=account)}

    with pytest.raises(InvalidInput, match="no accounts of people"):
        life.file(life.people.leader, **party)


@pytest.mark.parametrize("body", Body)
def test_by_secret_the_applicant_is_not_taken_for_the_office_that_took_the_case_in(
    life: Any, database: Database, body: Body
) -> None:
    """信访工作条例 Art. 28: the office that is complained of takes no step; who complained with its help does."""
    Bodies(database, life).give(body, "officer-7")
    helper, secret = Actor("officer-7", life.people.officer.grants), secret_of(7)
    with database.transaction(eyes(helper)) as tx:
        changes = {"relation": "owner_government", "respondent": OFFICE, "respondent_body": body}
        dispute = handlers.register(
            tx,
            handlers.Register(**{**vars(life.filing), **changes}),
            dispute_id=uuid_utils.compat.uuid7(),
            actor=helper,
            now=life.now,
            secret_hash=following.hash_of(secret),
        )

    with database.transaction(NOBODY) as tx:
        case = following.get_shown(tx, Shown(dispute.case_number, secret))
        comments.write_as_complainant(tx, case, "…", account=None, comment_id=UUID(int=1), now=LATER)
        taken_back = following.withdraw(tx, case, account=None, now=LATER)

    assert (taken_back.state, taken_back.on_behalf_of) == ("refused", "applicant")
    with database.transaction() as tx:
        steps = tx.rows("SELECT taken_by FROM dispute_steps ORDER BY version")
    assert [step.taken_by for step in steps] == ["officer-7", "anonymous"]
