"""A case's timeline over HTTP: in both languages, page by page, without names."""

from tests.service.grievances.running import Grievances


def test_who_works_on_a_case_sees_accounts_and_whoever_filed_it_does_not(service: Grievances) -> None:
    path = f"/disputes/{service.mediating().json['dispute_id']}/timeline"

    worked = service.ask("GET", path, token=service.officer).json["items"]
    filed = service.ask("GET", path, token=service.resident).json["items"]

    assert [(one["kind_zh"], one["by_zh"], one["account"]) for one in worked] == [
        ("登记", "申请人", None),
        ("受理", "工作人员", "officer-1"),
        ("确定调解员", "工作人员", "officer-1"),
        ("进行调解", "人民调解员", "mediator-1"),
    ]
    assert [one["kind_en"] for one in filed] == [one["kind_en"] for one in worked]
    assert {one["account"] for one in filed} == {None}


def test_its_pages_follow_one_another(service: Grievances) -> None:
    path = f"/disputes/{service.mediating().json['dispute_id']}/timeline?limit=3"

    first = service.ask("GET", path, token=service.officer)
    second = service.ask("GET", f"{path}&cursor={first.json['next']}", token=service.officer)

    kinds = [one["kind"] for one in first.json["items"] + second.json["items"]]
    assert kinds == ["dispute.registered", "dispute.accepted", "dispute.assigned", "session.held"]
    assert 'rel="next"' in first.headers["link"]
    assert second.json["next"] is None


def test_a_comment_shows_its_text_for_a_purpose(service: Grievances) -> None:
    dispute_id = service.mediating().json["dispute_id"]
    service.ask("POST", f"/disputes/{dispute_id}/comments", {"text": "又漏水了"}, token=service.resident)
    path = f"/disputes/{dispute_id}/timeline"

    closed = service.ask("GET", path, token=service.officer).json["items"][-1]
    opened = service.ask("GET", f"{path}?purpose=review", token=service.officer).json["items"][-1]

    assert (closed["kind"], closed["text"]) == ("comment.written", None)
    assert (opened["by_en"], opened["text"]) == ("Complainant", "又漏水了")


def test_a_cursor_of_another_list_is_refused(service: Grievances) -> None:
    service.file()
    cursor = service.ask("GET", "/disputes?limit=1", token=service.officer).json["next"]
    path = f"/disputes/{service.file().json['dispute_id']}/timeline?cursor={cursor}"

    assert service.ask("GET", path, token=service.officer).status == 400
