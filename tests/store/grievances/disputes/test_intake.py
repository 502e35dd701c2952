"""Every way in gives a case number; what a hotline ticket, and mediation that nobody asked for, need besides."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chassis.calendar import local_day
from chassis.database import Database
from chassis.errors import InvalidInput
from chassis.identity import Actor, Grant
from services.grievances.disputes import handlers as disputes
from services.grievances.disputes import store
from services.grievances.disputes.model import Basis, Channel, Dispute, ReopeningReason, TicketKind

XINGHAI, DISTRICT = "440305001012", "440305000000"
HOTLINE = Actor("hotline-1", (Grant("hotline", DISTRICT),))

CHANNELS: dict[str, tuple[str, dict[str, Any]]] = {
    "resident": ("resident", {}),
    "mediator": ("mediator", {}),
    "grid_leader": ("leader", {}),
    "officer": ("officer", {}),
    "hotline": ("hotline", {"ticket_kind": TicketKind.ORDINARY}),
}


def who(life: Any, name: str) -> Actor:
    actor: Actor = HOTLINE if name == "hotline" else getattr(life.people, name)
    return actor


def due(database: Database, dispute: Dispute) -> dict[str, tuple[str, date]]:
    """Slot → the rule and the last day in time."""
    with database.transaction() as tx:
        rows = tx.rows("SELECT slot, rule, due_at FROM deadlines WHERE thing_id = %s", (dispute.dispute_id,))
    return {row.slot: (row.rule, local_day(row.due_at - timedelta(microseconds=1))) for row in rows}


@pytest.mark.parametrize("channel", CHANNELS)
def test_everyone_who_files_gets_a_case_number(life: Any, database: Database, channel: str) -> None:
    name, told = CHANNELS[channel]

    dispute = life.file(who(life, name), **told)

    assert dispute.case_number == "440305001012-2026-0001"
    assert dispute.channel == channel
    with database.transaction() as tx:
        kept = store.find(tx, dispute.dispute_id)
    assert kept is not None
    assert (kept[0].case_number, kept[0].channel) == (dispute.case_number, channel)


def test_the_fact_says_how_it_came_in(life: Any, database: Database) -> None:
    life.file(HOTLINE, ticket_kind=TicketKind.ENQUIRY)

    with database.transaction() as tx:
        (fact,) = tx.rows("SELECT envelope::json -> 'data' ->> 'channel' AS channel FROM outbox")
    assert fact.channel == "hotline"


@pytest.mark.parametrize(
    ("kind", "last_day"),
    [
        # Filed on Tuesday, 10 March 2026: 1, 5 and 15 working days (c).
        (TicketKind.ENQUIRY, date(2026, 3, 11)),
        (TicketKind.ORDINARY, date(2026, 3, 17)),
        (TicketKind.COMPLEX, date(2026, 3, 31)),
    ],
)
def test_a_hotline_ticket_has_its_own_time_beside_that_of_the_case(
    life: Any, database: Database, kind: TicketKind, last_day: date
) -> None:
    dispute = life.file(HOTLINE, ticket_kind=kind)

    watched = due(database, dispute)

    assert watched["hotline"] == (f"hotline.{kind}", last_day)
    assert watched["state"][0] == "dispute.acceptance"


def test_the_time_of_a_ticket_goes_on_when_the_case_moves_and_ends_with_it(life: Any, database: Database) -> None:
    dispute = life.accept(life.file(HOTLINE, ticket_kind=TicketKind.ORDINARY))

    assert due(database, dispute)["hotline"] == ("hotline.ordinary", date(2026, 3, 17))
    life.refuse(dispute, on_behalf_of="respondent")
    assert due(database, dispute) == {}


def test_the_time_of_a_ticket_runs_anew_when_the_case_is_taken_up_again(life: Any, database: Database) -> None:
    dispute = life.refuse(life.file(HOTLINE, ticket_kind=TicketKind.ORDINARY))

    # Thursday, 12 March 2026: 5 working days from there.
    again = datetime(2026, 3, 12, 2, tzinfo=UTC)
    life.step(disputes.reopen, dispute, None, reason=ReopeningReason.PARTIES_WILLING, now=again)

    assert due(database, dispute)["hotline"] == ("hotline.ordinary", date(2026, 3, 19))


@pytest.mark.parametrize("channel", [name for name in CHANNELS if name != "hotline"])
def test_nobody_but_the_hotline_has_tickets(life: Any, channel: str) -> None:
    with pytest.raises(InvalidInput, match="nothing else has one") as refused:
        life.file(who(life, CHANNELS[channel][0]), ticket_kind=TicketKind.ORDINARY)
    assert [field.pointer for field in refused.value.fields] == ["/ticket_kind"]


def test_a_ticket_has_a_kind(life: Any) -> None:
    with pytest.raises(InvalidInput, match="a hotline ticket needs its kind"):
        life.file(HOTLINE)


@pytest.mark.parametrize("channel", CHANNELS)
def test_art_17_the_committee_offers_mediation_on_its_own_initiative(life: Any, channel: str) -> None:
    """人民调解法 Art. 17: by application or on its own initiative; who applies does not act for it."""
    name, told = CHANNELS[channel]
    filing = {"basis": Basis.OWN_INITIATIVE, **told}

    if channel in (Channel.MEDIATOR, Channel.OFFICER):
        assert life.file(who(life, name), **filing).basis == "own_initiative"
    else:
        with pytest.raises(InvalidInput, match="only a mediator or officer starts mediation") as refused:
            life.file(who(life, name), **filing)
        assert refused.value.rule == "人民调解法 Art. 17"


def test_relations_are_data_with_words_in_both_languages(life: Any, database: Database) -> None:
    with database.transaction() as tx:
        relations = store.list_relations(tx)

    assert [(one.relation, one.name_zh) for one in relations] == [
        ("owner_government", "业主与政府"),
        ("owner_property", "业主与物业"),
        ("property_government", "物业与政府"),
        ("owner_owner", "业主与业主"),
    ]


def test_a_relation_out_of_use_takes_no_new_case_and_keeps_its_old_ones(life: Any, database: Database) -> None:
    old = life.file()
    with database.transaction() as tx:
        tx.execute("UPDATE relations SET in_use = false WHERE relation = 'owner_owner'")

    with pytest.raises(InvalidInput, match="relation is not in use; give one of owner_government"):
        life.file()
    assert life.accept(old).relation == "owner_owner"
