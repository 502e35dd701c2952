"""A dispute's life over HTTP (register, accept, assign, session, resolve) while everything runs, empty and at size.

Everything that `linli up` runs is running, every fact is relayed and counted meanwhile. First with an empty table, then
with a million disputes in it (bench.filling), then a spike: SPIKE times an ordinary load, every request of which must
be answered and every fact counted in the end. Last the work lists of community, street and district at that size.
"""

import time
from http.client import HTTPConnection
from itertools import cycle, islice
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlsplit

from bench import ground, requests
from bench.commit_to_effect import load_divisions
from bench.ground import BenchError, Database, Ground
from bench.lives import Place
from bench.results import Results
from bench.rounds import Scale, Tell
from chassis.calendar import local_day, system_clock
from chassis.identity import Grant
from linli.demo.people import Person

CONNECTIONS = 16
SPIKE_CONNECTIONS = 64
ORDINARY_PER_S = 20
"""Requests: four lives a second. A district of Nanshan's size is taken to have 199,070 mediations and hotline tickets a
year; in 2,000 working hours that is one in 36 seconds."""

SPIKE = 35
PAGES = 1500

LISTS = (
    "/disputes?limit=20",
    "/disputes?open=true&order=due&limit=20",
    "/disputes?open=true&limit=20",
    "/disputes?overdue=true&limit=20",
    "/disputes?state=refused&category=waste&limit=20",
    "/disputes?q=%E7%94%B5%E6%A2%AF&limit=20",
    "/disputes?q=%E5%9E%83%E5%9C%BE%E7%AB%99%20%E5%BC%82%E5%91%B3&limit=20",
)


def measure(stage: Ground, scale: Scale, tell: Tell) -> Results:
    life = Lives(stage, tell)
    empty = life.per_s("with an empty table", scale.life_s, scale.life_rounds)
    tell.begin(f"filling the tables with {scale.disputes:,} disputes")
    begun = time.perf_counter()
    life.fill(scale.disputes)
    tell.found(f"filled with {scale.disputes:,} disputes", time.perf_counter() - begun, "s")
    full = life.per_s(f"at {scale.disputes:,}", scale.life_s, scale.life_rounds)
    spike = life.spike(scale.spike_s)
    return {
        "dispute_life": {
            "per_s": empty,
            "per_s_at_1m": full,
            "spike_requests": spike["requests"],
            "spike_errors": spike["errors"],
            "worklist_p99_ms_at_1m": life.worklists_p99_ms(),
        }
    }


class Lives:
    """People in every community of the district, and what they do."""

    def __init__(self, stage: Ground, tell: Tell) -> None:
        self._stage = stage
        self._tell = tell
        tell.begin("starting everything")
        self._running = stage.deployment()
        self._grievances, self._statistics = (
            Database("", self._running.instance.admin_url.rpartition("/")[0] + f"/{name}")
            for name in ("grievances", "statistics")
        )
        tell.begin("loading divisions, forming committees")
        load_divisions(stage, self._grievances)
        self._places = [self._settle(area) for area in self._communities()]
        self._file = requests.keep(stage.folder / "places.pickle", self._places)

    def _communities(self) -> list[str]:
        rows = self._grievances.run("SELECT code FROM divisions WHERE level = 'community' ORDER BY code")
        return [row.code for row in rows]

    def _settle(self, area: str) -> Place:
        """Mediators of the community, registered as the law asks, and the tokens of who acts there."""
        mediator_id = f"mediator-{area}"
        members = [
            {"account_id": mediator_id if at == 0 else f"{mediator_id}-{at}", **person}
            for at, person in enumerate(
                (
                    {"name": "陈静", "birth_on": "1980-05-01", "gender": "female", "position": "chair"},
                    {"name": "李建国", "birth_on": "1975-05-01", "gender": "male", "position": "member"},
                    {"name": "张秀英", "birth_on": "1970-05-01", "gender": "female", "position": "member"},
                )
            )
        ]
        officer = Person.with_role(self._running.instance, f"street-{area}", "", "street_officer", area)
        formed_on = local_day(system_clock()).isoformat()
        officer.post("grievances", "/committees", {"area": area, "formed_on": formed_on, "members": members})
        return Place(
            area,
            mediator_id,
            self._token(f"resident-{area}", "resident", area),
            self._token(f"officer-{area}", "community_officer", area),
            self._token(mediator_id, "mediator", area),
        )

    def _token(self, actor_id: str, role: str, area: str) -> str:
        token: str = self._running.instance.token(actor_id, [Grant(role, area)])
        return token

    def fill(self, count: int) -> None:
        environment = self._running.instance.environment("grievances", "service")
        self._stage.ask("bench.filling", self._grievances.admin_url, count, **environment)

    def per_s(self, when: str, seconds: float, rounds: int) -> float:
        found = []
        for number in range(1, rounds + 1):
            what = f"lives {when} ({number} of {rounds})"
            self._tell.begin(what)
            figures = self._live(CONNECTIONS, seconds)
            if figures["errors"]:
                raise BenchError(f"{what}: {figures['errors']} errors")
            self._tell.found(what, figures["per_s"], "/s")
            found.append(figures["per_s"])
            self._wait_until_counted()
        return median(found)

    def spike(self, seconds: float) -> Any:
        """After an ordinary load, SPIKE times as much; every fact of it is counted before this returns."""
        self._tell.begin("an ordinary load, then the spike")
        self._live(SPIKE_CONNECTIONS, min(seconds, 5.0), ORDINARY_PER_S)
        figures = self._live(SPIKE_CONNECTIONS, seconds, ORDINARY_PER_S * SPIKE)
        ended = time.perf_counter()
        self._wait_until_counted()
        self._tell.found(f"spike of {seconds:g} s: requests answered", figures["requests"] / seconds, "/s")
        self._tell.found("spike: slowest of a hundred", figures["p99_ms"], "ms")
        self._tell.found("spike: errors", figures["errors"], "")
        self._tell.found("spike: every fact counted after", time.perf_counter() - ended, "s")
        return figures

    def worklists_p99_ms(self) -> float:
        """Pages of all kinds, asked for by officers of the three levels in turn."""
        self._tell.begin("asking for work lists")
        address = urlsplit(self._running.instance.http_url("grievances"))
        area = self._places[0].area
        scopes = (
            ("community_officer", area),
            ("street_officer", area[:9] + "000"),
            ("district_officer", area[:6] + "000000"),
        )
        asked = [(path, self._token(f"{role}-1", role, scope)) for path in LISTS for role, scope in scopes]
        connection = HTTPConnection(address.hostname or "", address.port or 0, timeout=30)
        taken_s: list[float] = []
        for path, token in islice(cycle(asked), len(asked) + PAGES):
            begun = time.perf_counter()
            connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
            answer = connection.getresponse()
            answer.read()
            taken_s.append(time.perf_counter() - begun)
            if answer.status != 200:
                raise BenchError(f"{path} was answered with {answer.status}")
        # The first of each kind is planned and read from disk once.
        p99_ms = quantiles(taken_s[len(asked) :], n=100)[98] * 1000
        self._tell.found("work lists, p99", p99_ms, "ms")
        return p99_ms

    def _live(self, connections: int, seconds: float, rate_per_s: int | None = None) -> Any:
        address = urlsplit(self._running.instance.http_url("grievances"))
        limits = (connections, seconds, *([rate_per_s] if rate_per_s else []))
        return self._stage.ask("bench.lives", address.hostname, address.port, self._file, *limits)

    def _wait_until_counted(self) -> None:
        """Everything that was committed has been relayed, and statistics has counted it."""

        def drained() -> bool:
            [sent] = self._grievances.run(
                "SELECT (SELECT count(*) FROM outbox) AS waiting,"
                " (SELECT count(*) FROM event_log WHERE type LIKE 'dispute.%') AS facts"
            )
            [taken] = self._statistics.run("SELECT count(*) AS facts FROM inbox WHERE type LIKE 'dispute.%'")
            return sent.waiting == 0 and sent.facts == taken.facts

        ground.wait_until("every fact is counted", drained, timeout_s=120, pause_s=0.2)
