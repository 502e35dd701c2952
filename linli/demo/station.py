"""海月's waste-transfer station 垃圾转运站: the five bodies are convened, and what they cannot settle is referred.

Residents complain of a station that the district's sanitation office 环卫所 runs. The community hears its five bodies,
the owners' committee takes on a task, and the matter goes to the department in charge, which is not the one complained
of.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chassis.calendar import local_day
from linli.demo.people import Person
from linli.instance import Instance
from services.members.divisions.model import Division

QUESTION = "转运站夜间作业的气味与噪声如何减轻，各方能做什么？"
MATTER = "居民区旁垃圾转运站夜间作业，气味与噪声扰民，请主管部门处理。"
ANSWERS = {
    "party_committee": "牵头召开协调会，听取居民意见。",
    "workstation": "每周公示作业时间与处理进展。",
    "residents_committee": "汇总各楼栋意见，推选代表参加协调会。",
    "owners_committee": "配合在小区围墙加种绿化带。",
    "property_office": "夜间关闭临站一侧车行门，减少噪声。",
}
TASK_BODY, TASK, TASK_DAYS = "owners_committee", "征集临站两栋住户意见并形成书面材料。", 14


@dataclass(frozen=True)
class Outcome:
    """What became of the station, as its own answers say."""

    dispute: dict[str, Any]
    joint_case: dict[str, Any]
    referral: dict[str, Any]
    followed: dict[str, Any]


class Station:
    """The people around one station, each with a token of his or her own."""

    def __init__(self, instance: Instance, district: Division, street: Division, community: Division) -> None:
        self._instance = instance
        self._community = community
        self._district_officer = self._person("district-officer", "district_officer", district.code)
        self._street_officer = self._person(f"street-officer-{street.code}", "street_officer", street.code)
        self._officer = self._person(f"officer-{community.code}", "community_officer", community.code)
        self._district = district
        self._in_charge = f"urban_management_{district.code[:6]}"
        self._complained_of = f"sanitation_{district.code[:6]}"

    def seat_everyone(self) -> None:
        """The five bodies and two departments have accounts, unless an earlier telling has given them."""
        seats = self._street_officer.get("grievances", "/seats", area=self._community.code, limit=100)["items"]
        seated = {(seat["body"], seat["account_id"]) for seat in seats if seat["ended_on"] is None}
        for body in ANSWERS:
            if (body, self._account(body)) not in seated:
                seat = {"area": self._community.code, "body": body, "account_id": self._account(body)}
                self._street_officer.post("grievances", "/seats", seat)
        known = {one["code"] for one in self._district_officer.get("grievances", "/departments")["departments"]}
        for code, name_zh, name_en in (
            (self._in_charge, "区城市管理局（示例）", "Urban management bureau (example)"),
            (self._complained_of, "区环卫所（示例）", "Sanitation office (example)"),
        ):
            if code not in known:
                names = {"code": code, "name_zh": name_zh, "name_en": name_en}
                department = {**names, "level": "district", "area": self._district.code}
                self._district_officer.post("grievances", "/departments", department)
        held = self._district_officer.get("grievances", f"/departments/{self._in_charge}/seats")["seats"]
        if not any(seat["account_id"] == self._handler_id and seat["ended_on"] is None for seat in held):
            seat = {"account_id": self._handler_id, "position": "staff"}
            self._district_officer.post("grievances", f"/departments/{self._in_charge}/seats", seat)

    def settle(self, dispute: dict[str, Any], now: datetime) -> Outcome:
        """Convene the bodies for the accepted dispute, hear them, give a task, and refer the matter."""
        joint_case = self._convene(dispute, now)
        referral = self._refer(dispute)
        secret = {"Case-Secret": dispute["follow_secret"]}
        followed = self._officer.public("grievances", f"/follow/{dispute['case_number']}", secret)
        return Outcome(dispute, joint_case, referral, followed)

    def _convene(self, dispute: dict[str, Any], now: datetime) -> dict[str, Any]:
        address = f"/disputes/{dispute['dispute_id']}/joint-case"
        case = self._officer.post("grievances", address, {"question": QUESTION}, version=dispute["version"])
        address = f"/joint-cases/{case['joint_case_id']}"
        for body, answer in ANSWERS.items():
            voice = self._person(self._account(body).removeprefix("demo-"), "resident", self._community.code)
            voice.post("grievances", f"{address}/answers", {"body": body, "answer": answer})
        due_on = (local_day(now) + timedelta(days=TASK_DAYS)).isoformat()
        self._officer.post("grievances", f"{address}/tasks", {"body": TASK_BODY, "what": TASK, "due_on": due_on})
        return dict(self._officer.get("grievances", address))

    def _refer(self, dispute: dict[str, Any]) -> dict[str, Any]:
        asked = {
            "dispute_id": dispute["dispute_id"],
            "matter": MATTER,
            "department_complained_of": self._complained_of,
            "requested_department": self._in_charge,
        }
        referral = self._officer.post("grievances", "/referrals", asked)
        address = f"/referrals/{referral['referral_id']}"
        sorted_to = {"department_code": self._in_charge}
        referral = self._district_officer.post("grievances", f"{address}/sort", sorted_to, version=referral["version"])
        handler = self._person(self._handler_id.removeprefix("demo-"), "department_officer", self._district.code)
        taken = {"handler_id": self._handler_id}
        handler.post("grievances", f"{address}/accept", taken, version=referral["version"])
        return dict(self._officer.get("grievances", f"{address}/progress"))

    @property
    def _handler_id(self) -> str:
        return f"demo-{self._in_charge}"

    def _account(self, body: str) -> str:
        return f"demo-{body}-{self._community.code}"

    def _person(self, name: str, role: str, area: str) -> Person:
        return Person.with_role(self._instance, f"demo-{name}", name, role, area)


def above(divisions: Sequence[Division], community: Division) -> Division:
    """The street that a community lies in."""
    return next(one for one in divisions if one.code == community.parent_code)
