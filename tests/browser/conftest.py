"""A real browser before the real portal and the real statistics; members is played by a stand-in."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from chassis.identity import Grant
from tests.service.portal.upstreams import Members, served
from tests.service.statistics.running import OFFICER, Statistics
from tests.support.beating import Said, beating
from tests.support.service import StartService
from tests.support.service_process import serving

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

expect.set_options(timeout=15_000)


@dataclass(frozen=True)
class Board:
    """The page of somebody who is signed in, and what stands behind it."""

    page: Page
    url: str
    statistics: Statistics
    members: Members
    relays: Said

    def sign_in(self, grant: Grant = OFFICER) -> None:
        """By the link an administrator sends."""
        self.page.goto(f"{self.url}/sign-in#{self.statistics.token_for('officer-1', grant)}")
        expect(self.page.locator("#state")).to_have_attribute("data-state", "live")


@pytest.fixture(scope="module")
def statistics(start_service: StartService) -> Statistics:
    return start_service(Statistics).learn_tree()


@pytest.fixture(scope="module")
def relays(statistics: Statistics) -> Iterator[Said]:
    """What the relays say whose facts the tests publish; without them the board would not call itself live."""
    with beating(statistics.amqp_url, "grievances", "members") as said:
        statistics.wait_even()
        yield said


@pytest.fixture(scope="module")
def members() -> Members:
    return Members()


@pytest.fixture(scope="module")
def portal_url(statistics: Statistics, members: Members, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(members.app()) as members_url:
        settings = {
            "PORTAL_STATISTICS_URL": statistics.url,
            "PORTAL_MEMBERS_URL": members_url,
            "PORTAL_GRIEVANCES_URL": members_url,
            "PORTAL_COOKIES": "http",
            "PORTAL_NOTICES_S": "0.2",
        }
        with serving("portal", tmp_path_factory.mktemp("portal"), settings) as portal:
            yield portal.url


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    yield context
    context.close()


@pytest.fixture
def board(
    context: BrowserContext, portal_url: str, statistics: Statistics, members: Members, relays: Said
) -> Iterator[Board]:
    """Signed in as an officer of the district; the test fails on anything the browser complains of."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    board = Board(page, portal_url, statistics, members, relays)
    board.sign_in()
    yield board
    assert complaints == []
