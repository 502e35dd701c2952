"""A dispute's life beside a Django REST framework monolith: the same five steps by the same load, in turns.

Each begins with no dispute and stands alone on the machine while it is measured, with PostgreSQL and RabbitMQ beside
it. Ours is everything that `linli up` runs, its facts relayed, counted and told to four leaders meanwhile; a turn ends
when the last of them is. The monolith counts and tells in the transaction of the step itself.
"""

import json
import os
import secrets
from collections import defaultdict
from contextlib import closing, suppress
from dataclasses import replace
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import Any

from bench import ground, requests
from bench.dispute_life import CONNECTIONS, Lives
from bench.footprint import Footprint
from bench.ground import BenchError, Database, Ground
from bench.lives import Place
from bench.results import Results
from bench.rounds import Scale, Tell, in_turns
from linli.demo.people import Person
from linli.embedded.ports import HOST, free_ports
from linli.embedded.postgres import socket_name

DATABASE = "bench_monolith"
SETTINGS = "bench.peers.monolith.settings"
FORMS = {"drf": "", "drf_records": "1"}
"""The monolith as it is customarily written, and with the rows that Linli keeps besides (RECORDS)."""

GUNICORN = (
    # "Start with (2 * num_cores) + 1" (Design).
    *("--workers", 2 * (os.cpu_count() or 1) + 1),
    # The default worker closes the connection after each answer; "in the 2-4 x $(NUM_CORES) range" (Settings).
    *("--worker-class", "gthread", "--threads", 2 * (os.cpu_count() or 1)),
    # "In the 1-5 seconds range for servers with direct connection to the client" (Settings).
    *("--keep-alive", 5, "--log-level", "warning"),
)

LEVELS = ("community", "compound", "building", "household")
LEADERS = len(LEVELS)

WARM_UP = 50
"""Requests before what is measured: the first one of a worker imports what it needs."""

SHORTEST_S = 4.0
"""Less says nothing of a life of five requests."""

COMMUNITIES_PER_S = 8
"""The whole district for what is measured in earnest; in a short run it would take longer to settle than to measure."""

EMPTY_OURS = "TRUNCATE disputes, deadlines CASCADE"
FORGET_OURS = "TRUNCATE committees CASCADE"
EMPTY_MONOLITH = (
    "TRUNCATE disputes_dispute, disputes_caseserial, disputes_figuresofday, disputes_outboxevent,"
    " disputes_auditentry, disputes_keptanswer CASCADE"
)
TOLD_MONOLITH = """
SELECT (SELECT coalesce(sum(resolved), 0) FROM disputes_figuresofday) AS counted,
    (SELECT count(*) FROM disputes_notice) AS notices
"""


class Ours(Lives):
    """Everything, with four leaders for each community's one building."""

    def __init__(self, stage: Ground, tell: Tell, communities: int) -> None:
        self._at_most = communities
        super().__init__(stage, tell)
        self._members = Database("", self._running.instance.admin_url.rpartition("/")[0] + "/members")
        ground.wait_until("grievances knows all buildings", self._knows_buildings)

    def _communities(self) -> list[str]:
        return super()._communities()[: self._at_most]

    def _settle(self, area: str) -> Place:
        place = super()._settle(area)
        officer = Person.with_role(self._running.instance, f"street-{area}", "", "street_officer", area)
        [root] = officer.get("members", "/grid-units", area=area, kind="community")["items"]
        units = [root]
        for kind, label in (("compound", "星海名城"), ("building", "3栋")):
            body = {"parent_id": units[-1]["grid_unit_id"], "kind": kind, "label": label}
            units.append(officer.post("members", "/grid-units", body))
        for level, unit in zip(LEVELS, [*units, units[-1]], strict=True):
            tenure = {"grid_unit_id": unit["grid_unit_id"], "level": level, "holder_id": f"leader-{level}-{area}"}
            officer.post("members", "/tenures", {**tenure, "holder_name": "周明"})
        return replace(place, grid_unit_id=units[-1]["grid_unit_id"])

    def _knows_buildings(self) -> bool:
        [row] = self._grievances.run("SELECT count(*) AS known FROM grid_units WHERE kind = 'building'")
        return bool(row.known >= len(self._places))

    @property
    def areas(self) -> list[str]:
        return [place.area for place in self._places]

    def live(self, seconds: float) -> dict[str, float]:
        """Begin empty; end when every fact is counted and every leader told."""
        self._running = self._stage.deployment()
        self._grievances.run(EMPTY_OURS)
        told_before = self._notices()
        supervisor = self._stage.supervisor
        pids = [supervisor.pid(program.name) for program in self._running.programs()]
        with Footprint(pids) as footprint:
            figures = self._live(CONNECTIONS, seconds)
            self._wait_until_counted()
            told = told_before + LEADERS * figures["lives"]
            ground.wait_until("every leader is told", lambda: self._notices() >= told)
        self._stage.end_deployment()
        return {**figures, "memory_mb": footprint.most_mb}

    def forget(self) -> None:
        """Leave no committee and no dispute to who comes after."""
        self._grievances.run(FORGET_OURS)
        self._grievances.run(EMPTY_OURS)

    def _notices(self) -> int:
        return int(self._members.run("SELECT count(*) FROM notices")[0][0])


class Monolith:
    """gunicorn and Django, with one database."""

    def __init__(self, stage: Ground, python: str, areas: list[str]) -> None:
        self._stage = stage
        self._python = python
        admin_url = stage.running.instance.admin_url
        password = secrets.token_hex(16)
        # By the administrator's own connection, as CREATE DATABASE stands in no transaction.
        Database("", admin_url).run(f"CREATE ROLE {DATABASE} LOGIN PASSWORD '{password}'")
        Database("", admin_url).run(f"CREATE DATABASE {DATABASE} OWNER {DATABASE}")
        self._database = Database("", admin_url.rpartition("/")[0] + f"/{DATABASE}")
        self._environment: Any = {
            "DJANGO_SETTINGS_MODULE": SETTINGS,
            "SECRET_KEY": secrets.token_hex(32),
            "PGSERVICEFILE": str(self._service(password)),
        }
        self._places = self._settled(areas)

    def _service(self, password: str) -> Path:
        """How libpq finds the database: by its socket, as Linli's own services do."""
        port = self._stage.running.postgres.port
        file = self._stage.folder / "monolith.service"
        file.touch(0o600)
        file.write_text(
            f"[monolith]\nhost={socket_name(port)}\nport={port}\ndbname={DATABASE}\nuser={DATABASE}\n"
            f"password={password}\n",
            "utf-8",
        )
        return file

    def _settled(self, areas: list[str]) -> Path:
        codes = self._stage.folder / "areas.json"
        codes.write_text(json.dumps(areas), "utf-8")
        asked = ("bench.peers.monolith.settled", codes)
        places = self._stage.ask(*asked, python=self._python, **self._environment)
        return requests.keep(self._stage.folder / "monolith.pickle", [Place(**place) for place in places])

    def live(self, records: str, seconds: float) -> dict[str, float]:
        """The same, the other way; `records` for the second form."""
        self._database.run(EMPTY_MONOLITH)
        address = (HOST, free_ports().base)
        command = ("gunicorn", "bench.peers.monolith.wsgi", "--bind", f"{HOST}:{address[1]}", *GUNICORN)
        environment = {**self._environment, "RECORDS": records}
        with self._stage.process(*map(str, command), python=self._python, **environment) as process:
            for _ in range(WARM_UP):
                ground.wait_until("gunicorn answers", lambda: is_answered(address))
            with Footprint([process.pid]) as footprint:
                figures: dict[str, float] = self._stage.ask("bench.lives", *address, self._places, CONNECTIONS, seconds)
        self._check_told(int(figures["lives"]))
        return {**figures, "memory_mb": footprint.most_mb}

    def _check_told(self, lives: int) -> None:
        [told] = self._database.run(TOLD_MONOLITH)
        if (told.counted, told.notices) != (lives, LEADERS * lives):
            raise BenchError(
                f"the monolith counted {told.counted} and told {told.notices} of {lives} resolved disputes"
            )


def is_answered(address: tuple[str, int]) -> bool:
    """Whether it answers at all: without a token, with a refusal."""
    connection = HTTPConnection(*address, timeout=30)
    with closing(connection), suppress(OSError):
        connection.request("POST", "/disputes")
        return connection.getresponse().status == 401
    return False


def measure(stage: Ground, scale: Scale, tell: Tell, python: str) -> Results:
    seconds = max(scale.life_s, SHORTEST_S)
    ours = Ours(stage, tell, int(scale.life_s * COMMUNITIES_PER_S))
    tell.begin("making the monolith's database")
    monolith = Monolith(stage, python, ours.areas)
    others: dict[str, list[float]] = defaultdict(list)

    def turn(name: str) -> float:
        figures = ours.live(seconds) if name == "ours" else monolith.live(FORMS[name], seconds)
        if figures["errors"]:
            raise BenchError(f"{name}: {figures['errors']:.0f} errors")
        for figure, unit in (("p99_ms", "ms"), ("memory_mb", "MB")):
            others[f"{name}_{figure}"].append(figures[figure])
            tell.found(f"{name}: {figure}", figures[figure], unit)
        return figures["per_s"]

    names = ("ours", *FORMS)
    found = in_turns(scale.life_rounds, {f"{name}, lives": partial(turn, name) for name in names}, tell)
    ours.forget()
    rates = {f"{name}_per_s": found[f"{name}, lives"] for name in names}
    return {"peer_lives": rates | {name: median(figures) for name, figures in others.items()}}
