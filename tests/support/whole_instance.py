"""`linli up` in this process, over parts of its own that may be killed: every service, every relay, a district."""

import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from chassis.database import Database
from chassis.identity import Grant
from linli import ledger, verification
from linli.embedded.parts import Embedded
from linli.embedded.ports import free_ports
from linli.importing import load_divisions, read_divisions
from linli.instance import Reach
from linli.running import Running
from linli.services import subscriptions
from linli.supervisor import Supervisor
from tests.support.asking import Reply, ask
from tests.support.instance import new_folder
from tests.support.service_process import ROOT
from tests.support.stage import DRAIN_S, Outcome

AREA = "440305001012"
DISPUTE = {
    "area": AREA,
    "relation": "owner_owner",
    "category": "noise",
    "summary": "楼上夜间装修。",
    "applicant": {"name": "王小明", "phone": "13800138000"},
    "respondent": {"kind": "person", "name": "李建国"},
}
_STALE = "SELECT count(*) AS n FROM inbox WHERE outcome = 'stale'"


class Instance:
    """What a fault may do to it, and what it holds then."""

    def __init__(self, running: Running, supervisor: Supervisor) -> None:
        self.running = running
        self.supervisor = supervisor
        self.databases: Mapping[str, Database] = Reach.of(running.instance).databases()
        self.filer, self.officer = (self.token(name, "community_officer") for name in ("filer-1", "officer-1"))

    @property
    def port(self) -> int:
        """Where grievances answers."""
        return self.running.instance.ports.http("grievances")

    def token(self, actor_id: str, role: str) -> str:
        """Of somebody with this role in the community."""
        return self.running.instance.token(actor_id, [Grant(role, AREA)])

    def file(self) -> Reply:
        return ask(self.port, "POST", "/disputes", DISPUTE, token=self.filer)

    def step(self, filed: Reply, name: str) -> Reply:
        path = f"/disputes/{filed.json['dispute_id']}/{name}"
        return ask(self.port, "POST", path, token=self.officer, if_match=filed.headers["etag"])

    @contextmanager
    def filing(self, answers: list[int]) -> Iterator[None]:
        """Two people file disputes without a pause, as long as this lasts."""
        enough = threading.Event()

        def file_on() -> None:
            while not enough.is_set():
                answers.append(self.file().status)

        with ThreadPoolExecutor(2) as people:
            filing = [people.submit(file_on) for _ in range(2)]
            try:
                yield
            finally:
                enough.set()
        for one in filing:
            one.result()

    def sent(self) -> int:
        return self.count("grievances", "SELECT count(*) AS n FROM event_log")

    def counted(self) -> int:
        """The dispute facts that statistics has in effect."""
        return self.count("statistics", "SELECT count(*) AS n FROM inbox WHERE type LIKE 'dispute.%'")

    def settle(self) -> Outcome:
        """The ledger once nothing is on its way; figures, notices and audit chains must agree with it then."""
        for database in self.databases.values():
            # Whatever took the server took these connections, too.
            database.close()
        totals = ledger.totals(ledger.settle(self.databases, subscriptions(), DRAIN_S))
        checks = verification.checks(self.databases, lambda _: None, {})
        wrong = [check for check in checks if not check.holds and not check.name.startswith("ledger")]
        assert not wrong
        totals["dead"] = totals.pop("kept")
        return Outcome(**totals, disordered=sum(self.count(service, _STALE) for service in self.databases))

    def count(self, service: str, sql: str) -> int:
        """The number `n` that a query of this service's database gives."""
        with self.databases[service].transaction() as tx:
            return int(tx.rows(sql)[0].n)


@contextmanager
def whole_instance(log: Path) -> Iterator[Instance]:
    """An instance of its own from when it is ready; what its processes say is in the file."""
    folder, ports = new_folder(), free_ports().base
    running = Running(folder, ports)
    try:
        running.start_parts()
        running.prepare()
        running.rabbitmq.settle()
        with log.open("a", encoding="utf-8") as output:
            supervisor = running.supervisor(output)
            supervisor.start()
            try:
                yield _ready(running, supervisor)
            finally:
                supervisor.stop()
    finally:
        running.stop()
        Embedded(folder, ports).discard()


def _ready(running: Running, supervisor: Supervisor) -> Instance:
    running.wait_ready()
    instance = Instance(running, supervisor)
    load_divisions(instance.databases["members"], read_divisions(ROOT / "data" / "nanshan.csv"))
    assert instance.settle().sound
    return instance
