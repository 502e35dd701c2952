"""What a played year is made of: cases, and the acts of their lives, each at its instant."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any, Generic, NamedTuple, TypeVar

from linli.simulation.days import Calendar

Choice = TypeVar("Choice", bound=Hashable)


class Mix(Generic[Choice]):
    """What is drawn, and how many of a hundred (or of whatever they add up to) draw each."""

    def __init__(self, weights: Mapping[Choice, float]) -> None:
        self.weights = weights
        self._choices = list(weights)
        self._until = list(accumulate(weights.values()))

    def draw(self, chance: Random) -> Choice:
        return chance.choices(self._choices, cum_weights=self._until)[0]


class Community(NamedTuple):
    """Where cases come from; `weight` is its part in what comes in."""

    code: str
    name: str
    street_code: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Case:
    """One of a part's yearly volume. `number` is the same whenever the seed is; `facts` are what its part has drawn."""

    part: str
    number: str
    community: Community
    facts: dict[str, Any] = field(default_factory=dict)


class Act(NamedTuple):
    """One step of one case. Acts sort by their instant; `order` keeps those of one instant apart."""

    at: datetime
    order: int
    case: Case
    step: str
    details: Mapping[str, Any]
    is_last: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What a story tells: a step and its instant, by Shanghai's clocks."""

    at: datetime
    name: str
    details: Mapping[str, Any]


class Story:
    """The life of one case, told from its beginning; each step comes after the one before."""

    def __init__(self, case: Case, begun_at: datetime, calendar: Calendar, chance: Random, room: int) -> None:
        self.case = case
        self.at = begun_at
        self.room = room
        """How many of the day's volume are left, this one included; a story that takes two needs room for them."""
        self.taken = 1
        self.steps: list[Step] = []
        self._calendar = calendar
        self._chance = chance

    def draw(self, mix: Mix[Choice]) -> Choice:
        return mix.draw(self._chance)

    def happens(self, of_a_hundred: float) -> bool:
        return self._chance.random() * 100 < of_a_hundred

    def below(self, count: int) -> int:
        """A whole number from 0 on, each as likely."""
        return self._chance.randrange(count)

    def tell(self, step: str, **details: Any) -> None:
        """What happens at the instant the story has come to."""
        self.steps.append(Step(self.at, step, details))

    def soon(self, minutes: int, step: str, **details: Any) -> bool:
        """What happens so many minutes later, unless the day is over by then."""
        at = self.at + timedelta(minutes=minutes)
        if at.date() != self.at.date():
            return False
        self.at = at
        self.tell(step, **details)
        return True

    def work(self, working_days: Mix[int], step: str, **details: Any) -> None:
        """What an office does, so many working days later."""
        self.at = self._calendar.at_work(self.at, self.draw(working_days), self._chance)
        self.tell(step, **details)

    def follow(self, minutes: int, step: str, **details: Any) -> None:
        """What an office does in one go with the step before."""
        self.at += timedelta(minutes=minutes)
        self.tell(step, **details)

    def live(self, days: Mix[int], step: str, **details: Any) -> None:
        """What a resident does at home, so many days later."""
        self.at = self._calendar.at_home(self.at, self.draw(days), self._chance)
        self.tell(step, **details)


Told = dict[str, Any]
"""What the services have told of one case so far: its id, its version, its secret."""

Live = Callable[[Story], None]
"""Tells how one of a part's volume goes."""


@dataclass(frozen=True)
class Voice:
    """Who asks: an account with one role in one division; None for its role where nobody signs in."""

    account: str
    role: str
    area: str


@dataclass(frozen=True)
class Request:
    """One request of an act. `voice` is None for who shows a case's secret instead of signing in."""

    service: str
    method: str
    path: str
    body: Any = None
    voice: Voice | None = None
    if_match: int | None = None
    secret: str | None = None


@dataclass(frozen=True)
class Ground:
    """What the settled district has that acts need: the ids of households in each community's grid."""

    district: str
    households: Mapping[str, Sequence[str]]


Ask = Callable[[Act, Told, Ground], Request]
"""The request of an act, by what was told of its case before."""

Hear = Callable[[Act, Told, bytes], Sequence[Request]]
"""Takes in the answer to an act; gives what the same person asks right afterwards."""
