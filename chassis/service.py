"""What every service class inherits: its settings, its own database, its upkeep, and the chassis' own pages."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from nameko.extensions import DependencyProvider

from chassis.behind.watch import Watch
from chassis.calendar import Clock, system_clock
from chassis.config import ServiceSettings
from chassis.consumer import Consumers
from chassis.database import Database
from chassis.errors import Unavailable
from chassis.http import ChassisApi
from chassis.upkeep import Upkeep


class OwnDatabase(DependencyProvider):
    """Gives handlers the service's one Database."""

    def get_dependency(self, worker_ctx: Any) -> Database:
        database: Database = self.container.config["database"]
        return database

    def stop(self) -> None:
        self.container.config["database"].close()


class OwnClock(DependencyProvider):
    """Gives handlers the container's clock: `clock` of its configuration when a test plays time, else the system's."""

    def get_dependency(self, worker_ctx: Any) -> Clock:
        clock: Clock = self.container.config.get("clock", system_clock)
        return clock


class OwnSettings(DependencyProvider):
    """Gives handlers what the process has read from its environment."""

    def get_dependency(self, worker_ctx: Any) -> ServiceSettings:
        settings: ServiceSettings = self.container.config["settings"]
        return settings


class Readiness(DependencyProvider):
    """Whether the service could do its work now: name of the part → a call that raises when it could not."""

    consumers = Consumers()

    def get_dependency(self, worker_ctx: Any) -> Mapping[str, Callable[[], None]]:
        return {"database": self._database_answers, "consumers": self._consumers_ready}

    def _database_answers(self) -> None:
        with self.container.config["database"].transaction() as tx:
            tx.execute("SELECT")

    def _consumers_ready(self) -> None:
        problems = self.consumers.problems()
        if problems:
            raise Unavailable("; ".join(problems))


class Service(ChassisApi):
    """The base of a service with a database; its slices' api classes stand beside it in the class statement."""

    settings: ClassVar[type[ServiceSettings]] = ServiceSettings
    database: Any = OwnDatabase()
    clock: Any = OwnClock()
    readiness = Readiness()
    behind: Any = Watch()
    upkeep = Upkeep()
