"""What is refused over HTTP: the right status, a sentence that says what would be right, and nothing half-written."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from chassis.identity import Issuer, new_signing_key
from tests.service.grievances.running import FILING, HAIYUE, Grievances
from tests.support.asking import Reply
from tests.support.service import AUDIENCE, ISSUER

FORGER = Issuer(new_signing_key(), ISSUER, AUDIENCE)
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).isoformat()


@dataclass(frozen=True)
class Stage:
    """A filed dispute and one in mediation, for refusals to act upon."""

    service: Grievances
    filed: Reply
    mediating: Reply

    def act(self, dispute: Reply, name: str, body: Any = None, **given: Any) -> Reply:
        given = {"token": self.service.officer, "if_match": dispute.headers["etag"]} | given
        given = {name: value for name, value in given.items() if value is not None or name == "token"}
        return self.service.ask("POST", f"/disputes/{dispute.json['dispute_id']}/{name}", body, **given)

    def file(self, body: Any = None, **given: Any) -> Reply:
        return self.service.ask("POST", "/disputes", body, **{"token": self.service.resident} | given)

    def against(self, account: str) -> str:
        """Where a dispute is that a resident filed against this account."""
        filed = self.file(FILING | {"respondent": {"kind": "person", "name": "欧阳锋", "person_id": account}})
        return filed.headers["location"]

    def elsewhere(self, role: str) -> str:
        return self.service.token("somebody", role, HAIYUE)


@pytest.fixture(scope="module")
def stage(service: Grievances) -> Stage:
    return Stage(service, service.file(), service.mediating())


Case = tuple[Callable[[Stage], Reply], int, str]

REFUSALS: dict[str, Case] = {
    "unknown division": (
        lambda stage: stage.file(FILING | {"area": "440305001999"}),
        422,
        "440305001999 is not a division known here; give the 12-digit code of a community, for example 440305001012",
    ),
    "a street for a community": (
        lambda stage: stage.file(FILING | {"area": "440305001000"}),
        422,
        "is a street; give the 12-digit code of a community, for example 440305001012",
    ),
    "no code at all": (
        lambda stage: stage.file(FILING | {"area": "星海名城"}),
        422,
        "Must be a 12-digit division code, for example 440305001012.",
    ),
    "unknown grid unit": (
        lambda stage: stage.file(FILING | {"grid_unit_id": str(uuid4())}),
        422,
        "leave it out or give a unit of community 440305001012",
    ),
    "unknown category": (
        lambda stage: stage.file(FILING | {"category": "ghosts"}),
        422,
        "this category is not in use; give one of property_fee, repair",
    ),
    "unknown relation": (
        lambda stage: stage.file(FILING | {"relation": "enemies"}),
        422,
        "this relation is not in use; give one of owner_government, owner_property, property_government, owner_owner",
    ),
    "a phone that is none": (
        lambda stage: stage.file(FILING | {"applicant": {"name": "王小明", "phone": "call me"}}),
        422,
        "Must be a phone number, for example 13800138000",
    ),
    "a summary of 4,001 characters": (
        lambda stage: stage.file(FILING | {"summary": "漏" * 4001}),
        422,
        "Length must be between 1 and 4000.",
    ),
    "a fee (人民调解法 Art. 4: free of charge)": (
        lambda stage: stage.file(FILING | {"fee": 50}),
        422,
        "Unknown field.",
    ),
    "nothing said": (lambda stage: stage.file({}), 422, "Missing data for required field."),
    "broken JSON": (lambda stage: stage.file(raw=b'{"area": '), 400, "the body is not JSON: Expecting value, line 1"),
    "a body of 20 MB": (lambda stage: stage.file(raw=b" " * 20_000_000), 413, "at most 1048576 are read"),
    "another content type": (
        lambda stage: stage.file(FILING, content_type="text/plain"),
        415,
        "the content type must be application/json",
    ),
    "no token": (lambda stage: stage.file(FILING, token=None), 401, "Authorization: Bearer <token>"),
    "a forged token": (
        lambda stage: stage.file(FILING, token=stage.service.token("resident-1", "resident", issuer=FORGER)),
        401,
        "token",
    ),
    "a step with a forged token": (
        lambda stage: stage.act(
            stage.filed, "accept", token=stage.service.token("officer-1", "community_officer", issuer=FORGER)
        ),
        401,
        "token",
    ),
    "filing in another community": (
        lambda stage: stage.file(FILING, token=stage.elsewhere("resident")),
        403,
        "this needs one of the roles community_officer, grid_leader, hotline, mediator, resident in 440305001012",
    ),
    "another community's officer": (
        lambda stage: stage.act(stage.filed, "accept", token=stage.elsewhere("community_officer")),
        404,
        "that you may see; GET /disputes lists those you may",
    ),
    "another community's officer reads": (
        lambda stage: stage.service.ask(
            "GET", f"/disputes/{stage.filed.json['dispute_id']}", token=stage.elsewhere("community_officer")
        ),
        404,
        "that you may see; GET /disputes lists those you may",
    ),
    "a resident accepts": (
        lambda stage: stage.act(stage.filed, "accept", token=stage.service.resident),
        403,
        "this needs one of the roles community_officer, district_officer, mediator, street_officer",
    ),
    "another street's officer resolves": (
        lambda stage: stage.act(
            stage.mediating, "resolve", {"form": "oral", "terms": "…"}, token=stage.elsewhere("street_officer")
        ),
        404,
        "that you may see",
    ),
    "a mediator names a mediator": (
        lambda stage: stage.act(
            stage.filed, "assign", {"mediator_id": "mediator-1"}, token=stage.service.token("mediator-2", "mediator")
        ),
        403,
        "this needs one of the roles community_officer",
    ),
    "another mediator refuses": (
        lambda stage: stage.act(
            stage.mediating,
            "refuse",
            {"reason_code": "party_refused", "on_behalf_of": "respondent"},
            token=stage.service.token("mediator-2", "mediator"),
        ),
        403,
        "the assigned one or a community_officer of 440305001012 may do this",
    ),
    "who filed accepts by office": (
        lambda stage: stage.act(stage.service.file(stage.service.officer), "accept"),
        403,
        "a colleague with no part in it must do this",
    ),
    "the accused reads by office": (
        lambda stage: stage.service.ask("GET", stage.against("officer-1"), token=stage.service.officer),
        404,
        "that you may see; GET /disputes lists those you may",
    ),
    "another mediator resolves": (
        lambda stage: stage.act(
            stage.mediating,
            "resolve",
            {"form": "oral", "terms": "…"},
            token=stage.service.token("mediator-2", "mediator"),
        ),
        403,
        "the assigned one or a community_officer of 440305001012 may do this",
    ),
    "a mediator who is not assigned opens it": (
        lambda stage: stage.service.ask(
            "GET",
            f"/disputes/{stage.filed.json['dispute_id']}?purpose=mediation",
            token=stage.service.token("mediator-2", "mediator"),
        ),
        403,
        "ask without `purpose` for the masked view",
    ),
    "a purpose nobody foresaw": (
        lambda stage: stage.service.ask(
            "GET", f"/disputes/{stage.filed.json['dispute_id']}?purpose=curiosity", token=stage.service.officer
        ),
        422,
        "Must be one of: mediation, contact, review.",
    ),
    "a wrong state": (
        lambda stage: stage.act(stage.filed, "resolve", {"form": "oral", "terms": "…"}),
        409,
        "is registered; this is possible only when it is mediating",
    ),
    "a stale version": (
        lambda stage: stage.act(stage.mediating, "resolve", {"form": "oral", "terms": "…"}, if_match='"3"'),
        412,
        "is at version 4, not 3; read it again and repeat with the new ETag",
    ),
    "no version": (lambda stage: stage.act(stage.filed, "accept", if_match=None), 428, 'for example If-Match: "5"'),
    "a party as mediator": (
        lambda stage: stage.act(
            stage.service.step(stage.service.file(), "accept"), "assign", {"mediator_id": "resident-1"}
        ),
        422,
        "name a mediator who has no part in it",
    ),
    "nobody of the register as mediator (人民调解法 Art. 13)": (
        lambda stage: stage.act(
            stage.service.step(stage.service.file(), "accept"), "assign", {"mediator_id": "somebody-else"}
        ),
        422,
        "name one of GET /mediators?area=440305001012",
    ),
    "nobody of the register as successor (人民调解法 Art. 13)": (
        lambda stage: stage.act(
            stage.mediating, "reassign", {"successor_id": "somebody-else", "reason_code": "near_relative"}
        ),
        422,
        "name one of GET /mediators?area=440305001012",
    ),
    "a refusal of nobody's (人民调解法 Art. 17)": (
        lambda stage: stage.act(stage.mediating, "refuse", {"reason_code": "party_refused"}),
        422,
        "say whose: applicant or respondent",
    ),
    "a resident who did not file refuses the mediator": (
        lambda stage: stage.act(stage.mediating, "unassign", {}, token=stage.service.token("resident-2", "resident")),
        404,
        "that you may see",
    ),
    "an unsigned written agreement": (
        lambda stage: stage.act(stage.mediating, "resolve", {"form": "written", "terms": "…"}),
        422,
        "a written agreement needs the day the committee signed",
    ),
    "an oral agreement that the applicant has not confirmed": (
        lambda stage: stage.act(stage.mediating, "resolve", {"form": "oral", "terms": "…"}),
        422,
        "an oral agreement needs the day the applicant confirmed it",
    ),
    "a session yet to come": (
        lambda stage: stage.act(stage.mediating, "sessions", {"held_at": TOMORROW, "record": "…"}),
        422,
        "is yet to come; record a session after it was held",
    ),
    "the first second of all times": (
        lambda stage: stage.act(stage.mediating, "sessions", {"held_at": "0001-01-01T00:00:00+14:00", "record": "…"}),
        422,
        "must not be before the day of registration",
    ),
    "a dispute that is not there": (
        lambda stage: stage.service.ask("GET", f"/disputes/{uuid4()}", token=stage.service.officer),
        404,
        "GET /disputes lists those you may",
    ),
}

PREPARED = {
    "a party as mediator",
    "nobody of the register as mediator (人民调解法 Art. 13)",
    "who filed accepts by office",
    "the accused reads by office",
}
"""Cases that first take good steps of their own; what they leave behind is no trace of the refusal."""


@pytest.mark.parametrize("case", REFUSALS)
def test_a_refusal_says_what_would_be_right_and_changes_nothing(stage: Stage, case: str) -> None:
    act, status, told = REFUSALS[case]
    before = stage.service.snapshot()

    reply = act(stage)

    problem = reply.json
    assert (reply.status, problem["status"]) == (status, status), problem
    assert reply.headers["content-type"] == "application/problem+json"
    assert any(told in sentence for sentence in sentences(problem)), problem
    assert "王小明" not in reply.body.decode()
    assert case in PREPARED or stage.service.snapshot() == before


def sentences(problem: dict[str, Any]) -> list[str]:
    return [problem["detail"], *(error["detail"] for error in problem.get("errors", []))]


def test_a_wrong_state_names_the_rule(stage: Stage) -> None:
    problem = stage.act(stage.filed, "terminate", {"reason_code": "no_agreement"}).json

    assert problem["rule"].startswith("人民调解法 Art. 26")


def test_a_key_used_again_with_another_body_is_refused(stage: Stage) -> None:
    key = str(uuid4())
    stage.file(FILING, idempotency_key=key)
    before = stage.service.snapshot()

    reply = stage.file(FILING | {"category": "noise"}, idempotency_key=key)

    assert reply.status == 422
    assert "use a new one" in reply.json["detail"]
    assert stage.service.snapshot() == before


def test_a_refused_filing_leaves_no_gap_in_the_numbers(stage: Stage) -> None:
    key = str(uuid4())
    first = stage.file(FILING, idempotency_key=key).json["case_number"]
    stage.file(FILING | {"category": "noise"}, idempotency_key=key)
    stage.file(FILING | {"category": "ghosts"})
    second = stage.file(FILING).json["case_number"]

    assert int(second.rpartition("-")[2]) == int(first.rpartition("-")[2]) + 1
