"""Plays the story over HTTP, as its people would."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chassis.calendar import local_day, system_clock
from chassis.errors import LinliError
from linli.demo import story
from linli.demo.people import Person
from linli.demo.station import Outcome as StationOutcome
from linli.demo.station import Station, above
from linli.demo.story import Case
from linli.instance import Instance
from services.members.divisions.model import Division

AT_ONCE = 4

BY_THE_MEDIATOR = ("sessions", "resolve")
"""The steps of the one whom the committee has named; an officer takes the others for it."""

Told = Callable[[int, int], None]
"""Hears how many disputes have come to their end, and of how many."""


@dataclass
class Outcome:
    """What the story did, counted by those who did it."""

    registered: int = 0
    accepted: int = 0
    resolved: int = 0
    refused: int = 0
    resolved_in_grid: list[str] = field(default_factory=list)
    station: StationOutcome | None = None

    def counts(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in ("registered", "accepted", "resolved", "refused")}


class Play:
    """One telling of the story in a district whose divisions are loaded."""

    def __init__(self, instance: Instance, divisions: Sequence[Division]) -> None:
        self._instance = instance
        self._divisions = divisions
        self.district = next(one for one in divisions if one.level == "district")
        self.officer = self._person("demo-district-officer", "区工作人员", "district_officer", self.district.code)
        self.leaders: dict[tuple[str, str], Person] = {}
        self._households: dict[str, list[str]] = {}

    def build_grid(self) -> None:
        """Two communities get compound, buildings, units and households, and a leader at each of the four levels."""
        for community in story.homes(self._divisions):
            [root] = self.officer.get("members", "/grid-units", area=community.code, kind="community")["items"]
            compound = self._unit(root, "compound", story.COMPOUND)
            units = [
                (building, self._unit(building, "unit", label))
                for building in (self._unit(compound, "building", name) for name in story.BUILDINGS)
                for label in story.UNITS
            ]
            homes = [self._unit(unit, "household", label) for _, unit in units for label in story.HOUSEHOLDS]
            self._households[community.code] = [home["grid_unit_id"] for home in homes]
            self._lead(community, "community", [root])
            self._lead(community, "compound", [compound])
            self._lead(community, "building", [building for building, _ in units[::2]])
            self._lead(community, "household", [building for building, _ in units[::2]])

    def form_committee(self, code: str) -> None:
        """The community's mediator is put into the register, unless an earlier telling has done so.

        Hired by the committee there is; where there is none, as the chair of a new one.
        """
        members = list(_members(code))
        named = self.officer.get("grievances", "/mediators", area=code)["mediators"]
        if any(one["account_id"] == members[0]["account_id"] for one in named):
            return
        today = local_day(system_clock()).isoformat()
        for committee in self.officer.get("grievances", "/committees", area=code)["committees"]:
            if committee["area"] == code and committee["term_ends_on"] >= today:
                hired = {key: members[0][key] for key in ("account_id", "name", "birth_on")}
                self.officer.post("grievances", f"/committees/{committee['committee_id']}/mediators", hired)
                return
        self.officer.post("grievances", "/committees", {"area": code, "formed_on": today, "members": members})

    def tell(self, told: Told) -> Outcome:
        """File all forty, a few at a time, and take each to its end."""
        outcome, done = Outcome(), 0
        cases = list(story.cases(self._divisions))
        for code in sorted({case.community.code for case in cases}):
            self.form_committee(code)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for case, dispute in pool.map(lambda case: (case, self._live(case)), cases):
                done += 1
                _count(outcome, case, dispute)
                told(done, len(cases))
                if case.number == story.STATION:
                    outcome.station = self._settle_station(case, dispute)
        return outcome

    def _settle_station(self, case: Case, dispute: dict[str, Any]) -> StationOutcome:
        street = above(self._divisions, case.community)
        people = Station(self._instance, self.district, street, case.community)
        people.seat_everyone()
        return people.settle(dispute, system_clock())

    def statistics(self, code: str) -> dict[str, Any]:
        """A division's figures of this year, as statistics shows them."""
        figures: dict[str, Any] = self.officer.get("statistics", f"/statistics/{code}")["figures"]
        return figures

    def notices_of(self, dispute_id: str) -> list[dict[str, Any]]:
        """The notices of one dispute in the inboxes of all leaders."""
        found = []
        for leader in self.leaders.values():
            page = leader.get("members", "/notices", limit=100)
            found += [{**item, "reader": leader.name} for item in page["items"] if item["dispute_id"] == dispute_id]
        return sorted(found, key=lambda notice: story.LEVELS.index(notice["level"]))

    def _live(self, case: Case) -> dict[str, Any]:
        code = case.community.code
        resident = self._person(f"demo-resident-{case.number}", "居民", "resident", code)
        officer = self._person(f"demo-officer-{code}", "社区工作人员", "community_officer", code)
        mediator = self._person(_mediator_id(code), "调解员", "mediator", code)
        dispute: dict[str, Any] = resident.post("grievances", "/disputes", self._filing(case))
        for path, body in _steps(case.ending, mediator.actor_id, system_clock()):
            address = f"/disputes/{dispute['dispute_id']}/{path}"
            who = mediator if path in BY_THE_MEDIATOR else officer
            # The secret is told once, at the filing.
            dispute |= who.post("grievances", address, body, version=dispute["version"])
        return dispute

    def _filing(self, case: Case) -> dict[str, Any]:
        households = self._households.get(case.community.code, [])
        place = households[case.household % len(households)] if case.household is not None and households else None
        return {
            "area": case.community.code,
            "relation": case.relation,
            "category": case.category,
            "summary": case.summary,
            "grid_unit_id": place,
            "applicant": {"name": f"示例居民{case.number + 1}", "phone": f"1380000{case.number:04d}"},
            "respondent": {"kind": "organisation", "name": f"{case.community.name}物业服务中心（示例）"},
        }

    def _lead(self, community: Division, level: str, places: Sequence[dict[str, Any]]) -> None:
        post, name = story.LEADERS[level]
        for number, place in enumerate(places):
            holder_id = f"demo-{level}-{community.code}-{number}"
            person = self._person(holder_id, f"{post} {name}", "grid_leader", community.code)
            self.leaders[holder_id, level] = person
            found = self.officer.get("members", f"/grid-units/{place['grid_unit_id']}/leaders")["leaders"]
            held = {(one["level"], one["grid_unit_id"]): one["holder_id"] for one in found}
            if held.get((level, place["grid_unit_id"])) != holder_id:
                tenure = {"grid_unit_id": place["grid_unit_id"], "level": level, "holder_id": holder_id}
                self.officer.post("members", "/tenures", {**tenure, "holder_name": name})

    def _unit(self, parent: dict[str, Any], kind: str, label: str) -> dict[str, Any]:
        """The unit of this label under this parent; made when an earlier telling has not made it."""
        query = {"parent": parent["grid_unit_id"], "kind": kind, "limit": 100}
        for unit in self.officer.get("members", "/grid-units", **query)["items"]:
            if unit["label"] == label:
                return dict(unit)
        body = {"parent_id": parent["grid_unit_id"], "kind": kind, "label": label}
        return dict(self.officer.post("members", "/grid-units", body))

    def _person(self, actor_id: str, name: str, role: str, area: str) -> Person:
        return Person.with_role(self._instance, actor_id, name, role, area)


def _mediator_id(code: str) -> str:
    return f"demo-mediator-{code}"


def _members(code: str) -> Iterator[dict[str, str]]:
    """A community's committee; the chair takes its cases."""
    accounts = (_mediator_id(code), f"demo-member-{code}-1", f"demo-member-{code}-2")
    for account, (name, birth_on, gender, position) in zip(accounts, story.COMMITTEE, strict=True):
        yield {"account_id": account, "name": name, "birth_on": birth_on, "gender": gender, "position": position}


def _steps(ending: str, mediator_id: str, now: datetime) -> list[tuple[str, Any]]:
    """The commands that take a registered dispute to its ending."""
    today = local_day(now).isoformat()
    session = {
        "held_at": now.isoformat(),
        "record": "双方到场陈述，调解员释明规则。",
        "attended": ["applicant", "respondent"],
    }
    agreement = {
        "form": "written",
        "terms": "物业于三十日内修复并减免当季费用，业主撤回投诉。",
        "signatures": dict.fromkeys(("applicant", "respondent", "mediator", "committee"), today),
    }
    life = [("accept", None), ("assign", {"mediator_id": mediator_id}), ("sessions", session), ("resolve", agreement)]
    ends = {"registered": 0, "accepted": 1, "assigned": 2, "mediating": 3, "resolved": 4}
    return (
        [("refuse", {"reason_code": "party_refused", "on_behalf_of": "respondent"})]
        if ending == "refused"
        else life[: ends[ending]]
    )


def _count(outcome: Outcome, case: Case, dispute: dict[str, Any]) -> None:
    if dispute["state"] != case.ending:
        raise LinliError(f"dispute {dispute['case_number']} is {dispute['state']}; the story says {case.ending}")
    outcome.registered += 1
    outcome.accepted += case.ending not in ("registered", "refused")
    outcome.resolved += case.ending == "resolved"
    outcome.refused += case.ending == "refused"
    if case.ending == "resolved" and case.household is not None:
        outcome.resolved_in_grid.append(dispute["dispute_id"])
