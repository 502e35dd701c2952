"""A dispute resolved elsewhere reaches the four leaders of its place, exactly once, through the broker."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.envelope import Event
from tests.service.members.running import HERE, Members, officer
from tests.support.waiting import wait_for

LEVELS = ("household", "building", "compound", "community")
WHERE = {"household": "building", "building": "building", "compound": "compound", "community": "community"}


@pytest.fixture(scope="module")
def leaders(members: Members, grid: dict[str, str]) -> dict[str, str]:
    """Level → account of its holder in 3栋."""
    for level, kind in WHERE.items():
        body = {
            "grid_unit_id": grid[kind],
            "level": level,
            "holder_id": f"{level}-leader",
            "holder_name": "王小明",
            "holder_phone": "13800138000",
        }
        assert members.ask("POST", "/tenures", body, grant=officer()).status == 201
    return {level: f"{level}-leader" for level in LEVELS}


def resolved(grid_unit_id: str | None, *, dispute_id: UUID | None = None, version: int = 5) -> Event:
    """As `grievances` tells it, with fields that are none of ours."""
    subject = dispute_id or uuid4()
    return Event(
        event_id=uuid4(),
        source="grievances",
        type="dispute.resolved",
        subject=str(subject),
        version=version,
        area=HERE,
        time=datetime.now(UTC),
        data={
            "dispute_id": str(subject),
            "category": "parking",
            "relation": "owner_property",
            "grid_unit_id": grid_unit_id,
            "registered_at": "2026-03-01T00:00:00Z",
            "agreement_form": "written",
            "days_open": 9,
        },
    )


def facts(members: Members, event: Event) -> list[dict[str, Any]]:
    rows = members.rows(
        "SELECT envelope FROM outbox WHERE type = 'leaders.notified' AND subject = %s ORDER BY position", event.subject
    )
    return [json.loads(row.envelope) for row in rows]


def inbox(members: Members, holder: str, query: str = "") -> list[dict[str, Any]]:
    reply = members.ask("GET", f"/notices{query}", grant=officer(HERE, "grid_leader"), actor=holder)
    found: list[dict[str, Any]] = reply.json["items"]
    return found


def of(notices: list[dict[str, Any]], event: Event) -> list[dict[str, Any]]:
    return [notice for notice in notices if notice["dispute_id"] == event.subject]


def test_a_resolved_dispute_published_twice_gives_four_notices_once(
    members: Members, grid: dict[str, str], leaders: dict[str, str]
) -> None:
    event, later = resolved(grid["building"]), resolved(None)

    members.publish(event, event, later)

    wait_for(lambda: facts(members, later))
    assert [len(of(inbox(members, holder), event)) for holder in leaders.values()] == [1, 1, 1, 1]
    [notice] = of(inbox(members, leaders["building"]), event)
    assert (notice["level"], notice["category"], notice["read_at"]) == ("building", "parking", None)
    assert notice["place"] == "星海名城社区居委会 一期 3栋"
    [fact] = facts(members, event)
    assert fact["data"] == {"dispute_id": event.subject, "levels": list(LEVELS), "count": 4}


def test_without_a_place_the_communitys_leader_alone_is_told(members: Members, leaders: dict[str, str]) -> None:
    event = resolved(None)

    members.publish(event)

    [fact] = wait_for(lambda: facts(members, event))
    assert fact["data"]["levels"] == ["community"]
    assert len(of(inbox(members, leaders["community"]), event)) == 1


def test_a_notice_is_read_once_by_its_recipient_alone(
    members: Members, grid: dict[str, str], leaders: dict[str, str]
) -> None:
    event, leader = resolved(grid["unit"]), officer(HERE, "grid_leader")
    members.publish(event)
    wait_for(lambda: facts(members, event))
    before = members.ask("GET", "/notices/unread", grant=leader, actor=leaders["compound"]).json["unread"]
    [notice] = of(inbox(members, leaders["compound"], "?unread=true"), event)
    read = f"/notices/{notice['notice_id']}/read"

    assert members.ask("POST", read, {}, grant=leader, actor=leaders["building"]).status == 404
    assert members.ask("POST", read, {}, grant=officer("440305000000", "district_officer")).status == 404
    first, second = (members.ask("POST", read, {}, grant=leader, actor=leaders["compound"]).json for _ in range(2))

    assert first["read_at"] is not None
    assert first == second
    after = members.ask("GET", "/notices/unread", grant=leader, actor=leaders["compound"]).json["unread"]
    assert before - after == 1
    assert of(inbox(members, leaders["compound"], "?unread=true"), event) == []


def test_an_inbox_is_paged_from_the_newest(members: Members, leaders: dict[str, str]) -> None:
    events = [resolved(None) for _ in range(3)]
    members.publish(*events)
    wait_for(lambda: facts(members, events[-1]))
    leader = officer(HERE, "grid_leader")

    first = members.ask("GET", "/notices?limit=2", grant=leader, actor=leaders["community"]).json
    path = f"/notices?limit=2&cursor={first['next']}"
    second = members.ask("GET", path, grant=leader, actor=leaders["community"]).json

    newest = [notice["dispute_id"] for notice in first["items"] + second["items"]][:3]
    assert newest == [event.subject for event in reversed(events)]


def test_an_event_that_does_not_fit_is_kept_as_dead_and_the_next_one_goes_on(
    members: Members, leaders: dict[str, str]
) -> None:
    wrong, right = resolved("3栋"), resolved(None)

    members.publish(wrong, right)

    wait_for(lambda: facts(members, right))
    [kept] = members.rows("SELECT state, reason FROM failed_events WHERE event_id = %s", wrong.event_id)
    assert tuple(kept) == ("dead", "schema")
