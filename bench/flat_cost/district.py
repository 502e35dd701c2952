"""One running deployment whose past is exchanged for a longer one, and the lives that are played on top of it."""

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from statistics import median, quantiles
from typing import Any, NamedTuple

from bench import ground, requests
from bench.dispute_life import CONNECTIONS, Lives
from bench.filling.grid import leader_of
from bench.flat_cost.sizes import Size, tables
from bench.ground import BenchError, Database, Ground
from bench.rounds import RATE_PER_S, Tell
from chassis.calendar import system_clock
from chassis.relay.rows import OutboxRows

CASES = 45_345
"""S3's year: 4,345 mediations and 41,000 hotline tickets (DOMAIN E)."""

YEARS = 10
"""A longer past than this is more cases in each of its years: that of a district so many times as large."""

SERVICES = ("grievances", "statistics", "members")
BATCH = 500

# What was told since, by the commits of both sides: a step's row is written in the transaction of its fact, and never
# again; nor is an inbox row.
TOLD = """
SELECT event_id, subject::uuid, (envelope::jsonb ->> 'version')::integer AS version
FROM event_log WHERE position > %s AND type ^@ 'dispute.'
"""
COMMITTED = """
SELECT dispute_id, version, pg_xact_commit_timestamp(xmin) AS at FROM dispute_steps WHERE dispute_id = ANY(%s)
"""
IN_EFFECT = """
SELECT event_id, pg_xact_commit_timestamp(xmin) AS at, applied_at FROM inbox WHERE event_id = ANY(%s)
"""
LAST_SENT = "SELECT coalesce(max(position), 0) AS position FROM event_log"
UNSENT = """
INSERT INTO outbox (position, event_id, type, subject, mandatory, envelope)
OVERRIDING SYSTEM VALUE
SELECT 4000000000000000000 + n, gen_random_uuid(), 'dispute.accepted', gen_random_uuid()::text, true, repeat('x', 600)
FROM generate_series(1, %s) AS n
"""


class Played(NamedTuple):
    """What one load of lives came to; events are those that another service had in effect."""

    lives_per_s: float
    events_per_s: float
    effect_p50_ms: float
    effect_p99_ms: float


class District(Lives):
    """A deployment with a grid in every community; its past is as many times a year of S3's district as it is told."""

    def __init__(self, stage: Ground, tell: Tell) -> None:
        super().__init__(stage, tell)
        self._urls = {name: f"{self._running.instance.admin_url.rpartition('/')[0]}/{name}" for name in SERVICES}
        self.databases: Mapping[str, Database] = {name: Database("", url) for name, url in self._urls.items()}
        tell.begin("making the grid")
        made = stage.ask("bench.filling.grid", **self._running.instance.environment("members", "service"))
        ground.wait_until("grievances knows the grid", lambda: self._units() >= made["units"])
        self._stand_in_households()
        self._position = 0

    @property
    def instance(self) -> Any:
        return self._running.instance

    @property
    def area(self) -> str:
        """The first community."""
        return self._places[0].area

    @property
    def leader(self) -> str:
        """Who answers for it."""
        return leader_of(self.area)

    def _units(self) -> int:
        return int(self._grievances.run("SELECT count(*) AS units FROM grid_units")[0].units)

    def _stand_in_households(self) -> None:
        """Cases that are played have a place, so that four leaders hear of each resolution."""
        rows = self._grievances.run(
            "SELECT DISTINCT ON (area) area, grid_unit_id FROM grid_units WHERE kind = 'household'"
        )
        homes = {row.area: str(row.grid_unit_id) for row in rows}
        self._places = [replace(place, grid_unit_id=homes.get(place.area)) for place in self._places]
        self._file = requests.keep(self._stage.folder / "places.pickle", self._places)

    def take_past(self, times: float) -> Mapping[str, float]:
        """Put so many years' cases in the place of all that is there; gives cases, facts and seconds."""
        cases, years = round(CASES * times), min(max(times, 1), YEARS)
        environment = self._running.instance.environment("grievances", "service")
        base = self._running.instance.admin_url.rpartition("/")[0]
        self._settled()
        done: Mapping[str, float] = self._stage.ask(
            "bench.filling.past", base, cases, years, timeout_s=7200, **environment
        )
        return done

    def sizes(self) -> dict[str, Size]:
        return tables(self.databases)

    def play(self, seconds: float) -> Played:
        """Lives one after the other on every connection, then as many commands a second as RATE_PER_S."""
        self._begin()
        lives = self._checked(self._live(CONNECTIONS, seconds))["per_s"]
        events = _rate([at for _, at in self._heard()])
        self._begin()
        self._checked(self._live(CONNECTIONS, seconds, RATE_PER_S))
        delays_ms = [delay for delay, _ in self._heard()]
        cut = quantiles(delays_ms, n=100)
        return Played(lives, events, cut[49], cut[98])

    def _checked(self, figures: Any) -> Any:
        if figures["errors"]:
            raise BenchError(f"{figures['errors']} of {figures['requests']} requests failed")
        return figures

    def _begin(self) -> None:
        self._settled()
        self._position = self._grievances.run(LAST_SENT)[0].position

    def _heard(self) -> list[tuple[float, float]]:
        """Of every fact of a dispute since `_begin`: milliseconds from commit to effect, and when that was."""
        self._settled()
        told = self._grievances.run(TOLD, (self._position,))
        steps = self._grievances.run(COMMITTED, (list({row.subject for row in told}),))
        committed = {(row.dispute_id, row.version): row.at for row in steps}
        effects = {row.event_id: row for row in self._statistics.run(IN_EFFECT, ([row.event_id for row in told],))}
        if len(effects) != len(told):
            raise BenchError(f"{len(told)} facts, {len(effects)} effects")
        return [
            (
                (effects[row.event_id].at - committed[row.subject, row.version]).total_seconds() * 1000,
                effects[row.event_id].applied_at.timestamp(),
            )
            for row in told
        ]

    def _settled(self) -> None:
        """Nothing is unsent, and what was sent last has been taken."""

        def is_all_sent() -> bool:
            return all(
                self.databases[service].run("SELECT count(*) AS unsent FROM outbox")[0].unsent == 0
                for service in ("grievances", "members")
            )

        def is_all_taken() -> bool:
            rows = self._grievances.run(f"{TOLD} ORDER BY position DESC LIMIT %s", (self._position, BATCH))
            taken = self._statistics.run(IN_EFFECT, ([row.event_id for row in rows],))
            return len(taken) == len(rows)

        ground.wait_until("all facts are sent", is_all_sent, timeout_s=120, pause_s=0.1)
        ground.wait_until("all facts are taken", is_all_taken, timeout_s=120, pause_s=0.1)

    def claim_ms(self, repetitions: int) -> float:
        """What the relay's two statements take for a batch of BATCH facts, in a transaction that is rolled back."""
        with ground.closing(self._grievances.connect()) as connection, connection.cursor() as cursor:
            taken = []
            for _ in range(repetitions):
                cursor.execute("BEGIN")
                cursor.execute(UNSENT, (BATCH,))
                outbox, begun = OutboxRows(connection), time.perf_counter()
                outbox.move([row.position for row in outbox.after(0, BATCH)], system_clock())
                taken.append((time.perf_counter() - begun) * 1000)
                cursor.execute("ROLLBACK")
            cursor.execute("VACUUM outbox")
        return median(taken)

    def verify(self) -> Any:
        """Recount everything; gives seconds, the most memory it held, and differences."""
        urls = {name: self._running.instance.database_url(name) for name in SERVICES}
        environment = self._running.instance.environment("grievances", "service")
        return self._stage.ask("bench.flat_cost.verifying", json.dumps(urls), timeout_s=7200, **environment)


def _rate(instants: list[float]) -> float:
    """How many a second, between the tenth and the last tenth of them."""
    ordered = sorted(instants)
    first, last = ordered[len(ordered) // 10], ordered[-1 - len(ordered) // 10]
    return 0.8 * len(ordered) / (last - first)
