"""Requests a second of one real command on one service process, beside a bare nameko service on the same PostgreSQL.

The command is naming a mediator (POST /disputes/{id}/assign): token, roles, If-Match, Idempotency-Key, marshmallow body
and answer, row lock, row security, the law's rules, update, outbox row, audit row, kept answer, metrics, trace. The
bare one is what a sketch does: `@http`, marshmallow, two inserts and a commit.
"""

import socket
from collections.abc import Iterator
from itertools import count
from typing import Any

from bench import ground, requests
from bench.ground import Ground
from bench.results import Results
from bench.rounds import Scale, Tell, in_turns
from chassis.identity import Grant
from linli.embedded.ports import HOST, free_ports

SERVICE = "grievances"
AREA = "440305001012"
CONNECTIONS = 12
MOST_PER_S = 6000
"""No contestant answers more in a second; so many requests are prepared."""

# Disputes as they stand after they were accepted; what is sealed is not looked at by the command.
DISPUTES = """
INSERT INTO disputes (dispute_id, area, case_year, serial, relation, category, summary_sealed, filed_by, registered_at,
    state, version, session_count)
SELECT uuidv7(), %s, 2026, number, 'owner_property', 'repair', 'bench', 'resident-1', now(), 'accepted', 2, 0
FROM generate_series(1, %s) AS number
RETURNING dispute_id
"""
PARTIES = """
INSERT INTO dispute_parties (dispute_id, side, area, filed_by, kind, name_sealed, person_id)
SELECT dispute_id, 'applicant', area, filed_by, 'person', 'bench', 'resident-1' FROM disputes
"""
# Without them the service's timer would set to work on what it takes for forgotten, all through the measurement.
DUE = """
INSERT INTO deadlines (thing_id, slot, thing, deadline_id, rule, area, category, relation, started_at, due_at, stage,
    next_at, amount)
SELECT dispute_id, 'state', 'dispute', gen_random_uuid(), 'dispute.assignment', area, category, relation, registered_at,
    registered_at + interval '7 days', 0, registered_at + interval '5 days', 7
FROM disputes
"""
MEDIATOR = "mediator-chen"
REGISTER = """
SET ROLE grievances_owner;
INSERT INTO committees (committee_id, area, formed_on, term_ends_on, formed_by)
VALUES (uuidv7(), %(area)s, now(), now() + interval '3 years', 'bench');
INSERT INTO mediators (appointment_id, committee_id, area, account_id, kind, name_sealed, since, term_ends_on, version,
    appointed_by)
SELECT uuidv7(), committee_id, area, account_id, 'hired', 'bench', formed_on, term_ends_on, 1, 'bench'
FROM committees, unnest(ARRAY[%(mediator)s] || ARRAY(SELECT 'mediator-' || n FROM generate_series(1, 500) AS n))
    AS account_id
"""
BARE_TABLES = """
SET ROLE grievances_owner;
CREATE TABLE bare_cases (
    case_id uuid PRIMARY KEY, area text NOT NULL, category text NOT NULL, mediator_id text NOT NULL
);
CREATE TABLE bare_facts (fact_id uuid PRIMARY KEY, case_id uuid NOT NULL, body text NOT NULL)
"""
EMPTY = """
TRUNCATE disputes, deadlines, outbox, idempotency_keys, audit_pending, bare_cases, bare_facts CASCADE
"""


class Services:
    """Both services, each started for its turn, with one database."""

    def __init__(self, stage: Ground, seconds: float) -> None:
        self._stage = stage
        self._seconds = seconds
        self._database = stage.database(SERVICE, "bench_http")
        self._database.run(BARE_TABLES)
        self._database.run(REGISTER, {"area": AREA, "mediator": MEDIATOR})
        self._amqp_url = stage.vhost("http")
        grants = [Grant("mediator", AREA), Grant("community_officer", AREA)]
        self._token = stage.running.instance.token("officer-1", grants)
        self._keys = count()

    def ours(self) -> float:
        address = (HOST, free_ports().base)
        environment = self._stage.running.instance.environment(SERVICE, "service") | {
            "DATABASE_URL": self._database.url,
            "AMQP_URL": self._amqp_url,
            "HTTP_ADDRESS": f"{address[0]}:{address[1]}",
        }
        self._database.run(EMPTY)
        disputes = self._database.run(DISPUTES, (AREA, self._most()))
        self._database.run(PARTIES)
        self._database.run(DUE)
        self._database.run("ANALYZE disputes, dispute_parties, deadlines")
        with self._stage.process("linli.serve", SERVICE, **environment):
            return self._load(address, self._assignments(row.dispute_id for row in disputes))

    def bare(self) -> float:
        address = (HOST, free_ports().base)
        self._database.run(EMPTY)
        with self._stage.process("bench.processes.bare_http", f"{address[0]}:{address[1]}", self._database.url):
            body = {"area": AREA, "category": "repair", "mediator_id": "mediator-1"}
            request = requests.post("/cases", body, authorization=f"Bearer {self._token}")
            return self._load(address, [request] * self._most())

    def _load(self, address: tuple[str, int], prepared: Any) -> float:
        ground.wait_until("the service listens", lambda: _listens(address))
        file = requests.write(self._stage.folder / "requests.pickle", prepared)
        told = self._stage.ask("bench.load", *address, file, CONNECTIONS, self._seconds)
        return float(told["per_s"])

    def _assignments(self, dispute_ids: Any) -> Iterator[bytes]:
        for dispute_id in dispute_ids:
            yield requests.post(
                f"/disputes/{dispute_id}/assign",
                {"mediator_id": MEDIATOR},
                authorization=f"Bearer {self._token}",
                if_match='"2"',
                idempotency_key=f"bench-{next(self._keys)}",
            )

    def _most(self) -> int:
        return int(self._seconds * MOST_PER_S)


def measure(stage: Ground, scale: Scale, tell: Tell) -> Results:
    services = Services(stage, scale.command_s)
    found = in_turns(scale.rounds, {"HTTP command": services.ours, "bare nameko": services.bare}, tell)
    return {"http_command": {"per_s": found["HTTP command"], "bare_per_s": found["bare nameko"]}}


def _listens(address: tuple[str, int]) -> bool:
    try:
        socket.create_connection(address, timeout=1).close()
    except OSError:
        return False
    return True
