"""Filing over HTTP by everybody who may, and what is offered to choose from."""

from typing import Any

import pytest

from tests.service.grievances.running import BUILDING, FILING, XINGHAI, Grievances

FILERS: dict[str, dict[str, Any]] = {
    "resident": {},
    "mediator": {},
    "grid_leader": {},
    "community_officer": {},
    "hotline": {"ticket_kind": "ordinary"},
}


@pytest.mark.parametrize("role", FILERS)
def test_whoever_files_gets_a_case_number_and_a_secret(service: Grievances, role: str) -> None:
    token = service.token(f"{role}-of-intake", role, grid=f"/{BUILDING}" if role == "grid_leader" else "")

    filed = service.ask("POST", "/disputes", FILING | FILERS[role], token=token)

    assert filed.status == 201, filed.text
    assert filed.json["case_number"].startswith(f"{XINGHAI}-")
    assert filed.json["channel"] == role.replace("community_", "")
    assert len(filed.json["follow_secret"]) == 29


def test_the_relations_are_offered_in_both_languages(service: Grievances) -> None:
    offered = service.ask("GET", "/dispute-relations", token=service.resident).json["relations"]

    assert offered[0] == {
        "relation": "owner_government",
        "name_zh": "业主与政府",
        "name_en": "Owner and government",
    }
    assert len(offered) == 4


def test_the_hotline_follows_a_ticket_for_its_caller(service: Grievances) -> None:
    token = service.token("hotline-1", "hotline", "440305000000")
    filed = service.ask("POST", "/disputes", FILING | {"ticket_kind": "enquiry"}, token=token)

    listed = service.ask("GET", "/disputes?limit=1", token=token).json["items"]
    followed = service.ask(
        "GET", f"/follow/{filed.json['case_number']}", token=None, case_secret=filed.json["follow_secret"]
    ).json

    assert [one["dispute_id"] for one in listed] == [filed.json["dispute_id"]]
    assert {term["rule"] for term in followed["due"]} == {"dispute.acceptance", "hotline.enquiry"}
