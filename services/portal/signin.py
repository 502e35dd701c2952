"""Being signed in: the person's own token in cookies that no script can read and no other site can send."""

from datetime import datetime
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.exceptions import Forbidden, NotFound
from werkzeug.wrappers import Response as AnyResponse

from services.portal.cookies import cookies
from services.portal.person import NoToken, Person, read_token

COOKIE = "token"

PARTS = 3
PART_BYTES = 3_500
"""Browsers drop a cookie of more than 4096 bytes, and a token with many roles is longer: it is kept in parts."""

pages = Blueprint("signin", __name__)


class SignedOut(Exception):
    """Nobody is signed in, or no longer. `why` is a word the sign-in page has a sentence for."""

    def __init__(self, why: str = "") -> None:
        super().__init__(why)
        self.why = why


def current_person(now: datetime) -> Person:
    """Who is signed in. Raises SignedOut."""
    token = "".join(cookies().get(f"{COOKIE}_{part}") for part in range(PARTS))
    if not token:
        raise SignedOut
    try:
        person = read_token(token)
    except NoToken as error:
        raise SignedOut("invalid") from error
    if person.expires_at <= now:
        raise SignedOut("expired")
    return person


@pages.get("/sign-in")
def show() -> AnyResponse:
    return _page(request.args.get("why", ""))


@pages.post("/sign-in")
def sign_in() -> AnyResponse:
    """With a token that the person brings; where a provider signs people in, this is not there."""
    if "oidc" in current_app.blueprints:
        raise NotFound
    now: datetime = current_app.extensions["linli_portal"].clock()
    try:
        person = read_token(request.form.get("token", ""))
    except NoToken:
        return _page("invalid", 400)
    if person.expires_at <= now:
        return _page("expired", 400)
    return signed_in(person, now)


@pages.post("/sign-out")
def sign_out() -> AnyResponse:
    return forget(redirect(url_for("signin.show", why="left"), 303))


def signed_in(person: Person, now: datetime) -> AnyResponse:
    """Send a person to the board with their token.

    A page in between, not a redirect: a browser that was sent here by another site (the OIDC provider) would follow a
    redirect without the Strict cookies it has just been given.
    """
    response = make_response(render_template("signed_in.html"))
    parts = [person.token[at : at + PART_BYTES] for at in range(0, PARTS * PART_BYTES, PART_BYTES)]
    for number, part in enumerate(parts):
        lasts_s = int((person.expires_at - now).total_seconds()) if part else 0
        cookies().put(response, f"{COOKIE}_{number}", part, max_age_s=lasts_s, samesite="Strict")
    return response


def forget(response: AnyResponse) -> AnyResponse:
    """Take the token off the browser."""
    for number in range(PARTS):
        cookies().drop(response, f"{COOKIE}_{number}")
    return response


def refuse_other_sites(portal_url: str | None) -> None:
    """Raise Forbidden for a change that did not start on a page of this portal (CSRF).

    Strict cookies alone would do for most browsers; signing somebody in needs no cookie, so it is checked here.
    `portal_url` is how browsers reach the portal, where a proxy does not hand their Host on.
    """
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    origin = request.headers.get("Origin") or request.headers.get("Referer") or ""
    own = {request.host, urlsplit(portal_url).netloc} if portal_url else {request.host}
    if _host(origin) not in own:  # "null" and nothing at all have no host
        raise Forbidden


def _host(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _page(why: str, status: int = 200) -> AnyResponse:
    sentences = {
        "expired": gettext("登录已过期，请重新登录。"),
        "refused": gettext("登录凭证已失效，请重新登录。"),
        "invalid": gettext("这不是有效的登录凭证，请完整粘贴。"),
        "provider": gettext("统一认证没有完成，请再试一次。"),
        "left": gettext("您已退出。"),
    }
    page = render_template("sign_in.html", sentence=sentences.get(why), is_error=why not in ("", "left"))
    return Response(page, status)
