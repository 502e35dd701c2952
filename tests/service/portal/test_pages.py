import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.portal.app import create_app
from services.portal.settings import PortalSettings
from tests.service.portal.conftest import Browser
from tests.service.portal.upstreams import EVEN, NOTHING, STREETS, XINGHAI, Members, Statistics, figures, served, token

NOTICE: dict[str, Any] = {
    "notice_id": "01936f00-0000-7000-8000-00000000000a",
    "level": "building",
    "category": "parking",
    "place": "星海名城社区居委会 一期 3栋",
    "occurred_at": "2026-11-20T02:40:00+00:00",
}

FACT: dict[str, Any] = {
    "event_id": "01936f00-0000-7000-8000-0000000000f1",
    "type": "dispute.resolved",
    "area": {"code": XINGHAI["code"], "name": XINGHAI["name"]},
    "category": "noise",
    "relation": "owner_owner",
    "time": "2026-11-20T02:21:00+00:00",
}


def figure(page: str, name: str) -> str:
    match = re.search(rf'data-figure="{name}">([^<]*)<', page)
    assert match
    return match[1]


def row(page: str, key: str) -> str:
    found = re.search(rf'data-key="{re.escape(key)}">(.*?)</tr>', page, re.DOTALL)
    assert found, f"no row {key}"
    return found[1]


def test_the_board_shows_all_figures_together(officer: Browser, statistics: Statistics) -> None:
    statistics.show(
        total=figures((1240, 200, 30, 2, 3, 1, 8, 4, 25), 6.5, (0, 1, 2, 7, 10)),
        before=figures((1000, 400, 20, 2, 0, 0), 7.0),
    )

    page = officer.get("/").text

    names = (
        *("registered", "accepted", "resolved", "terminated", "refused", "reopened", "linked", "overdue", "confirmed"),
        *("average_days", "satisfaction"),
    )
    assert [figure(page, name) for name in names] == [
        *("1,240", "200", "30", "3", "2", "1", "8", "4", "25", "6.5", "4.3")
    ]
    assert "20 份评价" in page
    assert re.findall(r'class="given">([^<]*)<', page) == ["10", "7", "2", "1", "0"]
    assert "−50.0%" in page
    assert "同期受理 400 件，今年 200 件" in page
    assert "南山区" in page


def freshness(page: str) -> tuple[str, str] | None:
    """State and sentence of what the board says of its own age."""
    found = re.search(r'data-key="asof" data-state="(\w+)">.*?class="sentence">([^<]*)<', page)
    return found and (found[1], found[2])


def test_the_board_says_that_all_is_counted(officer: Browser) -> None:
    assert freshness(officer.get("/").text) == ("even", "截至目前的事实均已计入。")


def test_the_board_says_how_far_behind_it_is(officer: Browser, statistics: Statistics) -> None:
    statistics.show(behind=EVEN | {"state": "behind", "events": 1_000_000})

    assert freshness(officer.get("/").text) == ("behind", "数据截至 10:42，约有 1,000,000 条事实尚未计入。")
    english = freshness(officer.get("/?lang=en").text)
    assert english == ("behind", "Figures as of 10:42; about 1,000,000 facts are not counted yet.")


def test_figures_of_a_version_that_does_not_say_how_old_they_are_are_shown_without(
    officer: Browser, statistics: Statistics
) -> None:
    statistics.show(behind=None, total=figures((3, 2, 1)))

    page = officer.get("/").text

    assert freshness(page) is None
    assert figure(page, "registered") == "3"


def test_the_chart_shows_every_street_with_its_values(officer: Browser, statistics: Statistics) -> None:
    statistics.show(children={"440305001000": figures((12, 10, 5, 1, 0, 0), 3.0)})

    page = officer.get("/").text

    assert [street["name"] for street in STREETS if street["name"] not in page] == []
    street = row(page, "440305001000")
    assert re.findall(r'class="number">([^<]*)<', street) == [
        *("12", "10", "5", "0", "1", "0", "0", "0", "0"),
        "3.0",
        "–",
    ]
    assert 'class="resolved" x="0" y="5" width="50.0%"' in street


def test_each_category_has_all_figures_beside_those_of_the_year_before(
    officer: Browser, statistics: Statistics
) -> None:
    statistics.show(
        by_category={
            ("parking",): (
                figures((210, 200, 180, 1, 2, 3, 4, 5, 90), 6.5, (0, 0, 1, 2, 5)),
                figures((400, 400, 360, 2, 2, 0, 0, 10, 0), 7.0),
            )
        },
        by_relation={("owner_property",): (figures((1,)), figures((2,)))},
    )

    page = officer.get("/").text

    parking = row(page, "category:parking")
    assert "停车" in parking
    assert re.findall(r'class="number">([^<]*)<', parking) == [
        *("210", "200", "180", "2", "1", "3", "4", "5", "90"),
        *("6.5", "4.5"),
    ]
    assert re.findall(r'class="before">上年([^<]*)<', parking) == [
        *("400", "400", "360", "2", "2", "0", "0", "10", "0"),
        *("7.0", "–"),
    ]
    assert re.findall(r'class="percent">([^<]*)<', parking) == [
        *("−47.5%", "−50.0%", "−50.0%", "±0.0%", "−50.0%", "–", "–", "−50.0%", "–")
    ]
    assert "业主与物业" in row(page, "relation:owner_property")
    assert "合在一起公布" not in page


def test_categories_told_together_are_named_together(officer: Browser, statistics: Statistics) -> None:
    together = (figures((6,)), figures((7,)))
    statistics.show(by_category={("noise", "waste"): together, ("parking",): together, ("sinkhole",): together})

    page = officer.get("/").text

    assert "噪声、垃圾与环境卫生" in row(page, "category:noise+waste")
    assert "sinkhole" in row(page, "category:sinkhole")
    assert re.findall(r'data-key="category:([^"]*)"', page) == ["parking", "sinkhole", "noise+waste"]
    assert "合在一起公布" in page


def test_a_role_without_breakdowns_sees_the_sums(officer: Browser, statistics: Statistics) -> None:
    statistics.show(total=figures((3, 2, 1)), no_breakdown_for={"officer-1"})

    page = officer.get("/").text

    assert figure(page, "registered") == "3"
    assert "按纠纷类别" not in page


def test_points_that_are_not_told_are_not_shown(officer: Browser, statistics: Statistics) -> None:
    statistics.show(total=figures((9, 9, 9, 0, 0, 0, 0, 0, 9), 3.0, (1, 0, 0, 0, 3)))

    page = officer.get("/").text

    assert figure(page, "satisfaction") == "–"
    assert "4 份评价 · 分数不公布" in page
    assert 'class="points"' not in page


def test_newest_facts_are_told_in_chinese(officer: Browser, statistics: Statistics) -> None:
    statistics.show(facts=[FACT])

    page = officer.get("/").text

    assert "星海名城社区居委会" in page
    assert "化解" in page
    assert "噪声" in page
    assert "11月20日 10:21" in page


def test_an_empty_year_says_so(officer: Browser, statistics: Statistics) -> None:
    statistics.show(total=NOTHING)

    assert "这一时期还没有纠纷登记" in officer.get("/").text


def test_a_role_without_single_facts_is_told_why_there_are_none(officer: Browser, statistics: Statistics) -> None:
    statistics.show(facts=[FACT], no_facts_for={"officer-1"})

    page = officer.get("/").text

    assert "看不到逐件动态" in page
    assert "噪声" not in page


def test_a_role_without_the_parts_of_an_area_sees_its_sums(officer: Browser, statistics: Statistics) -> None:
    statistics.show(total=figures((3, 2, 1, 0, 0, 0), 1.0), no_parts_for={"officer-1"})

    page = officer.get("/?area=440305001000").text

    assert figure(page, "registered") == "3"
    assert "各社区" not in page


def test_own_notices_stand_on_the_board_and_can_be_marked_as_read(officer: Browser, members: Members) -> None:
    members.notices = {"officer-1": [dict(NOTICE)], "somebody-else": [NOTICE | {"place": "别人的楼"}]}
    page = officer.get("/").text
    assert "一期 3栋" in page
    assert "楼栋" in page
    assert "别人的楼" not in page
    assert "<title>(1) 南山区" in page

    after = officer.post(f"/notices/{NOTICE['notice_id']}/read").text

    assert "没有未读通知" in after
    assert members.notices["officer-1"] == []


def test_more_notices_than_a_page_are_counted_all(officer: Browser, members: Members) -> None:
    members.page_size, members.notices = 2, {"officer-1": [dict(NOTICE) for _ in range(5)]}

    page = officer.get("/").text

    assert "<title>(5) 南山区" in page
    assert page.count("一件停车纠纷已化解") == 2


def test_a_notice_of_somebody_else_is_not_there(officer: Browser, members: Members) -> None:
    members.notices = {"somebody-else": [dict(NOTICE)]}

    assert officer.post(f"/notices/{NOTICE['notice_id']}/read").status_code == 404
    assert members.notices["somebody-else"]


def test_while_statistics_is_down_the_page_says_so_and_keeps_the_notices(
    officer: Browser, statistics: Statistics, members: Members
) -> None:
    statistics.is_down, members.notices = True, {"officer-1": [NOTICE]}

    answer = officer.get("/")

    assert answer.status_code == 200
    assert "统计服务暂不可用" in answer.text
    assert "一期 3栋" in answer.text
    assert "data-figure" not in answer.text


def test_while_members_is_down_the_figures_stay(officer: Browser, statistics: Statistics, members: Members) -> None:
    statistics.show(total=figures((7, 0, 0, 0, 0, 0)))
    members.is_down = True

    page = officer.get("/").text

    assert figure(page, "registered") == "7"
    assert "通知暂时取不到" in page


def test_english_is_one_click_away_and_stays(officer: Browser, statistics: Statistics) -> None:
    statistics.show(total=figures((7, 0, 0, 0, 0, 0)))
    assert 'lang="zh-CN"' in officer.get("/").text

    english = officer.get("/?lang=en").text

    assert '<html lang="en">' in english
    assert "Registered" in english
    assert "Registered" in officer.get("/").text
    assert "登记" in officer.get("/?lang=zh").text


@pytest.mark.parametrize(
    "query",
    ["endpoint=x", "_method=POST", "_scheme=https", "_anchor=x", "_external=1", "filename=x", "lang=en&lang=x"],
)
@pytest.mark.parametrize("path", ["/sign-in", "/", "/nowhere", "//evil.example/sign-in", "/%5Cevil.example"])
def test_whatever_is_asked_the_other_language_is_one_click_away_on_this_host(
    officer: Browser, path: str, query: str
) -> None:
    answer = officer.session.get(f"{officer.url}{path}?{query}", timeout=10, allow_redirects=False)

    if answer.status_code != 308:
        links = re.findall(r'<a href="([^"]*)"[^>]* hreflang=', answer.text)
        assert [link for link in links if re.match(r"/(?![/\\])", link) is None or "lang=" not in link] == []
        assert links
    assert answer.status_code < 500


def test_the_way_to_the_other_language_keeps_what_was_asked(officer: Browser) -> None:
    page = officer.get("/?area=440305001000").text

    assert 'href="/?area=440305001000&amp;lang=en"' in page


def test_an_unknown_language_is_chinese(officer: Browser) -> None:
    assert '<html lang="zh-CN">' in officer.get("/?lang=../../etc").text


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("/?area=440399000000", 404, "没有这个区划"),
        ("/?area=nanshan", 404, "没有找到"),
        ("/?area=%00", 404, "没有找到"),
        ("/nowhere", 404, "没有找到"),
        ("/sign-out", 404, "没有找到"),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(officer: Browser, path: str, status: int, sentence: str) -> None:
    answer = officer.get(path)

    assert answer.status_code == status
    assert sentence in answer.text


def test_an_area_that_is_not_the_persons_is_refused_in_a_sentence(officer: Browser, statistics: Statistics) -> None:
    statistics.forbidden = {"officer-1"}

    answer = officer.get("/?area=440305001012")

    assert answer.status_code == 403
    assert "您的角色看不到这里的数据" in answer.text


def test_without_a_district_the_board_is_that_of_the_first_role(browser: Browser, statistics: Statistics) -> None:
    browser.sign_in(token(role="mediator", area="440305001012"))

    browser.get("/")

    assert ("/statistics/440305000000", "officer-1", 200) in statistics.asked


def test_names_cannot_smuggle_markup_in(officer: Browser, statistics: Statistics, members: Members) -> None:
    evil = '<img src=x onerror="alert(1)">'
    statistics.show(facts=[FACT | {"area": {"code": XINGHAI["code"], "name": evil}, "type": evil, "category": evil}])
    members.notices = {"officer-1": [NOTICE | {"place": evil, "level": evil, "category": evil}]}

    assert "<img src=x" not in officer.get("/").text


@pytest.mark.parametrize("path", ["/", "/sign-in", "/nowhere", "/board.json", "/static/board.js"])
def test_every_answer_forbids_what_the_page_does_not_need(officer: Browser, path: str) -> None:
    headers = officer.get(path).headers

    assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_what_nobody_foresaw_is_a_page_without_a_word_of_it(
    settings: PortalSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the-inside-of-the-portal")

    app = create_app(settings)
    monkeypatch.setattr("services.portal.signin.render_template", broken)
    monkeypatch.setattr("services.portal.app.render_template", broken)
    with served(app) as url:
        answer = Browser(url).get("/sign-in?why=left")

    assert (answer.status_code, answer.headers["Content-Type"]) == (500, "text/html; charset=utf-8")
    assert "请返回看板重试" in answer.text
    assert "Traceback" not in answer.text
    assert "the-inside" not in answer.text
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/", "/sign-in", "/?area=440305001000", "/nowhere"])
def test_pages_need_nothing_from_elsewhere_and_no_inline_code(officer: Browser, path: str) -> None:
    page = officer.get(path).text

    assert re.findall(r'(?:src|href|action)="(?!/|#)[^"]*"', page) == []
    assert re.findall(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)", page) == []


def test_own_files_may_be_kept_by_the_browser_and_pages_may_not(officer: Browser) -> None:
    page = officer.get("/")
    [script] = re.findall(r'src="(/static/board\.js\?v=[0-9a-f]+)"', page.text)

    assert page.headers["Cache-Control"] == "no-store"
    assert "immutable" in officer.get(script).headers["Cache-Control"]


def test_data_for_programs_is_what_statistics_said(officer: Browser, statistics: Statistics) -> None:
    statistics.show(total=figures((7, 6, 5, 1, 0, 2), 1.5), facts=[FACT])

    board = officer.get("/board.json").json()

    assert board["total"]["figures"]["registered"] == 7
    assert len(board["children"]) == len(STREETS)
    assert board["facts"][0]["type"] == "dispute.resolved"
    assert board["by_category"]["parts"] == []
    assert board["by_relation"]["parts"] == []


def test_data_while_statistics_is_down_is_503(officer: Browser, statistics: Statistics) -> None:
    statistics.is_down = True

    assert officer.get("/board.json").status_code == 503


def test_the_platform_sees_health_and_readiness(browser: Browser) -> None:
    assert browser.get("/healthz").json() == {"status": "alive"}
    assert browser.get("/readyz").json() == {"status": "ready"}


def test_what_is_counted_is_not_for_everybody(browser: Browser) -> None:
    assert browser.get("/metrics").status_code == 404


def test_a_token_that_has_ended_shows_nothing(settings: PortalSettings, statistics: Statistics) -> None:
    """As if the browser had kept the cookie too long."""
    with served(create_app(settings, clock=lambda: datetime.now(UTC) + timedelta(hours=2))) as url:
        browser = Browser(url)
        browser.session.cookies.set("linli_0_token_0", token(lifetime_s=3600))

        assert "登录已过期" in browser.get("/").text

    assert statistics.asked == []
