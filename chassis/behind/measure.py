"""What follows from what is known of one source: how much is not in effect, and until when everything is.

Pure: instants and what was seen come as arguments, always of the machine's own clock. A service may live by a played
time, its queues do not.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from zlib import crc32

from chassis.behind.beats import Beat

LATE = timedelta(seconds=10)
"""What is committed may be on its way for so long before it counts as behind."""

SILENT = timedelta(seconds=10)
"""After so long without a word of the broker, or of the source's relay, nobody knows whether there is more."""

State = Literal["even", "behind", "unknown"]
Reason = Literal["broker", "relay", "consumer"]


@dataclass(frozen=True)
class Behind:
    """How far the effects of one source's facts are behind, at one moment.

    even: nothing older than LATE is missing. behind: about `events` facts are told and not in effect. unknown: at least
    so many, and since `unknown_since` nobody can say whether there are more. `as_of`: whatever was committed until then
    is in effect, or kept as failed; None where that was never known. `oldest_at`: no fact that is not in effect is
    older. `reason` is what does not answer: the broker, the source's relay, or the consumer, which does not consume.
    """

    source: str
    state: State
    as_of: datetime | None = None
    oldest_at: datetime | None = None
    unknown_since: datetime | None = None
    reason: Reason | None = None
    unsent: int = 0
    queued: int = 0
    in_hand: int = 0
    kept: int = 0

    @property
    def events(self) -> int:
        """Unsent in the source's outbox, ready in the queue, in hand with the consumer, kept in failed_events."""
        return self.unsent + self.queued + self.in_hand + self.kept

    @property
    def mark(self) -> int:
        """Another number, below 2³², as soon as this reads otherwise, so to two digits and a minute; 0 while even:
        what stands still then stays the same."""
        if self.state == "even":
            return 0
        minute = self.as_of and self.as_of.replace(second=0, microsecond=0)
        told = f"{self.state} {self.reason} {rounded(self.events)} {self.kept == self.events} {minute}"
        return 1 + crc32(told.encode()) % (2**32 - 1)


def rounded(count: int) -> int:
    """To two digits: 999,512 is 1,000,000."""
    return round(count, 2 - len(str(count))) if count > 99 else count


@dataclass(frozen=True)
class Queue:
    """What the broker says: messages that are ready, and how many consume. It says 0 and 0 also when it cannot tell:
    a quorum queue that has no leader, or one that takes its time, reads like an empty one that nobody consumes."""

    ready: int
    consumers: int

    @property
    def is_silent(self) -> bool:
        return not (self.ready or self.consumers)


@dataclass(frozen=True)
class Own:
    """This process's consumer: messages in hand, how many it has `settled` ever, how often it has `connected`, and
    whether it is the one that `receives` (a queue has one active consumer)."""

    in_hand: int = 0
    settled: int = 0
    connected: int = 0
    receives: bool = False


@dataclass(frozen=True)
class Noted:
    """What the service's database says. `in_hand`: of another process that consumes, if any does."""

    as_of: datetime | None = None
    in_hand: int = 0
    kept: int = 0
    kept_oldest_at: datetime | None = None


@dataclass(frozen=True)
class _Goal:
    """Once so many messages are settled, whatever was committed before `at` is. `reads`: how often the database had
    answered when it was set."""

    at: datetime
    settled: int
    connected: int
    reads: int


@dataclass
class Watched:
    """What one process knows of one source. `since`: when it began to watch."""

    source: str
    since: datetime
    as_of: datetime | None = None
    own: Own = Own()
    _noted: Noted = Noted()
    _reads: int = 0
    _beat: Beat | None = None
    _heard_at: datetime | None = None
    _queue: Queue = Queue(0, 0)
    _asked_at: datetime | None = None
    _known_until: datetime | None = None
    _goal: _Goal | None = field(default=None, repr=False)

    def heard(self, beat: Beat, at: datetime) -> None:
        """The source's relay spoke."""
        self._beat, self._heard_at = beat, at

    def read(self, noted: Noted) -> None:
        """The database answered."""
        self._noted, self._reads = noted, self._reads + 1
        self._reach(noted.as_of)

    def asked(self, queue: Queue, own: Own, at: datetime) -> None:
        """The broker answered; `own` was looked at after it."""
        self._queue, self.own, self._asked_at = queue, own, at
        if self._heard_at is not None and not queue.is_silent:
            self._known_until = min(at, self._heard_at)
            self._pursue()

    def behind(self, now: datetime) -> Behind:
        """What can be said at this moment."""
        parts = {
            "unsent": self._unsent,
            "queued": self._queue.ready,
            "in_hand": self._in_hand,
            "kept": self._noted.kept,
        }
        oldest_at = self._oldest_at()
        if self._known_until is None or now - self._known_until > SILENT:
            since = self._known_until or self.since
            return Behind(self.source, "unknown", self.as_of, oldest_at, since, self._silent(now), **parts)
        is_behind = oldest_at is not None and now - oldest_at > LATE
        reason: Reason | None = "consumer" if is_behind and not self._queue.consumers else None
        return Behind(self.source, "behind" if is_behind else "even", self.as_of, oldest_at, None, reason, **parts)

    @property
    def _unsent(self) -> int:
        return self._beat.unsent if self._beat else 0

    @property
    def _in_hand(self) -> int:
        return self.own.in_hand + self._noted.in_hand

    @property
    def _on_their_way(self) -> int:
        return self._unsent + self._queue.ready + self._in_hand

    def _silent(self, now: datetime) -> Reason:
        """Whose silence it is when nobody knows."""
        if self._asked_at is None or now - self._asked_at > SILENT:
            return "broker"
        return "consumer" if self._queue.is_silent else "relay"

    def _oldest_at(self) -> datetime | None:
        """Of those in the queue none is older than what was in effect last; before anything was, than this process."""
        found = []
        if self._beat and self._beat.unsent:
            found.append(self._beat.oldest_at or self._beat.at)
        if self._queue.ready or self._in_hand:
            found.append(self.as_of or self.since)
        if self._noted.kept and self._noted.kept_oldest_at:
            found.append(self._noted.kept_oldest_at)
        return min(found, default=None)

    def _pursue(self) -> None:
        """A queue is served in its order: when as many are settled as were on their way at some moment, those are.

        Judged from the next look on, a second later: what the broker has handed over and we have not read yet is
        neither ready nor in hand. What another process has in hand it notes in the database: one that does not receive
        itself has to have heard of that since.
        """
        assert self._beat is not None
        goal, own = self._goal, self.own
        if goal is not None and goal.connected == own.connected and own.settled >= goal.settled:
            if own.receives or (self._reads > goal.reads and not self._noted.in_hand):
                self._reach(goal.at)
            goal = None
        if goal is None or goal.connected != own.connected or not self._on_their_way:
            self._goal = _Goal(self._beat.at, own.settled + self._on_their_way, own.connected, self._reads)

    def _reach(self, as_of: datetime | None) -> None:
        if as_of is not None and (self.as_of is None or as_of > self.as_of):
            self.as_of = as_of
