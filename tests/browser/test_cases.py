"""A case in Debian's chromium, before the real portal and the real grievances: by whoever files, mediates, searches."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.service.grievances.running import HAIYUE, XINGHAI, Grievances
from tests.service.portal.upstreams import Members, Statistics, served
from tests.support.service import StartService
from tests.support.service_process import serving

pytestmark = pytest.mark.browser

SignIn = Callable[..., Page]

WIDTHS = (320, 390, 768, 1280)


@pytest.fixture(scope="module")
def grievances(start_service: StartService) -> Grievances:
    return start_service(Grievances).learn_places()


@pytest.fixture(scope="module")
def url(grievances: Grievances, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with ExitStack() as stack:
        settings = {
            "PORTAL_STATISTICS_URL": stack.enter_context(served(Statistics().app())),
            "PORTAL_MEMBERS_URL": stack.enter_context(served(Members().app())),
            "PORTAL_GRIEVANCES_URL": grievances.url,
            "PORTAL_COOKIES": "http",
        }
        folder = tmp_path_factory.mktemp("portal")
        yield stack.enter_context(serving("portal", folder, settings)).url


@pytest.fixture
def stranger(chromium: Browser, url: str) -> Iterator[Page]:
    """Somebody without an account, and without scripts."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{url}/follow")
    yield page
    context.close()


@pytest.fixture
def sign_in(chromium: Browser, url: str, grievances: Grievances) -> Iterator[SignIn]:
    """A page of somebody with this role, without scripts."""
    contexts: list[BrowserContext] = []

    def signed_in(actor_id: str, role: str, area: str = XINGHAI) -> Page:
        context = chromium.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=False)
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{url}/sign-in")
        page.get_by_label("登录凭证").fill(grievances.token(actor_id, role, area))
        page.get_by_role("button", name="登录").click()
        page.wait_for_url(f"{url}/")
        return page

    yield signed_in
    for context in contexts:
        context.close()


def file_case(page: Page, url: str, *, summary: str = "楼道漏水三个月，物业未修。") -> tuple[str, str]:
    """Number and secret, as the page shows them."""
    page.goto(f"{url}/cases/new")
    page.get_by_label("什么事").select_option(label="维修与漏水")
    page.get_by_label("谁与谁之间").select_option(label="业主与物业")
    page.get_by_label("事情经过").fill(summary)
    page.locator("[name='applicant.name']").fill("王小明")
    page.get_by_label("联系电话").fill("13800138000")
    page.get_by_label("对方的名称或姓名").fill("星海物业服务中心")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", name="已登记")).to_be_visible()
    return page.locator("#case-number").inner_text(), page.locator("#secret").inner_text()


def test_a_resident_files_and_anybody_with_the_secret_follows(sign_in: SignIn, stranger: Page, url: str) -> None:
    number, secret = file_case(sign_in("resident-1", "resident"), url)

    stranger.get_by_label("案号").fill(number)
    stranger.get_by_label("查询码").fill(secret.lower().replace("-", " "))
    stranger.get_by_role("button", name="查询").click()
    expect(stranger.locator(".state").first).to_have_text("已登记")

    stranger.get_by_label("写留言").fill("今天又漏水了。")
    stranger.get_by_role("button", name="发送留言").click()
    expect(stranger.locator(".comments")).to_contain_text("今天又漏水了。")
    assert secret not in stranger.url

    stranger.get_by_text("不想调解了？撤回").click()
    stranger.get_by_label("我确定要撤回这件案子").check()
    stranger.get_by_role("button", name="撤回案件").click()
    expect(stranger.locator(".state").first).to_have_text("不予调解")
    expect(stranger.get_by_text("您还可以依法通过以下途径解决")).to_contain_text("仲裁、行政途径、诉讼")


def test_a_secret_that_was_mistyped_is_said_to_be_so(sign_in: SignIn, stranger: Page, url: str) -> None:
    number, secret = file_case(sign_in("resident-1", "resident"), url)

    stranger.get_by_label("案号").fill(number)
    stranger.get_by_label("查询码").fill(secret[:-1] + ("0" if secret[-1] != "0" else "1"))
    stranger.get_by_role("button", name="查询").click()

    expect(stranger.get_by_role("alert")).to_contain_text("查询码抄错了")
    expect(stranger.get_by_label("案号")).to_have_value(number)


def press_to(page: Page, wanted: Locator) -> None:
    """Go on with the Tab key until this has the focus."""
    for _ in range(80):
        if wanted.evaluate("(element) => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} cannot be reached by keyboard")


def test_a_mediator_takes_a_case_through_its_life_by_keyboard_alone(
    sign_in: SignIn, stranger: Page, url: str, grievances: Grievances
) -> None:
    number, secret = file_case(sign_in("resident-1", "resident"), url)
    page = sign_in("mediator-1", "mediator")
    officer = sign_in("officer-1", "community_officer")

    page.goto(f"{url}/cases?f=1&order=newest")
    press_to(page, page.get_by_role("link", name=number))
    page.keyboard.press("Enter")
    press_to(page, page.locator("#accept button"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("已受理。")

    officer.goto(page.url)
    named = officer.locator("#assign select")
    press_to(officer, named)
    while named.input_value() != "mediator-1":
        officer.keyboard.press("ArrowDown")
    press_to(officer, officer.locator("#assign button"))
    officer.keyboard.press("Enter")
    expect(officer.get_by_role("status")).to_have_text("调解员已确定。")

    page.goto(page.url)
    press_to(page, page.locator("#session textarea"))
    page.keyboard.type("双方同意先检测漏点。")
    press_to(page, page.locator("#session button"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("调解已记录。")

    press_to(page, page.locator("#oral > summary"))
    page.keyboard.press("Enter")
    press_to(page, page.locator("#oral textarea"))
    page.keyboard.type("物业于月底前修复漏点。")
    press_to(page, page.locator("#oral button"))
    page.keyboard.press("Enter")
    expect(page.locator(".case-head .state")).to_have_text("已化解")
    expect(page.locator(".timeline")).to_contain_text("调解协议生效")

    stranger.get_by_label("案号").fill(number)
    stranger.get_by_label("查询码").fill(secret)
    stranger.get_by_role("button", name="查询").click()
    stranger.get_by_label("5 非常满意").check()
    stranger.get_by_role("button", name="确认已经解决").click()
    expect(stranger.locator(".case-head")).to_contain_text("满意度5分")


def test_an_agreement_is_drafted_signed_one_by_one_and_followed_up(
    sign_in: SignIn, url: str, grievances: Grievances
) -> None:
    dispute = grievances.mediating()
    page = sign_in("officer-1", "community_officer")
    page.goto(f"{url}/cases/{dispute.json['dispute_id']}")

    draft = page.locator("#draft")
    draft.locator("> summary").click()
    draft.get_by_label("协议内容").fill("物业于月底前修复漏点。")
    draft.get_by_role("button", name="拟定书面协议").click()
    expect(page.locator("#agreement-title")).to_be_visible()

    signing = (("申请人", "签名"), ("被申请人", "盖章"), ("人民调解员", "签名"), ("人民调解委员会", "盖章"))
    for who, how in signing:
        sign = page.locator("#sign")
        sign.get_by_label(who, exact=True).check()
        sign.get_by_label(how).check()
        sign.get_by_role("button", name="登记一方签署").click()
        expect(page.get_by_role("status")).to_have_text("签署已登记。")

    expect(page.locator(".case-head .state")).to_have_text("已化解")
    visit = page.locator("#visit")
    visit.locator("> summary").click()
    visit.get_by_label("部分履行").check()
    visit.get_by_label("回访情况").fill("漏点已修，墙面尚未粉刷。")
    visit.get_by_role("button", name="登记回访").click()
    expect(page.get_by_role("status")).to_have_text("回访已登记。")


def test_an_officer_searches_what_was_told_and_opens_it_for_a_purpose(sign_in: SignIn, url: str) -> None:
    number, _ = file_case(sign_in("resident-1", "resident"), url, summary="地下车库积水，水泵停用。")
    officer = sign_in("officer-1", "community_officer")
    officer.goto(f"{url}/cases")

    officer.get_by_label("搜索反映的内容").fill("车库 水泵")
    officer.get_by_role("button", name="搜索").click()
    expect(officer.get_by_role("row")).to_have_count(2)
    assert "水泵" not in officer.url
    officer.get_by_role("link", name=number).click()
    expect(officer.get_by_text("地下车库")).to_have_count(0)

    officer.get_by_text("申明用途后打开", exact=True).click()
    officer.get_by_label("联系当事人").check()
    officer.get_by_role("button", name="打开", exact=True).click()

    expect(officer.get_by_text("地下车库积水，水泵停用。")).to_be_visible()
    expect(officer.get_by_text("13800138000")).to_be_visible()


def test_whoever_is_slower_keeps_what_was_written_and_sees_how_it_stands(
    sign_in: SignIn, url: str, grievances: Grievances
) -> None:
    dispute = grievances.file()
    one, other = (sign_in(officer, "community_officer") for officer in ("officer-1", "officer-2"))
    for page in (one, other):
        page.goto(f"{url}/cases/{dispute.json['dispute_id']}")
    one.locator("#accept button").click()
    expect(one.locator(".case-head .state")).to_have_text("已受理")

    refuse = other.locator("#refuse")
    refuse.locator("> summary").click()
    refuse.get_by_label("有关机关已经受理").check()
    refuse.get_by_role("button", name="不予调解").click()

    expect(other.get_by_role("alert")).to_contain_text("别人刚刚办过这件案子")
    expect(other.locator(".case-head .state")).to_have_text("已受理")
    expect(refuse.get_by_label("有关机关已经受理")).to_be_checked()
    refuse.get_by_role("button", name="不予调解").click()
    expect(other.locator(".case-head .state")).to_have_text("不予调解")


def test_what_is_wrong_stands_beside_its_field(sign_in: SignIn, url: str) -> None:
    page = sign_in("resident-1", "resident")
    page.goto(f"{url}/cases/new")
    page.get_by_label("什么事").select_option(label="停车")
    page.get_by_label("谁与谁之间").select_option(label="业主与业主")
    page.get_by_label("事情经过").fill("车位被占。")
    page.get_by_label("您的姓名").fill("王小明")
    page.get_by_label("联系电话").fill("没有")
    page.get_by_label("对方的名称或姓名").fill("李四")
    page.get_by_role("button", name="提交").click()

    expect(page.get_by_label("联系电话")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("联系电话")).to_have_accessible_description(
        "请填写电话号码，例如 13800138000 或 0755-26666666。"
    )
    expect(page.get_by_label("事情经过")).to_have_value("车位被占。")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_fits_from_the_smallest_phone_on(
    chromium: Browser, sign_in: SignIn, url: str, grievances: Grievances, width: int, language: str
) -> None:
    dispute = grievances.mediating()
    known = sign_in("officer-1", "community_officer")
    context = chromium.new_context(viewport={"width": width, "height": 800})
    context.add_cookies(known.context.cookies())
    page = context.new_page()

    for path in ("/cases", "/cases/new", f"/cases/{dispute.json['dispute_id']}", "/follow"):
        page.goto(f"{url}{path}?lang={language}")
        page.locator("details").evaluate_all("(all) => all.forEach((one) => { one.open = true; })")
        assert page.evaluate("() => document.documentElement.scrollWidth") == width, path
    context.close()


def test_a_resident_sees_no_more_than_what_he_or_she_has_filed(
    sign_in: SignIn, url: str, grievances: Grievances
) -> None:
    others = grievances.file(token=grievances.token("resident-2", "resident", HAIYUE), area=HAIYUE, grid_unit_id=None)
    page = sign_in("resident-3", "resident")

    page.goto(f"{url}/cases")
    expect(page.get_by_text("您还没有反映过问题。")).to_be_visible()
    answer = page.goto(f"{url}/cases/{others.json['dispute_id']}")

    assert answer
    assert answer.status == 404
