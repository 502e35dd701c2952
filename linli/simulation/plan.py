"""The plan of a year: every act in the order of its instant, the same for the same seed; made as it is played."""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from random import Random

from linli.simulation import shape
from linli.simulation.acts import Act, Case, Community, Mix, Story
from linli.simulation.days import ONE_DAY, Calendar, midnight
from linli.simulation.parts import PARTS, Part

HOUR_S = 3600


@dataclass(frozen=True)
class Plan:
    """What is played where and when. `share`: of the year's volume, 0.01 for a hundredth.

    A day's cases depend on seed, profile, share and the day alone, whatever day the play begins with.
    """

    seed: int
    profile: str
    communities: Sequence[Community]
    calendar: Calendar
    first_day: date
    days: int
    share: float = 1.0
    parts: Sequence[Part] = PARTS

    @property
    def begins_at(self) -> datetime:
        return midnight(self.first_day)

    @property
    def ends_at(self) -> datetime:
        """The first instant that is not played."""
        return midnight(self.first_day + self.days * ONE_DAY)

    def volume(self, part: Part) -> int:
        """How many of the part begin on the days that are played."""
        return sum(self._by_day(part).values())

    @property
    def volumes(self) -> int:
        """The same of all parts."""
        return sum(map(self.volume, self.parts))

    def acts(self) -> Iterator[Act]:
        """In their order. Those still to come after the last day are not played: what is open then stays open.

        Holds no more than the acts of the cases that are open.
        """
        waiting: list[Act] = []
        order = count()
        by_part = [(part, self._by_day(part)) for part in self.parts]
        for past in range(self.days):
            day = self.first_day + past * ONE_DAY
            for part, numbers in by_part:
                for story in self._begun(part, day, numbers[day]):
                    for act in _acts(story, order):
                        heapq.heappush(waiting, act)
            ends_at = midnight(day + ONE_DAY)
            while waiting and waiting[0].at < ends_at:
                yield heapq.heappop(waiting)

    def _by_day(self, part: Part) -> dict[date, int]:
        """How many of the part begin on each day that is played."""
        played = [self.first_day + past * ONE_DAY for past in range(self.days)]
        volume = part.a_year[self.profile] * self.share
        years = {year: shape.counts(part.shape, self.calendar, year, volume) for year in {day.year for day in played}}
        return {day: years[day.year][day] for day in played}

    def _begun(self, part: Part, day: date, number: int) -> Iterator[Story]:
        """The stories that begin on a day; together they take exactly that number."""
        chance = Random(f"{self.seed} {self.profile} {part.name} {day}")
        places = Mix({community: community.weight for community in self.communities})
        hours = Mix(dict(enumerate(part.shape.hours)))
        left = number
        while left > 0:
            case = Case(part.name, f"{part.name.split()[0]}-{day:%Y%m%d}-{number - left}", places.draw(chance))
            second = hours.draw(chance) * HOUR_S + chance.randrange(HOUR_S)
            story = Story(case, midnight(day) + timedelta(seconds=second), self.calendar, chance, room=left)
            part.live(story)
            left -= story.taken
            yield story


def _acts(story: Story, order: Iterator[int]) -> Iterator[Act]:
    last = len(story.steps) - 1
    for at, step in enumerate(story.steps):
        yield Act(step.at, next(order), story.case, step.name, step.details, is_last=at == last)


def weighed(communities: Sequence[Community], seed: int) -> list[Community]:
    """The same communities, some of them with three times as much to do as others (*)."""
    chance = Random(f"{seed} communities")
    return [one._replace(weight=chance.uniform(0.5, 1.5)) for one in sorted(communities)]
