"""The Flask application: languages, security headers, and what each kind of trouble looks like to a person."""

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from urllib.parse import quote, urlencode

from flask import Flask, Response, redirect, render_template, request, url_for
from flask_babel import Babel, get_locale, gettext
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.wrappers import Response as AnyResponse

from chassis.calendar import Clock, system_clock
from services.portal import board, health, oidc, pages, signin
from services.portal.cases import casework, filing, following, refusals, roles, worklist
from services.portal.cases.reader import CaseReader
from services.portal.cookies import Cookies, cookies
from services.portal.divisions import DivisionReader
from services.portal.feeds import Feeds
from services.portal.figures import FigureReader, NoticeReader
from services.portal.headers import HEADERS
from services.portal.pages import Portal
from services.portal.person import Person
from services.portal.settings import PortalSettings
from services.portal.signin import SignedOut
from services.portal.upstream import NotPermitted, TokenRefused, Unknown, Unreachable, Upstream

LANGUAGES = {"zh": "zh-CN", "en": "en"}
"""Ours, and as HTML names them. Chinese is what the templates are written in."""

CASES = (following.pages, worklist.pages, filing.pages, casework.pages)

LANGUAGE_COOKIE = "lang"
LANGUAGE_S = 31_536_000


def create_app(settings: PortalSettings, *, clock: Clock = system_clock) -> Flask:
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 256 * 1024
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    Babel(app, default_locale="zh", default_timezone="Asia/Shanghai", locale_selector=language)
    app.extensions["linli_portal"] = _portal(settings, clock)
    app.extensions["linli_cookies"] = Cookies(settings)
    for blueprint in (signin.pages, pages.pages, health.pages, *CASES):
        app.register_blueprint(blueprint)
    if settings.oidc_issuer:
        app.register_blueprint(oidc.pages(settings, clock))
    app.before_request(partial(signin.refuse_other_sites, settings.portal_url))
    app.before_request(_receive)
    app.after_request(_with_headers)
    health.measure(app)
    marks = _marks(app)
    app.context_processor(_for_templates(app, marks))
    _answer_trouble(app, marks)
    return app


def language() -> str:
    """The one asked for in this request, else the one chosen before, else Chinese."""
    asked = request.args.get("lang") or cookies().get(LANGUAGE_COOKIE)
    return asked if asked in LANGUAGES else "zh"


def in_language(lang: str) -> str:
    """Where this very page is in the other language. Nothing that was asked for becomes more than a path and a query:
    one slash before it, so that no browser takes it for the name of another host."""
    asked = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return f"/{quote(request.path.lstrip('/'))}?{urlencode([*asked, ('lang', lang)])}"


def unread(person: Person) -> int:
    """How many notices wait for the person, as far as `members` can tell now."""
    with suppress(Unreachable, NotPermitted, Unknown):
        return pages.portal().notices.unread(person).unread
    return 0


def _portal(settings: PortalSettings, clock: Clock) -> Portal:
    figures = FigureReader(Upstream(settings.statistics_url))
    members = Upstream(settings.members_url)
    notices = NoticeReader(members)
    feeds = Feeds(figures, notices, figures_s=settings.poll_s, notices_s=settings.notices_s)
    cases, divisions = CaseReader(Upstream(settings.grievances_url)), DivisionReader(members, clock)
    return Portal(settings, clock, figures, notices, feeds, cases, divisions)


def _receive() -> None:
    """Take the request in whole, within the time that one may take; the answer takes the time it needs."""
    request.get_data(parse_form_data=True)
    if protocol := request.environ.get("linli.protocol"):
        protocol.conn_state.within(None)


def _with_headers(response: Response) -> Response:
    response.headers.update(HEADERS)
    if request.endpoint == "static":
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        response.headers["Cache-Control"] = "no-store"
    if request.args.get("lang") in LANGUAGES:
        cookies().put(response, LANGUAGE_COOKIE, request.args["lang"], max_age_s=LANGUAGE_S, samesite="Lax")
    return response


def _marks(app: Flask) -> dict[str, str]:
    """Of each file for browsers, what is another as soon as the file is."""
    assert app.static_folder
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in Path(app.static_folder).iterdir()}


def _for_templates(app: Flask, marks: Mapping[str, str]) -> Callable[[], dict[str, object]]:
    """What every template may use besides what it is given."""

    def values() -> dict[str, object]:
        return {
            "board": board,
            "with_provider": "oidc" in app.blueprints,
            "html_lang": LANGUAGES[str(get_locale())],
            "static": lambda name: url_for("static", filename=name, v=marks[name]),
            "in_language": in_language,
            "nav": roles.nav,
            "in_chinese": refusals.in_chinese,
            "unread": unread,
        }

    return values


def _answer_trouble(app: Flask, marks: Mapping[str, str]) -> None:
    broken = app.jinja_env.get_template("broken.html").render(style=f"/static/board.css?v={marks['board.css']}")

    @app.errorhandler(InternalServerError)
    def unforeseen(_error: InternalServerError) -> AnyResponse:
        """Flask makes this of every exception that nothing below is for, and has written it to the log."""
        return Response(broken, 500)

    @app.errorhandler(SignedOut)
    def signed_out(error: SignedOut) -> AnyResponse:
        return _to_sign_in(error.why)

    @app.errorhandler(TokenRefused)
    def refused(_error: TokenRefused) -> AnyResponse:
        return signin.forget(_to_sign_in("refused"))

    @app.errorhandler(NotPermitted)
    def not_permitted(_error: NotPermitted) -> AnyResponse:
        return _trouble(
            403, gettext("您的角色看不到这里的数据。"), gettext("请返回全区看板，或联系管理员核对您的工作范围。")
        )

    @app.errorhandler(Unknown)
    def unknown(_error: Unknown) -> AnyResponse:
        if request.blueprint == casework.pages.name:
            return _trouble(404, gettext("没有找到。"), gettext("没有这件案子，或者它不对您公开。"))
        return _trouble(404, gettext("没有找到。"), gettext("没有这个区划，或者它还没有登记。"))

    @app.errorhandler(Unreachable)
    def unreachable(_error: Unreachable) -> AnyResponse:
        return _trouble(503, gettext("服务暂不可用。"), gettext("请稍后再试；您的数据不受影响。"))

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> AnyResponse:
        if error.code == 403:
            return _trouble(403, gettext("请求被拒绝。"), gettext("请从本站页面上操作。"))
        if error.code in (404, 405):
            return _trouble(404, gettext("没有找到。"), gettext("请检查地址是否完整。"))
        return _trouble(error.code or 400, gettext("请求无法处理。"), gettext("请返回看板重试。"))


def _to_sign_in(why: str) -> AnyResponse:
    if _wants_data():
        return Response(status=401)
    return redirect(url_for("signin.show", why=why or None), 303)


def _trouble(status: int, sentence: str, advice: str) -> AnyResponse:
    if _wants_data():
        return Response(status=status)
    return Response(render_template("trouble.html", sentence=sentence, advice=advice), status)


def _wants_data() -> bool:
    return request.endpoint in ("board.as_json", "board.stream") or request.headers.get("X-Requested-With") == "fetch"
