"""Signing in at a deployment's own provider: OpenID Connect's authorization code flow with PKCE.

The access token the provider gives is the one the services are asked with, and they judge it; it must therefore be a
JWT with the claim `roles`. What a browser needs to find its way back lies in a cookie of its own for ten minutes.
"""

from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from chassis.calendar import Clock
from services.portal.cookies import cookies
from services.portal.person import NoToken, read_token
from services.portal.settings import PortalSettings
from services.portal.signin import signed_in

COOKIE = "oidc"
MAX_AGE_S = 600
TIMEOUT_S = (3, 10)


class Provider:
    """The OpenID provider, as it describes itself."""

    def __init__(self, settings: PortalSettings) -> None:
        assert settings.oidc_issuer is not None
        assert settings.portal_url is not None
        self._settings = settings
        self._issuer = settings.oidc_issuer.rstrip("/")
        self._callback = settings.portal_url.rstrip("/") + "/oidc/callback"
        self._metadata: dict[str, Any] | None = None

    def begin(self) -> tuple[str, str, str]:
        """Where to send the browser, and what it must bring back: state and verifier. Raises AuthlibBaseError."""
        verifier = generate_token(64)
        url, state = self._session().create_authorization_url(
            self._described()["authorization_endpoint"], code_verifier=verifier
        )
        return url, state, verifier

    def finish(self, url: str, state: str, verifier: str) -> str:
        """The person's access token. Raises AuthlibBaseError."""
        token = self._session(state=state).fetch_token(
            self._described()["token_endpoint"],
            authorization_response=url,
            code_verifier=verifier,
            timeout=TIMEOUT_S,
        )
        return str(token["access_token"])

    def _session(self, **given: str) -> OAuth2Session:
        return OAuth2Session(
            self._settings.oidc_client_id,
            self._settings.oidc_client_secret,
            scope=self._settings.oidc_scope,
            redirect_uri=self._callback,
            code_challenge_method="S256",
            **given,
        )

    def _described(self) -> dict[str, Any]:
        if self._metadata is None:
            try:
                answer = requests.get(f"{self._issuer}/.well-known/openid-configuration", timeout=TIMEOUT_S)
                answer.raise_for_status()
                found: dict[str, Any] = answer.json()
            except (requests.RequestException, ValueError) as error:
                raise OAuthError(description="the provider does not describe itself at present") from error
            if found.get("issuer", "").rstrip("/") != self._issuer:
                raise OAuthError(description="the provider calls itself by another name than OIDC_ISSUER")
            self._metadata = found
        return self._metadata


def pages(settings: PortalSettings, clock: Clock) -> Blueprint:
    """`/oidc/start` and `/oidc/callback`."""
    blueprint, provider = Blueprint("oidc", __name__), Provider(settings)

    @blueprint.get("/oidc/start")
    def start() -> AnyResponse:
        try:
            url, state, verifier = provider.begin()
        except AuthlibBaseError:
            return _again()
        response = redirect(url, 303)
        # Lax: the way back begins on the provider's site.
        cookies().put(response, COOKIE, f"{state}.{verifier}", max_age_s=MAX_AGE_S, samesite="Lax")
        return response

    @blueprint.get("/oidc/callback")
    def callback() -> AnyResponse:
        try:
            state, verifier = cookies().get(COOKIE).split(".")
            person = read_token(provider.finish(_external(settings), state, verifier))
        except (AuthlibBaseError, NoToken, requests.RequestException, ValueError, KeyError):
            return _again()
        response = signed_in(person, clock())
        cookies().drop(response, COOKIE)
        return response

    return blueprint


def _external(settings: PortalSettings) -> str:
    """This request's address as the provider knows it, whatever stands in between."""
    assert settings.portal_url
    known = urlsplit(settings.portal_url)
    return f"{known.scheme}://{known.netloc}{request.full_path}"


def _again() -> AnyResponse:
    response = redirect(url_for("signin.show", why="provider"), 303)
    cookies().drop(response, COOKIE)
    return response
