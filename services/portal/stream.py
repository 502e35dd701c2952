"""The board's server-sent events: rendered pieces of the page whenever what they show has changed.

`board` and `notices` carry HTML, `state` says live, late (the figures are behind the facts) or unavailable, `beat` that
the stream is alive, and `signed-out` that this person sees nothing any more and why. The event id is the ETag of the
figures, so that a browser that comes back is not sent what it has.
"""

import json
from collections.abc import Generator, Iterator
from time import sleep
from typing import Any

from flask import render_template

from chassis.calendar import Clock
from services.portal import board
from services.portal.feeds import PAUSE_WHEN_DOWN_S, REFUSED, Feeds
from services.portal.figures import FigureReader, Snapshot
from services.portal.freshness import freshness
from services.portal.person import Person
from services.portal.upstream import TokenRefused, Unreachable


def events(
    figures: FigureReader,
    feeds: Feeds,
    area: str,
    person: Person,
    *,
    seen: str | None,
    heartbeat_s: float,
    clock: Clock,
) -> Iterator[str]:
    """Until the person leaves, is refused, or their token ends. `seen`: the ETag of what the page shows already."""
    yield "retry: 1000\n\n"
    try:
        snapshot = yield from _admitted(figures, area, person, clock)
    except REFUSED as refused:
        yield _gone(refused)
        return
    with feeds.watched(area, person, snapshot) as mailbox:
        if snapshot.etag != seen:
            yield _board(snapshot, person)
        yield _event("state", {"state": _state(snapshot)})
        while not _has_ended(person, clock):
            left_s = (person.expires_at - clock()).total_seconds()
            news = mailbox.take(max(min(heartbeat_s, left_s), 0.01))
            snapshot = news.get("board", snapshot)
            yield from _told(news, person, snapshot)
            if "refused" in news or "closing" in news:
                return
    yield _gone(TokenRefused())


def _admitted(figures: FigureReader, area: str, person: Person, clock: Clock) -> Generator[str, None, Snapshot]:
    """What `statistics` shows this person; while it does not answer, wait for it. Raises one of REFUSED."""
    while not _has_ended(person, clock):
        try:
            return figures.snapshot(area, person)
        except Unreachable:
            yield _event("state", {"state": "unavailable"})
            sleep(PAUSE_WHEN_DOWN_S)
    raise TokenRefused


def _told(news: dict[str, Any], person: Person, newest: Snapshot) -> Iterator[str]:
    if "refused" in news:
        yield _gone(news["refused"])
        return
    if "board" in news:
        yield _board(news["board"], person)
    if "notices" in news:
        inbox = news["notices"]
        yield _event("notices", {"html": render_template("_notices.html", inbox=inbox), "unread": inbox.unread})
    if "statistics_down" in news:
        yield _event("state", {"state": "unavailable" if news["statistics_down"] else _state(newest)})
    if not news:
        yield _event("beat", {})


def _board(snapshot: Snapshot, person: Person) -> str:
    html = render_template("_board.html", **board.shown(snapshot, person))
    return _event("board", {"html": html, "state": _state(snapshot)}, snapshot.etag)


def _state(snapshot: Snapshot) -> str:
    found = freshness(snapshot.total)
    return found.lamp if found else "live"


def _gone(refused: Exception) -> str:
    return _event("signed-out", {"why": "refused" if isinstance(refused, TokenRefused) else "forbidden"})


def _has_ended(person: Person, clock: Clock) -> bool:
    return clock() >= person.expires_at


def _event(name: str, data: dict[str, Any], event_id: str | None = None) -> str:
    told = f"id: {event_id}\n" if event_id else ""
    return f"{told}event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
