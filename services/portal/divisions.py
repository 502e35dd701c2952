"""The names of streets and communities, as `members` has them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis import areas
from chassis.calendar import Clock
from services.portal.person import Person
from services.portal.upstream import Upstream

KEPT = timedelta(minutes=5)
"""The official list changes a few times a year, and is the same for everyone signed in."""

PAGE = "1000"


@dataclass(frozen=True)
class Division:
    code: str
    name: str
    level: str
    parent_code: str | None


class DivisionReader:
    """Asks `members` with a person's token, and keeps what it heard for a while. All methods raise UpstreamError."""

    def __init__(self, members: Upstream, clock: Clock) -> None:
        self._members = members
        self._clock = clock
        self._known: dict[str, Division] = {}
        self._until = datetime.min.replace(tzinfo=clock().tzinfo)

    def all(self, person: Person) -> Mapping[str, Division]:
        """Every division of the district by its code, in the order of codes."""
        if self._clock() >= self._until:
            self._known = {one.code: one for one in self._read(person)}
            self._until = self._clock() + KEPT
        return self._known

    def units_in(self, grid_unit_id: str, person: Person) -> list[Mapping[str, str]]:
        """What lies directly in a unit of a community's grid."""
        asked = {"parent": grid_unit_id, "limit": "100"}
        found: list[Mapping[str, str]] = self._members.get("/grid-units", person, asked).body["items"]
        return found

    def _read(self, person: Person) -> Iterable[Division]:
        asked = {"limit": PAGE}
        while True:
            page = self._members.get("/divisions", person, asked).body
            for one in page["items"]:
                yield Division(one["code"], one["name"], one["level"], one["parent_code"])
            if page["next"] is None:
                return
            asked = {"limit": PAGE, "cursor": page["next"]}


def within(known: Mapping[str, Division], codes: Iterable[str]) -> list[Division]:
    """Those that lie in one of these divisions, itself included."""
    reaching = tuple(codes)
    return [one for one in known.values() if any(areas.covers(code, one.code) for code in reaching)]


def communities_by_street(found: Sequence[Division], known: Mapping[str, Division]) -> dict[str, list[Division]]:
    """The communities among them under the names of their streets."""
    by_street: dict[str, list[Division]] = {}
    for one in found:
        if one.level == "community":
            street = known.get(one.parent_code or "")
            by_street.setdefault(street.name if street else "", []).append(one)
    return by_street
