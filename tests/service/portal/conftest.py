"""The portal over real HTTP, between stand-ins for the services it asks and a browser without scripts."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import requests

from chassis.variables import Address
from services.portal.app import create_app
from services.portal.pages import portal_of
from services.portal.settings import PortalSettings
from tests.service.portal.upstreams import DISTRICT, Grievances, Members, Statistics, served, token


@dataclass
class Browser:
    """Keeps cookies, names its origin as browsers do, and follows redirects."""

    url: str
    session: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.session.get(self.url + path, timeout=10, **options)

    def post(self, path: str, data: dict[str, str] | None = None, **headers: str) -> requests.Response:
        return self.session.post(self.url + path, data=data, headers={"Origin": self.url, **headers}, timeout=10)

    def sign_in(self, given: str | None = None) -> requests.Response:
        return self.post("/sign-in", {"token": given or token()})


@pytest.fixture
def statistics() -> Statistics:
    return Statistics()


@pytest.fixture
def members() -> Members:
    return Members()


@pytest.fixture
def grievances() -> Grievances:
    return Grievances()


@pytest.fixture
def settings(statistics: Statistics, members: Members, grievances: Grievances) -> Iterator[PortalSettings]:
    with ExitStack() as stack:
        yield PortalSettings(
            http_address=Address("127.0.0.1", 0),
            statistics_url=stack.enter_context(served(statistics.app())),
            members_url=stack.enter_context(served(members.app())),
            grievances_url=stack.enter_context(served(grievances.app())),
            district=DISTRICT["code"],
            poll_s=0.05,
            notices_s=0.05,
            heartbeat_s=0.2,
            cookies="http",
        )


@pytest.fixture
def browser(settings: PortalSettings) -> Iterator[Browser]:
    """Nobody is signed in yet."""
    app = create_app(settings)
    with served(app) as url:
        yield Browser(url)
        portal_of(app).feeds.close()


@pytest.fixture
def officer(browser: Browser) -> Browser:
    """The browser of a district officer who is signed in."""
    browser.sign_in()
    return browser


@pytest.fixture
def https_settings(settings: PortalSettings) -> PortalSettings:
    return replace(settings, cookies="https")
