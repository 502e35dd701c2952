"""Cases told twice, over HTTP: suggested at intake and on demand, linked, taken apart again."""

from uuid import uuid4

from tests.service.grievances.running import FILING, Grievances
from tests.support.asking import Reply


def file(service: Grievances, phone: str, token: str | None = None) -> Reply:
    changes = {
        "applicant": {"name": "李丽", "phone": phone},
        "respondent": {"kind": "person", "name": "欧阳锋", "phone": f"0755-{uuid4().int % 10**8:08d}"},
        "relation": "owner_owner",
        "grid_unit_id": None,
    }
    return service.file(token, **changes)


def test_similar_cases_are_told_at_intake_as_far_as_one_may_see_them(service: Grievances) -> None:
    phone, neighbour = "13700137001", service.token("resident-2", "resident")
    first = file(service, phone)

    own = file(service, phone).json["similar"]
    of_neighbour = file(service, phone, neighbour).json["similar"]
    of_officer = file(service, phone, service.officer).json["similar"]

    assert first.json["similar"] == {"count": 0, "dispute_ids": []}
    assert own == {"count": 1, "dispute_ids": [first.json["dispute_id"]]}
    assert of_neighbour == {"count": 0, "dispute_ids": []}
    assert of_officer["count"] == 3


def test_duplicates_are_suggested_with_the_evidence_and_nobodys_data(service: Grievances) -> None:
    phone = "13700137002"
    one, other = file(service, phone), file(service, "+86 137-0013-7002")

    found = service.ask("GET", f"/disputes/{other.json['dispute_id']}/duplicates", token=service.officer)

    [suggested] = found.json["suggested"]
    assert suggested["dispute"]["case_number"] == one.json["case_number"]
    assert suggested["reasons"] == [{"evidence": "same_applicant", "evidence_zh": "申请人电话相同"}]
    assert not any(word in found.text for word in ("李丽", "7002", "欧阳"))


def test_a_linked_case_follows_the_other_one_and_is_taken_apart_again(service: Grievances) -> None:
    primary, dispute = file(service, "13700137003"), file(service, "13700137003")
    path = f"/disputes/{dispute.json['dispute_id']}"

    linked = service.step(dispute, "link", {"to": primary.json["dispute_id"]})
    stale = service.step(dispute, "link", {"to": primary.json["dispute_id"]})
    service.step(primary, "accept")
    seen = service.ask(
        "GET",
        f"/follow/{dispute.json['case_number']}",
        token=None,
        case_secret=dispute.json["follow_secret"],
    ).json
    listed = service.ask("GET", "/disputes?state=linked&limit=100", token=service.officer).json["items"]
    related = service.ask("GET", f"/disputes/{primary.json['dispute_id']}/duplicates", token=service.officer).json
    apart = service.ask("POST", f"{path}/unlink", {}, token=service.officer, if_match=linked.headers["etag"])

    assert (linked.status, linked.json["state"], linked.json["linked_to"]) == (
        200,
        "linked",
        primary.json["dispute_id"],
    )
    assert linked.json["case_number"] == dispute.json["case_number"]
    assert stale.status == 412
    assert (seen["state"], seen["primary"]["state_zh"]) == ("linked", "已受理")
    assert primary.json["case_number"] not in str(seen)
    assert linked.json["dispute_id"] in [one["dispute_id"] for one in listed]
    assert [one["dispute_id"] for one in related["linked"]] == [dispute.json["dispute_id"]]
    assert (apart.status, apart.json["state"], apart.json["linked_to"]) == (200, "registered", None)


def test_a_refused_link_changes_nothing(service: Grievances) -> None:
    one, other = service.file(), service.file(relation="owner_owner", respondent=FILING["respondent"])
    before = service.snapshot()

    itself = service.step(one, "link", {"to": one.json["dispute_id"]})
    unknown = service.step(one, "link", {"to": str(uuid4())})
    by_resident = service.step(one, "link", {"to": other.json["dispute_id"]}, token=service.resident)
    to_accused = service.step(one, "link", {"to": other.json["dispute_id"]})

    assert [reply.status for reply in (itself, unknown, by_resident, to_accused)] == [422, 404, 403, 403]
    assert to_accused.json["rule"] == "信访工作条例 Art. 28"
    assert service.snapshot() == before
