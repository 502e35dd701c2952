"""The grid and who answers for it, over HTTP."""

from typing import Any

import pytest

from chassis.identity import Grant
from tests.service.members.running import ELSEWHERE, HERE, Members, officer
from tests.support.asking import Reply

Grid = dict[str, str]
UNKNOWN = "01936f00-0000-7000-8000-0000000000ff"


def appoint(members: Members, unit: str, level: str, holder: str, **more: Any) -> Reply:
    body = {
        "grid_unit_id": unit,
        "level": level,
        "holder_id": holder,
        "holder_name": "王小明",
        "holder_phone": "13912345678",
        **more,
    }
    return members.ask("POST", "/tenures", body, grant=officer())


def test_a_place_is_registered_and_read(members: Members, grid: Grid) -> None:
    body = {"parent_id": grid["compound"], "kind": "building", "label": "7栋"}

    made = members.ask("POST", "/grid-units", body, grant=officer())

    assert made.status == 201
    assert made.json["path"] == "/" + "/".join([grid["community"], grid["compound"], made.json["grid_unit_id"]])
    read = members.ask("GET", made.headers["Location"], grant=officer(HERE, "mediator"))
    assert (read.json, read.headers["ETag"]) == (made.json, '"1"')


def test_a_label_twice_among_siblings_is_a_conflict(members: Members, grid: Grid) -> None:
    body = {"parent_id": grid["compound"], "kind": "building", "label": "3栋"}

    reply = members.ask("POST", "/grid-units", body, grant=officer())

    assert reply.status == 409
    assert "labels differ among siblings" in reply.json["detail"]


def test_a_compound_does_not_lie_in_a_building(members: Members, grid: Grid) -> None:
    body = {"parent_id": grid["building"], "kind": "compound", "label": "二期"}

    reply = members.ask("POST", "/grid-units", body, grant=officer())

    assert reply.status == 422
    assert reply.json["errors"] == [
        {"pointer": "/kind", "detail": "a compound does not lie in a building; allowed is unit or household"}
    ]


@pytest.mark.parametrize(
    ("grant", "status"),
    [
        (None, 401),
        (officer(HERE, "resident"), 403),
        (officer(HERE, "grid_leader"), 403),
        (officer(ELSEWHERE), 404),
        (officer("440305001000", "street_officer"), 409),
    ],
    ids=["no token", "resident", "leader", "another community", "its street"],
)
def test_who_may_add_a_place(members: Members, grid: Grid, grant: Grant | None, status: int) -> None:
    body = {"parent_id": grid["compound"], "kind": "building", "label": "3栋"}

    assert members.ask("POST", "/grid-units", body, grant=grant).status == status


def test_another_communitys_grid_is_not_there(members: Members, grid: Grid) -> None:
    stranger = officer(ELSEWHERE)

    assert members.ask("GET", f"/grid-units?area={HERE}", grant=stranger).json["items"] == []
    assert members.ask("GET", f"/grid-units/{grid['building']}", grant=stranger).status == 404
    assert members.ask("GET", f"/grid-units/{grid['building']}/leaders", grant=stranger).status == 404


def test_the_same_idempotency_key_appoints_once(members: Members, grid: Grid) -> None:
    first, second = (
        members.ask(
            "POST",
            "/tenures",
            {"grid_unit_id": grid["unit"], "level": "household", "holder_id": "h", "holder_name": "李大海"},
            grant=officer(),
            idempotency_key="appoint-h",
        )
        for _ in range(2)
    )

    assert first.json == second.json
    found = members.ask("GET", f"/grid-units/{grid['unit']}/tenures", grant=officer()).json["items"]
    assert [tenure["holder_id"] for tenure in found] == ["h"]


def test_a_handover_ends_the_former_tenure_and_keeps_it(members: Members, grid: Grid) -> None:
    former = appoint(members, grid["compound"], "compound", "c-1", from_date="2025-01-01").json
    appoint(members, grid["compound"], "compound", "c-2", from_date="2025-06-01")

    found = members.ask("GET", f"/grid-units/{grid['compound']}/tenures", grant=officer()).json["items"]

    assert [(tenure["holder_id"], tenure["until_date"]) for tenure in found] == [("c-2", None), ("c-1", "2025-06-01")]
    assert members.ask("GET", f"/tenures/{former['tenure_id']}", grant=officer()).json["version"] == 2


def test_a_tenure_ends_once_and_for_the_version_that_was_read(members: Members, grid: Grid) -> None:
    made = appoint(members, grid["community"], "community", "d")
    end = f"{made.headers['Location']}/end"

    assert members.ask("POST", end, {}, grant=officer()).status == 428
    assert members.ask("POST", end, {}, grant=officer(), if_match='"9"').status == 412
    assert members.ask("POST", end, {}, grant=officer(ELSEWHERE), if_match='"1"').status == 404
    assert members.ask("POST", end, {}, grant=officer(), if_match=made.headers["ETag"]).json["version"] == 2
    assert members.ask("POST", end, {}, grant=officer(), if_match='"2"').status == 409


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"level": "compound"}, "/level"),
        ({"level": "district"}, "/level"),
        ({"from_date": "2999-01-01"}, "/from_date"),
        ({"holder_name": " "}, "/holder_name"),
        ({"holder_phone": "12345"}, "/holder_phone"),
        ({"holder_id": ""}, "/holder_id"),
        ({"grid_unit_id": "3栋"}, "/grid_unit_id"),
    ],
)
def test_a_broken_field_is_named_without_the_persons_data(
    members: Members, grid: Grid, change: dict[str, str], pointer: str
) -> None:
    reply = appoint(members, **{"unit": grid["building"], "level": "building", "holder": "b", **change})  # type: ignore[arg-type]

    assert reply.status == 422
    assert [error["pointer"] for error in reply.json["errors"]] == [pointer]
    assert "王小明" not in reply.text
    assert "13912345678" not in reply.text


def test_an_unknown_unit_is_not_found(members: Members, grid: Grid) -> None:
    assert appoint(members, UNKNOWN, "building", "b").status == 404


def test_leaders_are_masked_until_an_officer_states_a_purpose(members: Members, grid: Grid) -> None:
    appoint(members, grid["building"], "building", "b-masked")
    path = f"/grid-units/{grid['household']}/leaders"

    masked = members.ask("GET", path, grant=officer(HERE, "mediator")).text
    opened = members.ask("GET", f"{path}?purpose=handover", grant=officer(), actor="officer-3")

    assert "王小明" not in masked
    assert "139****5678" in masked
    assert "王小明" in opened.text
    [read] = members.rows(
        "SELECT actor_id, thing, purpose FROM (SELECT * FROM audit_pending UNION ALL SELECT 0, at, kind, actor_id, "
        "action, thing, area, purpose, trace_id FROM audit_log) AS audit WHERE kind = 'read'"
    )
    assert tuple(read) == ("officer-3", f"grid_unit/{grid['household']}", "handover")


@pytest.mark.parametrize(
    ("purpose", "role", "status"),
    [("contact", "mediator", 403), ("contact", "grid_leader", 403), ("王小明要", "community_officer", 422)],
)
def test_a_purpose_alone_opens_nothing(members: Members, grid: Grid, purpose: str, role: str, status: int) -> None:
    path = f"/grid-units/{grid['building']}/leaders?purpose={purpose}"

    assert members.ask("GET", path, grant=officer(HERE, role)).status == status


def test_a_command_leaves_a_row_in_the_audit(members: Members, grid: Grid) -> None:
    made = appoint(members, grid["household"], "household", "h-audited")

    rows = members.rows(
        "SELECT action, area FROM audit_pending WHERE thing = %s UNION ALL "
        "SELECT action, area FROM audit_log WHERE thing = %s",
        made.headers["Location"],
        made.headers["Location"],
    )
    assert [tuple(row) for row in rows] == [("start_tenure", HERE)]
