"""A note over HTTP, from the grid leader's round to its end."""

from typing import Any

from tests.service.grievances.running import BUILDING, XINGHAI, Grievances
from tests.support.asking import Reply

NOTE = {"area": XINGHAI, "grid_unit_id": BUILDING, "text": "三栋王小明说楼道灯坏了。"}
CASE = {
    "relation": "owner_property",
    "category": "repair",
    "applicant": {"name": "王小明", "phone": "13800138000"},
    "respondent": {"kind": "organisation", "name": "星海物业服务中心"},
}


def take(service: Grievances) -> tuple[Reply, str]:
    leader = service.token("leader-1", "grid_leader", grid=f"/{BUILDING}")
    taken = service.ask("POST", "/notes", NOTE, token=leader)
    assert taken.status == 201, taken.text
    return taken, leader


def step(service: Grievances, note: Reply, name: str, body: Any, token: str) -> Reply:
    return service.ask("POST", f"{note.headers['location']}/{name}", body, token=token, if_match=note.headers["etag"])


def test_a_note_becomes_a_case_whose_applicant_follows_it(service: Grievances) -> None:
    taken, leader = take(service)

    became = step(service, taken, "case", CASE, leader)

    assert became.status == 201, became.text
    note, dispute = became.json["note"], became.json["dispute"]
    assert (note["state"], note["dispute_id"], became.headers["etag"]) == ("case", dispute["dispute_id"], '"2"')
    followed = service.ask("GET", f"/follow/{dispute['case_number']}", token=None, case_secret=dispute["follow_secret"])
    assert followed.json["state"] == "registered"
    assert [fact["type"] for fact in service.facts_of(note["note_id"])] == ["note.taken", "note.became_case"]
    back = service.ask("GET", f"/disputes/{dispute['dispute_id']}/note", token=service.officer)
    assert (back.json["note_id"], back.json["text"]) == (note["note_id"], None)


def test_a_suggestion_is_answered(service: Grievances) -> None:
    taken, leader = take(service)

    suggestion = step(service, taken, "suggestion", None, leader)
    unanswered = service.ask(
        "POST", f"{taken.headers['location']}/close", {"outcome": "adopted"}, token=service.officer, if_match='"2"'
    )
    closed = service.ask(
        "POST",
        f"{taken.headers['location']}/close",
        {"outcome": "adopted", "answer": "四月装感应灯。"},
        token=service.officer,
        if_match=suggestion.headers["etag"],
    )

    assert unanswered.status == 422
    assert (closed.json["state"], closed.json["outcome"], closed.json["due_on"]) == ("closed", "adopted", None)
    seen = service.ask("GET", taken.headers["location"], token=leader).json
    assert (seen["text"], seen["answer"]) == (NOTE["text"], "四月装感应灯。")
    assert [one["step"] for one in seen["history"]] == ["taken", "became_suggestion", "closed"]


def test_a_note_has_no_field_for_a_person(service: Grievances) -> None:
    for field in ("person_id", "name", "tags", "about"):
        assert service.ask("POST", "/notes", NOTE | {field: "王小明"}, token=service.officer).status == 422


def test_notes_are_paged_and_narrowed(service: Grievances) -> None:
    officer = service.token("officer-5", "community_officer")
    taken = [service.ask("POST", "/notes", NOTE, token=officer).json["note_id"] for _ in range(3)]

    first = service.ask("GET", "/notes?own=true&limit=2", token=officer)
    second = service.ask("GET", f"/notes?own=true&limit=2&cursor={first.json['next']}", token=officer)

    assert [one["note_id"] for one in first.json["items"] + second.json["items"]] == taken[::-1]
    assert service.ask("GET", "/notes", token=service.resident).status == 403


def test_no_word_of_a_note_stands_in_the_logs(service: Grievances) -> None:
    take(service)

    assert "楼道灯" not in service.process.said()
