"""Work list, filing and a case: what is asked of the service as whom, and how its refusals are shown."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.service.portal.conftest import Browser
from tests.service.portal.upstreams import CASE_NUMBER, CASE_SECRET, DISPUTE, DISPUTE_ID, XINGHAI, Grievances, token

ITEM: dict[str, Any] = {
    **DISPUTE,
    "due_at": (datetime.now(UTC) - timedelta(days=2)).isoformat(),
    "due_rule": "dispute.acceptance",
    "escalated_to": "street",
}
FILING = {
    "area": XINGHAI["code"],
    "category": "repair",
    "relation": "owner_property",
    "summary": "楼道漏水三个月。",
    "applicant.name": "王小明",
    "applicant.phone": "13800138000",
    "respondent.kind": "organisation",
    "respondent.name": "星海物业服务中心",
    "respondent.phone": "",
    "key": "the-key-of-this-form",
}


def signed_in(browser: Browser, role: str, area: str = XINGHAI["code"] or "", actor_id: str = "somebody") -> Browser:
    browser.sign_in(token(actor_id, role, area))
    return browser


@pytest.fixture
def worker(browser: Browser) -> Browser:
    return signed_in(browser, "community_officer")


@pytest.fixture
def resident(browser: Browser) -> Browser:
    return signed_in(browser, "resident")


@pytest.mark.parametrize("path", ["/cases", "/cases/new", f"/cases/{DISPUTE_ID}", "/cases/export.csv"])
def test_nobody_sees_cases_without_signing_in(browser: Browser, grievances: Grievances, path: str) -> None:
    assert browser.get(path).url.endswith("/sign-in")
    assert grievances.asked == []


def test_a_case_in_the_list_says_what_is_late_and_how_far_it_came_up(worker: Browser, grievances: Grievances) -> None:
    grievances.items = [ITEM]

    page = worker.get("/cases").text

    assert f'href="/cases/{DISPUTE_ID}">{CASE_NUMBER}</a>' in page
    for words in ("维修与漏水", "业主与物业", "星海名城社区居委会", "已登记", "超期", "决定是否受理", "已上报街道"):
        assert words in page


def test_who_works_sees_first_what_is_open_and_due(worker: Browser, grievances: Grievances) -> None:
    worker.get("/cases")

    [asked] = [one for one in grievances.asked if one.path == "/disputes"]
    assert asked.query == {"open": "true", "order": "due", "limit": "20"}


def test_filters_are_passed_on(worker: Browser, grievances: Grievances) -> None:
    worker.get("/cases?f=1&state=accepted&category=repair&overdue=yes&order=newest&relation=&cursor=abc")

    [asked] = [one for one in grievances.asked if one.path == "/disputes"]
    assert asked.query == {
        "state": "accepted",
        "category": "repair",
        "overdue": "true",
        "order": "newest",
        "cursor": "abc",
        "limit": "20",
    }


def test_what_is_searched_for_is_in_no_address_of_the_portal(worker: Browser, grievances: Grievances) -> None:
    page = worker.post("/cases/search", {"q": "王小明 漏水"})

    assert page.url.endswith("/cases/search")
    [asked] = [one for one in grievances.asked if one.path == "/disputes"]
    assert asked.query == {"q": "王小明 漏水", "limit": "20"}
    assert 'value="王小明 漏水"' in page.text


def test_a_case_number_in_the_search_finds_that_case(worker: Browser, grievances: Grievances) -> None:
    worker.post("/cases/search", {"q": " 440305001012-2026-0007 "})

    [asked] = [one for one in grievances.asked if one.path == "/disputes"]
    assert asked.query == {"case_number": "440305001012-2026-0007", "limit": "20"}


@pytest.mark.parametrize(("role", "sees"), [("mediator", False), ("resident", False), ("street_officer", True)])
def test_officers_alone_are_offered_search_and_export(browser: Browser, role: str, *, sees: bool) -> None:
    page = signed_in(browser, role, "440305001000").get("/cases").text

    assert ("搜索反映的内容" in page) is sees
    assert ("/cases/export.xlsx" in page) is sees


def test_an_export_is_the_services_own_file(worker: Browser, grievances: Grievances) -> None:
    answer = worker.get("/cases/export.csv?state=accepted&open=yes&q=secret")

    assert answer.text == "案号\n"
    assert answer.headers["Content-Disposition"] == "attachment"
    assert answer.headers["Cache-Control"] == "no-store"
    assert grievances.asked[-1].query == {"format": "csv", "state": "accepted", "open": "true"}


@pytest.mark.parametrize(
    ("role", "names"),
    [
        ("resident", ["看板", "我的案件", "我要反映", "案件查询"]),
        ("mediator", ["看板", "工作台", "我要反映", "案件查询"]),
        ("district_officer", ["看板", "工作台", "案件查询"]),
        ("auditor", ["看板", "案件查询"]),
    ],
)
def test_the_menu_leads_to_what_the_role_can_use(browser: Browser, role: str, names: list[str]) -> None:
    page = signed_in(browser, role).get("/").text

    menu = re.search(r'<nav class="places-to-go".*?</nav>', page, re.DOTALL)
    assert menu
    assert re.findall(r">([^<>\s]+)</a>", menu[0]) == names


def test_filing_sends_what_was_told_and_shows_number_and_secret_once(resident: Browser, grievances: Grievances) -> None:
    page = resident.post("/cases/new", FILING)

    assert page.status_code == 201
    assert f'id="case-number">{CASE_NUMBER}<' in page.text
    assert f'id="secret">{CASE_SECRET}<' in page.text
    sent = grievances.sent()
    assert sent.body == {
        "area": XINGHAI["code"],
        "category": "repair",
        "relation": "owner_property",
        "summary": "楼道漏水三个月。",
        "applicant": {"name": "王小明", "phone": "13800138000"},
        "respondent": {"kind": "organisation", "name": "星海物业服务中心"},
    }
    assert sent.headers["idempotency-key"] == "the-key-of-this-form"
    assert sent.headers["authorization"].startswith("Bearer ")
    assert CASE_SECRET not in resident.get(f"/cases/{DISPUTE_ID}").text


def test_what_is_wrong_with_a_filing_stands_beside_its_field_and_nothing_is_lost(
    resident: Browser, grievances: Grievances
) -> None:
    phone = "Must be a phone number, for example 13800138000 or 0755-26666666."
    grievances.refusal = (
        422,
        {"detail": "a field breaks a rule", "errors": [{"pointer": "/applicant/phone", "detail": phone}]},
    )

    page = resident.post("/cases/new", FILING)

    assert page.status_code == 422
    field = re.search(r'<input type="tel"[^>]*name="applicant.phone".*?</div>', page.text, re.DOTALL)
    assert field
    assert "请填写电话号码" in field[0]
    assert 'aria-invalid="true"' in field[0]
    assert "楼道漏水三个月。</textarea>" in page.text
    assert 'value="the-key-of-this-form"' in page.text
    assert phone in resident.post("/cases/new?lang=en", FILING).text


def test_who_files_for_a_district_chooses_a_community_by_name(browser: Browser) -> None:
    page = signed_in(browser, "hotline", "440305000000").get("/cases/new").text

    assert re.findall(r'<optgroup label="([^"]+)">', page) == ["南头街道", "招商街道"]
    assert f'<option value="{XINGHAI["code"]}">星海名城社区居委会</option>' in page


def test_a_step_names_the_version_that_was_read(worker: Browser, grievances: Grievances) -> None:
    page = worker.get(f"/cases/{DISPUTE_ID}").text
    form = re.search(r'action="/cases/[^"]*/accept".*?</form>', page, re.DOTALL)
    assert form
    given = dict(re.findall(r'name="(\w+)" value="([^"]+)"', form[0]))

    answer = worker.post(f"/cases/{DISPUTE_ID}/accept", given)

    assert answer.url.endswith("?done=accept")
    sent = grievances.sent()
    assert (sent.path, sent.body) == (f"/disputes/{DISPUTE_ID}/accept", None)
    assert (sent.headers["if-match"], sent.headers["idempotency-key"]) == ('"1"', given["key"])


def test_somebody_who_was_slower_is_told_and_shown_the_case_as_it_is_now(
    worker: Browser, grievances: Grievances
) -> None:
    grievances.refusal = (412, {"detail": "dispute 440305001012-2026-0007 is at version 2, not 1"})
    grievances.dispute = {**DISPUTE, "state": "accepted", "version": 2}

    page = worker.post(
        f"/cases/{DISPUTE_ID}/refuse", {"reason_code": "before_authority", "version": "1", "key": "k" * 16}
    )

    assert page.status_code == 412
    assert "别人刚刚办过这件案子" in page.text
    assert "已受理" in page.text
    form = re.search(r'action="/cases/[^"]*/refuse".*?</form>', page.text, re.DOTALL)
    assert form
    assert 'value="before_authority" checked' in form[0]
    assert 'name="version" value="2"' in form[0]


def test_a_step_that_nobody_can_take_any_more_is_still_answered(worker: Browser, grievances: Grievances) -> None:
    grievances.refusal = (412, {"detail": "stale"})
    grievances.dispute = {**DISPUTE, "state": "accepted", "version": 2}

    page = worker.post(f"/cases/{DISPUTE_ID}/accept", {"version": "1"})

    assert page.status_code == 412
    assert "别人刚刚办过这件案子" in page.text


def test_a_refusal_names_its_rule_in_the_services_words(worker: Browser, grievances: Grievances) -> None:
    detail, rule = "who acts for the body complained of has no say in it", "信访工作条例 Art. 28"
    grievances.refusal = (403, {"detail": detail, "rule": rule})

    page = worker.post(f"/cases/{DISPUTE_ID}/accept", {"version": "1"})

    assert page.status_code == 403
    assert f'<span lang="en">{detail}</span>' in page.text
    assert rule in page.text


def test_when_the_service_is_away_nothing_that_was_written_is_lost(worker: Browser, grievances: Grievances) -> None:
    grievances.refusal = (503, {"detail": "the database does not answer"})

    page = worker.post(f"/cases/{DISPUTE_ID}/comment", {"text": "周五上午检测。", "visible_to_complainant": "false"})

    assert page.status_code == 503
    assert "您填写的内容还在" in page.text
    assert "周五上午检测。</textarea>" in page.text
    assert grievances.sent().body == {"text": "周五上午检测。", "visible_to_complainant": False}


def test_a_case_is_opened_by_sending_a_purpose_and_never_by_an_address(worker: Browser, grievances: Grievances) -> None:
    worker.get(f"/cases/{DISPUTE_ID}?purpose=review")
    assert not any("purpose" in asked.query for asked in grievances.asked)

    page = worker.post(f"/cases/{DISPUTE_ID}/open", {"purpose": "contact"})

    opened = {asked.path for asked in grievances.asked if asked.query.get("purpose") == "contact"}
    assert opened == {f"/disputes/{DISPUTE_ID}"}
    assert "本次查看已记录" in page.text


def test_to_mediate_opens_what_was_said_as_well(worker: Browser, grievances: Grievances) -> None:
    worker.post(f"/cases/{DISPUTE_ID}/open", {"purpose": "mediation"})

    opened = {asked.path.rpartition("/")[2] for asked in grievances.asked if asked.query.get("purpose")}
    assert opened == {DISPUTE_ID, "sessions", "agreements", "visits", "comments"}


@pytest.mark.parametrize(
    ("role", "state", "mediator_id", "offered"),
    [
        ("community_officer", "registered", None, {"accept", "refuse", "secret"}),
        ("community_officer", "accepted", None, {"assign", "joint", "refuse", "secret"}),
        ("mediator", "accepted", None, {"refuse", "secret"}),
        ("mediator", "assigned", "somebody", {"session", "reassign", "unassign", "terminate", "refuse", "secret"}),
        ("mediator", "assigned", "another", set()),
        ("community_officer", "terminated", None, {"reopen", "secret"}),
        ("district_officer", "registered", None, set()),
        ("resident", "accepted", None, {"withdraw"}),
        ("resident", "resolved", None, {"confirm", "deny"}),
        ("grid_leader", "accepted", None, set()),
    ],
)
def test_the_steps_offered_are_those_that_this_person_may_take_now(
    browser: Browser, grievances: Grievances, role: str, state: str, mediator_id: str | None, offered: set[str]
) -> None:
    grievances.dispute = {**DISPUTE, "state": state, "mediator_id": mediator_id}

    page = signed_in(browser, role).get(f"/cases/{DISPUTE_ID}").text

    assert set(re.findall(r'<details class="step" id="([\w-]+)"', page)) == offered


def test_where_a_body_is_complained_of_the_level_above_may_act(browser: Browser, grievances: Grievances) -> None:
    grievances.dispute = {**DISPUTE, "respondent_body": "workstation"}

    page = signed_in(browser, "street_officer", "440305001000").get(f"/cases/{DISPUTE_ID}").text

    assert 'id="accept"' in page


@pytest.mark.parametrize("path", [f"/cases/{DISPUTE_ID}/accept", f"/cases/{DISPUTE_ID}/open", "/cases/search"])
def test_who_comes_back_to_what_can_only_be_sent_is_led_to_the_page(worker: Browser, path: str) -> None:
    assert worker.get(path).url.endswith(path.rpartition("/")[0])


@pytest.mark.parametrize("path", ["/cases", "/cases/new", f"/cases/{DISPUTE_ID}", "/follow"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_pages_about_cases_need_no_script_and_nothing_from_elsewhere(
    worker: Browser, grievances: Grievances, path: str, lang: str
) -> None:
    grievances.items = [ITEM]

    page = worker.get(f"{path}?lang={lang}")

    assert page.status_code == 200
    assert re.findall(r"<script|\sstyle=|<style|\son\w+=", page.text) == []
    assert re.findall(r'(?:src|href|action)="(?!/|#)[^"]*"', page.text) == []
    assert page.headers["Cache-Control"] == "no-store"
    fields = re.findall(
        r'<(?:input|select|textarea)(?![^>]*type="(?:hidden|radio|checkbox)")[^>]*\sid="([^"]+)"', page.text
    )
    assert [name for name in fields if f'for="{name}"' not in page.text] == []


@pytest.mark.parametrize("path", ["/cases/new", "/cases/search", f"/cases/{DISPUTE_ID}/accept"])
def test_another_site_cannot_change_a_case(worker: Browser, grievances: Grievances, path: str) -> None:
    assert worker.post(path, FILING, Origin="https://elsewhere.test").status_code == 403
    assert not any(asked.method == "POST" for asked in grievances.asked)
