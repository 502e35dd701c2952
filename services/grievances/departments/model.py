"""Departments that can be in charge of a matter, and who acts for them. Data, kept by the district."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from chassis import areas
from chassis.errors import FieldError, InvalidInput


class Level(StrEnum):
    """Of whom a department is; in this order, each reviews what the one below has answered (信访工作条例 Art. 35)."""

    STREET = "street"
    DISTRICT = "district"
    CITY = "city"
    PROVINCE = "province"
    STATE = "state"

    @property
    def rank(self) -> int:
        return tuple(Level).index(self)

    @property
    def above(self) -> "Level":
        """上一级: who answers when what this level has answered is contested."""
        return tuple(Level)[self.rank + 1]


class Position(StrEnum):
    """In a department: who handles matters, or its head 负责人, who also approves extensions (Art. 34)."""

    STAFF = "staff"
    HEAD = "head"


@dataclass(frozen=True)
class Department:
    """A department; `area` is the street or district in which it is in charge."""

    code: str
    name_zh: str
    name_en: str
    level: Level
    area: str
    in_use: bool = True


@dataclass(frozen=True)
class Seat:
    """An account that acts for a department, until `ended_on`."""

    seat_id: UUID
    code: str
    account_id: str
    position: Position
    since: date
    ended_on: date | None = None


def check(department: Department) -> None:
    """A street's department is in charge of a street, every other one of a district. Raises InvalidInput."""
    wanted = "street" if department.level is Level.STREET else "district"
    known = areas.level(department.area)
    if known != wanted:
        detail = f"area {department.area} is a {known}; a department of level {department.level} needs a {wanted}"
        raise InvalidInput(detail, [FieldError("/area", detail)])
