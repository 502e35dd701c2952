"""From the commit of a fact in one service to the commit of its effect in another, at a steady rate of commands.

Everything that `linli up` runs is running. Disputes are filed first; then they are accepted over HTTP at a fixed rate,
and statistics counts each. Both instants are PostgreSQL's own, of one server (track_commit_timestamp): the commit that
changed the dispute's row and wrote its fact, and the commit of the consumer's inbox row and of the counters.
"""

from collections.abc import Mapping
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlsplit

from bench import ground, requests
from bench.ground import BenchError, Database, Ground
from bench.results import Results
from bench.rounds import RATE_PER_S, Scale, Tell
from chassis.calendar import system_clock
from chassis.database import Database as ServiceDatabase
from chassis.identity import Grant
from services.members.divisions import handlers
from services.members.divisions.file import read_file

DIVISIONS = Path(__file__).parents[1] / "data" / "nanshan.csv"
AREA = "440305001012"
CONNECTIONS = 16
FILING = {
    "area": AREA,
    "relation": "owner_property",
    "category": "repair",
    "summary": "楼道漏水三个月，物业未修。",
    "applicant": {"name": "王小明", "phone": "13800138000"},
    "respondent": {"kind": "organisation", "name": "星海物业服务中心"},
}

COMMITTED = """
SELECT sent.event_id, pg_xact_commit_timestamp(disputes.xmin) AS at
FROM event_log AS sent JOIN disputes ON disputes.dispute_id = sent.subject::uuid
WHERE sent.type = 'dispute.accepted'
"""
IN_EFFECT = """
SELECT event_id, pg_xact_commit_timestamp(xmin) AS at FROM inbox WHERE type = 'dispute.accepted'
"""


def measure(stage: Ground, scale: Scale, tell: Tell) -> Results:
    tell.begin("starting everything")
    running = stage.deployment()
    grievances, statistics = (
        Database("", running.instance.admin_url.rpartition("/")[0] + f"/{name}")
        for name in ("grievances", "statistics")
    )
    tell.begin("loading divisions, filing disputes")
    load_divisions(stage, grievances)
    commands = int(scale.latency_s * RATE_PER_S)
    token = running.instance.token("officer-1", [Grant("community_officer", AREA)])
    filer = running.instance.token("resident-1", [Grant("resident", AREA)])
    _send(stage, [requests.post("/disputes", FILING, authorization=f"Bearer {filer}")] * commands)
    ground.wait_until("all filings are counted", lambda: _count(statistics) >= commands)
    filed = grievances.run("SELECT dispute_id FROM disputes ORDER BY dispute_id")
    tell.begin(f"accepting disputes at {RATE_PER_S}/s")
    accepting = [
        requests.post(f"/disputes/{row.dispute_id}/accept", authorization=f"Bearer {token}", if_match='"1"')
        for row in filed
    ]
    _send(stage, accepting, RATE_PER_S)
    ground.wait_until("all acceptances are counted", lambda: _count(statistics) >= 2 * commands)
    percentiles = _percentiles(grievances, statistics, commands)
    for name, figure in percentiles.items():
        tell.found(f"commit → effect, {name}", figure, "ms")
    return {"commit_to_effect_ms": {"rate_per_s": RATE_PER_S, **percentiles}}


def load_divisions(stage: Ground, grievances: Database) -> None:
    """The district of data/nanshan.csv, once `grievances` has heard of all of it."""
    database = ServiceDatabase(stage.running.instance.database_url("members"), service="members", process="bench")
    rows = read_file(DIVISIONS)
    handlers.load_divisions(database, rows, system_clock(), lambda done, total: None)
    database.close()
    ground.wait_until(
        "grievances knows all divisions", lambda: grievances.run("SELECT count(*) FROM divisions")[0][0] >= len(rows)
    )


def _send(stage: Ground, prepared: list[bytes], rate_per_s: int | None = None) -> None:
    address = urlsplit(stage.running.instance.http_url("grievances"))
    file = requests.write(stage.folder / "requests.pickle", prepared)
    limits = (600, rate_per_s) if rate_per_s else (600, 100_000)
    told = stage.ask("bench.load", address.hostname, address.port, file, CONNECTIONS, *limits)
    if told["answered"] != len(prepared):
        raise BenchError(f"{told['answered']} of {len(prepared)} requests were answered")


def _count(statistics: Database) -> int:
    return int(statistics.run("SELECT count(*) FROM inbox WHERE source = 'grievances'")[0][0])


def _percentiles(grievances: Database, statistics: Database, commands: int) -> Mapping[str, float]:
    committed = {row.event_id: row.at for row in grievances.run(COMMITTED)}
    in_effect = {row.event_id: row.at for row in statistics.run(IN_EFFECT)}
    if len(committed) != commands or committed.keys() != in_effect.keys():
        raise BenchError(f"{commands} commands, {len(committed)} facts, {len(in_effect)} effects")
    delays_ms = [(in_effect[event_id] - at).total_seconds() * 1000 for event_id, at in committed.items()]
    cut = quantiles(delays_ms, n=100)
    return {"p50": cut[49], "p99": cut[98]}
