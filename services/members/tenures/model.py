"""Who answers for a place (四级负责): 党员联户, 党小组长联楼, 支部书记联小区, 党委或总支书记联社区.

One current holder for a unit and level; a new one ends the former. Days are half-open: a holder answers from
`from_date` on and no longer on `until_date`, so the day of a handover belongs to the new one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from chassis.errors import FieldError, InvalidInput, WrongState
from services.members import events
from services.members.grid.model import GridUnit

LEVELS = ("household", "building", "compound", "community")
"""From the nearest leader to the farthest."""

KINDS_OF: Mapping[str, tuple[str, ...]] = {
    "household": ("building", "unit", "household"),
    "building": ("building",),
    "compound": ("compound",),
    "community": ("community",),
}
"""On which kinds of unit a level may be held. A household leader answers for all households in a building or unit."""


@dataclass(frozen=True)
class Holder:
    """The person. `holder_id` is the account (the token's sub); name and phone are sealed wherever they rest."""

    holder_id: str
    name: str
    phone: str | None


@dataclass(frozen=True)
class Tenure:
    """One holder's time at one level of one unit; `until_date` is None while it lasts."""

    tenure_id: UUID
    grid_unit_id: UUID
    level: str
    holder: Holder
    from_date: date
    until_date: date | None
    area: str
    version: int = 1


@dataclass(frozen=True)
class Handover:
    """A tenure that starts, and the one it ends, if there was one."""

    started: Tenure
    ended: Tenure | None


def appoint(
    unit: GridUnit, level: str, holder: Holder, *, last: Tenure | None, from_date: date, today: date, tenure_id: UUID
) -> Handover:
    """Let the holder answer at this level of the unit; `last` is the latest tenure there, current or ended.

    Raises InvalidInput: the level is not held on such a unit, or the day lies in the future or in another's time.
    """
    if unit.kind not in KINDS_OF[level]:
        right = " or ".join(KINDS_OF[level])
        raise _invalid("/level", f"a {level} leader answers for a {right}, not for a {unit.kind}")
    if from_date > today:
        raise _invalid("/from_date", f"{from_date} lies in the future; enter a tenure on the day it starts, or later")
    started = Tenure(tenure_id, unit.grid_unit_id, level, holder, from_date, None, unit.area)
    if last is None:
        return Handover(started, None)
    earliest = last.until_date or last.from_date
    if from_date < earliest:
        raise _invalid(
            "/from_date", f"this level of the unit has had another holder until {earliest}; start then or later"
        )
    return Handover(started, None if last.until_date else end(last, on=from_date, today=today))


def end(tenure: Tenure, *, on: date, today: date) -> Tenure:
    """Raises WrongState when it has ended already, InvalidInput when the day is before its start or in the future."""
    if tenure.until_date is not None:
        raise WrongState(f"tenure {tenure.tenure_id}", f"ended on {tenure.until_date}", ["current"])
    if not tenure.from_date <= on <= today:
        raise _invalid("/until_date", f"{on} must lie from {tenure.from_date}, its start, to today, {today}")
    return replace(tenure, until_date=on, version=tenure.version + 1)


def leaders_of(path: Iterable[UUID], current: Iterable[Tenure]) -> dict[str, Tenure]:
    """For each level, in order, the holder on the nearest unit going up from the end of the path, itself included.

    `current` are the current tenures on the path's units. A level that nobody holds is missing.
    """
    depth = {grid_unit_id: at for at, grid_unit_id in enumerate(path)}
    nearest: dict[str, Tenure] = {}
    for tenure in sorted(current, key=lambda held: depth[held.grid_unit_id]):
        nearest[tenure.level] = tenure
    return {level: nearest[level] for level in LEVELS if level in nearest}


def _invalid(pointer: str, detail: str) -> InvalidInput:
    return InvalidInput(detail, [FieldError(pointer, detail)])


def fact_of_start(tenure: Tenure) -> events.TenureStarted:
    return events.TenureStarted(tenure.tenure_id, tenure.grid_unit_id, tenure.level)


def fact_of_end(tenure: Tenure) -> events.TenureEnded:
    return events.TenureEnded(tenure.tenure_id, tenure.grid_unit_id, tenure.level)
