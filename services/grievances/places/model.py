"""Where a dispute can lie: communities and the units of their grid."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Division:
    """A division as members told it, at that version of it."""

    code: str
    name: str
    level: str
    parent_code: str | None
    version: int


@dataclass(frozen=True)
class GridUnit:
    """A place of the grid; `area` is its community, `path` leads from the community's own unit down to it."""

    grid_unit_id: UUID
    area: str
    kind: str
    path: str
    version: int


@dataclass(frozen=True)
class Ground:
    """What is known of a division and of one grid unit; None where nothing is."""

    level: str | None
    unit_area: str | None
    unit_path: str | None
