"""Learning places from members' facts, and checking that a dispute lies in one."""

from collections.abc import Sequence
from uuid import UUID

from chassis.database import Transaction
from chassis.envelope import Event
from chassis.errors import FieldError
from services.grievances.places import store
from services.grievances.places.model import Division, GridUnit, Ground


def learn_divisions(tx: Transaction, facts: Sequence[Event]) -> None:
    """Keep the divisions that these facts tell of; the same again, or an older one, changes nothing."""
    store.save_divisions(tx, [Division(**fact.data, version=fact.version) for fact in facts])


def learn_grid_units(tx: Transaction, facts: Sequence[Event]) -> None:
    """Keep the grid units that these facts tell of; the same again, or an older one, changes nothing."""
    store.save_grid_units(tx, [GridUnit(**fact.data, area=fact.area, version=fact.version) for fact in facts])


def survey(tx: Transaction, area: str, grid_unit_id: UUID | None) -> tuple[Ground, list[FieldError]]:
    """What is known of a place, and what is wrong with it as the place of a dispute."""
    ground = store.find_ground(tx, area, grid_unit_id)
    problems = []
    if ground.level != "community":
        problems.append(FieldError("/area", _wrong_area(tx, area, ground)))
    elif grid_unit_id is not None and ground.unit_area != area:
        problems.append(FieldError("/grid_unit_id", _wrong_unit(area, grid_unit_id, ground)))
    return ground, problems


def _wrong_area(tx: Transaction, area: str, ground: Ground) -> str:
    known = f"is a {ground.level}" if ground.level else "is not a division known here"
    near = store.find_community_near(tx, area)
    right = f", for example {near}" if near else "; none is known yet, load the divisions first"
    return f"area {area} {known}; give the 12-digit code of a community{right}"


def _wrong_unit(area: str, grid_unit_id: UUID, ground: Ground) -> str:
    if ground.unit_area is None:
        return f"grid unit {grid_unit_id} is not known here; leave it out or give a unit of community {area}"
    return f"grid unit {grid_unit_id} lies in another community; leave it out or give a unit of community {area}"
