"""What the player keeps to, whatever the services answer and however slowly."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from chassis.calendar import SHANGHAI
from chassis.errors import LinliError
from linli.simulation import player
from linli.simulation.accounts import Accounts
from linli.simulation.acts import Act, Case, Community, Ground, Request, Told
from linli.simulation.clock import Hands
from linli.simulation.crowd import Answered
from linli.simulation.parts import Part
from linli.simulation.player import WINDOW, Player
from linli.simulation.shape import MEDIATIONS

MORNING = datetime(2026, 3, 4, 9, tzinfo=SHANGHAI)
PLACE = Community("440305001001", "示例社区", "440305001000")
GOOD, BAD = b"HTTP/1.1 200 OK\r\n\r\n{}", b'HTTP/1.1 409 Conflict\r\n\r\n{"detail": "not now"}'


@dataclass
class Services:
    """Stands for the connections: answers when it is asked to, at the earliest; keeps what was under way when."""

    hands: Hands
    room: int = 4
    answers: dict[str, bytes] = field(default_factory=dict)
    waiting: list[Any] = field(default_factory=list)
    log: list[tuple[str, str, datetime]] = field(default_factory=list)

    @property
    def under_way(self) -> int:
        return len(self.waiting)

    def has_room(self, service: str) -> bool:
        return len(self.waiting) < self.room

    def send(self, service: str, request: bytes, tag: Any) -> None:
        self.log.append(("sent", tag.request.path, self.hands.at))
        self.waiting.append(tag)

    def take_in(self, timeout_s: float) -> Iterator[Answered]:
        """The oldest alone."""
        if self.waiting:
            tag = self.waiting.pop(0)
            self.log.append(("answered", tag.request.path, self.hands.at))
            yield Answered(tag, self.answers.get(tag.request.path, GOOD), 0.001)


class Mouth:
    def bytes_of(self, request: Request) -> bytes:
        return b""


def ask(act: Act, told: Told, ground: Ground) -> Request:
    return Request("grievances", "POST", f"/{act.case.number}/{act.step}")


def hear(act: Act, told: Told, answer: bytes) -> list[Request]:
    return [Request("grievances", "POST", f"/{act.case.number}/more")] if act.step == "look" else []


STEPS = ("register", "accept", "look")
PART = Part("mediations", {}, MEDIATIONS, lambda story: None, dict.fromkeys(STEPS, ask), hear, frozenset({"register"}))


def life(number: str, begins_at: datetime, *steps: tuple[str, float]) -> list[Act]:
    """One case; each step so many minutes after the beginning."""
    case = Case("mediations", number, PLACE)
    last = len(steps) - 1
    return [
        Act(begins_at + timedelta(minutes=minutes), at, case, step, {}, at == last)
        for at, (step, minutes) in enumerate(steps)
    ]


@dataclass
class Stand:
    """A player with services that do as they are told."""

    services: Services
    hands: Hands
    accounts: Accounts = field(default_factory=Accounts)
    due: list[datetime] = field(default_factory=list)
    looks: list[datetime] = field(default_factory=list)

    def is_due(self, at: datetime) -> bool:
        self.looks.append(at)
        return any(one <= at for one in self.due)

    def play(self, acts: list[Act], until: datetime, **given: Any) -> None:
        made = Player(
            crowd=self.services,  # type: ignore[arg-type]
            mouth=Mouth(),  # type: ignore[arg-type]
            hands=self.hands,
            ground=Ground("440305000000", {}),
            parts=[PART],
            accounts=self.accounts,
            is_due=self.is_due,
            **given,
        )
        made.play(sorted(acts), until, lambda at, begun: None)


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    hands = Hands(tmp_path / "clock", MORNING)
    return Stand(Services(hands), hands)


def test_a_step_waits_for_the_answer_to_the_one_before(stand: Stand) -> None:
    stand.play(life("a", MORNING, ("register", 0), ("accept", 10)), MORNING + timedelta(hours=1))

    assert [(what, path) for what, path, _ in stand.services.log] == [
        ("sent", "/a/register"),
        ("answered", "/a/register"),
        ("sent", "/a/accept"),
        ("answered", "/a/accept"),
    ]


def test_the_clock_goes_no_further_than_a_window_beyond_what_is_not_answered(stand: Stand) -> None:
    acts = [act for number in range(8) for act in life(f"c{number}", MORNING, ("register", number * 50))]

    stand.play(acts, MORNING + timedelta(hours=9))

    planned = {f"/{act.case.number}/register": act.at for act in acts}
    late = [at - planned[path] for what, path, at in stand.services.log if what == "answered"]
    assert timedelta(0) < max(late) <= WINDOW


def test_no_act_comes_on_another_day_than_its_own(stand: Stand) -> None:
    evening = MORNING.replace(hour=23, minute=55)

    stand.play(
        [*life("a", evening, ("register", 0)), *life("b", evening, ("register", 10))], evening + timedelta(hours=1)
    )

    assert {path: at.astimezone(SHANGHAI).day for _, path, at in stand.services.log} == {
        "/a/register": 4,
        "/b/register": 5,
    }


def test_the_clock_stops_each_evening_and_midnight_for_what_is_due(stand: Stand) -> None:
    stand.play([], MORNING + timedelta(days=2))

    assert [at.astimezone(SHANGHAI).strftime("%d %H:%M") for at in stand.looks] == [
        *("04 20:00", "05 00:00", "05 20:00", "06 00:00"),
    ]


def test_what_is_not_told_in_time_ends_the_play(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(player, "TOLD_WITHIN_S", 0.0)
    stand.due = [MORNING]

    with pytest.raises(LinliError, match="is not told"):
        stand.play([], MORNING + timedelta(days=1))


def test_after_a_refusal_the_case_is_given_up_and_the_others_go_on(stand: Stand) -> None:
    stand.services.answers["/a/register"] = BAD
    acts = [
        *life("a", MORNING, ("register", 0), ("accept", 20), ("look", 40)),
        *life("b", MORNING, ("register", 5), ("accept", 25)),
    ]

    stand.play(acts, MORNING + timedelta(hours=1))

    assert (stand.accounts.refused, stand.accounts.given_up) == (1, 2)
    assert stand.accounts.refusals == ["2026-03-04 09:00 a POST /a/register: 409 not now"]
    assert ("answered", "/b/accept") in [(what, path) for what, path, _ in stand.services.log]


def test_what_the_same_person_asks_afterwards_is_asked_at_once(stand: Stand) -> None:
    stand.play(life("a", MORNING, ("look", 0)), MORNING + timedelta(hours=1))

    assert [path for what, path, _ in stand.services.log if what == "sent"] == ["/a/look", "/a/more"]
    assert sorted(stand.accounts.steps_ms) == [("mediations", "look"), ("mediations", "look: further")]


def test_at_a_fixed_speed_the_clock_does_not_run_ahead_of_it(stand: Stand) -> None:
    tenths = count()

    stand.play(
        life("a", MORNING, ("register", 0), ("accept", 30)),
        MORNING + timedelta(hours=1),
        speed=600,
        elapsed_s=lambda: next(tenths) / 10,
    )

    [accepted] = [at for what, path, at in stand.services.log if (what, path) == ("sent", "/a/accept")]
    assert accepted == MORNING + timedelta(minutes=30)
    assert next(tenths) / 10 >= 3600 / 600, "an hour at 600 times takes six seconds of the clock that was given"


def test_figures_count_only_what_was_taken(stand: Stand) -> None:
    stand.services.answers["/b/register"] = BAD
    figures = {"register": "registered"}
    counting = Part(**{**vars(PART), "figures": figures})

    made = Player(
        crowd=stand.services,  # type: ignore[arg-type]
        mouth=Mouth(),  # type: ignore[arg-type]
        hands=stand.hands,
        ground=Ground("440305000000", {}),
        parts=[counting],
        accounts=stand.accounts,
        is_due=stand.is_due,
    )
    acts = [*life("a", MORNING, ("register", 0)), *life("b", MORNING, ("register", 1))]
    made.play(acts, MORNING + timedelta(hours=1), lambda at, begun: None)

    assert stand.accounts.figures == {"registered": 1}
    assert stand.accounts.begun["mediations", "2026-03"] == 2


def test_an_answer_that_is_no_json_is_told_as_it_is(stand: Stand) -> None:
    stand.services.answers["/a/register"] = b"HTTP/1.1 502 Bad Gateway\r\n\r\n<html>"

    stand.play(life("a", MORNING, ("register", 0)), MORNING + timedelta(hours=1))

    [refusal] = stand.accounts.refusals
    assert refusal.endswith("/a/register: 502 HTTP/1.1 502 Bad Gateway\r\n\r\n<html>")
