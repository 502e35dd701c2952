"""What a person at the board sees, in Debian's chromium."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import BrowserContext, Locator, expect

from chassis.identity import Grant
from tests.browser.conftest import Board
from tests.service.portal.test_pages import NOTICE
from tests.service.statistics.running import life, missed
from tests.store.statistics.facts import HAIYUE, XINGHAI

pytestmark = pytest.mark.browser

FIGURES = (
    "registered",
    "accepted",
    "resolved",
    "terminated",
    "refused",
    "reopened",
    "linked",
    "overdue",
    "confirmed",
)


def figure(board: Board, name: str) -> Locator:
    return board.page.locator(f"[data-figure={name}]")


def shown(board: Board) -> dict[str, int]:
    return {name: int(figure(board, name).inner_text()) for name in FIGURES}


def test_a_number_changes_without_a_reload_when_a_fact_arrives(board: Board) -> None:
    before = shown(board)
    board.page.evaluate("() => { window.notReloaded = true; }")

    board.statistics.publish(*life("registered", "accepted", "assigned", "mediated", "resolved", area=HAIYUE))

    expect(figure(board, "resolved")).to_have_text(str(before["resolved"] + 1))
    assert shown(board) == {
        **before,
        "registered": before["registered"] + 1,
        "accepted": before["accepted"] + 1,
        "resolved": before["resolved"] + 1,
    }
    street = board.page.get_by_role("row", name="招商街道")
    expect(street.locator(".resolved .number")).not_to_have_text("0")
    expect(board.page.locator(".facts li").first).to_contain_text("海月社区居委会")
    expect(board.page.locator(".facts li").first).to_contain_text("化解")
    assert board.page.evaluate("() => window.notReloaded") is True


def test_categories_and_relations_change_without_a_reload(board: Board) -> None:
    board.page.evaluate("() => { window.notReloaded = true; }")

    board.statistics.publish(*life("registered", "linked", area=HAIYUE, category="noise"), missed(datetime.now(UTC)))

    noise = board.page.locator("[data-key='category:noise']")
    expect(noise.get_by_role("rowheader")).to_have_text("噪声")
    expect(noise.locator(".registered .number")).to_have_text("1")
    expect(noise.locator(".linked .number")).to_have_text("1")
    parking = board.page.locator("[data-key='category:parking']")
    expect(parking.locator(".overdue .number")).to_have_text("1")
    expect(board.page.locator("[data-key='relation:owner_property'] .overdue .number")).to_have_text("1")
    assert board.page.evaluate("() => window.notReloaded") is True


def test_satisfaction_is_told_of_five_answers_and_more(board: Board) -> None:
    for points in (5, 5, 5, 4):
        board.statistics.publish(*life("registered", "resolved", "confirmed", satisfaction=points))
    expect(figure(board, "confirmed")).to_have_text("4")
    expect(figure(board, "satisfaction")).to_have_text("–")
    expect(board.page.locator(".figure.satisfaction .answers")).to_have_text("4 份评价 · 分数不公布")

    board.statistics.publish(*life("registered", "resolved", "confirmed", satisfaction=1))

    expect(figure(board, "satisfaction")).to_have_text("4.0")
    expect(board.page.locator(".points li").first).to_have_text("5分3")


def test_a_resident_sees_the_breakdown_of_the_months_that_are_over(board: Board) -> None:
    board.page.get_by_role("button", name="退出").click()
    board.sign_in(Grant("resident", HAIYUE))

    periods = board.page.locator(".breakdown.category .period time")
    whole = board.page.locator(".sums .period time").last.get_attribute("datetime")
    last = periods.last.get_attribute("datetime")

    assert whole
    assert last
    assert last < whole[:7]


def test_the_board_says_when_it_falls_behind_and_when_it_has_caught_up(board: Board) -> None:
    line, lamp = board.page.locator(".asof"), board.page.locator("#state")
    expect(line).to_have_text("截至目前的事实均已计入。")

    board.relays.unsent = 1_000_000
    expect(line).to_contain_text("约有 1,000,000 条事实尚未计入。")
    expect(lamp).to_have_text("有延迟")
    board.relays.unsent = 0

    expect(line).to_have_text("截至目前的事实均已计入。")
    expect(lamp).to_have_text("实时")


def test_a_notice_appears_and_leaves_when_it_is_marked_as_read(board: Board) -> None:
    board.members.notices = {"officer-1": [dict(NOTICE)]}
    bell = board.page.locator("#bell")
    expect(bell).to_contain_text("1")
    assert board.page.title().startswith("(1) ")

    board.page.get_by_role("button", name="标为已读").click()

    expect(board.page.get_by_text("没有未读通知")).to_be_visible()
    expect(bell).to_be_hidden()
    assert board.page.title() == "南山区 · 邻里"
    assert board.page.evaluate("() => document.activeElement.id") == "notices-title"


def test_the_token_is_not_left_in_the_address_nor_open_to_scripts(board: Board) -> None:
    assert board.page.url == f"{board.url}/"
    assert board.page.evaluate("() => document.cookie") == ""


def test_the_keyboards_focus_stays_while_figures_change(board: Board) -> None:
    link = board.page.get_by_role("link", name="招商街道")
    link.focus()
    before = shown(board)["registered"]

    board.statistics.publish(*life("registered", area=HAIYUE))

    expect(figure(board, "registered")).to_have_text(str(before + 1))
    expect(link).to_be_focused()


def test_everything_can_be_reached_by_keyboard(board: Board) -> None:
    reached = []
    for _ in range(12):
        board.page.keyboard.press("Tab")
        reached.append(board.page.evaluate("() => document.activeElement.textContent.trim()"))

    assert reached[0] == "跳到主要内容"
    assert [text for text in ("English", "退出", "南头街道", "招商街道") if text not in reached] == []


def test_a_street_can_be_looked_into_and_left(board: Board) -> None:
    board.statistics.publish(*life("registered", area=XINGHAI))

    board.page.get_by_role("link", name="南头街道").click()
    expect(board.page.locator("#state")).to_have_attribute("data-state", "live")
    expect(board.page).to_have_title("南头街道 · 邻里")
    expect(board.page.get_by_role("row", name="星海名城社区居委会")).to_be_visible()

    board.page.get_by_role("link", name="返回上一级").click()
    expect(board.page).to_have_title("南山区 · 邻里")


def test_english_is_one_click_away(board: Board) -> None:
    board.page.get_by_role("link", name="English").click()

    expect(board.page.locator("#state")).to_have_text("Live")
    expect(board.page.get_by_text("Registered").first).to_be_visible()
    expect(board.page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize("width", [320, 390, 768, 900, 1100, 1130, 1280, 1920])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_fits_from_the_smallest_phone_to_the_wall(board: Board, width: int, language: str) -> None:
    board.statistics.publish(*life("registered", area=HAIYUE, category="waste"))
    board.page.goto(f"{board.url}/?lang={language}")
    board.page.set_viewport_size({"width": width, "height": 640})

    expect(board.page.locator("[data-key='category:waste']")).to_be_visible()
    assert board.page.evaluate("() => document.documentElement.scrollWidth") == width
    expect(board.page.get_by_role("row", name="招商街道")).to_be_visible()


def test_signing_out_leads_back_to_the_door(board: Board) -> None:
    board.page.get_by_role("button", name="退出").click()

    expect(board.page.get_by_text("您已退出")).to_be_visible()


def test_the_board_can_be_read_without_scripts(board: Board, context: BrowserContext) -> None:
    assert context.browser is not None
    plain = context.browser.new_context(java_script_enabled=False)
    plain.add_cookies(context.cookies())
    page = plain.new_page()

    page.goto(board.url)

    expect(page.locator("[data-figure=registered]")).to_have_text(str(shown(board)["registered"]))
    plain.close()
