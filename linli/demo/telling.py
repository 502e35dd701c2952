"""One telling of the story: from loading the divisions to the figures it leaves."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from rich.console import Console

from chassis.calendar import system_clock
from chassis.database import Database
from chassis.errors import LinliError
from chassis.identity import Grant
from linli import latency, ledger
from linli.demo import report, story
from linli.demo.play import Outcome, Play, Told
from linli.importing import load_divisions
from linli.instance import Reach
from linli.ledger import Balance
from linli.running import Running
from linli.services import subscriptions
from services.members.divisions.model import Division

SETTLE_S = 60.0


class Telling:
    """Holds what was before, what was done, and what is afterwards."""

    def __init__(self, running: Running, divisions: Sequence[Division]) -> None:
        self.running = running
        self._divisions = divisions
        self._outcome = Outcome()
        self._balances: list[Balance] = []
        self._delays_ms: list[float] = []
        self._notices: list[dict[str, Any]] = []

    def prepare(self) -> None:
        """Divisions and grid are there, in every service that has its own copy of them."""
        self._databases: dict[str, Database] = Reach.of(self.running.instance).databases()
        load_divisions(self._databases["members"], self._divisions)
        self._play = Play(self.running.instance, self._divisions)
        self._play.build_grid()
        self.settle()
        self._before = self._statistics()

    def tell(self, told: Told) -> None:
        """The forty disputes, over HTTP."""
        self._began_at = system_clock()
        self._outcome = self._play.tell(told)

    def settle(self) -> None:
        """Wait until every fact is in effect wherever it is subscribed to. Raises LinliError when some stay out."""
        self._balances = ledger.settle(self._databases, subscriptions(), SETTLE_S)
        uneven = [balance for balance in self._balances if not balance.even]
        if uneven:
            named = ", ".join(f"{one.missing} of {one.source} in {one.consumer}" for one in uneven)
            raise LinliError(f"after {SETTLE_S:g} s some facts have no effect: {named}")

    def show(self, console: Console) -> None:
        """Everything the story is for, as tables."""
        self._after = self._statistics()
        self._delays_ms = latency.commit_to_effect_ms(self._databases, subscriptions(), self._began_at)
        self._notices = self._first_notices()
        latencies = latency.percentiles(self._delays_ms)
        report.show(
            console,
            report.statistics_table([self._row(one) for one in self._shown()]),
            report.notices_table(self._noticed_dispute(), self._notices),
            *([report.station_table(self._outcome.station)] if self._outcome.station else []),
            f"提交到生效 commit → effect: p50 {latencies['p50']} ms, p99 {latencies['p99']} ms "
            f"({len(self._delays_ms)} 次 effects)",
            report.ledger_table(self._balances),
        )

    def figures(self) -> dict[str, Any]:
        """The same for programs: what this story did, what statistics shows of it, and the whole ledger."""
        district = self._play.district
        totals = ledger.totals(self._balances)
        return {
            "district": {"code": district.code, "name": district.name, "divisions": len(self._divisions)},
            "disputes": self._outcome.counts(),
            "statistics": {
                "district": self._added(district),
                "streets": [self._named(one) for one in self._touched("street")],
                "communities": [self._named(one) for one in self._touched("community")],
            },
            "notices": {
                "dispute_id": self._noticed_dispute(),
                "levels": [notice["level"] for notice in self._notices],
            },
            "station": self._station(),
            "commit_to_effect_ms": latency.percentiles(self._delays_ms),
            "ledger": {name: totals[name] for name in ("facts", "effects", "missing", "extra")},
        }

    def sign_in_hint(self) -> str:
        """How to see the board with a person's own notices."""
        token = self.running.instance.token(
            next(iter(self._play.leaders.values())).actor_id,
            [Grant("district_officer", self._play.district.code), Grant("grid_leader", self._play.district.code)],
        )
        return f"  登录看板 sign in     {self.running.instance.http_url('portal')}/sign-in#{token}"

    def close(self) -> None:
        for database in self._databases.values():
            with suppress(LinliError):
                database.close()

    def _statistics(self) -> dict[str, dict[str, Any]]:
        codes = [one.code for one in self._divisions if one.level != "community"]
        codes += sorted({case.community.code for case in story.cases(self._divisions)})
        return {code: self._play.statistics(code) for code in codes}

    def _touched(self, level: str) -> list[Division]:
        """The divisions of a level that the story was told in."""
        found = [one for one in self._divisions if one.level == level and one.code in self._after]
        return [one for one in found if self._added(one)["registered"]]

    def _shown(self) -> list[Division]:
        homes = story.homes(self._divisions)
        parents = [one for one in self._divisions if one.code in {home.parent_code for home in homes}]
        return [self._play.district, *parents, *homes]

    def _row(self, division: Division) -> tuple[str, str, dict[str, Any], dict[str, Any]]:
        return division.level, division.name, self._before[division.code], self._after[division.code]

    def _added(self, division: Division) -> dict[str, int]:
        return report.added(self._before[division.code], self._after[division.code])

    def _named(self, division: Division) -> dict[str, Any]:
        return {"code": division.code, "name": division.name, **self._added(division)}

    def _station(self) -> dict[str, Any] | None:
        """What became of the waste-transfer station: numbers and states."""
        found = self._outcome.station
        if found is None:
            return None
        return {
            "case_number": found.dispute["case_number"],
            "joint_case": {"state": found.joint_case["state"], "answered": found.joint_case["answered"]},
            "referral": {name: found.referral["referral"][name] for name in ("number", "state", "due_on")},
            "followed_state": found.followed["state"],
        }

    def _noticed_dispute(self) -> str:
        return self._outcome.resolved_in_grid[0]

    def _first_notices(self) -> list[dict[str, Any]]:
        return self._play.notices_of(self._noticed_dispute())
