"""What changes while somebody looks: one question for all who watch the same thing, one answer into each mailbox."""

import logging
import threading
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from services.portal.figures import FigureReader, Inbox, NoticeReader, Snapshot
from services.portal.person import Person
from services.portal.upstream import NotPermitted, TokenRefused, Unknown, Unreachable

log = logging.getLogger(__name__)

PAUSE_WHEN_DOWN_S = 1.0

REFUSED = (TokenRefused, NotPermitted, Unknown)


class Mailbox:
    """The latest of each kind of news for one open stream; a slow reader misses what is overtaken, never the latest."""

    def __init__(self) -> None:
        self._news: dict[str, Any] = {}
        self._arrived = threading.Condition()

    def put(self, kind: str, news: Any) -> None:
        with self._arrived:
            self._news[kind] = news
            self._arrived.notify()

    def take(self, timeout_s: float) -> dict[str, Any]:
        """What has come since the last time; empty when nothing came in time."""
        with self._arrived:
            if not self._news:
                self._arrived.wait(timeout_s)
            news, self._news = self._news, {}
            return news


@dataclass(frozen=True, eq=False)
class Watcher:
    """One open stream of a person."""

    person: Person
    mailbox: Mailbox = field(default_factory=Mailbox)


class Feed(ABC):
    """Asks again and again while somebody watches; its thread ends with the last of them."""

    down_news: str
    """The kind of news by which watchers hear that the service is down, or up again."""

    def __init__(self, pause_s: float) -> None:
        self._pause_s = pause_s
        self._watchers: list[Watcher] = []
        self._lock = threading.Lock()
        self._hurry = threading.Event()
        self._thread: threading.Thread | None = None
        self._down = False

    def join(self, watcher: Watcher) -> None:
        with self._lock:
            self._watchers.append(watcher)
            if self._down:
                watcher.mailbox.put(self.down_news, True)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True, name=type(self).__name__)
                self._thread.start()

    def leave(self, watcher: Watcher) -> None:
        with self._lock:
            if watcher in self._watchers:
                self._watchers.remove(watcher)
        self._hurry.set()

    def hurry(self) -> None:
        """Ask now."""
        self._hurry.set()

    def watchers(self) -> list[Watcher]:
        with self._lock:
            return list(self._watchers)

    @abstractmethod
    def ask(self, watchers: list[Watcher]) -> None:
        """Ask once and put what is new into mailboxes. May raise Unreachable; whom a service refuses is sent away."""

    def send_away(self, watcher: Watcher, why: Exception) -> None:
        """The service no longer answers this person: the stream is told why, and is no longer fed."""
        watcher.mailbox.put("refused", why)
        self.leave(watcher)

    def _run(self) -> None:
        while True:
            begun = monotonic()
            with self._lock:
                if not self._watchers:
                    self._thread = None
                    return
            self._hurry.clear()
            pause_s = self._ask_once()
            self._hurry.wait(max(pause_s - (monotonic() - begun), 0.0))

    def _ask_once(self) -> float:
        try:
            self.ask(self.watchers())
            self._tell_whether(down=False)
            return self._pause_s
        except Unreachable as error:
            if not self._down:
                log.warning("nothing to show for now: %s", error)
        except Exception:
            # Whatever it was, the next answer may be a good one; a page that stands still without a word may not be.
            log.exception("a feed could not be read")
        self._tell_whether(down=True)
        return max(self._pause_s, PAUSE_WHEN_DOWN_S)

    def _tell_whether(self, *, down: bool) -> None:
        with self._lock:
            if down != self._down:
                self._down = down
                for watcher in self._watchers:
                    watcher.mailbox.put(self.down_news, down)


class FiguresFeed(Feed):
    """The figures of one area. One watcher's token asks whether they have changed; what has changed is then read once
    for each different scope, with the token of somebody who has it."""

    down_news = "statistics_down"

    def __init__(self, reader: FigureReader, area: str, pause_s: float) -> None:
        super().__init__(pause_s)
        self._reader = reader
        self._area = area
        self._etag: str | None = None

    def join_with(self, watcher: Watcher, snapshot: Snapshot) -> None:
        """Join after having read the snapshot; what has changed since then comes with the next answer."""
        if not self.watchers():
            self._etag = snapshot.etag
        elif snapshot.etag != self._etag:
            self._etag = None
        self.join(watcher)

    def ask(self, watchers: list[Watcher]) -> None:
        for speaker in watchers:
            try:
                changed = self._etag is None or self._reader.has_changed(self._area, speaker.person, self._etag)
            except REFUSED as refused:
                self.send_away(speaker, refused)
                continue
            if changed:
                self._tell(watchers)
            return

    def _tell(self, watchers: list[Watcher]) -> None:
        by_scope = defaultdict(list)
        for watcher in watchers:
            by_scope[watcher.person.scope].append(watcher)
        etags = [self._tell_scope(group) for group in by_scope.values()]
        self._etag = etags[0] if len(set(etags)) == 1 else None

    def _tell_scope(self, group: list[Watcher]) -> str | None:
        for speaker in group:
            try:
                snapshot = self._reader.snapshot(self._area, speaker.person)
            except REFUSED as refused:
                self.send_away(speaker, refused)
                continue
            for watcher in group:
                watcher.mailbox.put("board", snapshot)
            return snapshot.etag
        return None


class NoticesFeed(Feed):
    """One person's unread notices, for all the pages they have open."""

    down_news = "members_down"

    def __init__(self, reader: NoticeReader, pause_s: float) -> None:
        super().__init__(pause_s)
        self._reader = reader
        self._last: Inbox | None = None

    def join(self, watcher: Watcher) -> None:
        self._last = None
        super().join(watcher)

    def ask(self, watchers: list[Watcher]) -> None:
        for speaker in watchers:
            try:
                inbox = self._reader.unread(speaker.person)
            except TokenRefused as refused:
                self.send_away(speaker, refused)
                continue
            except (NotPermitted, Unknown):
                self.leave(speaker)  # no notices for this role; the figures go on
                continue
            if inbox != self._last:
                self._last = inbox
                for watcher in watchers:
                    watcher.mailbox.put("notices", inbox)
            return


class Feeds:
    """All feeds that somebody watches at present."""

    def __init__(self, figures: FigureReader, notices: NoticeReader, *, figures_s: float, notices_s: float) -> None:
        self._readers = (figures, notices)
        self._pauses_s = (figures_s, notices_s)
        self._figures: dict[str, FiguresFeed] = {}
        self._notices: dict[str, NoticesFeed] = {}
        self._lock = threading.Lock()

    @contextmanager
    def watched(self, area: str, person: Person, snapshot: Snapshot) -> Iterator[Mailbox]:
        """The mailbox in which news of the area and of the person's notices arrive. The snapshot, read with the
        person's own token, is their right to watch."""
        watcher = Watcher(person)
        with self._lock:
            figures = self._figures.setdefault(area, FiguresFeed(self._readers[0], area, self._pauses_s[0]))
            notices = self._notices.setdefault(person.token, NoticesFeed(self._readers[1], self._pauses_s[1]))
            figures.join_with(watcher, snapshot)
            notices.join(watcher)
        try:
            yield watcher.mailbox
        finally:
            with self._lock:
                figures.leave(watcher)
                notices.leave(watcher)
                if not figures.watchers():
                    self._figures.pop(area, None)
                if not notices.watchers():
                    self._notices.pop(person.token, None)

    def ask_for_notices(self, person: Person) -> None:
        """Ask at once, for every page this person has open."""
        feed = self._notices.get(person.token)
        if feed:
            feed.hurry()

    def close(self) -> None:
        """Tell every open stream to end: the process is being stopped."""
        with self._lock:
            watchers = [watcher for feed in self._figures.values() for watcher in feed.watchers()]
        for watcher in watchers:
            watcher.mailbox.put("closing", True)
