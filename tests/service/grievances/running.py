"""The grievances service as a process of its own, and what tests say to it."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import uuid_utils.compat

from chassis.calendar import local_day
from chassis.envelope import Event
from chassis.identity import Grant, Issuer
from tests.support.asking import Reply
from tests.support.service import TOKEN_S, Service
from tests.support.waiting import wait_for

XINGHAI, HAIYUE = "440305001012", "440305006011"
BUILDING = "01936f00-0000-7000-8000-0000000000b1"
TABLES = ("disputes", "dispute_parties", "sessions", "agreements", "agreement_signatures", "case_serials", "outbox")

MEDIATORS = ("mediator-1", "mediator-2", "mediator-3")
"""Of the committee of each of the two communities."""

FILING: dict[str, Any] = {
    "area": XINGHAI,
    "grid_unit_id": BUILDING,
    "relation": "owner_property",
    "category": "repair",
    "summary": "楼道漏水三个月，物业未修。",
    "applicant": {"name": "王小明", "phone": "13800138000"},
    "respondent": {"kind": "organisation", "name": "星海物业服务中心", "phone": "0755-26666666"},
}


class Grievances(Service):
    """With the tokens of three people in 星海名城."""

    name = "grievances"

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.resident = self.token("resident-1", "resident")
        self.officer = self.token("officer-1", "community_officer")
        self.mediator = self.token("mediator-1", "mediator")
        self.district = self.token("officer-of-the-district", "district_officer", "440305000000")

    def token(self, actor_id: str, role: str, area: str = XINGHAI, grid: str = "", issuer: Issuer | None = None) -> str:
        return (issuer or self.issuer).issue(actor_id, [Grant(role, area, grid)], TOKEN_S)

    ask = Service.request

    def file(self, token: str | None = None, **changes: Any) -> Reply:
        return self.ask("POST", "/disputes", FILING | changes, token=token or self.resident)

    def step(self, dispute: Reply, name: str, body: Any = None, *, token: str | None = None) -> Reply:
        """One step of a dispute's life at the version of the answer before."""
        path = f"/disputes/{dispute.json['dispute_id']}/{name}"
        return self.ask("POST", path, body, token=token or self.officer, if_match=dispute.headers["etag"])

    def mediating(self) -> Reply:
        assigned = self.step(self.step(self.file(), "accept"), "assign", {"mediator_id": "mediator-1"})
        return self.step(assigned, "sessions", self.session(), token=self.mediator)

    @staticmethod
    def session() -> dict[str, Any]:
        return {
            "held_at": datetime.now(UTC).isoformat(),
            "attended": ["applicant", "respondent"],
            "record": "王小明愿意先检测。",
        }

    def snapshot(self) -> dict[str, Any]:
        """Everything the service keeps of disputes, and what it has still to tell."""
        return {table: self.rows(f"SELECT t::text FROM {table} AS t ORDER BY 1") for table in TABLES}

    def facts_of(self, subject: str) -> list[Any]:
        """What waits to be told of this subject, whole and in order."""
        found = self.rows("SELECT envelope FROM outbox WHERE subject = %s ORDER BY position", subject)
        return [json.loads(row.envelope) for row in found]

    def tell(self, *facts: tuple[str, str, str, dict[str, Any]]) -> None:
        """Publish members' facts: type, subject, area, data."""
        now = datetime.now(UTC)
        self.publish(
            *(
                Event(uuid_utils.compat.uuid7(), "members", kind, subject, 1, area, now, data)
                for kind, subject, area, data in facts
            )
        )

    def learn_places(self) -> "Grievances":
        """Tell it of two communities and a building; gives itself once it knows them."""
        self.tell(
            division(XINGHAI, "星海名城", "community", "440305001000"),
            division(HAIYUE, "海月", "community", "440305006000"),
            division("440305001000", "南头街道", "street", "440305000000"),
            division("440305000000", "南山区", "district", None),
            grid_unit(BUILDING, XINGHAI),
        )
        wait_for(lambda: self.rows("SELECT FROM grid_units"))
        wait_for(lambda: len(self.rows("SELECT FROM divisions")) == 4)
        for area in (XINGHAI, HAIYUE):
            self.form_committee(area)
        return self

    def form_committee(self, area: str, *, formed_on: str | None = None, accounts: Sequence[str] = MEDIATORS) -> Reply:
        """A mediation committee of this area, entered by the district; these may be named as its mediators."""
        members = [
            {"account_id": account, "name": "陈丽", "birth_on": "1980-05-04", "gender": "female", "position": position}
            for account, position in zip(accounts, ("chair", *["member"] * 8), strict=False)
        ]
        formed = {"area": area, "formed_on": formed_on or local_day(datetime.now(UTC)).isoformat(), "members": members}
        return self.ask("POST", "/committees", formed, token=self.district)

    def hire(self, account: str, area: str = XINGHAI) -> Reply:
        """One more mediator of this area."""
        [committee] = self.ask("GET", f"/committees?area={area}", token=self.district).json["committees"]
        hired = {"account_id": account, "name": "吴芳", "birth_on": "1969-08-21"}
        return self.ask("POST", f"/committees/{committee['committee_id']}/mediators", hired, token=self.district)


def division(code: str, name: str, level: str, parent: str | None) -> tuple[str, str, str, dict[str, Any]]:
    data = {"code": code, "name": name, "level": level, "parent_code": parent}
    return "division.registered", code, code, data


def grid_unit(grid_unit_id: str, area: str) -> tuple[str, str, str, dict[str, Any]]:
    data = {"grid_unit_id": grid_unit_id, "kind": "building", "parent_id": None, "path": f"/{grid_unit_id}"}
    return "grid_unit.registered", grid_unit_id, area, data
