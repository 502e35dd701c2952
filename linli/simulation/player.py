"""Plays a plan: moves the clock from act to act, has each asked of the services, and takes in what they answer.

The clock goes on only as far as the machine follows: never further than WINDOW beyond an act that is not answered, and
into no new day before what was due in the old one has been told. So however fast it is played, a deadline is missed in
the year exactly when nobody acted in time, and no act falls on another day than its own.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import inf

from chassis.calendar import SHANGHAI
from chassis.errors import LinliError
from linli import wire
from linli.simulation.accounts import Accounts
from linli.simulation.acts import Act, Ground, Request, Told
from linli.simulation.asking import Mouth, refusal
from linli.simulation.clock import Hands
from linli.simulation.crowd import Crowd
from linli.simulation.days import ONE_DAY, midnight
from linli.simulation.parts import Part

WINDOW = timedelta(hours=2)
"""How much later than planned an act may come, in the time that is played; never on another day."""

STOPS = (timedelta(hours=20), timedelta(hours=24))
"""Times of each day at which the clock waits for what is due by then; nothing becomes near or missed at any other."""

TOLD_WITHIN_S = 60.0
PAUSE_S = 0.005

DUE, CLOCK, PLANNING = "waiting for due times", "waiting for the clock", "planning"


@dataclass(frozen=True)
class Sent:
    """What is under way: an act's request, or one that the same person asks after it (`is_further`)."""

    act: Act
    request: Request
    is_further: bool


class Player:
    """One play. `speed`: how many times faster than the machine's own time at most; inf for as fast as it can.

    `is_due`: whether something is due by an instant and not told yet.
    """

    def __init__(
        self,
        *,
        crowd: Crowd,
        mouth: Mouth,
        hands: Hands,
        ground: Ground,
        parts: Iterable[Part],
        accounts: Accounts,
        is_due: Callable[[datetime], bool],
        speed: float = inf,
        elapsed_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._crowd = crowd
        self._mouth = mouth
        self._hands = hands
        self._ground = ground
        self._parts: Mapping[str, Part] = {part.name: part for part in parts}
        self._accounts = accounts
        self._is_due = is_due
        self._speed = speed
        self._elapsed_s = elapsed_s
        self._told: dict[str, Told] = {}
        self._broken: set[str] = set()
        self._under_way: dict[str, Act] = {}
        self._further: deque[Sent] = deque()

    def play(self, acts: Iterable[Act], until: datetime, heard: Callable[[datetime, int], None]) -> None:
        """All acts, then on to `until`, unless it is later already.

        `heard` is told where the clock stands and how many cases have begun.

        Raises LinliError when a service does not come back, or does not tell what is due.
        """
        self._began_at, self._began_s = self._hands.at, self._elapsed_s()
        listed = iter(acts)
        begun = 0
        while (act := self._next(listed)) is not None:
            self._reach(act.at)
            self._ask(act)
            if act.step in self._parts[act.case.part].begins:
                begun += 1
                self._accounts.begun[act.case.part, f"{act.at:%Y-%m}"] += 1
            heard(act.at, begun)
        self._reach(max(until, self._hands.at))
        self._finish()

    def _next(self, acts: "Iterable[Act]") -> Act | None:
        with self._accounts.phase(PLANNING):
            return next(iter(acts), None)

    def _reach(self, at: datetime) -> None:
        """Let the clock come to this instant, with a stop at every end of work and of a day in between."""
        for stop in _stops(self._hands.at, at):
            self._finish()
            self._wait_for_the_clock(stop)
            self._hands.move(stop)
            self._have_told()
        self._wait_for_the_clock(at)
        while at > self._latest():
            self._take_in()
        self._hands.move(max(at, self._hands.at))

    def _ask(self, act: Act) -> None:
        """Send the act's request once the one before of its case is answered and a connection is free."""
        number = act.case.number
        while number in self._under_way:
            self._take_in()
        if number in self._broken:
            self._give_up(act)
            return
        part = self._parts[act.case.part]
        request = part.asks[act.step](act, self._told.setdefault(number, {}), self._ground)
        self._send(Sent(act, request, is_further=False))
        self._under_way[number] = act

    def _send(self, sent: Sent) -> None:
        while not self._crowd.has_room(sent.request.service):
            self._take_in()
        self._crowd.send(sent.request.service, self._mouth.bytes_of(sent.request), sent)

    def _take_in(self, timeout_s: float = 1.0) -> None:
        for answered in self._crowd.take_in(timeout_s):
            self._hear(answered.tag, answered.answer, answered.took_s)
        while self._further and self._crowd.has_room(self._further[0].request.service):
            self._send(self._further.popleft())

    def _hear(self, sent: Sent, answer: bytes, took_s: float) -> None:
        act, part = sent.act, self._parts[sent.act.case.part]
        self._accounts.answered(part.name, f"{act.step}: further" if sent.is_further else act.step, took_s)
        if not wire.is_good(answer):
            self._accounts.refuse(f"{act.at:%Y-%m-%d %H:%M} {act.case.number} {refusal(sent.request, answer)}")
        if sent.is_further:
            return
        number = act.case.number
        del self._under_way[number]
        if wire.is_good(answer):
            self._go_on(part, act, answer)
        elif not act.is_last:
            self._broken.add(number)
        if act.is_last:
            self._told.pop(number, None)

    def _go_on(self, part: Part, act: Act, answer: bytes) -> None:
        for request in part.hear(act, self._told[act.case.number], answer):
            self._further.append(Sent(act, request, is_further=True))
        if act.step in part.figures:
            self._accounts.figures[part.figures[act.step]] += 1

    def _give_up(self, act: Act) -> None:
        self._accounts.given_up += 1
        if act.is_last:
            self._broken.discard(act.case.number)
            self._told.pop(act.case.number, None)

    def _finish(self) -> None:
        """Take in all that is under way."""
        while self._crowd.under_way or self._further:
            self._take_in()

    def _have_told(self) -> None:
        """Wait until the services have told what has become due. Raises LinliError when they do not."""
        with self._accounts.phase(DUE):
            deadline = self._elapsed_s() + TOLD_WITHIN_S
            while self._is_due(self._hands.at):
                if self._elapsed_s() > deadline:
                    raise LinliError(f"what was due at {self._hands.at.isoformat()} is not told in {TOLD_WITHIN_S:g} s")
                time.sleep(PAUSE_S)

    def _wait_for_the_clock(self, at: datetime) -> None:
        """At a fixed speed: until it is that late. Meanwhile the clock moves and answers come in."""
        if self._speed == inf:
            return
        with self._accounts.phase(CLOCK):
            while (by_now := self._by_now()) < at:
                self._hands.move(max(min(by_now, self._latest()), self._hands.at))
                self._take_in(PAUSE_S)

    def _by_now(self) -> datetime:
        """How late it is where time runs `speed` times as fast."""
        return self._began_at + timedelta(seconds=(self._elapsed_s() - self._began_s) * self._speed)

    def _latest(self) -> datetime:
        """How far the clock may go while what is under way is not answered."""
        oldest = min((act.at for act in self._under_way.values()), default=None)
        return datetime.max.replace(tzinfo=UTC) if oldest is None else oldest + WINDOW


def _stops(after: datetime, until: datetime) -> Iterable[datetime]:
    """Each of STOPS after an instant, up to another."""
    day = after.astimezone(SHANGHAI).date()
    while midnight(day) <= until:
        yield from (stop for stop in (midnight(day) + part for part in STOPS) if after < stop <= until)
        day += ONE_DAY
