"""The register of mediators over HTTP, and what becomes of a case when its mediator changes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.calendar import local_day
from tests.service.grievances.running import HAIYUE, MEDIATORS, XINGHAI, Grievances
from tests.support.asking import Reply

TODAY = local_day(datetime.now(UTC))


def mediators(service: Grievances, token: str, area: str = XINGHAI) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = service.ask("GET", f"/mediators?area={area}", token=token).json["mediators"]
    return found


def test_a_resident_sees_masked_among_whom_to_choose(service: Grievances) -> None:
    found = mediators(service, service.resident)

    assert [one["account_id"] for one in found][:3] == list(MEDIATORS)
    assert found[0]["name"] == "陈*"
    assert (found[0]["kind"], found[0]["position"], found[0]["area"]) == ("member", "chair", XINGHAI)
    assert not {"birth_on", "gender", "is_woman"} & found[0].keys()
    assert service.ask("GET", f"/mediators?area={HAIYUE}", token=service.resident).status == 403


def test_a_hired_mediator_is_named_leaves_and_is_named_no_more(service: Grievances) -> None:
    hired = service.hire("mediator-wu")
    own = service.token("mediator-wu", "mediator")
    case = service.step(service.step(service.file(), "accept"), "assign", {"mediator_id": "mediator-wu"})
    path = f"/mediators/{hired.json['appointment_id']}/end"
    ended = service.ask("POST", path, {"reason_code": "own_request"}, token=own, if_match=hired.headers["etag"])
    again = service.step(service.step(service.file(), "accept"), "assign", {"mediator_id": "mediator-wu"})

    assert (hired.status, hired.json["kind"], hired.json["since"]) == (201, "hired", TODAY.isoformat())
    assert (case.status, ended.status, ended.json["ended_on"]) == (200, 200, TODAY.isoformat())
    assert (again.status, again.json["rule"]) == (422, "人民调解法 Art. 13, 14")
    assert service.step(case, "sessions", service.session(), token=own).status == 200
    assert [fact["type"] for fact in service.facts_of(hired.json["appointment_id"])] == [
        "mediator.appointed",
        "mediator.ended",
    ]


def member(number: int, **changes: str) -> dict[str, str]:
    usual = {"account_id": f"member-{number}", "name": "李军", "birth_on": "1975-01-30", "gender": "female"}
    return {**usual, "position": "chair" if number == 0 else "member", **changes}


THREE = [member(0), member(1), member(2)]
YOUNG = (TODAY - timedelta(days=17 * 365)).isoformat()

BROKEN: dict[str, tuple[dict[str, Any], str, str]] = {
    "two members": ({"members": THREE[:2]}, "人民调解法 Art. 8", "/members"),
    "ten members": ({"members": [*THREE, *(member(n) for n in range(3, 10))]}, "人民调解法 Art. 8", "/members"),
    "no woman": ({"members": [one | {"gender": "male"} for one in THREE]}, "人民调解法 Art. 8", "/members"),
    "a minor": ({"members": [*THREE, member(3, birth_on=YOUNG)]}, "人民调解法 Art. 14", "/members/3/birth_on"),
    "five years": (
        {"members": THREE, "term_ends_on": f"{TODAY.year + 5}-01-01"},
        "人民调解法 Art. 9",
        "/term_ends_on",
    ),
    "tomorrow": (
        {"members": THREE, "formed_on": (TODAY + timedelta(days=1)).isoformat()},
        "人民调解法 Art. 9",
        "/formed_on",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_committee_against_the_law_is_refused_with_its_article(service: Grievances, case: str) -> None:
    changes, article, pointer = BROKEN[case]
    before = service.rows("SELECT committee_id FROM committees ORDER BY 1")

    reply = service.ask(
        "POST", "/committees", {"area": XINGHAI, "formed_on": TODAY.isoformat()} | changes, token=service.district
    )

    assert reply.status == 422, reply.text
    assert reply.json["rule"] == article
    assert [error["pointer"] for error in reply.json["errors"]] == [pointer]
    assert "李军" not in reply.text
    assert service.rows("SELECT committee_id FROM committees ORDER BY 1") == before


def test_a_streets_committee_mediates_in_its_communities(service: Grievances) -> None:
    members = [member(number, account_id=f"street-{number}") for number in range(3)]
    street = service.token("street-officer", "street_officer", "440305001000")
    told = {"area": "440305001000", "formed_on": TODAY.isoformat(), "members": members}
    formed = service.ask("POST", "/committees", told, token=street)

    assert formed.status == 201, formed.text
    assert (formed.json["member_count"], formed.json["women_count"], formed.json["is_complete"]) == (3, 3, True)
    assert formed.json["term_ends_on"] == f"{TODAY.year + 3}{TODAY.isoformat()[4:]}" or TODAY.isoformat()[5:] == "02-29"
    assert "street-0" in [one["account_id"] for one in mediators(service, service.officer)]
    assigned = service.step(service.step(service.file(), "accept"), "assign", {"mediator_id": "street-0"})
    assert assigned.status == 200
    assert [fact["type"] for fact in service.facts_of(formed.json["committee_id"])] == ["committee.formed"]


def reassigned(service: Grievances) -> Reply:
    handed = {"successor_id": "mediator-2", "reason_code": "near_relative"}
    return service.step(service.mediating(), "reassign", handed, token=service.mediator)


def test_a_mediator_withdraws_and_is_shut_out_at_once(service: Grievances) -> None:
    after = reassigned(service)
    path = f"/disputes/{after.json['dispute_id']}"

    opened = service.ask("GET", f"{path}?purpose=mediation", token=service.mediator)
    step = service.step(after, "sessions", service.session(), token=service.mediator)
    history = service.ask("GET", f"{path}/mediator-changes", token=service.resident)

    assert (after.status, after.json["mediator_id"], after.json["state"]) == (200, "mediator-2", "mediating")
    assert (opened.status, step.status) == (403, 403)
    assert step.json["rule"] == "人民调解法 Art. 14; 信访工作条例 Art. 28"
    [change] = history.json["changes"]
    assert (change["from_id"], change["to_id"], change["reason_code"]) == ("mediator-1", "mediator-2", "near_relative")
    successor = service.token("mediator-2", "mediator")
    assert service.step(after, "sessions", service.session(), token=successor).status == 200


def test_a_resident_refuses_the_mediator_and_the_parties_choose_another(service: Grievances) -> None:
    refused = service.step(service.mediating(), "unassign", {}, token=service.resident)
    named = service.step(refused, "assign", {"mediator_id": "mediator-1"})
    chosen = service.step(refused, "assign", {"mediator_id": "mediator-3", "chosen_by": "parties"})

    assert (refused.status, refused.json["state"], refused.json["mediator_id"]) == (200, "accepted", None)
    assert named.status == 422
    assert named.json["rule"].startswith("人民调解法 Art. 23")
    assert (chosen.status, chosen.json["chosen_by"]) == (200, "parties")
