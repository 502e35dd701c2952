"""The rules of the grid (网格): every place of a community, from the community itself down to a household."""

from dataclasses import dataclass
from uuid import UUID

from chassis.errors import FieldError, InvalidInput
from services.members import events

KINDS = ("community", "compound", "building", "unit", "household")
"""社区, 小区, 楼栋, 单元, 户. A kind may be left out: an old building stands in no compound, a villa has no units."""

MAX_LABEL = 60


@dataclass(frozen=True)
class GridUnit:
    """One place. `path` is made of the ids from the community's own unit down to this one: "/<id>/<id>"."""

    grid_unit_id: UUID
    kind: str
    parent_id: UUID | None
    path: str
    label: str
    area: str
    version: int = 1


def of_community(grid_unit_id: UUID, code: str, name: str) -> GridUnit:
    """The unit at the top of a community's grid; it comes with the division."""
    return GridUnit(grid_unit_id, KINDS[0], None, f"/{grid_unit_id}", name, code)


def place_under(parent: GridUnit, *, kind: str, label: str, grid_unit_id: UUID) -> GridUnit:
    """A new place in another. Raises InvalidInput when the kind does not lie in the parent's, or for a bad label."""
    wrong = []
    if kind == KINDS[0]:
        wrong.append(FieldError("/kind", "a community's unit comes with its division and cannot be added by hand"))
    elif kind not in _below(parent.kind):
        allowed = " or ".join(_below(parent.kind)) or "nothing"
        wrong.append(FieldError("/kind", f"a {kind} does not lie in a {parent.kind}; allowed is {allowed}"))
    if not label or len(label) > MAX_LABEL or not label.isprintable():
        wrong.append(FieldError("/label", f"must be 1 to {MAX_LABEL} printable characters, for example 3栋"))
    if wrong:
        raise InvalidInput(f"no such place can stand in grid unit {parent.grid_unit_id}", wrong)
    return GridUnit(grid_unit_id, kind, parent.grid_unit_id, f"{parent.path}/{grid_unit_id}", label, parent.area)


def _below(kind: str) -> tuple[str, ...]:
    return KINDS[KINDS.index(kind) + 1 :]


def ids_on(path: str) -> list[UUID]:
    """The ids of a path, from the community's unit down."""
    return [UUID(part) for part in path.split("/")[1:]]


def fact(unit: GridUnit) -> events.GridUnitRegistered:
    return events.GridUnitRegistered(unit.grid_unit_id, unit.kind, unit.parent_id, unit.path)
