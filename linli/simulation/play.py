"""A whole play: the instance is started and settled, the year is played, everything takes effect, all is verified."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Any
from uuid import uuid4

from chassis.calendar import local_day
from chassis.database import Database
from chassis.errors import LinliError
from chassis.identity import Grant
from linli import latency, ledger, verification
from linli.embedded.ports import HOST
from linli.importing import load_divisions, load_holidays, read_holidays
from linli.instance import Reach
from linli.ledger import Balance
from linli.services import WITH_DATABASE, subscriptions
from linli.simulation.accounts import Accounts
from linli.simulation.acts import Request, Voice
from linli.simulation.asking import TOKEN_S, Mouth, checked
from linli.simulation.crowd import Crowd
from linli.simulation.district import HOLIDAYS
from linli.simulation.plan import Plan
from linli.simulation.player import Player
from linli.simulation.settling import Settling
from linli.simulation.stage import Stage
from linli.verification import Check
from linli.wire import body_of

CONNECTIONS = {"grievances": 12, "members": 4, "statistics": 1}
SETTLED_WITHIN_S = 900.0
MEASURED = timedelta(minutes=2)
"""Of the time from commit to effect, the last so many minutes are looked at: all of a large year would not fit."""

BEFORE = timedelta(hours=15)
"""The district is settled in the morning before the first day."""

LAST_MINUTE = timedelta(minutes=1)
"""The clock stops in the last day, so that the board's year is the one that was played."""

STARTING, SETTLING, PLAYING = "starting everything", "settling the district", "playing"
EFFECTS, VERIFYING = "waiting for relays and consumers", "verifying"

_IS_DUE = "SELECT EXISTS (SELECT FROM deadlines WHERE next_at <= %s) AS is_due"
_FACTS = """
SELECT count(*) AS facts FROM (
    SELECT recorded_at FROM outbox UNION ALL SELECT recorded_at FROM event_log
) AS told WHERE recorded_at >= %s
"""
_NOTICES = """
SELECT coalesce(sum((envelope::jsonb -> 'data' ->> 'count')::bigint), 0) AS notices
FROM event_log WHERE type = 'leaders.notified'
"""
_TOLD = """
SELECT what, count(*) AS told, count(*) FILTER (WHERE what IN ('missed', 'lapsed') AND told_at > due_at) AS late
FROM deadlines_told GROUP BY what ORDER BY what
"""

Heard = Callable[[datetime, int], None]


class Play:
    """What is played where, what it took and what came of it. `close` stops all that was started."""

    def __init__(self, stage: Stage, plan: Plan, divisions: Sequence[Any], *, speed: float = inf) -> None:
        self.stage = stage
        self.plan = plan
        self.speed = speed
        self.accounts = Accounts()
        self.balances: list[Balance] = []
        self.checks: list[Check] = []
        self.facts = self.notices = 0
        self.due_times: dict[str, int] = {}
        self.delays_ms: list[float] = []
        self._divisions = divisions
        self._stack = ExitStack()
        self._district = next(one.code for one in divisions if one.level == "district")

    def start(self) -> None:
        """Empty parts, and every service by the clock of the year. Raises EmbeddedError, LinliError."""
        with self.accounts.phase(STARTING):
            self.stage.begin(self.plan.begins_at - BEFORE)
            self._stack.callback(self.stage.stop)
            self.stage.prepare()
            self._databases = Reach.of(self.stage.instance).databases()
            self._stack.callback(self._close_databases)
            # Before any service counts a due time: it keeps the table for a while.
            load_holidays(self._databases["grievances"], read_holidays(HOLIDAYS, HOLIDAYS.name))
            supervisor = self.stage.supervisor(self._stack.enter_context(self.stage.open_log()))
            supervisor.start()
            self._stack.callback(supervisor.stop)
            self.stage.wait_ready()

    def settle(self) -> None:
        """Divisions, committees, grid and leaders. Raises LinliError."""
        with self.accounts.phase(SETTLING):
            load_divisions(self._databases["members"], self._divisions, clock=lambda: self.stage.hands.at)
            self._wait_for_effects()
            addresses = {service: (HOST, self.stage.instance.ports.http(service)) for service in CONNECTIONS}
            self._crowd = Crowd(addresses, CONNECTIONS)
            self._stack.callback(self._crowd.close)
            self._mouth = Mouth(self.stage.instance, uuid4().hex)
            settling = Settling(self._crowd, self._mouth, self._district, self.plan.communities)
            self._ground = settling.settle(local_day(self.stage.hands.at))
            self._wait_for_effects()

    def play(self, heard: Heard) -> None:
        """Every act of the plan. Raises LinliError when a service does not come back."""
        self._began_at = datetime.now(UTC)
        player = Player(
            crowd=self._crowd,
            mouth=self._mouth,
            hands=self.stage.hands,
            ground=self._ground,
            parts=self.plan.parts,
            accounts=self.accounts,
            is_due=self._is_due,
            speed=self.speed,
        )
        with self.accounts.phase(PLAYING):
            player.play(self.plan.acts(), self.plan.ends_at - LAST_MINUTE, heard)
        self._ended_at = datetime.now(UTC)

    def take_effect(self) -> None:
        """Wait until every fact is in effect, and look at what came of it. Raises LinliError when some stay out."""
        with self.accounts.phase(EFFECTS):
            self._wait_for_effects()
        since = max(self._began_at, self._ended_at - MEASURED)
        self.delays_ms = latency.commit_to_effect_ms(self._databases, subscriptions(), since)
        for service in WITH_DATABASE:
            with self._databases[service].transaction() as tx:
                self.facts += tx.rows(_FACTS, (self._began_at,))[0].facts
        with self._databases["members"].transaction() as tx:
            # Nobody but their readers sees the notices themselves, so they are counted by what was told of them.
            self.notices = int(tx.rows(_NOTICES)[0].notices)

    def verify(self, told: Callable[[str], None]) -> None:
        """Everything that `linli verify` checks, and whether statistics has what was played."""
        with self.accounts.phase(VERIFYING):
            told("what was played")
            played = [self._check_played(), self._check_told()]
            self.checks = [*played, *verification.checks(self._databases, told, {})]

    @property
    def holds(self) -> bool:
        """Whether every command was taken and no check found a difference."""
        return not self.accounts.refused and all(check.holds for check in self.checks)

    @property
    def times_faster(self) -> float:
        """Than the machine's own time, while it was played."""
        return self.plan.days * 86_400 / self.accounts.phases_s[PLAYING]

    def sign_in_hint(self) -> str:
        """How to see the board with a grid leader's own notices."""
        leader = self._leader()
        token = self.stage.instance.token(
            leader, [Grant("district_officer", self._district), Grant("grid_leader", self._district)], TOKEN_S
        )
        return f"  登录看板 sign in     {self.stage.instance.http_url('portal')}/sign-in#{token}"

    def _leader(self) -> str:
        """Whose inbox is the fullest: of the community with most to do."""
        busiest = max(self.plan.communities, key=lambda one: one.weight)
        return f"leader-{busiest.code}-community-0"

    def close(self) -> None:
        """Stop all that was started."""
        self._stack.close()

    def _check_played(self) -> Check:
        """The district's figures of these days against the steps that were taken."""
        last_day = self.plan.first_day + timedelta(days=self.plan.days - 1)
        path = f"/statistics/{self._district}?from={self.plan.first_day}&to={last_day}"
        officer = Voice("district-officer", "district_officer", self._district)
        request = Request("statistics", "GET", path, voice=officer)
        [answer] = self._crowd.all("statistics", [self._mouth.bytes_of(request)])
        figures = body_of(checked(request, answer))["figures"]
        names = sorted({name for part in self.plan.parts for name in part.figures.values()})
        wrong = [
            f"{name}: statistics says {figures[name]}, played were {self.accounts.figures[name]}"
            for name in names
            if figures[name] != self.accounts.figures[name]
        ]
        looked_at = ", ".join(f"{self.accounts.figures[name]} {name}" for name in names)
        return Check("statistics against what was played", looked_at, wrong)

    def _check_told(self) -> Check:
        """That the clock stood still for whatever fell due: what was missed is what nobody did in time."""
        with self._databases["grievances"].transaction() as tx:
            rows = tx.rows(_TOLD)
        self.due_times = {row.what: row.told for row in rows}
        late = [f"{row.late} of what was {row.what} was told after its instant" for row in rows if row.late]
        looked_at = ", ".join(f"{number} {what}" for what, number in self.due_times.items()) or "none"
        return Check("due times told when they fell due", looked_at, late)

    def _is_due(self, at: datetime) -> bool:
        with self._databases["grievances"].transaction() as tx:
            return bool(tx.rows(_IS_DUE, (at,))[0].is_due)

    def _wait_for_effects(self) -> None:
        self.balances = ledger.settle(self._databases, subscriptions(), SETTLED_WITHIN_S)
        uneven = [balance for balance in self.balances if not balance.even]
        if uneven:
            named = ", ".join(f"{one.missing} of {one.source} in {one.consumer}" for one in uneven)
            raise LinliError(f"after {SETTLED_WITHIN_S:g} s some facts have no effect: {named}")

    def _close_databases(self) -> None:
        databases: dict[str, Database] = self._databases
        for database in databases.values():
            with suppress(LinliError):
                database.close()
