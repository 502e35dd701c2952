"""A service that lives by the clock, as a process of its own: `python -m tests.service.chassis.ticking SERVICE`."""

# ruff: noqa: E402 - patched before anything else is imported
import warnings

warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

import eventlet

eventlet.monkey_patch()

import sys
from datetime import UTC, datetime
from typing import Any, ClassVar

from chassis import runner
from chassis.config import HttpSettings, ServingSettings
from chassis.errors import DatabaseUnavailable
from chassis.http import Answer, ChassisApi, Request, endpoint
from chassis.service import OwnClock
from chassis.timer import every

NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)
LONG_S = 3600


class Settings(HttpSettings, ServingSettings):
    """HTTP only."""


class Ticking(ChassisApi):
    """Says what it does."""

    name = "ticking"
    settings: ClassVar[type[ServingSettings]] = Settings
    clock: Any = OwnClock()


class Failing(Ticking):
    """Each of its runs fails in another way."""

    runs = 0

    @every(0.01)
    def count(self, now: datetime) -> None:
        self.runs += 1
        if self.runs == 1:
            raise DatabaseUnavailable("away")
        if self.runs == 2:
            raise RuntimeError("nobody foresaw this")
        if self.runs == 3:
            with eventlet.Timeout(0.01):
                eventlet.sleep(LONG_S)
        print(f"run {self.runs} after all failures", flush=True)


class Telling(Ticking):
    """What there is more of is done at once, though the timer's next turn is an hour away."""

    left = 3

    @every(LONG_S)
    def empty(self, now: datetime) -> bool:
        self.left -= 1
        print(f"{self.left} left at {now:%Y}, {self.clock():%Y}", flush=True)
        return self.left > 0


class Slow(Ticking):
    """A run that takes longer than the time to the next."""

    inside = 0

    @every(0.01)
    def work(self, now: datetime) -> None:
        self.inside += 1
        print(f"begun with {self.inside} inside", flush=True)
        eventlet.sleep(0.3)
        self.inside -= 1
        print("ended", flush=True)


class Hourly(Ticking):
    """Looks once an hour."""

    runs = 0

    @every(LONG_S)
    def look(self, now: datetime) -> None:
        self.runs += 1
        print(f"hour {self.runs}", flush=True)


class Distant(Ticking):
    """Lives in another century and says so to whoever has a token."""

    @endpoint("GET", "/year", roles={"operator"}, summary="The year")
    def get_year(self, request: Request) -> Answer:
        return request.answer(None, {"year": request.now.year})


def another_century() -> datetime:
    return NEW_YEAR.replace(year=2127)


SERVICES: dict[str, dict[str, Any]] = {
    "failing": {"service": Failing},
    "telling": {"service": Telling},
    "slow": {"service": Slow},
    "hourly": {"service": Hourly, "pace": LONG_S / 0.05},
    "distant": {"service": Distant, "clock": another_century},
}

if __name__ == "__main__":
    runner.serve(**{"clock": lambda: NEW_YEAR, **SERVICES[sys.argv[1]]})
