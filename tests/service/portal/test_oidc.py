"""Signing in at a deployment's own provider, played by a stand-in that checks what it is sent."""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask, Response, jsonify, redirect, request

from chassis.errors import Misconfigured
from services.portal.app import create_app
from services.portal.settings import PortalSettings
from tests.service.portal.conftest import Browser
from tests.service.portal.upstreams import served, token

PORTAL_URL = "https://linli.example"


@dataclass
class Provider:
    """Signs everybody in at once."""

    issuer: str = ""
    called: str = ""
    access_token: str = field(default_factory=token)
    challenges: dict[str, str] = field(default_factory=dict)

    def app(self) -> Flask:
        app = Flask("provider")

        @app.get("/.well-known/openid-configuration")
        def describe() -> Response:
            return jsonify(
                issuer=self.called or self.issuer,
                authorization_endpoint=f"{self.issuer}/authorize",
                token_endpoint=f"{self.issuer}/token",
            )

        @app.get("/authorize")
        def authorize() -> Response:
            asked = request.args
            assert (asked["response_type"], asked["client_id"], asked["scope"]) == ("code", "portal", "openid")
            assert asked["code_challenge_method"] == "S256"
            self.challenges["code-1"] = asked["code_challenge"]
            answer = redirect(f"{asked['redirect_uri']}?code=code-1&state={asked['state']}")
            assert isinstance(answer, Response)
            return answer

        @app.post("/token")
        def give() -> Response:
            given = request.form
            assert request.authorization is not None
            assert (request.authorization.username, request.authorization.password) == ("portal", "secret")
            digest = hashlib.sha256(given["code_verifier"].encode()).digest()
            assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == self.challenges[given["code"]]
            assert given["redirect_uri"] == f"{PORTAL_URL}/oidc/callback"
            return jsonify(access_token=self.access_token, token_type="Bearer", expires_in=3600)

        return app


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def browser(settings: PortalSettings, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """A portal whose people are signed in by the provider."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")  # the stand-in has no certificate
    with ExitStack() as stack:
        provider.issuer = stack.enter_context(served(provider.app()))
        deployed = replace(
            settings,
            portal_url=PORTAL_URL,
            oidc_issuer=provider.issuer,
            oidc_client_id="portal",
            oidc_client_secret="secret",
        )
        yield Browser(stack.enter_context(served(create_app(deployed))))


def way_back(browser: Browser) -> str:
    """The path of the portal to which the provider sends the browser back."""
    to_provider = browser.get("/oidc/start", allow_redirects=False).headers["Location"]
    back = browser.session.get(to_provider, allow_redirects=False, timeout=10).headers["Location"]
    assert back.startswith(f"{PORTAL_URL}/oidc/callback?")
    return back.removeprefix(PORTAL_URL)


def test_signing_in_at_the_provider_leads_to_the_board(browser: Browser) -> None:
    assert 'href="/oidc/start"' in browser.get("/").text

    answer = browser.get(way_back(browser))

    assert 'http-equiv="refresh" content="0; url=/"' in answer.text
    assert "南山区" in browser.get("/").text


def test_a_token_cannot_be_pasted_where_a_provider_signs_in(browser: Browser) -> None:
    assert "textarea" not in browser.get("/sign-in").text
    assert browser.sign_in().status_code == 404


def test_an_answer_that_this_browser_did_not_ask_for_signs_nobody_in(browser: Browser) -> None:
    stranger = Browser(browser.url)

    answer = stranger.get(way_back(browser))

    assert "统一认证没有完成" in answer.text
    assert not stranger.session.cookies


def test_a_changed_state_signs_nobody_in(browser: Browser) -> None:
    back = way_back(browser)
    state = parse_qs(urlsplit(back).query)["state"][0]

    answer = browser.get(back.replace(state, "another"))

    assert "统一认证没有完成" in answer.text
    assert not browser.session.cookies


@pytest.mark.parametrize("access_token", ["opaque", "a.b.c", ""])
def test_an_access_token_that_is_no_jwt_signs_nobody_in(
    browser: Browser, provider: Provider, access_token: str
) -> None:
    provider.access_token = access_token

    assert "统一认证没有完成" in browser.get(way_back(browser)).text


def test_a_provider_of_another_name_is_not_believed(browser: Browser, provider: Provider) -> None:
    provider.called = "https://somebody.else"

    assert "统一认证没有完成" in browser.get("/oidc/start").text


def test_the_provider_is_configured_whole_or_not_at_all(settings: PortalSettings) -> None:
    with pytest.raises(Misconfigured, match="OIDC_CLIENT_SECRET"):
        replace(settings, oidc_issuer="https://login.example", oidc_client_id="portal")
