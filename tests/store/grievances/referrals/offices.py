"""Departments, those who act for them, and referrals that they take through the terms of the law."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import uuid_utils.compat

from chassis.calendar import local_day
from chassis.database import Database
from chassis.identity import Actor, Grant
from services.grievances.access import eyes
from services.grievances.departments import handlers as departments
from services.grievances.departments.model import Department, Level, Position, Seat
from services.grievances.referrals import handlers, intake
from services.grievances.referrals.model import DeclineReason, Referral
from tests.store.grievances.ground import opened, with_committees
from tests.support.instance import ServiceDatabase

DISTRICT, STREET, OTHER_STREET = "440305000000", "440305001000", "440305006000"
XINGHAI, HAIYUE = "440305001012", "440305006011"
CITY_MANAGEMENT, HYGIENE, STREET_TEAM = "urban_management", "hygiene", "street_team"
NOW = datetime.fromisoformat("2026-03-10T02:00:00+00:00")

DEPARTMENTS = (
    Department(CITY_MANAGEMENT, "区城市管理局", "Urban management", Level.DISTRICT, DISTRICT),
    Department(HYGIENE, "区环境卫生所", "Environmental hygiene", Level.DISTRICT, DISTRICT),
    Department(STREET_TEAM, "蛇口街道执法队", "Street enforcement", Level.STREET, OTHER_STREET),
    Department("nantou_team", "南头街道执法队", "Another street's enforcement", Level.STREET, STREET),
)


def of_department(account: str) -> Actor:
    return Actor(account, (Grant("department_officer", DISTRICT),))


class Offices:
    """Who acts in 海月's matters."""

    resident = Actor("resident-1", (Grant("resident", HAIYUE),))
    neighbour = Actor("resident-2", (Grant("resident", HAIYUE),))
    hotline = Actor("hotline-1", (Grant("hotline", DISTRICT),))
    mediator = Actor("mediator-9", (Grant("mediator", HAIYUE),))
    officer = Actor("officer-9", (Grant("community_officer", HAIYUE),))
    street = Actor("street-1", (Grant("street_officer", OTHER_STREET),))
    other_street = Actor("street-2", (Grant("street_officer", STREET),))
    district = Actor("district-1", (Grant("district_officer", DISTRICT),))
    reviewer = Actor("district-2", (Grant("district_officer", DISTRICT),))
    last = Actor("district-3", (Grant("district_officer", DISTRICT),))
    lin, wu, head = of_department("um-lin"), of_department("um-wu"), of_department("um-head")
    hygiene, team = of_department("hy-ma"), of_department("team-he")


SEATS = (
    (CITY_MANAGEMENT, Offices.lin, Position.STAFF),
    (CITY_MANAGEMENT, Offices.wu, Position.STAFF),
    (CITY_MANAGEMENT, Offices.head, Position.HEAD),
    (HYGIENE, Offices.hygiene, Position.HEAD),
    (STREET_TEAM, Offices.team, Position.HEAD),
)

MATTER = "垃圾转运站夜间作业，王小明家窗下臭味难忍"


@dataclass
class Way:
    """Takes referrals along, each step in a transaction with the eyes of who takes it. `now` is moved by hand."""

    database: Database
    now: datetime = NOW
    people: type[Offices] = Offices

    def later(self, days: int = 0, **more: int) -> "Way":
        self.now += timedelta(days=days, **more)
        return self

    def register(self, actor: Actor | None = None, **given: Any) -> Referral:
        actor = actor or self.people.resident
        own = {"area": HAIYUE, "category": "waste", "name": "王小明", "phone": "13800138000"}
        command = intake.Register(matter=MATTER, **({} if "dispute_id" in given else own) | given)
        with self.database.transaction(eyes(actor)) as tx:
            return intake.register(tx, command, referral_id=uuid_utils.compat.uuid7(), actor=actor, now=self.now)

    def step(
        self, call: Callable[..., Referral], referral: Referral, actor: Actor, *given: Any, **more: Any
    ) -> Referral:
        asked = {"actor": actor, "version": referral.version, "now": self.now} | more
        with self.database.transaction(eyes(actor)) as tx:
            return call(tx, referral.referral_id, *given, **asked)

    def sort(
        self, referral: Referral, code: str = CITY_MANAGEMENT, actor: Actor | None = None, **more: Any
    ) -> Referral:
        more = {"department_code": code, "reason": None} | more
        return self.step(handlers.sort, referral, actor or self.people.street, **more)

    def object(self, referral: Referral, actor: Actor | None = None, **more: Any) -> Referral:
        return self.step(handlers.object_, referral, actor or self.people.lin, **{"reason": "不属本局职责"} | more)

    def decline(self, referral: Referral, actor: Actor | None = None, **more: Any) -> Referral:
        more = {"reason": DeclineReason.COURT, "explanation": "法院已立案"} | more
        return self.step(handlers.decline, referral, actor or self.people.street, **more)

    def accept(self, referral: Referral, actor: Actor | None = None, **more: Any) -> Referral:
        return self.step(handlers.accept, referral, actor or self.people.lin, **{"handler_id": None} | more)

    def extend(self, referral: Referral, days: int = 30, actor: Actor | None = None, **more: Any) -> Referral:
        more = {"days": days, "approver_id": "um-head", "reason": "需检测"} | more
        return self.step(handlers.extend, referral, actor or self.people.lin, **more)

    def recuse(self, referral: Referral, actor: Actor | None = None, **more: Any) -> Referral:
        more = {"successor_id": "um-wu", "reason": "interest"} | more
        return self.step(handlers.recuse, referral, actor or self.people.lin, **more)

    def answer(self, referral: Referral, actor: Actor | None = None, **dated: Any) -> Referral:
        written = {"answer": "作业改为六时至二十时", "document_number": "南城管信〔2026〕12号"}
        reply = handlers.Reply(**{**written, "answered_on": local_day(self.now), **dated})
        return self.step(handlers.answer, referral, actor or self.people.lin, reply)

    def contest(self, referral: Referral, actor: Actor | None = None, **more: Any) -> Referral:
        more = {"grounds": "王小明称夜间仍在作业"} | more
        return self.step(handlers.contest, referral, actor or self.people.resident, **more)

    def withdraw(self, referral: Referral, actor: Actor | None = None, **more: Any) -> Referral:
        return self.step(handlers.withdraw, referral, actor or self.people.resident, **more)

    def sorted(self, **given: Any) -> Referral:
        return self.sort(self.register(**given))

    def accepted(self, **given: Any) -> Referral:
        return self.accept(self.sorted(**given))

    def answered(self, **given: Any) -> Referral:
        return self.answer(self.accepted(**given))

    def reviewing(self, **given: Any) -> Referral:
        return self.contest(self.answered(**given))

    def seat(self, code: str, account: str, position: Position = Position.STAFF) -> Seat:
        """Somebody acts for a department from now on."""
        return seat(self.database, code, account, position)

    def ids(self, actor: Actor, **narrowed: Any) -> list[UUID]:
        """What a list shows to somebody."""
        question = {"own": False, "area": None, "department": None, "state": None, "before": None, "count": 10}
        with self.database.transaction(eyes(actor)) as tx:
            found = handlers.list_referrals(tx, actor=actor, now=self.now, **question | narrowed)
        return [one.referral_id for one in found]

    def detail(self, referral: Referral, actor: Actor, purpose: Any = None) -> Any:
        with self.database.transaction(eyes(actor)) as tx:
            return handlers.get_in_detail(tx, referral.referral_id, actor=actor, purpose=purpose, now=self.now)

    def progress(self, referral: Referral, actor: Actor) -> Any:
        with self.database.transaction(eyes(actor)) as tx:
            return handlers.get_progress(tx, referral.referral_id, actor=actor, now=self.now)

    def lapse(self, referral: Referral) -> Referral | None:
        with self.database.transaction() as tx:
            return handlers.lapse(tx, referral.referral_id, self.now)

    def due(self, referral: Referral) -> dict[str, str]:
        """Slot → rule of what is due of it."""
        sql = "SELECT slot, rule FROM deadlines WHERE thing_id = %s"
        with self.database.transaction() as tx:
            return {row.slot: row.rule for row in tx.rows(sql, (referral.referral_id,))}

    def facts(self, referral: Referral) -> list[tuple[str, int]]:
        sql = "SELECT type, envelope::json ->> 'version' AS version FROM outbox WHERE subject = %s ORDER BY position"
        with self.database.transaction() as tx:
            return [(row.type, int(row.version)) for row in tx.rows(sql, (str(referral.referral_id),))]

    def snapshot(self) -> dict[str, Any]:
        """Everything that is kept of referrals, and what is still to be told."""
        with self.database.transaction() as tx:
            return {table: tx.rows(f"SELECT t::text FROM {table} AS t ORDER BY 1") for table in TABLES}


TABLES = (
    "referrals",
    "referral_handovers",
    "referral_steps",
    "referral_answers",
    "referral_serials",
    "departments",
    "department_seats",
    "deadlines",
    "outbox",
    "audit_pending",
)


def with_departments(address: ServiceDatabase) -> None:
    """The ground, and the departments of a district, each with somebody who acts for it."""
    with_committees(address)
    district = Offices.district
    with opened(address) as database:
        for department in DEPARTMENTS:
            with database.transaction(eyes(district)) as tx:
                departments.add(tx, department, actor=district)
        for code, actor, position in SEATS:
            seat(database, code, actor.actor_id, position)


def seat(database: Database, code: str, account: str, position: Position) -> Seat:
    given = Seat(uuid_utils.compat.uuid7(), code, account, position, local_day(NOW))
    with database.transaction(eyes(Offices.district)) as tx:
        return departments.seat(tx, given, actor=Offices.district)
