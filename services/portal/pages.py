"""The board: a page that works without a script, and a stream that keeps it current with one."""

from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from chassis import areas
from chassis.calendar import Clock
from services.portal import board
from services.portal.cases.reader import CaseReader
from services.portal.divisions import DivisionReader
from services.portal.feeds import Feeds
from services.portal.figures import FigureReader, NoticeReader
from services.portal.person import Person
from services.portal.settings import PortalSettings
from services.portal.signin import current_person
from services.portal.stream import events
from services.portal.upstream import NotPermitted, Unknown, Unreachable

pages = Blueprint("board", __name__)


@dataclass(frozen=True)
class Portal:
    """What the pages stand on; one for the process."""

    settings: PortalSettings
    clock: Clock
    figures: FigureReader
    notices: NoticeReader
    feeds: Feeds
    cases: CaseReader
    divisions: DivisionReader

    def person(self) -> Person:
        """Who is signed in. Raises SignedOut."""
        return current_person(self.clock())

    def area(self, person: Person) -> str:
        """The division asked for, else the district. Raises NotFound for what is no division code."""
        area = request.args.get("area") or self.settings.district or person.district()
        if area is None or not areas.is_code(area):
            raise NotFound
        return area


def portal_of(app: Flask) -> Portal:
    found: Portal = app.extensions["linli_portal"]
    return found


def portal() -> Portal:
    return portal_of(current_app)


@pages.get("/")
def show() -> str:
    """The board of a division; complete as it is, and kept current by the stream where scripts run."""
    person = portal().person()
    area = portal().area(person)
    snapshot, inbox = None, None
    with suppress(Unreachable):
        snapshot = portal().figures.snapshot(area, person)
    with suppress(Unreachable, NotPermitted, Unknown):
        inbox = portal().notices.unread(person)
    shown = board.shown(snapshot, person) if snapshot else {}
    return render_template("board.html", person=person, code=area, snapshot=snapshot, inbox=inbox, **shown)


@pages.get("/board.json")
def as_json() -> AnyResponse:
    """The board's figures as data, with `statistics`' own shapes.

    GET /board.json?area=440305000000
    200 {"total": {"area": {…}, "period": {…}, "figures": {"registered": 40, …}, "year_over_year": {…}},
         "children": [{"area": {…}, "figures": {…}, …}], "facts": [{"type": "dispute.resolved", …}],
         "by_category": {"period": {…}, "parts": [{"words": ["parking"], "figures": {…}, …}], …}, "by_relation": {…}}
    """
    person = portal().person()
    snapshot = portal().figures.snapshot(portal().area(person), person)
    return jsonify(
        total=snapshot.total,
        children=snapshot.children,
        facts=snapshot.facts,
        by_category=snapshot.by_category,
        by_relation=snapshot.by_relation,
    )


@pages.get("/board/stream")
def stream() -> AnyResponse:
    """Server-sent events (services.portal.stream).

    GET /board/stream?area=440305000000
    200 text/event-stream: "id: \\"41\\"\\nevent: board\\ndata: {\\"html\\": …}\\n\\n" …
    """
    person = portal().person()
    # eventlet gathers small pieces of an answer before it sends them, unless told not to.
    request.environ["eventlet.minimum_write_chunk_size"] = 1
    told = events(
        portal().figures,
        portal().feeds,
        portal().area(person),
        person,
        seen=request.headers.get("Last-Event-ID") or request.args.get("seen"),
        heartbeat_s=portal().settings.heartbeat_s,
        clock=portal().clock,
    )
    return Response(
        stream_with_context(told), content_type="text/event-stream; charset=utf-8", headers={"X-Accel-Buffering": "no"}
    )


@pages.post("/notices/<uuid:notice_id>/read")
def mark_read(notice_id: UUID) -> AnyResponse:
    """Mark one of the person's notices as read; a script gets 204, a form comes back to the board."""
    person = portal().person()
    portal().notices.mark_read(str(notice_id), person)
    portal().feeds.ask_for_notices(person)
    if request.headers.get("X-Requested-With") == "fetch":
        return Response(status=204)
    return redirect(url_for("board.show"), 303)
