from dataclasses import replace

import pytest
import requests

from chassis.variables import Address
from services.portal.app import create_app
from services.portal.settings import PortalSettings
from tests.service.portal.conftest import Browser
from tests.service.portal.upstreams import Members, Statistics, served, token


def test_without_a_token_the_board_leads_to_signing_in(browser: Browser) -> None:
    answer = browser.get("/")

    assert answer.url.endswith("/sign-in")
    assert "登录凭证" in answer.text


@pytest.mark.parametrize("path", ["/board.json", "/board/stream"])
def test_without_a_token_scripts_are_told_401(browser: Browser, path: str) -> None:
    assert browser.get(path).status_code == 401


def test_signing_in_leads_to_the_board_by_a_page_of_the_portal(browser: Browser) -> None:
    answer = browser.sign_in()

    assert answer.status_code == 200
    assert 'http-equiv="refresh" content="0; url=/"' in answer.text
    assert "南山区" in browser.get("/").text


def test_the_token_is_kept_from_scripts_and_from_other_sites(browser: Browser) -> None:
    cookies = browser.sign_in().raw.headers.getlist("Set-Cookie")

    kept = [cookie for cookie in cookies if cookie.startswith("linli_0_token_0=")]
    assert len(kept) == 1
    assert "HttpOnly" in kept[0]
    assert "SameSite=Strict" in kept[0]
    assert "Secure" not in kept[0]


def test_a_deployments_cookies_travel_over_https_only(https_settings: PortalSettings) -> None:
    with served(create_app(https_settings)) as url:
        cookies = Browser(url).sign_in().raw.headers.getlist("Set-Cookie")

    assert cookies
    assert all("Secure" in cookie for cookie in cookies)


def test_no_other_host_of_the_domain_can_set_a_deployments_cookies(https_settings: PortalSettings) -> None:
    with served(create_app(https_settings)) as url:
        browser = Browser(url)
        answers = [browser.sign_in(), browser.post("/sign-out", {}), browser.get("/sign-in?lang=en")]
        cookies = [cookie for answer in answers for cookie in _cookies(answer)]

    assert {"; Path=/" in cookie and "; Secure" in cookie and "Domain" not in cookie for cookie in cookies} == {True}
    assert {cookie.partition("=")[0] for cookie in cookies} == {
        *(f"__Host-linli_token_{part}" for part in range(3)),
        "__Host-linli_lang",
    }


def test_two_portals_on_one_machine_keep_their_own_people(settings: PortalSettings) -> None:
    """A browser sends the cookies of 127.0.0.1 to every port of it."""
    first, second = (create_app(replace(settings, http_address=Address("127.0.0.1", port))) for port in (18800, 18860))
    with served(first) as one, served(second) as other:
        browser = Browser(one)
        browser.sign_in(token("officer-1"))
        there = Browser(other, browser.session)
        there.sign_in(token("officer-2"))
        there.post("/sign-out")

        assert "南山区" in browser.get("/").text
        assert "南山区" not in there.get("/").text


def _cookies(answer: requests.Response) -> list[str]:
    return [cookie for each in (*answer.history, answer) for cookie in each.raw.headers.getlist("Set-Cookie")]


def test_a_token_longer_than_a_cookie_is_kept_in_parts(browser: Browser) -> None:
    long = token(actor_id="o" * 5000)

    browser.sign_in(long)

    cookies = browser.session.cookies.get_dict()
    assert "".join(cookies.get(f"linli_0_token_{part}", "") for part in range(3)) == long
    assert "南山区" in browser.get("/").text


def test_a_shorter_token_leaves_nothing_of_a_longer_one(browser: Browser) -> None:
    browser.sign_in(token(actor_id="o" * 5000))

    browser.sign_in(token())

    assert set(browser.session.cookies.get_dict()) == {"linli_0_token_0"}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("", "这不是有效的登录凭证"),
        ("hello", "这不是有效的登录凭证"),
        ("a.b.c", "这不是有效的登录凭证"),
        (token(lifetime_s=-1), "登录已过期"),
    ],
)
def test_what_is_no_good_token_is_refused_with_a_sentence(browser: Browser, given: str, sentence: str) -> None:
    answer = browser.post("/sign-in", {"token": given})

    assert answer.status_code == 400
    assert sentence in answer.text
    assert not browser.session.cookies


def test_a_token_that_the_services_refuse_leads_back_to_signing_in(officer: Browser, statistics: Statistics) -> None:
    statistics.refused = {"officer-1"}

    answer = officer.get("/")

    assert "登录凭证已失效" in answer.text
    assert not officer.session.cookies


def test_a_token_that_members_refuses_leads_back_too(officer: Browser, members: Members) -> None:
    members.refused = {"officer-1"}

    assert "登录凭证已失效" in officer.get("/").text


def test_signing_out_forgets_the_token(officer: Browser) -> None:
    answer = officer.post("/sign-out")

    assert "您已退出" in answer.text
    assert not officer.session.cookies


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/notices/01936f00-0000-7000-8000-00000000000a/read"])
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", "http://[::1"])
def test_a_change_that_began_on_another_site_is_refused(officer: Browser, path: str, origin: str) -> None:
    answer = officer.post(path, {"token": token("somebody-else")}, Origin=origin)

    assert answer.status_code == 403
    assert officer.get("/").status_code == 200


def test_signing_in_cannot_be_done_by_a_link(browser: Browser) -> None:
    browser.get(f"/sign-in?token={token()}")

    assert not browser.session.cookies


def test_a_form_of_any_size_is_not_read(browser: Browser) -> None:
    answer = browser.post("/sign-in", {"token": "x" * 1_000_000})

    assert answer.status_code == 413
