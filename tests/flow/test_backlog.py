"""A consumer that stands still while facts pile up: people go on working, and it takes everything when it goes on."""

import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from bench import backlog
from chassis.calendar import system_clock
from chassis.database import Database, connect
from tests.service.grievances.running import XINGHAI
from tests.support.asking import ask
from tests.support.district import District, new_district
from tests.support.instance import MakeDatabase, MakeVhost, ServiceDatabase
from tests.support.waiting import wait_for

MANY, FEW = 20_000, 1_000


class Busy:
    """A district in which nobody may count for a while."""

    def __init__(self, district: District, grievances: ServiceDatabase, statistics: ServiceDatabase) -> None:
        self.district = district
        self._grievances, self._statistics = grievances, statistics

    def tell(self, facts: int, name: str) -> None:
        """So many facts of disputes' lives are committed, and relayed before this returns."""
        with closing(Database(self._grievances, service="grievances")) as database:

            def run(sql: str, parameters: Mapping[str, Any]) -> None:
                with database.transaction() as tx:
                    tx.execute(sql, parameters)

            sent_before = self.district.sent()
            backlog.commit(run, facts, [XINGHAI], now=system_clock(), name=name)
        wait_for(lambda: self.district.sent() >= sent_before + facts, 60)

    def behind(self) -> int:
        """How many facts of grievances it has not counted, as statistics says."""
        told = ask(self.district.statistics.port, "GET", "/behind").json["sources"]
        return int(next(source["events"] for source in told if source["source"] == "grievances"))

    @contextmanager
    def locked_out(self) -> Iterator[None]:
        """Its inbox cannot be written to; it answers all the same."""
        with closing(connect(self._statistics.admin_url)) as admin, admin.cursor() as cursor:
            cursor.execute("BEGIN; LOCK TABLE inbox IN EXCLUSIVE MODE")
            yield
            cursor.execute("ROLLBACK")

    @contextmanager
    def frozen(self) -> Iterator[None]:
        process = self.district.statistics.popen
        process.send_signal(signal.SIGSTOP)
        yield
        process.send_signal(signal.SIGCONT)

    @contextmanager
    def killed(self) -> Iterator[None]:
        self.district.statistics.kill()
        yield
        self.district.start_again()


@pytest.fixture(scope="module")
def busy(
    module_database: MakeDatabase, module_vhost: MakeVhost, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Busy]:
    made: dict[str, ServiceDatabase] = {}

    def make(service: str, fill: Any = None) -> ServiceDatabase:
        return made.setdefault(service, module_database(service, fill))

    folder: Path = tmp_path_factory.mktemp("backlog")
    with new_district(make, module_vhost(), folder) as district:
        yield Busy(district, made["grievances"], made["statistics"])


def test_what_stands_still_says_how_far_behind_it_is(busy: Busy) -> None:
    with busy.district.filing() as answers, busy.locked_out():
        busy.tell(MANY, "many")

        wait_for(lambda: MANY <= busy.behind() < 2 * MANY)

    wait_for(lambda: busy.behind() == 0, 60)
    assert set(answers.statuses) == {201}


@pytest.mark.parametrize("stands_still", [Busy.frozen, Busy.killed])
def test_commands_are_answered_and_everything_is_counted_once_it_goes_on(
    busy: Busy, stands_still: Callable[[Busy], AbstractContextManager[None]]
) -> None:
    with busy.district.filing() as answers, stands_still(busy):
        busy.tell(FEW, stands_still.__name__)

    busy.district.wait_settled()

    ledger = busy.district.weigh()
    assert set(answers.statuses) == {201}
    assert ledger.sound, ledger
    assert (ledger.parked, ledger.dead) == (0, 0)
    assert ledger.effects >= FEW + len(answers.statuses)
