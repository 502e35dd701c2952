"""One question for all who watch the same thing. Feeds are asked by hand here; their threads only repeat this."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from services.portal.feeds import Feeds, FiguresFeed, Mailbox, NoticesFeed, Watcher
from services.portal.figures import Inbox, Snapshot
from services.portal.person import Person, read_token
from services.portal.upstream import NotPermitted, TokenRefused, Unreachable
from tests.unit.portal.test_person import CLAIMS, token

DISTRICT = "440305000000"


def person(name: str, role: str = "district_officer") -> Person:
    return read_token(token({**CLAIMS, "sub": name, "roles": [{"role": role, "area": DISTRICT}]}))


@dataclass
class Figures:
    """Stands in for FigureReader; notes who asked for what."""

    etag: str = '"1"'
    refused: dict[str, Exception] = field(default_factory=dict)
    is_down: bool = False
    asked: list[tuple[str, str]] = field(default_factory=list)

    def has_changed(self, area: str, asker: Person, etag: str | None) -> bool:
        self._note("changed?", asker)
        return etag != self.etag

    def snapshot(self, area: str, asker: Person) -> Snapshot:
        self._note("all", asker)
        return Snapshot(self.etag, {}, None, None)

    def _note(self, question: str, asker: Person) -> None:
        self.asked.append((question, asker.actor_id))
        if self.is_down:
            raise Unreachable
        if asker.actor_id in self.refused:
            raise self.refused[asker.actor_id]


@dataclass
class Notices:
    unread_of: Callable[[Person], list[dict[str, Any]]]

    def unread(self, asker: Person) -> Inbox:
        notices = self.unread_of(asker)
        return Inbox(notices, len(notices))

    def mark_read(self, notice_id: str, asker: Person) -> None:
        raise NotImplementedError


class ByHand(FiguresFeed):
    """A feed whose thread never starts."""

    def join(self, watcher: Watcher) -> None:
        self._watchers.append(watcher)

    def once(self) -> None:
        self._ask_once()


@pytest.fixture
def figures() -> Figures:
    return Figures()


@pytest.fixture
def feed(figures: Figures) -> ByHand:
    return ByHand(figures, DISTRICT, 1.0)  # type: ignore[arg-type]


def watching(feed: ByHand, *people: Person) -> list[Watcher]:
    watchers = [Watcher(one) for one in people]
    for watcher in watchers:
        feed.join_with(watcher, Snapshot('"1"', {}, None, None))
    return watchers


def test_while_nothing_changes_one_person_asks_for_all(feed: ByHand, figures: Figures) -> None:
    watchers = watching(feed, person("first"), person("second"), person("third"))

    feed.once()

    assert figures.asked == [("changed?", "first")]
    assert [watcher.mailbox.take(0) for watcher in watchers] == [{}, {}, {}]


def test_what_has_changed_is_read_once_for_each_scope(feed: ByHand, figures: Figures) -> None:
    watchers = watching(feed, person("first"), person("second"), person("third", "auditor"))
    figures.etag = '"2"'

    feed.once()
    feed.once()

    assert figures.asked == [("changed?", "first"), ("all", "first"), ("all", "third"), ("changed?", "first")]
    boards = [watcher.mailbox.take(0)["board"] for watcher in watchers]
    assert boards[0] is boards[1]
    assert boards[0] is not boards[2]


def test_a_refused_token_ends_that_stream_alone_and_another_person_asks(feed: ByHand, figures: Figures) -> None:
    first, second = watching(feed, person("first"), person("second"))
    figures.etag, figures.refused = '"2"', {"first": TokenRefused()}

    feed.once()

    assert isinstance(first.mailbox.take(0)["refused"], TokenRefused)
    assert second.mailbox.take(0)["board"].etag == '"2"'
    assert feed.watchers() == [second]


def test_somebody_who_lost_the_right_is_sent_away_too(feed: ByHand, figures: Figures) -> None:
    [only] = watching(feed, person("first"))
    figures.refused = {"first": NotPermitted()}

    feed.once()

    assert isinstance(only.mailbox.take(0)["refused"], NotPermitted)
    assert feed.watchers() == []


def test_who_joins_with_older_figures_is_told_at_the_next_answer(feed: ByHand, figures: Figures) -> None:
    [early] = watching(feed, person("early"))
    figures.etag = '"2"'
    feed.once()
    early.mailbox.take(0)
    late = Watcher(person("late"))

    feed.join_with(late, Snapshot('"1"', {}, None, None))
    feed.once()

    assert late.mailbox.take(0)["board"].etag == '"2"'


def test_being_down_is_told_once_and_so_is_being_back(feed: ByHand, figures: Figures) -> None:
    [watcher] = watching(feed, person("first"))
    figures.is_down = True
    feed.once()
    assert watcher.mailbox.take(0) == {"statistics_down": True}
    feed.once()
    assert watcher.mailbox.take(0) == {}

    figures.is_down = False
    feed.once()

    assert watcher.mailbox.take(0) == {"statistics_down": False}


def test_an_unforeseen_answer_is_shown_as_being_down(
    feed: ByHand, figures: Figures, caplog: pytest.LogCaptureFixture
) -> None:
    [watcher] = watching(feed, person("first"))
    figures.refused = {"first": KeyError("figures")}

    feed.once()

    assert watcher.mailbox.take(0) == {"statistics_down": True}
    assert "could not be read" in caplog.text


def test_a_mailbox_keeps_the_latest_of_each_kind() -> None:
    mailbox = Mailbox()
    mailbox.put("board", 1)
    mailbox.put("notices", "a")
    mailbox.put("board", 2)

    assert mailbox.take(0) == {"board": 2, "notices": "a"}
    assert mailbox.take(0) == {}


def test_notices_are_told_when_they_change(monkeypatch: pytest.MonkeyPatch) -> None:
    own = [{"notice_id": "1"}]
    feed = NoticesFeed(Notices(lambda _: list(own)), 1.0)  # type: ignore[arg-type]
    watcher = Watcher(person("leader"))
    told = []
    for change in (own.clear, lambda: None, lambda: own.append({"notice_id": "2"})):
        feed.ask([watcher])
        told.append(watcher.mailbox.take(0))
        change()
    feed.ask([watcher])
    told.append(watcher.mailbox.take(0))

    assert told == [
        {"notices": Inbox([{"notice_id": "1"}], 1)},
        {"notices": Inbox([], 0)},
        {},
        {"notices": Inbox([{"notice_id": "2"}], 1)},
    ]


def test_a_role_without_notices_keeps_its_figures() -> None:
    def never(_: Person) -> list[dict[str, Any]]:
        raise NotPermitted

    feed = NoticesFeed(Notices(never), 1.0)  # type: ignore[arg-type]
    watcher = Watcher(person("auditor"))
    feed._watchers.append(watcher)

    feed.ask([watcher])

    assert watcher.mailbox.take(0) == {}
    assert feed.watchers() == []


def test_feeds_end_with_their_last_watcher() -> None:
    feeds = Feeds(Figures(), Notices(lambda _: []), figures_s=60, notices_s=60)  # type: ignore[arg-type]
    one, other = person("one"), person("other")
    with feeds.watched(DISTRICT, one, Snapshot('"1"', {}, None, None)):
        with feeds.watched(DISTRICT, other, Snapshot('"1"', {}, None, None)):
            [figures], notices = feeds._figures.values(), feeds._notices
            assert len(figures.watchers()) == 2
            assert len(notices) == 2
        assert len(figures.watchers()) == 1

    assert feeds._figures == {}
    assert feeds._notices == {}
    thread = figures._thread
    if thread is not None:
        thread.join(5)
    assert figures._thread is None


def test_closing_tells_every_open_stream() -> None:
    feeds = Feeds(Figures(), Notices(lambda _: []), figures_s=60, notices_s=60)  # type: ignore[arg-type]
    with feeds.watched(DISTRICT, person("one"), Snapshot('"1"', {}, None, None)) as mailbox:
        feeds.close()

        assert "closing" in _until(mailbox, "closing")


def _until(mailbox: Mailbox, kind: str) -> dict[str, Any]:
    news: dict[str, Any] = {}
    while kind not in news:
        news |= mailbox.take(5)
    return news
