"""案件查询: what reaches the service, what never leaves the form, and what is shown."""

import re
from typing import Any

import pytest

from tests.service.portal.conftest import Browser
from tests.service.portal.upstreams import CASE_NUMBER, CASE_SECRET, FOLLOWED, Grievances

PROOF = {"number": CASE_NUMBER, "secret": CASE_SECRET}
RESOLVED: dict[str, Any] = {**FOLLOWED, "state": "resolved", "state_zh": "已化解", "may_confirm": True, "due": []}


def test_a_case_is_shown_to_who_has_its_number_and_secret(browser: Browser) -> None:
    page = browser.post("/follow", PROOF)

    assert page.status_code == 200
    assert "已受理" in page.text
    assert "现由社区办理" in page.text
    assert "最迟2026年3月12日" in page.text


def test_nobody_has_to_be_signed_in(browser: Browser) -> None:
    page = browser.get("/follow")

    assert page.status_code == 200
    assert 'href="/sign-in"' in page.text
    assert "工作台" not in page.text


def test_the_secret_is_in_no_address_and_no_cookie(browser: Browser, grievances: Grievances) -> None:
    page = browser.post("/follow", PROOF)

    assert CASE_SECRET not in page.url
    assert CASE_SECRET not in str(page.headers)
    assert browser.session.cookies.get_dict() == {}
    assert all(CASE_SECRET not in asked.path and CASE_SECRET not in str(asked.query) for asked in grievances.asked)
    assert {asked.headers["case-secret"] for asked in grievances.asked} == {CASE_SECRET}
    assert page.headers["Cache-Control"] == "no-store"


def test_the_service_hears_from_where_the_question_came_and_no_token(browser: Browser, grievances: Grievances) -> None:
    browser.post("/follow", PROOF, **{"X-Forwarded-For": "203.0.113.7"})

    asked = grievances.asked[0].headers
    assert asked["x-forwarded-for"] == "203.0.113.7, 127.0.0.1"
    assert "authorization" not in asked


def test_what_a_chinese_keyboard_types_is_understood(browser: Browser, grievances: Grievances) -> None:
    wide = str.maketrans("0123456789-", "０１２３４５６７８９—")

    page = browser.post(
        "/follow", {"number": f" {CASE_NUMBER.translate(wide)} ", "secret": CASE_SECRET.translate(wide)}
    )

    assert page.status_code == 200
    assert grievances.asked[0].path == f"/follow/{CASE_NUMBER}"


@pytest.mark.parametrize("secret", ["7K3M-9QXZ-0A1B-2C3D-4E5F-6G7G", "", "案\r\nX-Evil: 1"])
def test_a_wrong_secret_tells_nothing_and_keeps_what_was_typed(browser: Browser, secret: str) -> None:
    page = browser.post("/follow", {"number": CASE_NUMBER, "secret": secret})

    assert page.status_code == 404
    assert "没有这个案号和查询码的案件" in page.text
    assert f'value="{CASE_NUMBER}"' in page.text


@pytest.mark.parametrize("number", ["..", "../disputes", "440305001012-2026-0007/../..", "%2E%2E"])
def test_what_is_no_case_number_leads_nowhere_else(browser: Browser, grievances: Grievances, number: str) -> None:
    page = browser.post("/follow", {"number": number, "secret": CASE_SECRET})

    assert page.status_code == 404
    assert {one.path for one in grievances.asked} <= {"/follow/none"}


def test_the_page_goes_on_without_typing_the_secret_again(browser: Browser, grievances: Grievances) -> None:
    page = browser.post("/follow", PROOF).text
    kept = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', page))
    assert {name: kept[name] for name in PROOF} == PROOF

    answer = browser.post("/follow/comments", {**kept, "text": "今天又漏水了。"})

    assert "留言已发送" in answer.text
    sent = grievances.sent()
    assert (sent.path, sent.body) == (f"/follow/{CASE_NUMBER}/comments", {"text": "今天又漏水了。"})
    assert sent.headers["idempotency-key"] == kept["key"]


def test_a_resolved_case_is_confirmed_with_satisfaction(browser: Browser, grievances: Grievances) -> None:
    grievances.followed = RESOLVED
    assert "确认已经解决" in browser.post("/follow", PROOF).text

    browser.post("/follow/confirmation", {**PROOF, "satisfaction": "4", "comment": ""})

    assert grievances.sent().body == {"confirmed": True, "satisfaction": 4}


def test_a_case_that_is_not_resolved_is_said_to_be_so(browser: Browser, grievances: Grievances) -> None:
    grievances.followed = RESOLVED

    browser.post("/follow/denial", {**PROOF, "comment": "还在漏。"})

    assert grievances.sent().path.endswith("/confirmation")
    assert grievances.sent().body == {"confirmed": False, "comment": "还在漏。"}


def test_an_open_case_is_taken_back_and_not_confirmed(browser: Browser, grievances: Grievances) -> None:
    page = browser.post("/follow", PROOF).text
    assert "确认已经解决" not in page
    assert "撤回案件" in page

    browser.post("/follow/withdrawal", {**PROOF, "sure": "yes"})

    assert (grievances.sent().path, grievances.sent().body) == (f"/follow/{CASE_NUMBER}/withdrawal", None)


def test_a_decision_is_not_undone_here(browser: Browser, grievances: Grievances) -> None:
    grievances.followed = {**RESOLVED, "resolution": "decision", "state_zh": "已作出决定"}

    page = browser.post("/follow", PROOF).text

    assert "已作出决定" in page
    assert "没有解决，请重新办理" not in page


def test_other_routes_are_named_when_mediation_ended(browser: Browser, grievances: Grievances) -> None:
    routes = {"other_routes": ["arbitration", "court"], "other_routes_zh": ["仲裁", "诉讼"]}
    grievances.followed = {**FOLLOWED, "state": "terminated", "state_zh": "调解终止", **routes}

    page = browser.post("/follow", PROOF).text

    assert "仲裁" in page
    assert "诉讼" in page


def test_what_the_service_refuses_is_shown_and_what_was_written_stays(browser: Browser, grievances: Grievances) -> None:
    detail = "dispute 440305001012-2026-0007 was decided in writing; who does not agree appeals, as the decision says"
    grievances.refusal = (409, {"detail": detail, "rule": "信访工作条例 Art. 35"})

    page = browser.post("/follow/comments", {**PROOF, "text": "今天又漏水了。", "key": "the-key-of-this-form"})

    assert page.status_code == 409
    assert detail in page.text
    assert "信访工作条例 Art. 35" in page.text
    assert "今天又漏水了。</textarea>" in page.text
    assert 'value="the-key-of-this-form"' in page.text


def test_too_many_questions_are_asked_to_wait(browser: Browser, grievances: Grievances) -> None:
    grievances.refusal = (429, {"detail": "more than 10 requests a second"})

    page = browser.post("/follow/comments", {**PROOF, "text": "今天又漏水了。"})

    assert page.status_code == 429
    assert "请稍等片刻再试" in page.text


def test_when_the_service_is_away_the_page_says_so_and_keeps_what_was_written(
    browser: Browser, grievances: Grievances
) -> None:
    grievances.refusal = (503, {"detail": "the database does not answer"})

    page = browser.post("/follow/comments", {**PROOF, "text": "今天又漏水了。"})

    assert page.status_code == 503
    assert "您填写的内容还在" in page.text
    assert "今天又漏水了。</textarea>" in page.text


@pytest.mark.parametrize("path", ["/follow", "/follow/comments", "/follow/confirmation", "/follow/withdrawal"])
def test_another_site_cannot_send_the_form(browser: Browser, grievances: Grievances, path: str) -> None:
    answer = browser.post(path, PROOF, Origin="https://elsewhere.test")

    assert answer.status_code == 403
    assert grievances.asked == []


def test_somebody_who_comes_back_to_a_form_is_asked_for_number_and_secret(browser: Browser) -> None:
    assert browser.get("/follow/comments").url.endswith("/follow")
