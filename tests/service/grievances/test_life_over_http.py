"""A dispute's whole life over HTTP, as the people in it live it."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from chassis.calendar import local_day
from tests.service.grievances.running import FILING, HAIYUE, XINGHAI, Grievances


def test_from_filing_to_a_written_agreement(service: Grievances) -> None:
    today = local_day(datetime.now(UTC)).isoformat()
    filed = service.file()
    accepted = service.step(filed, "accept")
    assigned = service.step(accepted, "assign", {"mediator_id": "mediator-1"})
    mediating = service.step(assigned, "sessions", service.session(), token=service.mediator)
    agreement = {
        "form": "written",
        "terms": "物业三月底前修复；王小明补缴物业费。",
        "signatures": dict.fromkeys(("applicant", "respondent", "mediator", "committee"), today),
    }
    resolved = service.step(mediating, "resolve", agreement, token=service.mediator)

    steps = (filed, accepted, assigned, mediating, resolved)
    assert [reply.status for reply in steps] == [201, 200, 200, 200, 200]
    assert [reply.json["state"] for reply in steps] == ["registered", "accepted", "assigned", "mediating", "resolved"]
    assert [reply.headers["etag"] for reply in steps] == ['"1"', '"2"', '"3"', '"4"', '"5"']
    assert filed.headers["location"] == f"/disputes/{filed.json['dispute_id']}"
    assert filed.json["case_number"].startswith(f"{XINGHAI}-{today[:4]}-")

    facts = service.facts_of(filed.json["dispute_id"])
    assert [(fact["type"], fact["version"], fact["area"]) for fact in facts] == [
        (f"dispute.{what}", version, XINGHAI)
        for version, what in enumerate(("registered", "accepted", "assigned", "mediated", "resolved"), start=1)
    ]
    assert facts[-1]["data"]["days_open"] == 0
    assert not any("王小明" in json.dumps(fact, ensure_ascii=False) for fact in facts)


def test_a_refused_dispute_names_the_other_routes_and_can_be_reopened(service: Grievances) -> None:
    refused = service.step(service.file(), "refuse", {"reason_code": "party_refused", "on_behalf_of": "respondent"})
    reopened = service.step(refused, "reopen", {"reason_code": "parties_willing"})

    assert refused.json["on_behalf_of"] == "respondent"
    assert refused.json["other_routes"] == ["arbitration", "administrative", "court"]
    assert refused.json["other_routes_named"][2] == {
        "route": "court",
        "name_zh": "诉讼",
        "name_en": "Court proceedings",
    }
    assert (reopened.json["state"], reopened.json["other_routes"]) == ("registered", [])


def test_a_terminated_dispute_can_be_mediated_again(service: Grievances) -> None:
    ended = service.step(service.mediating(), "terminate", {"reason_code": "no_agreement"}, token=service.mediator)
    reopened = service.step(ended, "reopen", {"reason_code": "new_facts"})

    assert (ended.json["state"], ended.json["reason_code"]) == ("terminated", "no_agreement")
    assert (reopened.json["state"], reopened.json["mediator_id"]) == ("accepted", None)


def test_a_dispute_is_shown_masked_and_opened_for_a_purpose(service: Grievances) -> None:
    path = service.mediating().json["dispute_id"]

    masked = service.ask("GET", f"/disputes/{path}", token=service.officer).json
    opened = service.ask("GET", f"/disputes/{path}?purpose=mediation", token=service.mediator).json

    assert masked["applicant"] == {"kind": "person", "name": "王**", "phone": "138****8000"}
    assert masked["respondent"] == {"kind": "organisation", "name": "星海物业服务中心", "phone": "0755-****6666"}
    assert masked["summary"] is None
    assert opened["applicant"]["name"] == "王小明"
    assert opened["summary"] == FILING["summary"]


def test_every_opening_is_audited_with_its_purpose(service: Grievances) -> None:
    dispute_id = service.mediating().json["dispute_id"]

    for path in ("", "/sessions"):
        service.ask("GET", f"/disputes/{dispute_id}{path}?purpose=review", token=service.officer)

    trail = service.rows(
        "SELECT kind, actor_id, purpose FROM audit_pending WHERE thing = %s "
        "UNION ALL SELECT kind, actor_id, purpose FROM audit_log WHERE thing = %s",
        *[f"dispute/{dispute_id}"] * 2,
    )
    assert trail == [("read", "officer-1", "review")] * 2


def test_sessions_and_agreement_are_shown_without_words_unless_opened(service: Grievances) -> None:
    today = local_day(datetime.now(UTC)).isoformat()
    oral = {"form": "oral", "terms": "王小明晚十点后不练琴", "confirmed_by_applicant_on": today}
    resolved = service.step(service.mediating(), "resolve", oral)
    path = f"/disputes/{resolved.json['dispute_id']}"

    sessions = service.ask("GET", f"{path}/sessions", token=service.resident).json["sessions"]
    agreement = service.ask("GET", f"{path}/agreement", token=service.resident).json
    opened = service.ask("GET", f"{path}/agreement?purpose=review", token=service.officer).json

    assert [(one["number"], one["attended"], one["record"]) for one in sessions] == [
        (1, ["applicant", "respondent"], None)
    ]
    assert (agreement["form"], agreement["terms"], agreement["signatures"]) == ("oral", None, {})
    assert (agreement["effective_on"], agreement["confirmed_by_applicant_on"]) == (today, today)
    assert opened["terms"] == "王小明晚十点后不练琴"


def test_an_unchanged_dispute_is_not_sent_again(service: Grievances) -> None:
    filed = service.file()

    again = service.ask("GET", filed.headers["location"], token=service.officer, if_none_match=filed.headers["etag"])

    assert (again.status, again.body) == (304, b"")


def test_lists_are_paged_and_narrowed(service: Grievances) -> None:
    leader = service.token("leader-7", "grid_leader", grid="/01936f00-0000-7000-8000-0000000000b1")
    filed = [service.file(leader).json["case_number"] for _ in range(3)]

    first = service.ask("GET", "/disputes?limit=2&state=registered", token=leader)
    second = service.ask("GET", f"/disputes?limit=2&state=registered&cursor={first.json['next']}", token=leader)

    assert [one["case_number"] for one in first.json["items"] + second.json["items"]] == filed[::-1]
    assert 'rel="next"' in first.headers["link"]
    assert second.json["next"] is None


def test_a_street_sees_the_disputes_of_its_communities(service: Grievances) -> None:
    filed = service.file().json
    street = service.token("street-1", "street_officer", "440305001000")
    other = service.token("street-2", "street_officer", "440305006000")

    seen = service.ask("GET", f"/disputes?area={XINGHAI}&limit=1", token=street).json["items"]

    assert [one["case_number"] for one in seen] == [filed["case_number"]]
    assert service.ask("GET", "/disputes", token=other).json["items"] == []
    assert service.ask("GET", f"/disputes?area={HAIYUE}", token=street).status == 403


def test_the_categories_are_offered_in_both_languages(service: Grievances) -> None:
    offered = service.ask("GET", "/dispute-categories", token=service.resident).json["categories"]

    assert offered[0] == {"category": "property_fee", "name_zh": "物业费", "name_en": "Property fees"}
    assert len(offered) == 8


def test_a_repeated_request_has_one_effect(service: Grievances) -> None:
    key = str(uuid4())

    def file() -> Any:
        return service.ask("POST", "/disputes", FILING, token=service.resident, idempotency_key=key)

    first, again = file(), file()

    assert (again.status, again.json) == (201, first.json)
    assert len(service.rows("SELECT FROM disputes WHERE dispute_id = %s::uuid", first.json["dispute_id"])) == 1


def test_a_repeated_step_has_one_effect(service: Grievances) -> None:
    filed, key = service.file(), str(uuid4())

    def accept() -> Any:
        path = f"/disputes/{filed.json['dispute_id']}/accept"
        return service.ask("POST", path, token=service.officer, if_match='"1"', idempotency_key=key)

    first, again = accept(), accept()

    assert (first.status, again.status) == (200, 200)
    assert again.json == first.json
    assert [fact["version"] for fact in service.facts_of(filed.json["dispute_id"])] == [1, 2]


@pytest.mark.parametrize("word", ["王小明", "13800138000", "漏水"])
def test_nothing_personal_stands_in_the_logs(service: Grievances, word: str) -> None:
    service.mediating()

    assert word not in service.process.said()
