"""The stream over real HTTP: every change arrives, one question is asked for all, and what goes away comes back."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

from tests.service.portal.conftest import Browser
from tests.service.portal.test_pages import NOTICE, figure
from tests.service.portal.upstreams import EVEN, Members, Statistics, figures, token


@dataclass
class Told:
    name: str
    data: dict[str, Any]
    event_id: str | None


class Stream:
    """Reads server-sent events off an open answer."""

    def __init__(self, answer: requests.Response) -> None:
        self._lines = answer.iter_lines(chunk_size=1, decode_unicode=True)

    def __iter__(self) -> Iterator[Told]:
        given: dict[str, str] = {}
        for line in self._lines:
            if line:
                name, _, value = line.partition(": ")
                given[name] = value
            elif "event" in given:
                yield Told(given["event"], json.loads(given["data"]), given.get("id"))
                given = {}

    def next(self, name: str) -> Told:
        """The next event of this name; others before it are skipped."""
        return next(told for told in self if told.name == name)

    def rest(self) -> list[str]:
        """The names of what comes until the portal ends the stream."""
        return [told.name for told in self if told.name != "beat"]


@contextmanager
def live(browser: Browser) -> Iterator[Stream]:
    """A stream that has begun to watch."""
    with stream_of(browser) as stream:
        stream.next("state")
        yield stream


@contextmanager
def stream_of(browser: Browser, query: str = "", **headers: str) -> Iterator[Stream]:
    with browser.get(f"/board/stream{query}", stream=True, headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        yield Stream(answer)


def test_a_change_arrives_without_asking_again(officer: Browser, statistics: Statistics) -> None:
    with stream_of(officer) as stream:
        assert figure(stream.next("board").data["html"], "registered") == "0"

        statistics.show(total=figures((1, 0, 0, 0, 0, 0)))

        told = stream.next("board")
        assert figure(told.data["html"], "registered") == "1"
        assert told.event_id == f'"{statistics.change}"'


def test_a_board_that_falls_behind_says_so_and_when_it_has_caught_up(officer: Browser, statistics: Statistics) -> None:
    with stream_of(officer) as stream:
        assert stream.next("board").data["state"] == "live"
        statistics.show(behind=EVEN | {"state": "behind", "events": 12})
        late = stream.next("board").data
        statistics.show(behind=EVEN)

        assert late["state"] == "late"
        assert "约有 12 条事实尚未计入" in late["html"]
        assert stream.next("board").data["state"] == "live"


def test_who_comes_back_to_a_board_that_is_behind_sees_no_lamp_of_a_live_one(
    officer: Browser, statistics: Statistics
) -> None:
    statistics.show(behind=EVEN | {"state": "unknown", "reason": "relay", "unknown_since": EVEN["as_of"]})

    with stream_of(officer, **{"Last-Event-ID": f'"{statistics.change}"'}) as stream:
        assert stream.next("state").data == {"state": "late"}


def test_what_the_page_shows_already_is_not_sent_again(officer: Browser, statistics: Statistics) -> None:
    for seen in ({"Last-Event-ID": f'"{statistics.change}"'}, {}):
        query = "" if seen else f'?seen="{statistics.change}"'
        with stream_of(officer, query, **seen) as stream:
            assert next(iter(stream)).name == "state"


def test_a_browser_that_comes_back_gets_what_it_missed(officer: Browser, statistics: Statistics) -> None:
    missed = f'"{statistics.change}"'
    statistics.show(total=figures((5, 0, 0, 0, 0, 0)))

    with stream_of(officer, **{"Last-Event-ID": missed}) as stream:
        assert figure(stream.next("board").data["html"], "registered") == "5"


def test_a_stream_without_news_says_it_is_alive(officer: Browser) -> None:
    with stream_of(officer) as stream:
        assert stream.next("beat").data == {}


def test_notices_arrive_and_leave(officer: Browser, members: Members) -> None:
    with stream_of(officer) as stream:
        assert stream.next("notices").data["unread"] == 0

        members.notices = {"officer-1": [dict(NOTICE)]}
        told = stream.next("notices")
        assert told.data["unread"] == 1
        assert "一期 3栋" in told.data["html"]

        answer = officer.post(f"/notices/{NOTICE['notice_id']}/read", **{"X-Requested-With": "fetch"})
        assert answer.status_code == 204
        assert stream.next("notices").data["unread"] == 0


def test_a_stream_speaks_the_language_of_its_reader(officer: Browser) -> None:
    officer.get("/?lang=en")

    with stream_of(officer) as stream:
        assert "Registered" in stream.next("board").data["html"]


def test_when_statistics_goes_the_stream_says_so_and_recovers_by_itself(
    officer: Browser, statistics: Statistics
) -> None:
    with stream_of(officer) as stream:
        assert stream.next("state").data == {"state": "live"}
        statistics.is_down = True
        assert stream.next("state").data == {"state": "unavailable"}

        statistics.show(total=figures((9, 0, 0, 0, 0, 0)), is_down=False)

        assert figure(stream.next("board").data["html"], "registered") == "9"
        assert stream.next("state").data == {"state": "live"}


def test_a_stream_opened_while_statistics_is_down_begins_when_it_is_back(
    officer: Browser, statistics: Statistics
) -> None:
    statistics.is_down = True
    with stream_of(officer) as stream:
        assert stream.next("state").data == {"state": "unavailable"}

        statistics.is_down = False

        assert stream.next("board").data["html"]
        assert stream.next("state").data == {"state": "live"}


def test_members_being_down_does_not_touch_the_figures(
    officer: Browser, statistics: Statistics, members: Members
) -> None:
    members.is_down = True
    with stream_of(officer) as stream:
        assert stream.next("state").data == {"state": "live"}
        stream.next("beat")

        statistics.show(total=figures((4, 0, 0, 0, 0, 0)))

        assert figure(stream.next("board").data["html"], "registered") == "4"


def test_all_who_watch_an_area_share_one_question(officer: Browser, statistics: Statistics) -> None:
    other = Browser(officer.url)
    other.sign_in(token("officer-2"))
    with live(officer) as first, live(other) as second:
        statistics.asked.clear()
        while (asked := Counter(actor for _, actor, status in list(statistics.asked) if status == 304)).total() < 3:
            first.next("beat")

        statistics.show(total=figures((1, 0, 0, 0, 0, 0)))

        assert figure(first.next("board").data["html"], "registered") == "1"
        assert figure(second.next("board").data["html"], "registered") == "1"
    assert set(asked) == {"officer-1"}


def test_the_end_of_the_token_is_the_end_of_the_stream(browser: Browser) -> None:
    browser.sign_in(token(lifetime_s=2))

    with stream_of(browser) as stream:
        assert stream.next("signed-out").data == {"why": "refused"}
        assert stream.rest() == []


def test_a_refused_token_ends_the_stream_of_that_person_alone(officer: Browser, statistics: Statistics) -> None:
    other = Browser(officer.url)
    other.sign_in(token("officer-2"))
    with live(officer) as first, live(other) as second:
        statistics.show(total=figures((1, 0, 0, 0, 0, 0)), refused={"officer-1"})

        assert first.next("signed-out").data == {"why": "refused"}
        assert figure(second.next("board").data["html"], "registered") == "1"


def test_who_may_not_see_an_area_is_told_and_nothing_else(officer: Browser, statistics: Statistics) -> None:
    statistics.forbidden = {"officer-1"}

    with stream_of(officer) as stream:
        [told] = list(stream)

    assert (told.name, told.data) == ("signed-out", {"why": "forbidden"})


def test_nobody_sees_the_facts_of_another_scope(officer: Browser, statistics: Statistics) -> None:
    resident = Browser(officer.url)
    resident.sign_in(token("resident-1", role="resident", area="440305001012"))
    statistics.no_facts_for = {"resident-1"}
    fact = {
        "event_id": "01936f00-0000-7000-8000-0000000000f1",
        "type": "dispute.accepted",
        "area": {"code": "440305006011", "name": "海月社区居委会"},
        "category": "waste",
        "time": "2026-11-20T02:21:00+00:00",
    }
    with live(officer) as first, live(resident) as second:
        statistics.show(facts=[fact])

        assert "海月社区居委会" in first.next("board").data["html"]
        assert "海月社区居委会" not in second.next("board").data["html"]


def test_the_questions_end_when_nobody_watches(officer: Browser) -> None:
    with stream_of(officer) as stream:
        stream.next("state")
        assert feeds()

    # The portal learns that a browser has gone when it next writes to it.
    for feed in feeds():
        feed.join(10)

    assert feeds() == []


def feeds() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name in ("FiguresFeed", "NoticesFeed")]
