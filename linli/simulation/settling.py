"""What a district has before its year begins: committees of mediation, a grid, and the leaders of each place in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from linli.simulation.acts import Community, Ground, Request, Voice
from linli.simulation.asking import Mouth, checked
from linli.simulation.crowd import Crowd
from linli.simulation.disputes import MEDIATORS
from linli.wire import body_of

COMPOUND, BUILDINGS, HOUSEHOLDS = "一期", ("1栋", "2栋"), ("101", "502")
UNIT = "1单元"
"""Each community has one compound, of two buildings with two households each that disputes are told of (*)."""

LEADERS = {"household": "张秀英", "building": "李建国", "compound": "王海燕", "community": "陈志强"}
COMMITTEE = (
    ("陈丽", "1980-05-04", "female", "chair"),
    ("李军", "1975-01-30", "male", "member"),
    ("何敏", "1990-11-12", "female", "member"),
)


@dataclass(frozen=True)
class Settling:
    """Enters it over HTTP, as an officer of the district would; every service must know the divisions already."""

    crowd: Crowd
    mouth: Mouth
    district: str
    communities: Sequence[Community]

    def settle(self, today: date) -> Ground:
        """Committees formed on this day, grids, and a leader at each of the four levels. Raises LinliError."""
        self._all("grievances", [self._committee(one, today) for one in self.communities])
        roots = self._roots()
        compounds = self._units(roots, "compound", [COMPOUND])
        buildings = self._units(compounds, "building", BUILDINGS)
        units = self._units(buildings, "unit", [UNIT])
        households = self._units(units, "household", HOUSEHOLDS)
        tenures = [
            *self._tenures("community", roots),
            *self._tenures("compound", compounds),
            *self._tenures("building", buildings),
            # Who answers for households has a building of them (党员联户人).
            *self._tenures("household", buildings),
        ]
        self._all("members", tenures)
        return Ground(self.district, _ids_by_area(households))

    @property
    def _officer(self) -> Voice:
        return Voice("district-officer", "district_officer", self.district)

    def _committee(self, community: Community, today: date) -> Request:
        members = [
            {
                "account_id": f"mediator-{community.code}-{number}",
                "name": name,
                "birth_on": birth_on,
                "gender": gender,
                "position": position,
            }
            for number, (name, birth_on, gender, position) in enumerate(COMMITTEE[:MEDIATORS])
        ]
        body = {"area": community.code, "formed_on": today.isoformat(), "members": members}
        return Request("grievances", "POST", "/committees", body, self._officer)

    def _roots(self) -> list[Any]:
        """The communities' own units, which came with their divisions."""
        paths = [f"/grid-units?kind=community&area={one.code}" for one in self.communities]
        found = self._all("members", [Request("members", "GET", path, voice=self._officer) for path in paths])
        return [root for answer in found for root in answer["items"]]

    def _units(self, parents: Sequence[Any], kind: str, labels: Sequence[str]) -> list[Any]:
        bodies = [
            {"parent_id": parent["grid_unit_id"], "kind": kind, "label": label}
            for parent in parents
            for label in labels
        ]
        return self._all("members", [Request("members", "POST", "/grid-units", body, self._officer) for body in bodies])

    def _tenures(self, level: str, places: Sequence[Any]) -> Iterator[Request]:
        seen: dict[str, int] = {}
        for place in places:
            number = seen.get(place["area"], 0)
            seen[place["area"]] = number + 1
            body = {
                "grid_unit_id": place["grid_unit_id"],
                "level": level,
                "holder_id": f"leader-{place['area']}-{level}-{number}",
                "holder_name": LEADERS[level],
            }
            yield Request("members", "POST", "/tenures", body, self._officer)

    def _all(self, service: str, requests: Sequence[Request]) -> list[Any]:
        answers = self.crowd.all(service, [self.mouth.bytes_of(request) for request in requests])
        return [body_of(checked(*pair)) for pair in zip(requests, answers, strict=True)]


def _ids_by_area(units: Sequence[Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for unit in units:
        found.setdefault(unit["area"], []).append(unit["grid_unit_id"])
    return found
