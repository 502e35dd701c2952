"""Broker and database killed under a whole running instance (DESIGN §6: 2, 3): commands go on, every effect comes."""

import io
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from chassis.identity import Grant
from linli import ledger, verification
from linli.embedded.parts import Embedded
from linli.embedded.ports import free_ports
from linli.importing import load_divisions, read_divisions
from linli.instance import Reach
from linli.running import Running
from linli.services import subscriptions
from tests.support.asking import Reply, ask
from tests.support.fault_results import Report
from tests.support.service_process import ROOT
from tests.support.stage import DRAIN_S, Outcome, sized
from tests.support.waiting import wait_for

KILLS = sized(3, 20)
AREA = "440305001012"
DISPUTE = {
    "area": AREA,
    "relation": "owner_owner",
    "category": "noise",
    "summary": "楼上夜间装修。",
    "applicant": {"name": "王小明", "phone": "13800138000"},
    "respondent": {"kind": "person", "name": "李建国"},
}


class Instance:
    """`linli up` in this process, over parts of its own that may be killed."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.databases = Reach.of(running.instance).databases()
        self.filer, self.officer = (
            running.instance.token(name, [Grant("community_officer", AREA)]) for name in ("filer-1", "officer-1")
        )

    def file(self) -> Reply:
        return ask(self.running.instance.ports.http("grievances"), "POST", "/disputes", DISPUTE, token=self.filer)

    def step(self, filed: Reply, name: str) -> Reply:
        path = f"/disputes/{filed.json['dispute_id']}/{name}"
        port = self.running.instance.ports.http("grievances")
        return ask(port, "POST", path, token=self.officer, if_match=filed.headers["etag"])

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
        return self._count("grievances", "SELECT count(*) AS n FROM event_log")

    def counted(self) -> int:
        """The dispute facts that statistics has in effect."""
        return self._count("statistics", "SELECT count(*) AS n FROM inbox WHERE type LIKE 'dispute.%'")

    def settle(self) -> Outcome:
        """The ledger once nothing is on its way; figures, notices and audit chains must agree with it then."""
        found = ledger.settle(self.databases, subscriptions(), DRAIN_S)
        totals = ledger.totals(found)
        wrong = [check for check in verification.checks(self.databases, lambda _: None, {}) if not check.holds]
        assert not wrong
        kept = totals.pop("kept")
        return Outcome(**totals, dead=kept)

    def _count(self, service: str, sql: str) -> int:
        with self.databases[service].transaction() as tx:
            return int(tx.rows(sql)[0].n)


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    folder, ports = tmp_path_factory.mktemp("faults") / "instance", free_ports().base
    running = Running(folder, ports)
    output = io.StringIO()
    try:
        running.start_parts()
        running.prepare()
        running.rabbitmq.settle()
        supervisor = running.supervisor(output)
        supervisor.start()
        try:
            yield _ready(running)
        finally:
            supervisor.stop()
    finally:
        running.stop()
        Embedded(folder, ports).discard()


def _ready(running: Running) -> Instance:
    running.wait_ready()
    instance = Instance(running)
    load_divisions(instance.databases["members"], read_divisions(ROOT / "data" / "nanshan.csv"))
    assert instance.settle().sound
    return instance


@pytest.mark.fault(2)
def test_with_the_broker_stopped_commands_succeed_and_their_effects_come_when_it_is_back(
    instance: Instance, report: Report
) -> None:
    before = instance.counted()
    instance.running.rabbitmq.stop()
    filed = [instance.file() for _ in range(20)]
    accepted = [instance.step(one, "accept") for one in filed]
    meanwhile = instance.counted()
    instance.running.rabbitmq.start()
    outcome = instance.settle()

    report("broker stopped while 40 commands were given", outcome)
    assert {one.status for one in filed} == {201}
    assert {one.status for one in accepted} == {200}
    assert (meanwhile, instance.counted()) == (before, before + 40)


@pytest.mark.fault(2)
def test_a_broker_killed_again_and_again_under_load_loses_and_repeats_nothing(
    instance: Instance, report: Report
) -> None:
    before = instance.counted()
    answers: list[int] = []
    with instance.filing(answers):
        for _ in range(KILLS):
            some = instance.sent() + 50
            wait_for(lambda some=some: instance.sent() >= some, DRAIN_S)
            instance.running.rabbitmq.kill()
            instance.running.rabbitmq.start()
    outcome = instance.settle()

    report(f"broker killed {KILLS} times while {len(answers)} disputes were filed", outcome)
    assert set(answers) == {201}
    assert instance.counted() == before + len(answers)


@pytest.mark.fault(3)
def test_a_database_killed_again_and_again_under_load_keeps_facts_and_effects_alike(
    instance: Instance, report: Report
) -> None:
    before = instance.counted()
    answers: list[int] = []
    with instance.filing(answers):
        for _ in range(KILLS):
            some = answers.count(201) + 50
            wait_for(lambda some=some: answers.count(201) >= some, DRAIN_S)
            instance.running.postgres.kill()
            instance.running.postgres.start()
    for database in instance.databases.values():
        database.close()
    outcome = instance.settle()

    report(f"PostgreSQL killed {KILLS} times while {len(answers)} disputes were filed", outcome)
    assert set(answers) <= {201, 503}
    # A command may have been committed though its answer was lost.
    assert answers.count(201) <= instance.counted() - before <= len(answers)
